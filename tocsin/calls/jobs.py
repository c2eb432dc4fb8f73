"""Sweeps: what must happen some day even if nobody asks."""

from datetime import UTC, datetime

from django.conf import settings
from django.contrib.sessions.backends.db import SessionStore
from django.contrib.sessions.models import Session
from procrastinate.contrib.django import app

from tocsin.calls import actions, models
from tocsin.calls.rules.retention import SET_ASIDE_KEPT


# Every hour, and not once a night: some centres are only switched on when something happens.
@app.periodic(cron="17 * * * *")
@app.task(queueing_lock="forget_callers")
def forget_callers(timestamp: int) -> int:
    """What is older than the retention is forgotten, and what a restore put aside; answers how many numbers."""
    now = datetime.fromtimestamp(timestamp, UTC)
    actions.drop_set_aside(before=now - SET_ASIDE_KEPT)
    return actions.forget_callers(before=now - settings.CALL_RETENTION)


@app.periodic(cron="37 * * * *")
@app.task(queueing_lock="forget_sessions")
def forget_sessions(timestamp: int) -> None:  # noqa: ARG001 - every sweep is called alike
    """Web sessions that have run out are deleted: Django itself keeps them for ever."""
    SessionStore.clear_expired()


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
