"""A database that hangs, rather than dies: callers are left to the fallback until it answers again."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta

import psycopg
import pytest
from django.db import connection

from tests import world
from tests.patience import PATIENCE_SECONDS
from tests.switchboards import LIMITS, call, dsn, in_thread, play, state_of, switchboard, until
from tocsin.accounts.models import Person
from tocsin.authorities.actions import viewing
from tocsin.authorities.models import Authority
from tocsin.calls.daemon.limits import Limits
from tocsin.calls.models import Pulse
from tocsin.gateways.rehearsal.switch import RehearsalSwitch
from tocsin.logbook.actions import CHAIN_LOCK
from tocsin.logbook.models import Line
from tocsin.project.instance import instance

pytestmark = pytest.mark.django_db(transaction=True)

# A busy machine needs a while for a transaction, too.
BRIEF, LONG = timedelta(seconds=1), timedelta(minutes=5)
GIVES_UP = {
    "a lock": replace(LIMITS, lock=BRIEF, statement=LONG, answer=LONG),
    "a statement": replace(LIMITS, lock=LONG, statement=BRIEF, answer=LONG),
    "an answer": replace(LIMITS, lock=LONG, statement=LONG, answer=BRIEF),
}


@contextmanager
def nobody_writes_a_line() -> Iterator[None]:
    """Somebody's transaction holds the logbook, and stands still."""
    with psycopg.connect(dsn()) as stalled:
        stalled.execute("SELECT pg_advisory_xact_lock(%s)", [CHAIN_LOCK])
        yield


@pytest.mark.parametrize("limits", GIVES_UP.values(), ids=GIVES_UP.keys())
def test_callers_are_left_to_the_fallback_while_the_logbook_is_held(rivaal: Authority, limits: Limits) -> None:
    world.activation(rivaal, languages=["nl"])
    switch = RehearsalSwitch()

    async def story() -> None:
        async with switchboard(switch, limits=limits):
            earlier = call(switch)
            await taken_in(switch, earlier)
            with nobody_writes_a_line():
                leg = call(switch)
                await until(lambda: switch.hears(leg) == "fallback")
                assert switch.is_up(earlier)
            await taken_in(switch, leg)
            assert await in_thread(lambda: state_of(earlier)) == "waiting"

    play(story)


async def taken_in(switch: RehearsalSwitch, leg: str) -> None:
    """Wait until the caller is in line; where the machine is busy, the fallback may have them first."""
    async with asyncio.timeout(PATIENCE_SECONDS):
        while await in_thread(lambda: state_of(leg)) != "waiting" or switch.hears(leg) == "fallback":
            # The fallback tries again and again.
            switch.try_again()
            await asyncio.sleep(0.01)


def test_nobody_is_fetched_from_the_fallback_while_nothing_can_be_recorded(rivaal: Authority) -> None:
    world.activation(rivaal, languages=["nl"])
    switch = RehearsalSwitch()

    async def story() -> None:
        async with switchboard(switch):
            pass
        leg = call(switch)
        await switch.close()
        with nobody_writes_a_line():
            async with switchboard(switch, limits=GIVES_UP["a lock"]):
                await until(tries_to_write_a_line)
                await until(lambda: not tries_to_write_a_line())
                switch.try_again()
                assert switch.hears(leg) == "fallback"

    play(story)


def tries_to_write_a_line() -> bool:
    with psycopg.connect(dsn()) as own:
        waits = own.execute("SELECT EXISTS (SELECT FROM pg_locks WHERE locktype = 'advisory' AND NOT granted)")
        return waits.fetchone() == (True,)


def test_whoever_reads_personal_records_keeps_nobody_from_writing(rivaal: Authority, carl: Person) -> None:
    with viewing(person=carl, authorities=[rivaal.pk], purpose="reading", subject="call:c1", at=world.NOON):
        with psycopg.connect(dsn()) as another:
            free = another.execute("SELECT pg_try_advisory_xact_lock(%s)", [CHAIN_LOCK]).fetchone()
        assert free == (True,)
    assert Line.objects.get(kind="person.viewed").by == carl


def test_every_connection_of_ours_has_a_transaction_that_stands_still_ended() -> None:
    limits = []
    with connection.cursor() as cursor:
        cursor.execute("SHOW idle_in_transaction_session_timeout")
        limits.append(cursor.fetchone())
    with psycopg.connect(instance.database_dsn) as own:
        limits.append(own.execute("SHOW idle_in_transaction_session_timeout").fetchone())
    assert limits == [("10s",), ("10s",)]


def test_the_limits_of_the_switchboard_are_for_its_own_connection_and_end_with_its_lead(rivaal: Authority) -> None:
    async def story() -> None:
        async with switchboard(RehearsalSwitch()):
            await until(Pulse.objects.exists)
            assert await in_thread(limits) == ("0", "0")
        assert await in_thread(limits) == ("0", "0")

    def limits() -> tuple[str, ...]:
        with connection.cursor() as cursor:
            cursor.execute("SELECT current_setting('lock_timeout'), current_setting('statement_timeout')")
            return tuple(cursor.fetchone())

    play(story)
