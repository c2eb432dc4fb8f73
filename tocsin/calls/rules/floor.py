"""Everything the switchboard knows at one moment: lines, calls, agents. A value: deciding makes a new one."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from tocsin.calls.rules.script import Script
from tocsin.calls.rules.states import Call
from tocsin.workforce.rules import AgentState, Standing


@dataclass(frozen=True, slots=True)
class Agent:
    """An agent as the switchboard sees one. `leg` is the agent's connected telephone, or empty."""

    id: int
    languages: frozenset[str]
    authorities: frozenset[int]
    state: AgentState
    since: datetime
    idle_since: datetime
    leg: str = ""
    # The call offered to or spoken with, or just finished while wrapping up.
    call: str = ""
    missed: int = 0
    reason: str = ""
    due_at: datetime | None = None

    def standing(self) -> Standing:
        """What is kept of this agent; of the telephone only whether it was up, for the screens to show."""
        return Standing(
            agent=self.id,
            state=self.state,
            since=self.since,
            idle_since=self.idle_since,
            reason=self.reason,
            missed=self.missed,
            call=self.call,
            connected=self.leg != "",
            due_at=self.due_at,
        )

    def may_take(self, call: Call) -> bool:
        """Whether this agent can be offered this call now."""
        return (
            self.state is AgentState.READY
            and self.leg != ""
            and call.language in self.languages
            and call.authority in self.authorities
        )


@dataclass(frozen=True, slots=True)
class Floor:
    """Lines by number, live calls by leg, agents by key, logins of agents' telephones by user name."""

    lines: Mapping[str, Script] = field(default_factory=dict)
    calls: Mapping[str, Call] = field(default_factory=dict)
    agents: Mapping[int, Agent] = field(default_factory=dict)
    logins: Mapping[str, int] = field(default_factory=dict)
    # Spoken when nothing is open on a number.
    house_languages: tuple[str, ...] = ("nl", "fr", "de", "en")

    def next_due(self) -> datetime | None:
        """When something must be done although nothing happens."""
        times = [call.due_at for call in self.calls.values() if call.due_at]
        times += [agent.due_at for agent in self.agents.values() if agent.due_at]
        return min(times, default=None)
