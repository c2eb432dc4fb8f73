"""Who waits and who is free, kept in order while calls and agents change: an offer looks at the first of each."""

from bisect import bisect_left
from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Any, NamedTuple, TypeVar

from tocsin.activations.rules import Stream
from tocsin.calls.rules.agents import Agent
from tocsin.calls.rules.states import QUEUED, WITH_AGENT, Call, Place, Rank

# A kind and a key of that kind.
Share = tuple[str, int | None]
Key = TypeVar("Key")
Entry = TypeVar("Entry", bound=tuple[datetime, Any])


class Queue(NamedTuple):
    """Waiting calls among which only the time decides."""

    rank: Rank
    stream: Stream
    authority: int | None
    activation: int | None
    language: str


class Free(NamedTuple):
    """An agent who can be offered a call: since when idle."""

    since: datetime
    agent: int


class Able(NamedTuple):
    """What free agents have in common who may take the same calls, other skills apart; one agent is in several."""

    authority: int
    language: str
    takes_d2: bool
    level: int


class Line:
    """The calls that wait, by queue; the agents who are free, by what they are able to; how many agents are with
    callers, by whom they are with: an authority, an activation, a stream of an authority.

    The entries are tuples: a copy that changes leaves the original as it is.
    """

    __slots__ = ("free", "served", "waiting")

    def __init__(self) -> None:
        self.waiting: dict[Queue, tuple[Place, ...]] = {}
        self.free: dict[Able, tuple[Free, ...]] = {}
        self.served: dict[Share, int] = {}

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

    def change_agent(self, before: Agent | None, after: Agent) -> None:
        """Follow an agent from what is known of one to what is."""
        if before and before.is_free:
            for able in _able_to(before):
                _take_out(self.free, able, Free(before.idle_since, before.id))
        if after.is_free:
            for able in _able_to(after):
                _put_in(self.free, able, Free(after.idle_since, after.id))

    def place_of(self, call: Call) -> int:
        """How many waiting callers of the same authority, stream and language come before this one, plus one."""
        place = 1
        for queue, entries in self.waiting.items():
            if (queue.authority, queue.stream, queue.language) != (call.authority, call.stream, call.language):
                continue
            if queue.rank < call.rank:
                place += len(entries)
            elif queue.rank == call.rank:
                place += bisect_left(entries, call.place)
        return place


def _queue_of(call: Call) -> Queue:
    return Queue(call.rank, call.stream, call.authority, call.activation, call.language)


def shares_of(caller: Call | Queue) -> tuple[Share, Share, Share]:
    """Between whom the agents are shared fairly: the authority, the activation, the stream of the authority."""
    return (
        ("authority", caller.authority),
        ("activation", caller.activation),
        (caller.stream, caller.authority),
    )


def _able_to(agent: Agent) -> Iterator[Able]:
    takes_d2 = agent.takes_d2
    for authority in agent.authorities:
        for language, level in agent.languages.items():
            yield Able(authority, language, takes_d2, level)


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
