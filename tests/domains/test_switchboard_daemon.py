"""The switchboard as a process: it opens lines, survives its own end and the database's, and only one leads."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import TypeVar

import psycopg
import pytest
from asgiref.sync import sync_to_async
from django.conf import settings
from django.db import connection
from psycopg.conninfo import make_conninfo

from tests import world
from tocsin.activations.models import Activation
from tocsin.activations.rules import State, spoken_name
from tocsin.authorities.models import Authority
from tocsin.calls import actions, daemon
from tocsin.calls.models import Call, CallStep, DeskOrder
from tocsin.calls.ports import Verb
from tocsin.gateways.rehearsal.switch import RehearsalSwitch
from tocsin.workforce.models import Agent

pytestmark = pytest.mark.django_db(transaction=True)
T = TypeVar("T")


class Speech:
    """Says nothing aloud, and remembers what it was asked to say."""

    def __init__(self) -> None:
        self.said: list[tuple[str, str]] = []
        self.joined: dict[str, tuple[str, ...]] = {}

    def say(self, *, language: str, text: str) -> str:
        self.said.append((language, text))
        return spoken_name(language, text)

    def join(self, *, names: Sequence[str], name: str) -> str:
        self.joined[name] = tuple(names)
        return name

    def accept_recording(self, *, path: Path) -> str:
        raise NotImplementedError


def dsn() -> str:
    """The tests' database, as psycopg wants it."""
    words = connection.get_connection_params()
    names = ("host", "port", "user", "password", "dbname")
    return make_conninfo(**{name: words[name] for name in names if name in words})


@asynccontextmanager
async def switchboard(switch: RehearsalSwitch, speech: Speech | None = None):
    """A switchboard process; leaving the block ends it as SIGTERM would."""
    stop = asyncio.Event()
    running = asyncio.create_task(
        daemon.run(switch=switch, speech=speech or Speech(), dsn=dsn(), region="BE", stop=stop)
    )
    try:
        yield running
    finally:
        stop.set()
        await asyncio.wait_for(running, 20)


async def until(happened: Callable[[], T], *, seconds: float = 30) -> T:
    """What `happened` answers, once that is something."""
    async with asyncio.timeout(seconds):
        while not (found := await in_thread(happened)):
            await asyncio.sleep(0.01)
        return found


async def in_thread(work: Callable[[], T]) -> T:
    def run() -> T:
        try:
            return work()
        finally:
            # Every story has threads of its own, which would keep their connections.
            connection.close()

    return await sync_to_async(run)()


def play(story: Callable[[], Awaitable[None]]) -> None:
    asyncio.run(story())


def call(switch: RehearsalSwitch) -> str:
    return switch.call(number="1771", caller="0477 12 34 56", at=datetime.now(UTC))


def state_of(leg: str) -> str:
    return Call.objects.get(pk=leg).state if Call.objects.filter(pk=leg).exists() else ""


def is_open() -> bool:
    return Activation.objects.get().state == State.OPEN


def test_a_line_that_was_ordered_is_spoken_for_and_opens(rivaal: Authority) -> None:
    world.activation(rivaal, state=State.ORDERED)
    speech, switch = Speech(), RehearsalSwitch()

    async def story() -> None:
        async with switchboard(switch, speech):
            await until(is_open)
            leg = call(switch)
            await until(lambda: state_of(leg) == "greeting")

    play(story)
    assert ("nl", "Bericht (nl).") in speech.said
    assert spoken_name("fr", "Bericht (fr).") in speech.joined["fallback/1771"]


def test_a_caller_who_was_there_before_the_switchboard_is_let_in(rivaal: Authority) -> None:
    world.activation(rivaal)
    switch = RehearsalSwitch()
    leg = call(switch)

    async def story() -> None:
        async with switchboard(switch):
            await until(lambda: state_of(leg))

    play(story)
    assert CallStep.objects.earliest("pk").after == "greeting"


def test_the_number_is_kept_as_e164(rivaal: Authority) -> None:
    world.activation(rivaal)
    switch = RehearsalSwitch()

    async def story() -> None:
        async with switchboard(switch):
            leg = call(switch)
            await until(lambda: state_of(leg))

    play(story)
    assert Call.objects.get().caller_mark == actions.caller_mark("+32477123456", key=settings.CALLER_HASH_KEY)


def test_a_conversation_and_the_places_in_line_survive_the_switchboard(rivaal: Authority, ann: Agent) -> None:
    world.activation(rivaal, languages=["nl"])
    switch = RehearsalSwitch()
    legs: list[str] = []

    async def first_life() -> None:
        login, _ = await in_thread(lambda: actions.issue_login(session="s", agent=ann, at=datetime.now(UTC)))
        async with switchboard(switch):
            switch.agent_calls(login=login.username)
            await in_thread(lambda: actions.ask(agent=ann, verb=Verb.READY, at=datetime.now(UTC)))
            legs.append(call(switch))
            await until(lambda: state_of(legs[0]) == "offered")
            await in_thread(lambda: actions.ask(agent=ann, verb=Verb.ACCEPT, call=legs[0], at=datetime.now(UTC)))
            await until(lambda: state_of(legs[0]) == "talking")
            for _ in range(2):
                legs.append(call(switch))
                await until(lambda: state_of(legs[-1]) == "waiting")

    async def second_life() -> None:
        steps = await in_thread(CallStep.objects.count)
        async with switchboard(switch):
            await until(lambda: switch.logins)
            switch.hang_up(legs[0])
            await until(lambda: state_of(legs[0]) == "ended")
            await in_thread(lambda: actions.ask(agent=ann, verb=Verb.DONE, at=datetime.now(UTC)))
            await until(lambda: state_of(legs[1]) == "offered")
            assert await in_thread(lambda: state_of(legs[2])) == "waiting"
        assert await in_thread(CallStep.objects.count) == steps + 2

    async def story() -> None:
        await first_life()
        assert await in_thread(lambda: [state_of(leg) for leg in legs]) == ["talking", "waiting", "waiting"]
        assert all(switch.is_up(leg) for leg in legs)
        await second_life()

    play(story)


def test_a_call_whose_end_was_decided_but_never_told_is_released(rivaal: Authority) -> None:
    world.activation(rivaal, languages=["nl"])
    switch = RehearsalSwitch()
    leg = call(switch)
    Call.objects.create(
        leg=leg, number="1771", language="nl", state="ended", since=world.NOON, arrived_at=world.NOON
    )

    async def story() -> None:
        async with switchboard(switch):
            await until(lambda: not switch.is_up(leg))

    play(story)
    assert state_of(leg) == "ended"
    assert CallStep.objects.count() == 0


def test_callers_who_left_while_nobody_listened_are_ended(rivaal: Authority) -> None:
    world.activation(rivaal, languages=["nl"])
    switch = RehearsalSwitch()

    async def story() -> None:
        async with switchboard(switch):
            leg = call(switch)
            await until(lambda: state_of(leg) == "waiting")
        switch.hang_up(leg)
        async with switchboard(switch):
            await until(lambda: state_of(leg) == "ended")

    play(story)
    assert CallStep.objects.get(after="ended").why == "gone while the switchboard was away"


def test_a_database_that_goes_away_and_comes_back_is_led_on(rivaal: Authority) -> None:
    world.activation(rivaal, languages=["nl"])
    switch = RehearsalSwitch()
    own = connection.connection.info.backend_pid

    async def story() -> None:
        async with switchboard(switch):
            first = call(switch)
            await until(lambda: state_of(first) == "waiting")
            end_sessions(but=own)
            second = call(switch)
            async with asyncio.timeout(30):
                while await in_thread(lambda: state_of(second)) != "waiting":
                    # Who calls just then is left to the fallback, which tries again and again.
                    switch.try_again()
                    await asyncio.sleep(0.01)
            assert await in_thread(lambda: state_of(first)) == "waiting"

    play(story)
    assert CallStep.objects.filter(after="waiting").count() == 2


def end_sessions(*, but: int) -> None:
    """End every session with the tests' database, as a restart of PostgreSQL would, but this one."""
    with psycopg.connect(dsn(), autocommit=True) as own:
        own.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
            "WHERE datname = current_database() AND pid NOT IN (pg_backend_pid(), %s)",
            [but],
        )


def test_a_second_switchboard_stands_by_and_takes_over(rivaal: Authority) -> None:
    world.activation(rivaal, languages=["nl"])
    switch, other = RehearsalSwitch(), RehearsalSwitch()
    # So that the two do not give their legs the same names.
    other.agent_calls(login="nobody")

    async def story() -> None:
        async with switchboard(other):
            async with switchboard(switch):
                legs = {id(each): call(each) for each in (switch, other)}
                led = await until(
                    lambda: next((each for each in (switch, other) if state_of(legs[id(each)])), None)
                )
                standing_by = other if led is switch else switch
                assert await in_thread(lambda: state_of(legs[id(standing_by)])) == ""
            if led is switch:
                await until(lambda: state_of(legs[id(other)]))

    play(story)


def test_what_was_asked_while_nobody_led_long_ago_is_not_done(rivaal: Authority, ann: Agent) -> None:
    DeskOrder.objects.create(agent=ann, verb="ready", at=world.NOON)

    async def story() -> None:
        async with switchboard(RehearsalSwitch()):
            await until(lambda: not DeskOrder.objects.exists())

    play(story)
    ann.refresh_from_db()
    assert ann.state == "signed_out"


def test_a_closing_line_is_closed_when_the_last_caller_has_left(rivaal: Authority) -> None:
    world.activation(rivaal, languages=["nl"], state=State.CLOSING)
    switch = RehearsalSwitch()

    async def story() -> None:
        async with switchboard(switch):
            await until(lambda: Activation.objects.get().state == State.CLOSED)

    play(story)
