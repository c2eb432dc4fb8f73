"""A switchboard that leads and stands still loses the lead, and nothing that it began is recorded."""

import asyncio
import threading
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

import psycopg
import pytest
from django.db import connection

from tests import world
from tests.patience import PATIENCE_SECONDS
from tests.switchboards import LIMITS, call, dsn, in_thread, play, state_of, switchboard, until
from tocsin.authorities.models import Authority
from tocsin.calls.daemon import leading, vigil
from tocsin.calls.daemon.database_thread import (
    DATABASE_AWAY,
    DatabaseSilentError,
    DatabaseThread,
    ask_nothing,
    claim_recording,
)
from tocsin.calls.rules.floor import Floor
from tocsin.calls.rules.switchboard import Decision, decide
from tocsin.gateways.rehearsal.switch import RehearsalSwitch
from tocsin.logbook.models import Line

pytestmark = pytest.mark.django_db(transaction=True)

BRIEF = timedelta(seconds=0.3)


class Stall:
    """The first decision about a caller stands still, in the middle of its transaction, until `over`."""

    def __init__(self) -> None:
        self.reached, self.over = threading.Event(), threading.Event()

    def decide(self, floor: Floor, happened: Sequence[Any], *, now: datetime, **more: Any) -> Decision:
        if happened and not self.reached.is_set():
            self.reached.set()
            assert self.over.wait(PATIENCE_SECONDS)
        return decide(floor, happened, now=now, **more)


def begun() -> int:
    return Line.objects.filter(kind="switchboard.began").count()


def test_who_stands_still_in_a_decision_loses_the_lead_and_the_decision_is_not_recorded(
    rivaal: Authority, monkeypatch: pytest.MonkeyPatch
) -> None:
    world.activation(rivaal, languages=["nl"])
    stall = Stall()
    hanging, other = RehearsalSwitch(), RehearsalSwitch()
    for _ in range(2):
        # As the first two calls of either have the same names.
        other.hang_up(call(other))

    async def story() -> None:
        async with switchboard(hanging):
            earlier = call(hanging)
            await until(lambda: state_of(earlier) == "waiting")
            monkeypatch.setattr(leading, "decide", stall.decide)
            late = call(hanging)
            await until(stall.reached.is_set)
            monkeypatch.setattr(vigil, "_STILL", BRIEF)
            async with switchboard(other):
                await until(lambda: begun() == 2)
                newcomer = call(other)
                await until(lambda: state_of(newcomer) == "waiting")
                monkeypatch.setattr(vigil, "_STILL", timedelta(hours=1))
                stall.over.set()
                # It gave up, and left who rings to the fallback.
                await until(lambda: hanging.hears(late) == "fallback")
                assert await in_thread(lambda: state_of(late)) == ""
                later = call(other)
                await until(lambda: state_of(later) == "waiting")

    play(story)
    assert begun() == 2


def test_what_was_asked_of_a_connection_before_it_was_lost_is_refused_as_well() -> None:
    async def story() -> None:
        thread = DatabaseThread(LIMITS)
        backend = await thread(own_backend)
        await in_thread(lambda: end(backend))
        outcomes = await asyncio.gather(thread(ask_nothing), thread(begun), return_exceptions=True)
        assert [isinstance(outcome, DATABASE_AWAY) for outcome in outcomes] == [True, True]
        await thread.close()

    play(story)


def test_one_connection_records_at_a_time() -> None:
    async def story() -> None:
        first, second = DatabaseThread(LIMITS), DatabaseThread(LIMITS)
        await first(claim_recording)
        with pytest.raises(DatabaseSilentError, match="another switchboard records"):
            await second(claim_recording)
        await second.close()
        await first.close()
        third = DatabaseThread(LIMITS)
        await third(claim_recording)
        await third.close()

    play(story)


def own_backend() -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        (backend,) = cursor.fetchone()
    return int(backend)


def end(backend: int) -> None:
    with psycopg.connect(dsn()) as own:
        own.execute("SELECT pg_terminate_backend(%s, 5000)", [backend])
