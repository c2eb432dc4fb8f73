"""What is known of all calls and agents together, kept while they change: who waits and who is free, each in order
so that an offer looks at the first; who is due when; how many callers are here."""

from bisect import bisect_left
from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Any, NamedTuple, TypeVar

from tocsin.activations.rules import Stream
from tocsin.calls.rules.agenda import Agenda
from tocsin.calls.rules.agents import Agent
from tocsin.calls.rules.states import QUEUED, WITH_AGENT, Call, CallState, Place, Rank
from tocsin.workforce.rules import Level

# A kind and a key of that kind.
Share = tuple[str, int | None]
Key = TypeVar("Key")
Entry = TypeVar("Entry", bound=tuple[Any, ...])


class Kind(NamedTuple):
    """Callers who wait for the same agents."""

    authority: int | None
    stream: Stream
    language: str


class Queue(NamedTuple):
    """Waiting calls among which only the time decides."""

    rank: Rank
    stream: Stream
    authority: int | None
    activation: int | None
    language: str


class Free(NamedTuple):
    """An agent who can be offered a call in a language; of two, the smaller is preferred."""

    takes_d2: bool
    # What is missing to the highest level in the language.
    short_of: int
    since: datetime
    agent: int


# Free agents by an authority that they serve and a language that they speak; one agent is in several.
Speakers = dict[tuple[int | None, str], tuple[Free, ...]]


class Line:
    """The calls that wait, by queue; the agents who are free, by whom they serve and what they speak; how many
    agents are with callers, by whom they are with: an authority, an activation, a stream of an authority; the
    calls and the agents that are due or rested, and how many callers are taken in.

    The entries are tuples: a copy that changes leaves the original as it is.
    """

    __slots__ = ("d2_breaks", "due_agents", "due_calls", "free", "placed", "served", "taken_in", "waiting")

    def __init__(self) -> None:
        self.waiting: dict[Queue, tuple[Place, ...]] = {}
        self.free: Speakers = {}
        self.served: dict[Share, int] = {}
        self.due_calls = Agenda[str]()
        self.due_agents = Agenda[int]()
        # When agents have had a break from victims and relatives.
        self.d2_breaks = Agenda[int]()
        # How many callers are here, and how many of them have a place in line or had one.
        self.taken_in = self.placed = 0

    @classmethod
    def of(cls, calls: Iterable[Call], agents: Iterable[Agent]) -> "Line":
        """The line of these calls and agents."""
        line = cls()
        for call in calls:
            line.change_call(None, call)
        for agent in agents:
            line.change_agent(None, agent)
        return line

    def copy(self) -> "Line":
        """Another line, the same for now."""
        line = Line()
        line.waiting, line.free, line.served = dict(self.waiting), dict(self.free), dict(self.served)
        line.due_calls, line.due_agents = self.due_calls.copy(), self.due_agents.copy()
        line.d2_breaks = self.d2_breaks.copy()
        line.taken_in, line.placed = self.taken_in, self.placed
        return line

    def change_call(self, before: Call | None, after: Call) -> None:
        """Follow a call from what it was, if anything, to what it is."""
        if before and before.state in QUEUED:
            _take_out(self.waiting, _queue_of(before), before.place)
        if after.state in QUEUED:
            _put_in(self.waiting, _queue_of(after), after.place)
        if before and before.state in WITH_AGENT:
            for share in shares_of(before):
                self.served[share] -= 1
        if after.state in WITH_AGENT:
            for share in shares_of(after):
                self.served[share] = self.served.get(share, 0) + 1
        self.taken_in += _is_taken_in(after) - _is_taken_in(before)
        self.placed += _is_placed(after) - _is_placed(before)
        self.due_calls.change(after.leg, before.due_at if before else None, after.due_at)

    def change_agent(self, before: Agent | None, after: Agent) -> None:
        """Follow an agent from what is known of one to what is."""
        if before and before.is_free:
            for authority, language, free in _where_free(before):
                _take_out(self.free, (authority, language), free)
        if after.is_free:
            for authority, language, free in _where_free(after):
                _put_in(self.free, (authority, language), free)
        self.due_agents.change(after.id, before.due_at if before else None, after.due_at)
        self.d2_breaks.change(after.id, before.d2_rested_at if before else None, after.d2_rested_at)

    def before(self, call: Call) -> dict[Kind, int]:
        """How many who wait come before this one by rank, stream and place, by kind; fair shares aside."""
        before: dict[Kind, int] = {}
        for queue, entries in self.waiting.items():
            if (queue.rank, _turn(queue)) < (call.rank, _turn(call)):
                earlier = len(entries)
            elif (queue.rank, queue.stream) == (call.rank, call.stream):
                earlier = bisect_left(entries, call.place)
            else:
                earlier = 0
            before[kind_of(queue)] = before.get(kind_of(queue), 0) + earlier
        return before


def _queue_of(call: Call) -> Queue:
    return Queue(call.rank, call.stream, call.authority, call.activation, call.language)


def kind_of(caller: Call | Queue) -> Kind:
    """Who waits for the same agents as this caller."""
    return Kind(caller.authority, caller.stream, caller.language)


def _is_taken_in(call: Call | None) -> bool:
    """Whether the caller is here: neither left to the switch's fallback, nor waiting to be called back."""
    if call is None or call.to_be_dialled:
        return False
    return call.state not in (CallState.FALLBACK, CallState.ENDED)


def _is_placed(call: Call | None) -> bool:
    return call is not None and call.queued_at is not None and _is_taken_in(call)


def _turn(caller: Call | Queue) -> int:
    return 0 if caller.stream is Stream.D2 else 1


def shares_of(caller: Call | Queue) -> tuple[Share, Share, Share]:
    """Between whom the agents are shared fairly: the authority, the activation, the stream of the authority."""
    return (
        ("authority", caller.authority),
        ("activation", caller.activation),
        (caller.stream, caller.authority),
    )


def _where_free(agent: Agent) -> Iterator[tuple[int, str, Free]]:
    takes_d2 = agent.takes_d2
    for authority in agent.authorities:
        for language, level in agent.languages.items():
            yield authority, language, Free(takes_d2, Level.FULL - level, agent.idle_since, agent.id)


def _put_in(groups: dict[Key, tuple[Entry, ...]], key: Key, entry: Entry) -> None:
    entries = groups.get(key, ())
    at = bisect_left(entries, entry)
    groups[key] = (*entries[:at], entry, *entries[at:])


def _take_out(groups: dict[Key, tuple[Entry, ...]], key: Key, entry: Entry) -> None:
    """Remove an entry, and the group with the last one."""
    at = bisect_left(groups[key], entry)
    if rest := groups[key][:at] + groups[key][at + 1 :]:
        groups[key] = rest
    else:
        del groups[key]
