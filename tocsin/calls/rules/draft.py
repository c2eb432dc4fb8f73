"""The work of one decision: the next floor while it is made, and what must be kept and told because of it."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

from tocsin.activations.rules import Stream
from tocsin.calls.rules import d2_breaks, timing
from tocsin.calls.rules.agents import Agent
from tocsin.calls.rules.called_telephone import CalledTelephone
from tocsin.calls.rules.consultation import ASKED, Consultation, Stage
from tocsin.calls.rules.events import Answer, Recorded
from tocsin.calls.rules.floor import Floor
from tocsin.calls.rules.hearing import Supervision
from tocsin.calls.rules.line import Line
from tocsin.calls.rules.moves import Dial, Move
from tocsin.calls.rules.returning import LastCall
from tocsin.calls.rules.states import HEARD_ANSWER, Call, CallState, CallStep, Passing, Rating, Reason, call_of
from tocsin.calls.rules.tapes import Tape
from tocsin.calls.rules.treatment import Treatment
from tocsin.calls.rules.values import changed
from tocsin.workforce.rules import AgentChange, AgentState


@dataclass(slots=True)
class Draft:
    """A floor being changed at one instant; only the rules of this package hold one, and only within `decide`."""

    floor: Floor
    now: datetime
    # How many more callers can be taken in.
    room: int
    # How many more callers can have a place in line in person.
    places: int
    # By leg, the last call of callers who arrive now and have called before.
    returning: Mapping[str, LastCall]
    # By leg, how coordinators have callers treated who arrive now, by activation.
    treated: Mapping[str, Mapping[int, Treatment]]
    calls: dict[str, Call]
    agents: dict[int, Agent]
    line: Line
    consultations: dict[str, Consultation]
    supervisions: dict[int, Supervision]
    tapes: dict[str, Tape]
    called_telephones: dict[str, CalledTelephone]
    # The nodes of the switch that were seen; and who was seen with whom before all were (`Floor.unsettled`).
    nodes: set[str]
    unsettled: Mapping[str, frozenset[str]]
    steps: list[CallStep] = field(default_factory=list)
    changes: list[AgentChange] = field(default_factory=list)
    moves: list[Move] = field(default_factory=list)
    # By order of a coordinator.
    answers: dict[int, Answer] = field(default_factory=dict)
    # Calls and agents whose rows are no longer what is stored, in the order they were touched.
    touched_calls: dict[str, Call] = field(default_factory=dict)
    touched_agents: dict[int, Agent] = field(default_factory=dict)
    touched_consultations: dict[str, Consultation] = field(default_factory=dict)
    touched_supervisions: dict[int, Supervision] = field(default_factory=dict)
    touched_tapes: dict[str, Tape] = field(default_factory=dict)
    touched_telephones: dict[str, CalledTelephone] = field(default_factory=dict)
    # What the switch told of tapes that ended.
    recorded: list[Recorded] = field(default_factory=list)

    @classmethod
    def of(
        cls,
        floor: Floor,
        *,
        now: datetime,
        room: int,
        places: int,
        returning: Mapping[str, LastCall],
        treated: Mapping[str, Mapping[int, Treatment]],
    ) -> "Draft":
        """A draft that starts as the floor is."""
        return cls(
            floor=floor,
            now=now,
            room=room,
            places=places,
            returning=returning,
            treated=treated,
            calls=dict(floor.calls),
            agents=dict(floor.agents),
            line=floor.line.copy(),
            consultations=dict(floor.consultations),
            supervisions=dict(floor.supervisions),
            tapes=dict(floor.tapes),
            called_telephones=dict(floor.called_telephones),
            nodes=set(floor.nodes),
            unsettled=floor.unsettled,
        )

    def floor_after(self) -> Floor:
        """The floor as the draft has it now."""
        return replace(
            self.floor,
            calls=self.calls,
            agents=self.agents,
            consultations=self.consultations,
            supervisions=self.supervisions,
            tapes=self.tapes,
            called_telephones=self.called_telephones,
            nodes=frozenset(self.nodes),
            unsettled=self.unsettled,
            ordered=self.line,
        )

    def is_about_to_dial(self, leg: str) -> bool:
        """Whether this decision has the switch dial it: no census that is decided with it can have it."""
        return any(isinstance(move, Dial) and move.leg == leg for move in self.moves)

    def is_apart(self, leg: str, other: str) -> bool:
        """Whether a census had a leg without another, whose own node was asked only later."""
        return leg in self.unsettled and other not in self.unsettled[leg]

    def tell(self, *moves: Move) -> None:
        """Have the switch do something."""
        self.moves.extend(moves)

    def call_at(self, leg: str) -> Call | None:
        """The call of a caller's leg, whether it came in or was dialled; None where it is of no use any more."""
        call = self.calls.get(call_of(leg))
        return call if call and leg in (call.voice, call.leg) else None

    def keep_call(self, call: Call, **changes: Any) -> Call:
        """Change what is known of a call without a transition."""
        call = changed(call, **changes)
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
        reason: Reason | Passing | None = None,
        **changes: Any,
    ) -> Call:
        """Take a call to another state, with its line in the journal."""
        before = self.calls[call.leg].state if call.leg in self.calls else ""
        call = self.keep_call(
            call, state=after, since=self.now, due_at=self.now + due_in if due_in else None, **changes
        )
        self._note(call, before, why=why, reason=reason, answer=call.heard if after is CallState.ENDED else None)
        if after is CallState.ENDED:
            del self.calls[call.leg]
        return call

    def note(self, call: Call, *, why: str, reason: Rating | None = None) -> None:
        """Write something in the journal that changes nothing of where the call is."""
        self._note(call, call.state, why=why, reason=reason)

    def note_heard(self, call: Call) -> None:
        """Write in the journal that a caller heard an answer to its end, in the state the call is in."""
        self._note(call, call.state, why=HEARD_ANSWER, answer=call.heard)

    def _note(
        self,
        call: Call,
        before: str,
        *,
        why: str,
        reason: Reason | Passing | Rating | None = None,
        answer: int | None = None,
    ) -> None:
        self.steps.append(
            CallStep(
                leg=call.leg,
                activation=call.activation,
                before=before,
                after=call.state,
                at=self.now - call.ahead,
                agent=call.agent,
                language=call.language,
                why=why,
                stream=call.stream,
                reason=reason,
                answer=answer,
            )
        )

    def begin_consultation(
        self,
        call: Call,
        *,
        by: int | None,
        agent: int | None,
        to: str,
        number: str,
        consent: bool,
        topic: int | None,
    ) -> Consultation:
        """Somebody is asked about a caller, and rings; what is dialled is named after where the caller is."""
        return self.keep_consultation(
            Consultation(
                name=f"{call.voice}{ASKED}{call.consulted}",
                call=call.leg,
                by=by,
                agent=agent,
                to=to,
                number=number,
                consent=consent,
                topic=topic,
                stage=Stage.RINGING,
                began_at=self.now,
                since=self.now,
            )
        )

    def keep_consultation(self, consultation: Consultation, **changes: Any) -> Consultation:
        """Change a consultation; one that has ended is kept in the journal alone."""
        consultation = replace(consultation, **changes)
        self.consultations[consultation.call] = self.touched_consultations[consultation.name] = consultation
        if consultation.stage is Stage.ENDED:
            del self.consultations[consultation.call]
        return consultation

    def keep_supervision(self, supervision: Supervision, **changes: Any) -> None:
        """Change what a coordinator hears; what has ended is kept in the journal alone."""
        supervision = replace(supervision, **changes)
        self.supervisions[supervision.by] = self.touched_supervisions[supervision.order] = supervision
        if supervision.ended_at:
            del self.supervisions[supervision.by]

    def keep_tape(self, tape: Tape, **changes: Any) -> Tape | None:
        """Change what is known of a tape; None of one that has ended."""
        tape = replace(tape, **changes)
        self.tapes[tape.call] = self.touched_tapes[tape.name] = tape
        return None if tape.ended_at and self.tapes.pop(tape.call) else tape

    def keep_agent(self, agent: Agent, **changes: Any) -> Agent:
        """Change what is known of an agent without a change of state."""
        agent = changed(agent, **changes)
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
        agent = changed(
            agent, state=after, since=self.now, due_at=self.now + due_in if due_in else None, **changes
        )
        return self.keep_agent(
            agent, **d2_breaks.followed(agent, now=self.now, is_about_d2=self._is_about_d2(agent))
        )

    def _is_about_d2(self, agent: Agent) -> bool:
        """Whether the call of an agent is a victim's or a relative's, or becomes one when the agent has it."""
        call, consultation = self.calls.get(agent.call), self.consultations.get(agent.call)
        asked = consultation is not None and consultation.agent == agent.id and consultation.to == Stream.D2
        return asked or (call is not None and call.stream is Stream.D2)
