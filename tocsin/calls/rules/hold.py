"""A caller on hold: a lease, which the agent renews by speaking with the caller in between.

On the desk the agent is reminded; a caller who was forgotten all the same is first in line for another agent, or,
where the agent was asking somebody, back with that agent.
"""

from tocsin.calls.rules import consulting, journey, moves, timing
from tocsin.calls.rules.agents import Agent
from tocsin.calls.rules.draft import Draft
from tocsin.calls.rules.states import Call, CallState

REMINDED = "reminded of the caller on hold"
FORGOTTEN = "left on hold"


def begin(draft: Draft, agent: Agent, call: Call) -> None:
    """The caller hears music, and neither hears the other."""
    draft.tell(moves.Part(call.voice, agent.leg), moves.PlayMusic(call.voice))
    draft.move_call(call, CallState.HELD, why="held", due_in=timing.HOLD_REMINDER)


def due(draft: Draft, call: Call) -> None:
    """Remind the agent; the second time, end what keeps the agent from the caller, or give the caller to another,
    while the agent has time to write."""
    ends_at = call.since + timing.HOLD
    if draft.now < ends_at:
        draft.note(draft.keep_call(call, due_at=ends_at), why=REMINDED)
    elif consultation := draft.consultations.get(call.leg):
        consulting.return_to_caller(draft, consultation, why=FORGOTTEN)
    else:
        journey.wrap_up(draft, call, why=FORGOTTEN)
        journey.return_to_line(draft, call, why=FORGOTTEN, announce_loss=True)
