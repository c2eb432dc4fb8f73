"""Sweeps: what must happen some day even if nobody asks."""

from datetime import UTC, datetime

from django.conf import settings
from django.contrib.sessions.models import Session
from procrastinate.contrib.django import app

from tocsin.calls import actions, models


@app.periodic(cron="17 3 * * *")
@app.task(queueing_lock="forget_callers")
def forget_callers(timestamp: int) -> int:
    """Once a night: numbers and notes older than the retention are deleted; answers how many numbers."""
    return actions.forget_callers(before=datetime.fromtimestamp(timestamp, UTC) - settings.CALL_RETENTION)


@app.periodic(cron="*/5 * * * *")
@app.task(queueing_lock="end_stale_logins")
def end_stale_logins(timestamp: int) -> int:
    """A browser that closed without signing out: its telephone goes when its session has run out."""
    now = datetime.fromtimestamp(timestamp, UTC)
    alive = Session.objects.filter(expire_date__gt=now).values("session_key")
    stale = set(models.TelephoneLogin.objects.exclude(session__in=alive).values_list("session", flat=True))
    for session in stale:
        actions.end_logins(session=session, at=now)
    return len(stale)
