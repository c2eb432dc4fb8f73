"""Sweeps: what must happen some day even if nobody asks."""

from datetime import UTC, datetime

from django.conf import settings
from django.contrib.sessions.backends.db import SessionStore
from django.contrib.sessions.models import Session
from procrastinate.contrib.django import app

from tocsin import wiring
from tocsin.calls import actions, models
from tocsin.calls.rules.retention import SET_ASIDE_KEPT


# Every hour, and not once a night: some centres are only switched on when something happens.
@app.periodic(cron="17 * * * *")
@app.task(queueing_lock="forget_callers")
def forget_callers(timestamp: int) -> int:
    """What is older than the retention is forgotten; answers how many numbers."""
    return actions.forget_callers(before=datetime.fromtimestamp(timestamp, UTC) - settings.CALL_RETENTION)


# By itself: a database to which somebody is connected cannot be dropped, and keeps no caller from being forgotten.
@app.periodic(cron="27 * * * *")
@app.task(queueing_lock="drop_set_aside")
def drop_set_aside(timestamp: int) -> None:
    """The database that a restore put aside is dropped."""
    actions.drop_set_aside(before=datetime.fromtimestamp(timestamp, UTC) - SET_ASIDE_KEPT)


@app.periodic(cron="* * * * *")
@app.task(queueing_lock="keep_tapes")
def keep_tapes(timestamp: int) -> int:
    """Tapes that have ended are brought to where they are kept; answers how many."""
    return actions.keep_tapes(at=datetime.fromtimestamp(timestamp, UTC))


@app.periodic(cron="47 * * * *")
@app.task(queueing_lock="delete_tapes")
def delete_tapes(timestamp: int) -> int:
    """Tapes whose retention is over are deleted, with a certificate; answers how many."""
    return actions.delete_tapes(at=datetime.fromtimestamp(timestamp, UTC))


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


# The sixth part is the seconds: some wait for nothing else, because they cannot hear.
@app.periodic(cron="* * * * * */10")
@app.task(queueing_lock="send_sms")
def send_sms(timestamp: int) -> int:  # noqa: ARG001 - every sweep is called alike
    """Callers get the SMS that they asked for, within seconds; answers how many were settled.

    Where the carrier is away, all of them wait for the next sweep.
    """
    carrier = wiring.sms()
    settled = 0
    while carrier and actions.send_next_sms(carrier=carrier, at=datetime.now(UTC)):
        settled += 1
    return settled
