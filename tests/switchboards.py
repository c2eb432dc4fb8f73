"""The switchboard as a process, with a switch in memory and the tests' own database."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import TypeVar

from asgiref.sync import sync_to_async
from django.db import connection
from psycopg.conninfo import make_conninfo

from tests.patience import PATIENCE_SECONDS
from tests.what_happened import what_happened
from tocsin.activations.models import Activation
from tocsin.activations.rules import State, spoken_name
from tocsin.calls import actions, daemon
from tocsin.calls.daemon.limits import Limits
from tocsin.calls.models import Call
from tocsin.calls.ports import Verb
from tocsin.gateways.rehearsal.switch import RehearsalSwitch
from tocsin.workforce.models import Agent

T = TypeVar("T")
LIMITS = Limits(most_calls=1000, most_taken_in=1000)


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

    def has(self, *, name: str) -> bool:
        return name in {spoken_name(*text) for text in self.said}

    def accept_recording(self, *, path: Path) -> str:
        raise NotImplementedError


def dsn() -> str:
    """The tests' database, as psycopg wants it."""
    words = connection.get_connection_params()
    names = ("host", "port", "user", "password", "dbname")
    return make_conninfo(**{name: words[name] for name in names if name in words})


@asynccontextmanager
async def switchboard(
    switch: RehearsalSwitch, speech: Speech | None = None, *, limits: Limits = LIMITS
) -> AsyncIterator[asyncio.Task[None]]:
    """A switchboard process; leaving the block ends it as SIGTERM would."""
    stop = asyncio.Event()
    running = asyncio.create_task(
        daemon.run(switch=switch, speech=speech or Speech(), dsn=dsn(), region="BE", limits=limits, stop=stop)
    )
    try:
        yield running
    finally:
        stop.set()
        await asyncio.wait_for(running, PATIENCE_SECONDS)


async def until(happened: Callable[[], T]) -> T:
    """What `happened` answers, once that is something."""
    try:
        async with asyncio.timeout(PATIENCE_SECONDS):
            while not (found := await in_thread(happened)):
                await asyncio.sleep(0.01)
            return found
    except TimeoutError:
        raise AssertionError(f"Waited {PATIENCE_SECONDS} s in vain.\n{await in_thread(what_happened)}") from None


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


async def sign_in(switch: RehearsalSwitch, agent: Agent, *, session: str) -> None:
    """An agent is ready at a desk."""
    login, _ = await in_thread(lambda: actions.issue_login(session=session, agent=agent, at=datetime.now(UTC)))
    await until(lambda: login.username in switch.logins)
    switch.agent_calls(login=login.username)
    await in_thread(lambda: actions.ask(agent=agent, verb=Verb.READY, at=datetime.now(UTC)))


async def at_work(switch: RehearsalSwitch, agent: Agent, *, accepts: bool) -> str:
    """An agent is offered a call, and may take it; answers the caller's leg."""
    await sign_in(switch, agent, session="s")
    leg = call(switch)
    await until(lambda: state_of(leg) == "offered")
    if accepts:
        await in_thread(lambda: actions.ask(agent=agent, verb=Verb.ACCEPT, call=leg, at=datetime.now(UTC)))
        await until(lambda: state_of(leg) == "talking")
    return leg
