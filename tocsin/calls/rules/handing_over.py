"""A caller who is handed over while it still rings outside: whoever answers there has the caller, who hears music
until then. Where nobody does, the agent who asked has the caller again, or the caller is first in line."""

from tocsin.calls.rules import journey, moves, timing
from tocsin.calls.rules.consultation import Consultation, Stage
from tocsin.calls.rules.draft import Draft
from tocsin.calls.rules.states import CallState, Passing
from tocsin.workforce.rules import AgentState


def begin(draft: Draft, consultation: Consultation) -> None:
    """The agent who asked finishes the note, and the call is nobody's until it is answered."""
    call = draft.calls[consultation.call]
    journey.wrap_up(draft, call, why="transferred")
    draft.move_call(
        call,
        CallState.OUTSIDE,
        why="handed over",
        due_in=timing.DIAL + timing.SILENCE,
        agent=None,
        reason=Passing(consultation.by, consultation.to, consultation.consent, consultation.topic),
    )


def rings(draft: Draft, consultation: Consultation) -> bool:
    """Whether the caller was handed over, and it rings."""
    return consultation.stage is Stage.RINGING and draft.calls[consultation.call].state is CallState.OUTSIDE


def answered(draft: Draft, consultation: Consultation) -> None:
    """The caller speaks with somebody outside, and no agent does."""
    call = draft.calls[consultation.call]
    draft.keep_consultation(consultation, stage=Stage.ALONE, since=draft.now)
    draft.tell(moves.StopPlaying(call.voice, call.playing), moves.Connect(call.voice, consultation.name))
    draft.keep_call(call, due_at=None)


def unreached(draft: Draft, consultation: Consultation, *, why: str) -> None:
    """The agent who still writes about the caller has the caller again; where none does, the caller is first."""
    call = draft.calls[consultation.call]
    draft.keep_consultation(consultation, stage=Stage.ENDED, since=draft.now, why=why)
    agent = draft.agents.get(consultation.by or 0)
    if agent is None or not agent.leg or (agent.state, agent.call) != (AgentState.WRAP_UP, call.leg):
        journey.return_to_line(draft, call, why=why, announce_loss=False)
        return
    draft.move_agent(agent, AgentState.TALKING, why=why)
    draft.tell(moves.StopPlaying(call.voice, call.playing), moves.Connect(call.voice, agent.leg))
    draft.move_call(call, CallState.TALKING, why=why, agent=agent.id)
