"""The work of one decision: the next floor while it is made, and what must be kept and told because of it."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

from tocsin.calls.rules import timing
from tocsin.calls.rules.agents import Agent
from tocsin.calls.rules.events import Answer
from tocsin.calls.rules.floor import Floor
from tocsin.calls.rules.line import Line
from tocsin.calls.rules.moves import Move
from tocsin.calls.rules.returning import LastCall
from tocsin.calls.rules.states import DIALLED, Call, CallState, CallStep, Reason
from tocsin.workforce.rules import AgentChange, AgentState


@dataclass(slots=True)
class Draft:
    """A floor being changed at one instant; only the rules of this package hold one, and only within `decide`."""

    floor: Floor
    now: datetime
    # How many more callers can be taken in.
    room: int
    # By leg, the last call of callers who arrive now and have called before.
    returning: Mapping[str, LastCall]
    calls: dict[str, Call]
    agents: dict[int, Agent]
    line: Line
    steps: list[CallStep] = field(default_factory=list)
    changes: list[AgentChange] = field(default_factory=list)
    moves: list[Move] = field(default_factory=list)
    # By order of a coordinator.
    answers: dict[int, Answer] = field(default_factory=dict)
    # Calls and agents whose rows are no longer what is stored, in the order they were touched.
    touched_calls: dict[str, Call] = field(default_factory=dict)
    touched_agents: dict[int, Agent] = field(default_factory=dict)

    @classmethod
    def of(cls, floor: Floor, *, now: datetime, room: int, returning: Mapping[str, LastCall]) -> "Draft":
        """A draft that starts as the floor is."""
        return cls(floor, now, room, returning, dict(floor.calls), dict(floor.agents), floor.line.copy())

    def floor_after(self) -> Floor:
        """The floor as the draft has it now."""
        return replace(self.floor, calls=self.calls, agents=self.agents, ordered=self.line)

    def tell(self, *moves: Move) -> None:
        """Have the switch do something."""
        self.moves.extend(moves)

    def call_at(self, leg: str) -> Call | None:
        """The call of a caller's leg, whether it came in or was dialled; None where it is of no use any more."""
        call = self.calls.get(leg.partition(DIALLED)[0])
        return call if call and leg in (call.voice, call.leg) else None

    def keep_call(self, call: Call, **changes: Any) -> Call:
        """Change what is known of a call without a transition."""
        call = replace(call, **changes)
        self.line.change_call(self.calls.get(call.leg), call)
        self.calls[call.leg] = self.touched_calls[call.leg] = call
        return call

    def move_call(
        self,
        call: Call,
        after: CallState,
        *,
        why: str,
        due_in: timedelta | None = None,
        reason: Reason | None = None,
        **changes: Any,
    ) -> Call:
        """Take a call to another state, with its line in the journal."""
        before = self.calls[call.leg].state if call.leg in self.calls else ""
        call = self.keep_call(
            call, state=after, since=self.now, due_at=self.now + due_in if due_in else None, **changes
        )
        self.steps.append(
            CallStep(
                leg=call.leg,
                activation=call.activation,
                before=before,
                after=after,
                at=self.now,
                agent=call.agent,
                language=call.language,
                why=why,
                stream=call.stream,
                reason=reason,
            )
        )
        if after is CallState.ENDED:
            del self.calls[call.leg]
        return call

    def keep_agent(self, agent: Agent, **changes: Any) -> Agent:
        """Change what is known of an agent without a change of state."""
        agent = replace(agent, **changes)
        self.line.change_agent(self.agents.get(agent.id), agent)
        self.agents[agent.id] = self.touched_agents[agent.id] = agent
        return agent

    def move_agent(
        self, agent: Agent, after: AgentState, *, why: str, due_in: timedelta | None = None, **changes: Any
    ) -> Agent:
        """Take an agent to another state, with its line in the journal."""
        self.changes.append(AgentChange(agent.id, agent.state, after, self.now, why))
        if after is AgentState.READY and agent.state is not AgentState.READY:
            changes.setdefault("idle_since", self.now)
        if after in (AgentState.READY, AgentState.PAUSED, AgentState.ON_TASK) and not agent.leg:
            # Nobody stays at work without a telephone.
            due_in = timing.AGENT_RETURN
        changes.setdefault("reason", "")
        return self.keep_agent(
            agent, state=after, since=self.now, due_at=self.now + due_in if due_in else None, **changes
        )
