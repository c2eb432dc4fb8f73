"""How long a caller will still wait, from what is on the floor: who comes before, and which agents are at work."""

from collections import Counter

from tocsin.activations.rules import Requirement, Stream
from tocsin.calls.rules import waiting
from tocsin.calls.rules.agents import Agent
from tocsin.calls.rules.draft import Draft
from tocsin.calls.rules.line import Kind, kind_of
from tocsin.calls.rules.states import Call, CallState
from tocsin.calls.rules.waiting import Estimate, Length
from tocsin.workforce.rules import AT_WORK, AgentState


class Crew:
    """The agents at work, by whose calls they can take: looked up once for all who are told at an instant."""

    def __init__(self, draft: Draft) -> None:
        # Whoever is being offered comes before all who wait, and may come back. An agent who is asked about a
        # caller is offered the colleague, not the caller.
        offered = (agent for agent in draft.agents.values() if agent.state is AgentState.OFFERED)
        calls = (draft.calls.get(agent.call) for agent in offered)
        self.offered = Counter(kind_of(call) for call in calls if call and call.state is CallState.OFFERED)
        self._at_work = [agent for agent in draft.agents.values() if agent.state in AT_WORK]
        self._by_kind: dict[Kind, frozenset[int]] = {}
        self._draft = draft
        self._lengths: dict[Kind, Length] = {}

    def for_kind(self, kind: Kind) -> frozenset[int]:
        """Those who can take calls of a kind."""
        if kind not in self._by_kind:
            self._by_kind[kind] = frozenset(agent.id for agent in self._at_work if _can_take(agent, kind))
        return self._by_kind[kind]

    def length_of_calls(self, kind: Kind) -> Length:
        """How long these take with callers of a kind."""
        if kind not in self._lengths:
            calls = ((agent, self._draft.calls.get(agent.call)) for agent in self._at_work)
            self._lengths[kind] = waiting.length_of_calls(
                self._draft.floor.handled.get(kind, ()),
                going_on=[agent.since for agent, call in calls if call and _handles(agent, call, kind)],
                now=self._draft.now,
                stream=kind.stream,
            )
        return self._lengths[kind]


def forecast(draft: Draft, call: Call, crew: Crew) -> tuple[int, Estimate | None]:
    """The place in line of a caller who waits, and how long it will take.

    That is None where nobody at work can take the call.

    No less is said than before, but for the time that has passed since, unless the caller moved up: an agent who
    comes and goes would have the wait grow again.
    """
    kind = kind_of(call)
    before = draft.line.before(call)
    place = 1 + before.get(kind, 0) + crew.offered[kind]
    wanted = draft.floor.wanted_for(call)
    own = crew.for_kind(kind)
    if wanted != Requirement():
        own = frozenset(key for key in own if draft.agents[key].may_take(call, wanted, now=draft.now))
    if not own:
        return place, None
    # Callers of another kind delay this one as far as their agents are the same.
    ahead = sum(
        callers * len(own & theirs) / len(theirs)
        for other, callers in before.items()
        if callers and (theirs := own if other == kind else crew.for_kind(other))
    )
    length = crew.length_of_calls(kind)
    wait = waiting.estimate(place=1 + ahead, agents=len(own), handle_time=length.mean, known_from=length.calls)
    if call.told_by and call.told_place is not None and place >= call.told_place:
        wait = wait.at_least(call.told_by - draft.now)
    return place, wait


def _handles(agent: Agent, call: Call, kind: Kind) -> bool:
    """Whether an agent is with this caller, or dials the number, and not only asked about the caller."""
    return agent.state is AgentState.TALKING and call.agent == agent.id and kind_of(call) == kind


def _can_take(agent: Agent, kind: Kind) -> bool:
    return (
        kind.authority in agent.authorities
        and kind.language in agent.languages
        and (kind.stream is not Stream.D2 or agent.takes_d2)
    )
