"""Everything the switchboard knows at one moment: lines, calls, agents. A value: deciding makes a new one."""

from collections.abc import Mapping
from dataclasses import InitVar, dataclass, field
from datetime import datetime

from tocsin.activations.rules import Requirement
from tocsin.calls.rules.agents import Agent
from tocsin.calls.rules.line import Line
from tocsin.calls.rules.script import Script
from tocsin.calls.rules.states import Call, CallState

# What is asked of an agent for a call whose activation is no longer known.
ANY_AGENT = Requirement()


@dataclass(frozen=True, slots=True)
class Floor:
    """Lines by number, live calls by leg, agents by key, logins of agents' telephones by user name."""

    lines: Mapping[str, Script] = field(default_factory=dict)
    calls: Mapping[str, Call] = field(default_factory=dict)
    agents: Mapping[int, Agent] = field(default_factory=dict)
    logins: Mapping[str, int] = field(default_factory=dict)
    # Spoken when nothing is open on a number.
    house_languages: tuple[str, ...] = ("nl", "fr", "de", "en")
    # The country in which a number that is entered is meant (ISO 3166).
    region: str = "BE"
    # Calls and agents in order, where it is known already.
    ordered: InitVar[Line | None] = None
    line: Line = field(init=False, compare=False, repr=False)

    def __post_init__(self, ordered: Line | None) -> None:
        object.__setattr__(self, "line", ordered or Line.of(self.calls.values(), self.agents.values()))

    def wanted_for(self, call: Call) -> Requirement:
        """What an agent must have for a call."""
        script = self.lines.get(call.number)
        return script.requirement if script and script.activation == call.activation else ANY_AGENT

    def next_due(self, *, after: datetime) -> datetime | None:
        """When something must be done although nothing happens."""
        times = [call.due_at for call in self.calls.values() if call.due_at]
        times += [agent.due_at for agent in self.agents.values() if agent.due_at]
        times += [at for at in self._relaxations() if at > after]
        return min(times, default=None)

    def _relaxations(self) -> list[datetime]:
        """When less is asked of the agents for those who wait."""
        spans = {s.activation: s.requirement.relaxed_after for s in self.lines.values()}
        return [
            call.place.since + span
            for call in self.calls.values()
            if call.state is CallState.WAITING and (span := spans.get(call.activation or 0))
        ]
