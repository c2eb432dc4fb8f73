"""People who call in a crisis and call again, the agents who answer, and a switch between them, in made-up time.

The decisions are those of the real rules; how people behave is made up, and `Habits` says it.
"""

import heapq
import random
from collections import deque
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from functools import partial
from itertools import count
from typing import Protocol

from tests.rush.floors import NUMBER, census_of
from tests.rush.habits import Caller, Habits
from tocsin.calls import ports
from tocsin.calls.ports import Verb
from tocsin.calls.rules import answers
from tocsin.calls.rules.agents import Agent
from tocsin.calls.rules.floor import Floor
from tocsin.calls.rules.line import Kind, kind_of
from tocsin.calls.rules.returning import LastCall
from tocsin.calls.rules.states import Call, CallState, Question
from tocsin.calls.rules.switchboard import Decision, decide
from tocsin.calls.rules.waiting import KNOWN_AFTER, LAST_CALLS, Handled
from tocsin.workforce.rules import AgentState

BEGIN = datetime(2026, 3, 7, 12, tzinfo=UTC)
FIRST_KEY = "3"
TOGETHER = timedelta(seconds=0.2)


class Decides(Protocol):
    """What a decision is made with."""

    def __call__(
        self, floor: Floor, happened: Sequence[ports.Event], *, now: datetime, returning: Mapping[str, LastCall]
    ) -> Decision: ...


@dataclass
class Crowd:
    """A line and its agents; `run` lets callers come and go and tells what became of each."""

    floor: Floor
    habits: Habits
    chance: random.Random
    # Whether the line knows who calls again.
    remembers: bool = True
    decides: Decides = decide
    # Is told of each decision, and when.
    sees: Callable[[Decision, datetime], None] = lambda *_: None
    # What the names of callers' legs begin with.
    named: str = "c"
    now: datetime = BEGIN
    callers: list[Caller] = field(default_factory=list)
    # Calls that the switchboard did not take in.
    unanswered: int = 0
    _planned: list[tuple[datetime, int, Callable[[], None]]] = field(default_factory=list)
    _names: "count[int]" = field(default_factory=count)
    _of: dict[str, Caller] = field(default_factory=dict)
    _returning: dict[str, LastCall] = field(default_factory=dict)
    _happened: list[ports.Event] = field(default_factory=list)
    # What each call was when people last reacted to it.
    _seen: dict[str, tuple[CallState, Question | None, str]] = field(default_factory=dict)
    _acted: dict[int, tuple[AgentState, str]] = field(default_factory=dict)
    # Agents who go when they are done with their caller.
    _going: set[int] = field(default_factory=set)
    # Of agents with a caller, whose kind that is and since when they speak; and how long the last ones took them.
    _speaks: dict[int, tuple[Kind, datetime]] = field(default_factory=dict)
    _handled: dict[Kind, deque[Handled]] = field(default_factory=dict)
    # Legs that were dialled and answered.
    _there: set[str] = field(default_factory=set)

    def __post_init__(self) -> None:
        for agent in self.floor.agents:
            # Telephones are up; whoever works says so.
            self._happen(ports.AgentLegUp(f"agent-{agent}", f"agent-{agent}"))
        self.floor = replace(self.floor, logins={f"agent-{agent}": agent for agent in self.floor.agents})

    def come(self, agents: Iterable[int], *, after: timedelta = timedelta()) -> None:
        """Have agents begin to work."""
        for agent in agents:
            self._plan(BEGIN + after, partial(self._happen, ports.AgentAsked(agent, Verb.READY)))

    def go(self, agents: Iterable[int], *, after: timedelta) -> None:
        """Have agents leave; whoever has a caller, when that is done."""
        for agent in agents:
            self._plan(BEGIN + after, partial(self._leave, agent))

    def restart(self, *, after: timedelta, rebuilt: Callable[[datetime], Floor]) -> None:
        """Have the switchboard started again, with the floor that is rebuilt at that time; the switch goes on."""
        self._plan(BEGIN + after, partial(self._restart, rebuilt))

    def run(self, *, people: int, over: timedelta, until: timedelta) -> None:
        """Let so many people call for the first time, evenly by chance over a span, and see them until another."""
        for place in range(people):
            at = BEGIN + over * self.chance.random()
            caller = Caller(
                number=f"+3247{place:07}",
                asks_by_key=self.chance.random() < self.habits.answered_by_key,
                patience_seconds=self.chance.expovariate(1 / self.habits.patience_seconds),
                first_at=at,
            )
            self.callers.append(caller)
            self._plan(at, lambda caller=caller: self._call(caller))
        self._look_in_journal()
        while True:
            due = self.floor.next_due(after=self.now)
            at = min(due, self._planned[0][0]) if due else self._planned[0][0]
            if at > BEGIN + until:
                return
            # What happens in the same moment is decided together, as in life under load.
            self.now = max(self.now + TOGETHER, at)
            while self._planned and self._planned[0][0] <= self.now:
                heapq.heappop(self._planned)[2]()
            self._decide()

    def _plan(self, at: datetime, does: Callable[[], None]) -> None:
        heapq.heappush(self._planned, (at, next(self._names), does))

    def _after(self, seconds: float, does: Callable[[], None]) -> None:
        self._plan(self.now + timedelta(seconds=seconds), does)

    def _happen(self, *events: ports.Event) -> None:
        self._happened += events

    def _decide(self) -> None:
        events, self._happened = self._happened, []
        decision = self.decides(self.floor, events, now=self.now, returning=self._returning)
        self._returning.clear()
        self.floor = decision.floor
        self.sees(decision, self.now)
        for move in decision.moves:
            self._carry_out(move)
        for call in decision.calls:
            self._react(call)
        for agent in decision.agents:
            self._work(agent)

    # The switch.

    def _carry_out(self, move: ports.Move) -> None:
        match move:
            case ports.Play(leg, message):
                played = ports.MessagePlayed(leg, message)
                self._after(self.habits.message_seconds, lambda: self._happen(played))
            case ports.Dial(leg):
                if self.chance.random() < self.habits.at_home:
                    self._after(8, lambda: self._answer(leg))
                    self._after(14, lambda: self._happen(ports.KeyPressed(leg, "1")))
                else:
                    self._after(30, lambda: self._happen(ports.DialFailed(leg, ports.DialFailure.NO_ANSWER)))
            case ports.Release(leg):
                self._after(0, lambda: self._happen(ports.LegEnded(leg)))
            case _:
                pass

    def _answer(self, leg: str) -> None:
        self._there.add(leg)
        self._happen(ports.DialAnswered(leg))

    def _restart(self, rebuilt: Callable[[datetime], Floor]) -> None:
        census, logins = census_of(self.floor, answered=self._there), self.floor.logins
        self.floor = replace(rebuilt(self.now), logins=logins)
        # What the switch has is told to whoever leads now.
        self._happen(census)

    # Callers.

    def _call(self, caller: Caller) -> None:
        if caller.served_at:
            return
        caller.attempts += 1
        leg = f"{self.named}{next(self._names)}"
        self._of[leg] = caller
        if self.remembers and caller.last:
            self._returning[leg] = caller.last
        self._happen(ports.CallArrived(leg, NUMBER, caller.number, self.now))

    def _react(self, call: Call) -> None:
        """What the caller does on hearing where the call is now."""
        caller = self._of[call.leg]
        seen = call.state, call.question, call.heard
        if self._seen.get(call.leg) == seen:
            return
        before = self._seen.get(call.leg)
        self._seen[call.leg] = seen
        match call.state:
            case CallState.CHOOSING if call.question is Question.ANSWERS and call.answer is None:
                self._choose(caller, call)
            case CallState.CHOOSING if call.question is Question.CALL_BACK:
                self._press(call, "1", after=6)
            case CallState.WAITING if before is None or before[0] is not CallState.WAITING:
                self._wait(caller, call)
            case CallState.TALKING:
                caller.served_at = self.now
                if call.call_back is None:
                    self._speaks[call.agent or 0] = kind_of(call), self.now
                talks = self.chance.expovariate(1 / self.habits.talk_seconds)
                self._after(talks, lambda: self._happen(ports.LegEnded(call.voice)))
            case CallState.DIALLING:
                self._speaks[call.agent or 0] = kind_of(call), self.now
            case CallState.PROMISED if before and before[0] is CallState.CHOOSING:
                self._after(8, lambda: self._happen(ports.LegEnded(call.leg)))
            case CallState.FALLBACK:
                self.unanswered += 1
            case CallState.ENDED:
                self._hung_up(caller, call)
            case _:
                pass

    def _press(self, call: Call, key: str, *, after: float) -> None:
        self._after(after, lambda: self._happen(ports.KeyPressed(call.leg, key)))

    def _choose(self, caller: Caller, call: Call) -> None:
        if not caller.asks_by_key:
            self._press(call, answers.ON, after=6)
        elif call.heard is None:
            self._press(call, FIRST_KEY, after=8)
        else:
            caller.served_at = self.now
            self._after(3, lambda: self._happen(ports.LegEnded(call.leg)))

    def _wait(self, caller: Caller, call: Call) -> None:
        gives_up_at = self.now + timedelta(seconds=caller.patience_seconds)
        takes_call_back = self.chance.random() < self.habits.takes_call_back

        def hear_how_long() -> None:
            waits = self._waiting(call)
            # Where nobody is at work nothing is told, and it may be as long as it likes.
            if waits and (waits.told_by is None or waits.told_by > gives_up_at):
                self._press(call, "1", after=0)

        def give_up() -> None:
            if self._waiting(call):
                self._happen(ports.LegEnded(call.leg))

        if self.floor.lines[NUMBER].call_backs and takes_call_back:
            self._after(self.habits.message_seconds, hear_how_long)
        self._plan(gives_up_at, give_up)

    def _waiting(self, call: Call) -> Call | None:
        """What became of a call, if it still waits."""
        now = self.floor.calls.get(call.leg)
        return now if now and now.state is CallState.WAITING else None

    def _hung_up(self, caller: Caller, call: Call) -> None:
        place_since = call.place.since if call.queued_at else None
        caller.last = LastCall(
            call.language,
            call.state,
            self.now,
            place_since,
            call.queued_at,
            call.answered,
            leg=call.leg,
            activation=call.activation or 0,
        )
        if not caller.served_at and self.chance.random() < self.habits.calls_again:
            self._after(self.chance.uniform(*self.habits.again_after_seconds), lambda: self._call(caller))

    # Agents.

    def _leave(self, agent: int) -> None:
        if self.floor.agents[agent].state is AgentState.READY:
            self._happen(ports.AgentAsked(agent, Verb.SIGN_OUT))
        else:
            self._going.add(agent)

    def _work(self, agent: Agent) -> None:
        if self._acted.get(agent.id) == (agent.state, agent.call):
            return
        before, _ = self._acted.get(agent.id, (None, ""))
        self._acted[agent.id] = agent.state, agent.call
        if before is AgentState.WRAP_UP:
            self._note_handled(agent)
        leaves = agent.id in self._going
        done = Verb.SIGN_OUT if leaves else Verb.DONE
        asked = {AgentState.OFFERED: (2.0, Verb.ACCEPT), AgentState.WRAP_UP: (self.habits.note_seconds, done)}
        if leaves:
            asked[AgentState.READY] = (0, Verb.SIGN_OUT)
        if agent.state in asked:
            seconds, verb = asked[agent.state]
            self._after(seconds, lambda: self._happen(ports.AgentAsked(agent.id, verb, agent.call)))

    def _note_handled(self, agent: Agent) -> None:
        """How long a call was, as it is in the journal."""
        kind, since = self._speaks.pop(agent.id)
        self._handled.setdefault(kind, deque(maxlen=LAST_CALLS)).append(Handled(since, self.now))

    def _look_in_journal(self) -> None:
        """Once in a while the line is told how long calls are."""
        handled = {kind: tuple(calls) for kind, calls in self._handled.items()}
        self.floor = replace(self.floor, handled=handled, ordered=self.floor.line)
        self._plan(self.now + KNOWN_AFTER, self._look_in_journal)
