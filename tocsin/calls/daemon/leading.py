"""The leading switchboard's loop."""

import asyncio
import logging
import time
import traceback
from collections.abc import AsyncIterator, Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import partial

from django.db import transaction

from tocsin.activations.actions import confirm_closed
from tocsin.activations.ports import Speech
from tocsin.activations.rules import State
from tocsin.calls import actions, ports
from tocsin.calls.daemon import lines, memory
from tocsin.calls.daemon.database_thread import DATABASE_AWAY, DatabaseThread, limit_waiting
from tocsin.calls.daemon.happenings import arrivals, letting_go, normal, single
from tocsin.calls.daemon.limits import Limits
from tocsin.calls.models import TelephoneLogin
from tocsin.calls.rules.agents import Agent
from tocsin.calls.rules.floor import Floor
from tocsin.calls.rules.script import Script
from tocsin.calls.rules.states import CallState
from tocsin.calls.rules.switchboard import Decision, decide
from tocsin.logbook.actions import note
from tocsin.refusals import Refusal

log = logging.getLogger(__name__)

# More requests than this not confirmed, a hundred calls' worth: new callers are left to the fallback for a while.
CONGESTED_BACKLOG = 600
REQUESTS_OF_A_CALL = 6
MAX_ORDER_AGE = timedelta(seconds=10)
PULSE = timedelta(seconds=2)
# Opening hours begin and end on a minute.
HOURS = timedelta(minutes=1)


class Lead:
    """Leads until the database is lost or the task is cancelled; knows only what is stored or in the switch."""

    def __init__(self, *, switch: ports.Switch, speech: Speech, region: str, limits: Limits) -> None:
        self._switch = switch
        self._speech = speech
        self._region = region
        self._limits = limits
        self._floor = Floor()
        self._inbox: list[ports.SwitchEvent] = []
        # What others said has changed, to be taken up by the loop that decides: it alone changes the floor.
        self._told: set[str] = set()
        self._scripts: dict[str, Script] | None = None
        self._wake = asyncio.Event()
        self._lines_changed = asyncio.Event()
        self._logins: list[ports.Login] = []
        self._logins_changed = asyncio.Event()
        self._connected = False
        self._decision_ms = 0.0
        self._in_database = DatabaseThread(limits)

    async def until_lost(self, wakes: AsyncIterator[str]) -> None:
        """Lead, and close the switch at the end, which is an exception: database lost, or a cancellation."""
        try:
            await self._load()
            async with asyncio.TaskGroup() as tasks:
                tasks.create_task(self._listen(wakes))
                tasks.create_task(self._pump())
                tasks.create_task(self._tend_lines())
                tasks.create_task(self._keep_logins())
                tasks.create_task(self._beat())
                tasks.create_task(self._decide_forever())
        except BaseExceptionGroup as group:
            # One failure ends all; the others were cancelled because of it.
            raise group.exceptions[0] from None
        finally:
            # First of all: from here on nobody decides, and callers are better off with the fallback.
            await self._switch.close()
            # What is being recorded is recorded before anybody else may lead.
            await self._in_database.close()

    async def _load(self) -> None:
        def load() -> Floor:
            limit_waiting(self._limits)
            with transaction.atomic():
                # As every decision does: callers are not fetched from the fallback while none can be recorded.
                note(kind="switchboard.began", subject="switchboard", by=None, at=datetime.now(UTC))
            actions.dismiss_agents(at=datetime.now(UTC))
            return Floor(
                # What is open is known before the first caller is heard of, or that caller would be turned away.
                lines=memory.load_scripts(State.OPEN, State.CLOSING),
                calls=memory.load_calls(),
                agents=memory.load_agents(),
                logins=_by_username(memory.load_logins()),
                region=self._region,
            )

        self._floor = await self._in_database(load)

    async def _listen(self, wakes: AsyncIterator[str]) -> None:
        async for what in wakes:
            if what == "lines":
                self._lines_changed.set()
            else:
                self._told.add(what)
                self._wake.set()

    async def _pump(self) -> None:
        """Bring the switch's events in, and a census after each connection."""
        while True:
            census = await self._switch.connect()
            self._told.add("logins")
            self._receive([census])
            self._connected = True
            while self._connected:
                events = await self._switch.next_events(timeout_seconds=None)
                self._receive(events)
                self._connected = not any(isinstance(event, ports.Disconnected) for event in events)

    def _receive(self, events: Sequence[ports.SwitchEvent]) -> None:
        self._inbox.extend(events)
        self._wake.set()

    async def _decide_forever(self) -> None:
        while True:
            await self._wait()
            told, self._told = self._told, set()
            if "agents" in told:
                await self._reload_agents()
            logins = await self._reload_logins() if "logins" in told else None
            if self._scripts is not None:
                self._floor, self._scripts = replace(self._floor, lines=self._scripts), None
            await self._decide()
            if logins is not None:
                # After the decision: who signs out with a telephone has left before it is gone, and is not missed.
                self._logins = logins
                self._logins_changed.set()

    async def _keep_logins(self) -> None:
        """In its own time: the switch is asked hundreds of things, and callers need none of the answers."""
        while True:
            await self._logins_changed.wait()
            self._logins_changed.clear()
            await self._switch.keep_logins(self._logins)

    async def _wait(self) -> None:
        now = datetime.now(UTC)
        due = self._floor.next_due(after=now)
        timeout = max((due - now).total_seconds(), 0) if due else None
        with suppress(TimeoutError):
            await asyncio.wait_for(self._wake.wait(), timeout)
        self._wake.clear()

    async def _decide(self) -> None:
        began = time.perf_counter()
        events, self._inbox = [normal(event, region=self._region) for event in self._inbox], []
        for census in [event for event in events if isinstance(event, ports.Census)]:
            over = await self._in_database(partial(memory.ended_legs, list(census.callers)))
            await self._switch.carry_out([ports.Release(leg) for leg in over])
            callers = {leg: seen for leg, seen in census.callers.items() if leg not in over}
            events[events.index(census)] = replace(census, callers=callers)
        try:
            await self._decide_on(events)
        except DATABASE_AWAY:
            raise
        except Exception as error:
            # Whatever it is, it may be about one call only.
            _tell_failure(f"{len(events)} events could not be decided together", error)
            await self._decide_singly(events)
        self._decision_ms = (time.perf_counter() - began) * 1000
        await self._close_emptied_lines()

    async def _decide_on(self, events: Sequence[ports.SwitchEvent], *, with_orders: bool = True) -> None:
        """Decide these events and what agents asked, record it, and then tell the switch."""
        now = datetime.now(UTC)

        def work() -> Decision:
            returning = memory.last_calls(arrivals(events), lines=self._floor.lines, now=now)
            return actions.decide_and_record(
                decide=lambda orders: decide(
                    self._floor, [*events, *orders], now=now, room=self._room(), returning=returning
                ),
                at=now,
                max_order_age=MAX_ORDER_AGE,
                with_orders=with_orders,
            )

        decision = await self._in_database(work)
        self._floor = decision.floor
        await self._switch.carry_out(decision.moves)

    async def _decide_singly(self, events: Sequence[ports.SwitchEvent]) -> None:
        """What cannot be decided or recorded costs the call that it is about, and nobody else's."""
        # Where not even this can be decided, no event is to blame and nobody is let go.
        await self._decide_on([], with_orders=False)
        for event in single(events, known=set(self._floor.calls)):
            try:
                await self._decide_on([event], with_orders=False)
            except DATABASE_AWAY:
                raise
            except Exception as error:
                move = letting_go(event)
                if move is None:
                    raise
                _tell_failure(
                    f"{type(event).__name__} of {move.leg} cannot be decided, which ends that call", error
                )
                await self._switch.carry_out([move])
        try:
            await self._decide_on([])
        except DATABASE_AWAY:
            raise
        except Exception as error:
            _tell_failure("What agents asked cannot be decided, and is dropped when it is old", error)

    def _room(self) -> int:
        """How many more callers can be taken in: the line is not full, and the switch keeps up."""
        taken_in = sum(
            call.state is not CallState.FALLBACK and not call.to_be_dialled for call in self._floor.calls.values()
        )
        keeping_up = (CONGESTED_BACKLOG - self._switch.backlog) // REQUESTS_OF_A_CALL
        return min(self._limits.most_calls - taken_in, keeping_up)

    async def _close_emptied_lines(self) -> None:
        closing = {script.activation for script in self._floor.lines.values() if not script.accepts}
        for activation in closing - {call.activation for call in self._floor.calls.values()}:
            # A script that was read before the activation closed may come in once more.
            with suppress(Refusal):
                await self._in_database(partial(confirm_closed, activation=activation, at=datetime.now(UTC)))
            self._floor = replace(
                self._floor, lines={n: s for n, s in self._floor.lines.items() if s.activation != activation}
            )

    async def _reload_agents(self) -> None:
        await self._in_database(partial(actions.dismiss_agents, at=datetime.now(UTC)))
        stored = await self._in_database(memory.load_agents)
        agents: dict[int, Agent] = {}
        for key, agent in stored.items():
            known = self._floor.agents.get(key)
            agents[key] = (
                replace(known, languages=agent.languages, skills=agent.skills, authorities=agent.authorities)
                if known
                else agent
            )
        self._floor = replace(self._floor, agents=agents)

    async def _reload_logins(self) -> list[ports.Login]:
        rows = await self._in_database(memory.load_logins)
        self._floor = replace(self._floor, logins=_by_username(rows))
        return memory.switch_logins(rows)

    async def _tend_lines(self) -> None:
        """Have what must be spoken ready, then let the new scripts in force; an ordered line opens here."""
        await lines.prepare_house(self._speech, languages=self._floor.house_languages)
        known: dict[str, Script] = {}
        fallbacks: lines.Fallbacks = {}
        while True:
            self._lines_changed.clear()
            scripts = await lines.open_lines(self._speech, in_database=self._in_database, fallbacks=fallbacks)
            self._scripts = scripts
            self._wake.set()
            for number in known.keys() - scripts.keys():
                await lines.forget_line(
                    self._speech, number=number, languages=self._floor.house_languages, fallbacks=fallbacks
                )
            await lines.prepare_waiting(self._speech, scripts.values(), until=self._lines_changed)
            known = scripts
            with suppress(TimeoutError):
                # Also now and then by itself: the fallback tells the opening hours, and nobody tells of those.
                async with asyncio.timeout(HOURS.total_seconds()):
                    await self._lines_changed.wait()

    async def _beat(self) -> None:
        while True:
            await self._in_database(
                partial(
                    actions.record_pulse,
                    at=datetime.now(UTC),
                    switch_connected=self._connected,
                    backlog=self._switch.backlog,
                    decision_ms=self._decision_ms,
                )
            )
            await asyncio.sleep(PULSE.total_seconds())


def _by_username(rows: Sequence[TelephoneLogin]) -> dict[str, int]:
    return {row.username: row.agent_id for row in rows if row.agent_id is not None}


def _tell_failure(what: str, error: Exception) -> None:
    """In the log, with the place in the code; without the values, which may be somebody's number."""
    first = next(iter(str(error).splitlines()), "")
    where = "".join(traceback.format_tb(error.__traceback__))
    log.error("%s: %s: %s\n%s", what, type(error).__name__, first, where)
