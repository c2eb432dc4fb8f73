"""A disk that is full: PostgreSQL refuses to write, or nothing can be spoken, and nobody is let go."""

import asyncio
import errno
from collections.abc import Iterator

import pytest
from django.db import connection

from tests import world
from tests.patience import PATIENCE_SECONDS
from tests.switchboards import Speech, call, in_thread, is_open, play, state_of, switchboard, until
from tocsin.activations.rules import State
from tocsin.authorities.models import Authority
from tocsin.gateways.rehearsal.switch import RehearsalSwitch
from tocsin.logbook.actions import notify

pytestmark = pytest.mark.django_db(transaction=True)


def fill_disk(table: str) -> None:
    """PostgreSQL cannot make this table larger, and says so with the error of a full disk (SQLSTATE 53100)."""
    with connection.cursor() as cursor:
        cursor.execute(
            "CREATE FUNCTION no_room() RETURNS trigger LANGUAGE plpgsql AS "
            "$$ BEGIN RAISE EXCEPTION 'could not extend file: No space left on device' "
            "USING ERRCODE = 'disk_full'; END $$"
        )
        cursor.execute(
            f"CREATE TRIGGER no_room BEFORE INSERT ON {table} FOR EACH STATEMENT EXECUTE FUNCTION no_room()"
        )


def make_room() -> None:
    with connection.cursor() as cursor:
        cursor.execute("DROP FUNCTION IF EXISTS no_room CASCADE")


@pytest.fixture
def room_in_the_end(transactional_db: None) -> Iterator[None]:
    """The database is the next test's, whatever becomes of this one."""
    yield
    make_room()


@pytest.mark.parametrize("table", ["calls_callstep", "logbook_line"])
def test_while_nothing_can_be_written_callers_hear_the_fallback_and_those_inside_stay(
    rivaal: Authority, table: str, room_in_the_end: None
) -> None:
    world.activation(rivaal, languages=["nl"])
    switch = RehearsalSwitch()

    async def story() -> None:
        async with switchboard(switch):
            earlier = call(switch)
            await until(lambda: state_of(earlier) == "waiting")
            await in_thread(lambda: fill_disk(table))
            leg = call(switch)
            await until(lambda: switch.hears(leg) == "fallback")
            assert switch.is_up(earlier)
            await in_thread(make_room)
            async with asyncio.timeout(PATIENCE_SECONDS):
                while await in_thread(lambda: state_of(leg)) != "waiting" or switch.hears(leg) == "fallback":
                    # The fallback tries again and again.
                    switch.try_again()
                    await asyncio.sleep(0.01)
            assert await in_thread(lambda: state_of(earlier)) == "waiting"
            assert switch.is_up(earlier)

    play(story)


class NoRoom(Speech):
    """Cannot write a recording while `is_full`."""

    is_full = True

    def say(self, *, language: str, text: str) -> str:
        if self.is_full:
            raise OSError(errno.ENOSPC, "No space left on device")
        return super().say(language=language, text=text)


def test_a_line_opens_although_nothing_can_be_spoken_and_is_spoken_for_once_there_is_room(
    rivaal: Authority,
) -> None:
    world.activation(rivaal, languages=["nl"], state=State.ORDERED)
    switch, speech = RehearsalSwitch(), NoRoom()

    async def story() -> None:
        async with switchboard(switch, speech):
            await until(is_open)
            leg = call(switch)
            await until(lambda: state_of(leg) == "waiting")
            assert speech.said == []
            speech.is_full = False
            await in_thread(lambda: notify("tocsin_switchboard", "lines"))
            await until(lambda: ("nl", "Bericht (nl).") in speech.said)

    play(story)
