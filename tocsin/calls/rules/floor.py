"""Everything the switchboard knows at one moment: lines, calls, agents. A value: deciding makes a new one."""

from bisect import bisect_right
from collections.abc import Iterator, Mapping
from dataclasses import InitVar, dataclass, field
from datetime import datetime

from tocsin.activations.rules import Requirement
from tocsin.calls.rules.agents import Agent
from tocsin.calls.rules.called_telephone import CalledTelephone
from tocsin.calls.rules.consultation import Consultation
from tocsin.calls.rules.hearing import Supervision
from tocsin.calls.rules.line import Kind, Line
from tocsin.calls.rules.script import Script
from tocsin.calls.rules.states import Call
from tocsin.calls.rules.tapes import Tape
from tocsin.calls.rules.waiting import Handled

# What is asked of an agent for a call whose activation is no longer known.
ANY_AGENT = Requirement()


@dataclass(frozen=True, slots=True)
class Floor:
    """Lines by number, live calls by leg, agents by key, logins of agents' telephones by user name."""

    lines: Mapping[str, Script] = field(default_factory=dict)
    calls: Mapping[str, Call] = field(default_factory=dict)
    agents: Mapping[int, Agent] = field(default_factory=dict)
    logins: Mapping[str, int] = field(default_factory=dict)
    # The last calls that were answered, with their wrap-up, by whom they are told of.
    handled: Mapping[Kind, tuple[Handled, ...]] = field(default_factory=dict)
    # What agents ask others about their callers, by the leg of the caller.
    consultations: Mapping[str, Consultation] = field(default_factory=dict)
    # Which conversations coordinators hear, by the coordinator's key as an agent.
    supervisions: Mapping[int, Supervision] = field(default_factory=dict)
    # The tapes that run, by the leg of the caller.
    tapes: Mapping[str, Tape] = field(default_factory=dict)
    # The calls to agents' own numbers, by login; and the nodes of the switch, as far as they were seen: "" is the
    # only one of a switch that names none.
    called_telephones: Mapping[str, CalledTelephone] = field(default_factory=dict)
    nodes: frozenset[str] = field(default=frozenset(), compare=False)
    # While nodes have yet to be seen: by leg, whom a census had it with whose own node was not asked.
    unsettled: Mapping[str, frozenset[str]] = field(default_factory=dict, compare=False)
    # What was closed last on each number, for callers who find nothing open there; they belong to no activation.
    closed: Mapping[str, Script] = field(default_factory=dict)
    # The country in which a number that is entered is meant (ISO 3166).
    region: str = "BE"
    # Calls and agents in order, where it is known already.
    ordered: InitVar[Line | None] = None
    line: Line = field(init=False, compare=False, repr=False)

    def __post_init__(self, ordered: Line | None) -> None:
        object.__setattr__(self, "line", ordered or Line.of(self.calls.values(), self.agents.values()))

    def script_of(self, call: Call) -> Script | None:
        """The script of a call, while the activation that it came to is live; or was closed when it came."""
        if call.activation is None:
            return self.closed.get(call.number)
        script = self.lines.get(call.number)
        return script.incident(call.activation) if script else None

    def wanted_for(self, call: Call) -> Requirement:
        """What an agent must have for a call."""
        script = self.script_of(call)
        return script.requirement if script else ANY_AGENT

    def next_due(self, *, after: datetime) -> datetime | None:
        """When something must be done although nothing happens."""
        line = self.line
        times = [at for at in (line.due_calls.first, line.due_agents.first, line.d2_breaks.first) if at]
        times += [each.due_at for each in self.called_telephones.values() if each.due_at]
        times += [each.opens_at for each in self.supervisions.values() if each.opens_at > after]
        times += self._relaxations(after=after)
        return min(times, default=None)

    def _relaxations(self, *, after: datetime) -> Iterator[datetime]:
        """When less is asked of the agents for those who wait, the next of each queue."""
        wanted = {each.activation: each.requirement for line in self.lines.values() for each in line.incidents}
        for queue, places in self.line.waiting.items():
            requirement = wanted.get(queue.activation or 0)
            if requirement and (span := requirement.relaxed_after):
                following = bisect_right(places, after - span, key=lambda place: place.since)
                yield from (place.since + span for place in places[following : following + 1])
