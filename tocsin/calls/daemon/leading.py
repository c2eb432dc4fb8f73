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
from tocsin.calls.daemon import earlier, lines, memory
from tocsin.calls.daemon.clock import Clock, ticking
from tocsin.calls.daemon.database_thread import (
    DATABASE_AWAY,
    DatabaseThread,
    ask_nothing,
    claim_recording,
    limit_waiting,
)
from tocsin.calls.daemon.happenings import arrivals, letting_go, normal, single
from tocsin.calls.daemon.limits import Limits
from tocsin.calls.models import Pulse, TelephoneLogin
from tocsin.calls.rules import incidents
from tocsin.calls.rules.agents import Agent
from tocsin.calls.rules.floor import Floor
from tocsin.calls.rules.script import HOUSE_LANGUAGES, Script
from tocsin.calls.rules.switchboard import Decision, decide
from tocsin.logbook.actions import note
from tocsin.refusals import Refusal

log = logging.getLogger(__name__)

# More requests than this not confirmed, a hundred calls' worth: new callers are left to the fallback for a while.
CONGESTED_BACKLOG = 600
REQUESTS_OF_A_CALL = 6
MAX_ORDER_AGE = timedelta(seconds=10)
# Also for whoever stands by to see that this one does not stand still (`vigil`).
PULSE = timedelta(seconds=1)
# Whoever did not get to anything for so long may have lost the lead meanwhile, and asks before it acts.
STANDSTILL = timedelta(seconds=2)
# After a decision of so many steps, a crowd, the next waits so long, and takes together what happens meanwhile:
# each costs some milliseconds whatever is in it. A call has four steps, so from sixty calls a second on.
CROWD = 12
PACE = timedelta(milliseconds=40)
# Between two attempts to make telephones that the switch refused.
LOGINS_AGAIN = timedelta(seconds=5)
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
        # What was asked before we led is still to be read.
        self._told: set[str] = {"orders"}
        # By number, what is open, and what was closed last.
        self._scripts: dict[str, Script] | None = None
        self._closed: dict[str, Script] | None = None
        self._wake = asyncio.Event()
        self._lines_changed = asyncio.Event()
        self._logins: list[ports.Login] = []
        self._logins_changed = asyncio.Event()
        self._connected = False
        self._decision_ms = 0.0
        # Of the last decision.
        self._steps = 0
        self._in_database = DatabaseThread(limits)
        self._clock = Clock()

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
            claim_recording()
            limit_waiting(self._limits)
            with transaction.atomic():
                # As every decision does: callers are not fetched from the fallback while none can be recorded.
                note(kind="switchboard.began", subject="switchboard", by=None, at=datetime.now(UTC))
            self._clock = Clock(seen=Pulse.objects.values_list("at", flat=True).first())
            actions.dismiss_agents(at=datetime.now(UTC))
            logins = memory.load_logins()
            # What is open is known before the first caller is heard of, or that caller would be turned away.
            scripts = memory.load_scripts(State.OPEN, State.CLOSING)
            return Floor(
                lines=scripts,
                closed=memory.load_closed(),
                calls=earlier.with_treatments(memory.load_calls(), lines=scripts, now=datetime.now(UTC)),
                agents=memory.load_agents(),
                logins=_by_username(logins),
                called_telephones=memory.called_telephones(logins),
                region=self._region,
                consultations=memory.load_consultations(),
                supervisions=memory.load_supervisions(),
                tapes=memory.load_tapes(),
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
            # It may be gone because another switchboard has it, which then leads, and is not to lose it to us.
            await self._in_database(ask_nothing)
            self._receive([await self._switch.connect()])
            self._connected = True
            while self._connected:
                events = await self._switch.next_events(timeout_seconds=None)
                self._receive(events)
                self._connected = ports.Disconnected() not in events

    def _receive(self, events: Sequence[ports.SwitchEvent]) -> None:
        self._inbox.extend(events)
        if any(isinstance(event, ports.Census) for event in events):
            # A node that was away may have forgotten the telephones.
            self._told.add("logins")
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
            if self._closed is not None:
                self._floor, self._closed = replace(self._floor, closed=self._closed), None
            await self._decide(with_orders="orders" in told)
            if "handled" in told:
                handled = await self._in_database(partial(memory.load_handled, datetime.now(UTC)))
                self._floor = replace(self._floor, handled=handled)
            if logins is not None:
                # After the decision: who signs out with a telephone has left before it is gone, and is not missed.
                self._logins = logins
                self._logins_changed.set()
            if self._steps >= CROWD:
                await asyncio.sleep(PACE.total_seconds())

    async def _keep_logins(self) -> None:
        """In its own time: the switch is asked hundreds of things, and callers need none of the answers."""
        while True:
            await self._logins_changed.wait()
            self._logins_changed.clear()
            if not await self._switch.keep_logins(self._logins):
                asyncio.get_running_loop().call_later(LOGINS_AGAIN.total_seconds(), self._logins_changed.set)

    async def _wait(self) -> None:
        now, put = self._clock.read()
        # What is due is by the clock as it was.
        now -= put
        due = self._floor.next_due(after=now)
        timeout = max((due - now).total_seconds(), 0) if due else None
        with suppress(TimeoutError):
            async with asyncio.timeout(timeout):
                await self._wake.wait()
        self._wake.clear()

    async def _decide(self, *, with_orders: bool) -> None:
        began = time.perf_counter()
        events, self._inbox = [normal(event, region=self._region) for event in self._inbox], []
        for census in [event for event in events if isinstance(event, ports.Census)]:
            over = await self._in_database(partial(earlier.ended_legs, list(census.callers)))
            await self._switch.carry_out([ports.Release(leg) for leg in over])
            callers = {leg: seen for leg, seen in census.callers.items() if leg not in over}
            events[events.index(census)] = replace(census, callers=callers)
        try:
            moves = await self._decide_on(events, with_orders=with_orders)
        except DATABASE_AWAY:
            raise
        except Exception as error:
            # Whatever it is, it may be about one call only.
            _tell_failure(f"{len(events)} events could not be decided together", error)
            await self._decide_singly(events)
        else:
            await self._switch.carry_out(moves)
        self._decision_ms = (time.perf_counter() - began) * 1000
        await self._close_emptied_lines()

    async def _decide_on(self, events: Sequence[ports.SwitchEvent], *, with_orders: bool) -> Sequence[ports.Move]:
        """Decide these events, and what agents and coordinators asked, and record it; answers what follows.

        To tell the switch is left to whoever asks: where that fails, what is recorded is not decided again.
        """
        began = ticking()
        now, put = self._clock.read()
        clock = [ports.ClockPut(put)] if put else []

        def work() -> Decision:
            room, places = self._room()
            returning = earlier.last_calls(arrivals(events), lines=self._floor.lines, now=now)
            treated = earlier.treatments(arrivals(events), lines=self._floor.lines, now=now)
            return actions.decide_and_record(
                decide=lambda orders: decide(
                    self._floor,
                    [*clock, *events, *orders],
                    now=now,
                    room=room,
                    places=places,
                    returning=returning,
                    treated=treated,
                ),
                at=now,
                max_order_age=MAX_ORDER_AGE,
                with_orders=with_orders,
                clock_put=put,
            )

        decision = await self._in_database(work)
        self._clock.follow(put)
        self._floor, self._steps = decision.floor, len(decision.steps)
        if ticking() - began > STANDSTILL:
            await self._in_database(ask_nothing)
        return decision.moves

    async def _decide_singly(self, events: Sequence[ports.SwitchEvent]) -> None:
        """What cannot be decided or recorded costs the call that it is about, and nobody else's."""
        # Where not even this can be decided, no event is to blame and nobody is let go.
        await self._switch.carry_out(await self._decide_on([], with_orders=False))
        for event in single(events, known=set(self._floor.calls)):
            try:
                moves = await self._decide_on([event], with_orders=False)
            except DATABASE_AWAY:
                raise
            except Exception as error:
                move = letting_go(event)
                if move is None:
                    raise
                _tell_failure(
                    f"{type(event).__name__} of {move.leg} cannot be decided, which ends that call", error
                )
                moves = [move]
            await self._switch.carry_out(moves)
        try:
            moves = await self._decide_on([], with_orders=True)
        except DATABASE_AWAY:
            raise
        except Exception as error:
            self._told.add("orders")
            _tell_failure("What agents asked cannot be decided, and is dropped when it is old", error)
        else:
            await self._switch.carry_out(moves)

    def _room(self) -> tuple[int, int]:
        """How many more callers can be taken in, as long as the switch keeps up, and have a place in line."""
        line, limits = self._floor.line, self._limits
        keeping_up = (CONGESTED_BACKLOG - self._switch.backlog) // REQUESTS_OF_A_CALL
        return min(limits.most_taken_in - line.taken_in, keeping_up), limits.most_calls - line.placed

    async def _close_emptied_lines(self) -> None:
        scripts = [script for line in self._floor.lines.values() for script in line.incidents]
        closing = {script.activation for script in scripts if not script.accepts}
        if not closing:
            return
        for activation in closing - {call.activation for call in self._floor.calls.values()}:
            # A script that was read before the activation closed may come in once more.
            with suppress(Refusal):
                await self._in_database(partial(confirm_closed, activation=activation, at=datetime.now(UTC)))
            self._floor = incidents.closed_for_good(self._floor, activation)

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
        # Of those known already, more is known than is stored; those whose session ended are ended in a decision.
        called = memory.called_telephones(rows) | dict(self._floor.called_telephones)
        self._floor = replace(self._floor, logins=_by_username(rows), called_telephones=called)
        return memory.switch_logins(rows)

    async def _tend_lines(self) -> None:
        """Have what must be spoken ready, then let the new scripts in force; an ordered line opens here."""
        await lines.prepare_house(self._speech, languages=HOUSE_LANGUAGES)
        known: dict[str, Script] = {}
        fallbacks: lines.Fallbacks = {}
        while True:
            self._lines_changed.clear()
            scripts = await lines.open_lines(
                self._speech, in_database=self._in_database, fallbacks=fallbacks, known=known
            )
            # At once: whoever was told that a line is open may call it in this moment.
            self._scripts = scripts
            # Also how long calls take at this time, by which the waits are told.
            self._told.add("handled")
            self._wake.set()
            await lines.prepare_waiting(self._speech, scripts.values(), until=self._lines_changed)
            # Those who are on the line go before who calls a number that is closed.
            self._closed = await lines.close_lines(
                self._speech, in_database=self._in_database, fallbacks=fallbacks, live=scripts
            )
            self._wake.set()
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
