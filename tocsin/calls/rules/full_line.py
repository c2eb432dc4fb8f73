"""A line without a place left. Whoever comes to it has heard all that others hear, and is offered a call-back; who
wants none, or cannot have one, is left to the switch's fallback and comes in again when there is a place."""

from dataclasses import replace

from tocsin.calls.rules import asking, hours, moves, timing
from tocsin.calls.rules import call_back_words as words
from tocsin.calls.rules.draft import Draft
from tocsin.calls.rules.saying import end
from tocsin.calls.rules.states import IN_LINE, NOT_ASKED, Call, CallState

FULL = "the line is full"


def has_place(draft: Draft, call: Call) -> bool:
    """Whether a caller may wait in person: has a place, or finds one; also where an agent can answer at once."""
    if is_closed_to(draft, call):
        return False
    return call.queued_at is not None or _has_room(draft, call) or _agent_is_free(draft, call)


def is_closed_to(draft: Draft, call: Call) -> bool:
    """Whether it is outside the hours, and a caller who has no place was offered a call-back instead."""
    offered = call.queued_at is None and call.question in asking.QUESTIONS
    return offered and not hours.is_open(draft.floor.script_of(call), now=draft.now)


def keeps_out(draft: Draft, known: Call | None) -> bool:
    """Whether a caller who comes out of the fallback came to the full line before, and finds it full once more."""
    return known is not None and known.messages > 0 and not has_place(draft, known)


def reach(draft: Draft, call: Call) -> None:
    """The call-back, which is offered once; then the fallback."""
    if is_closed_to(draft, call):
        end(draft, call, why="informed")
    elif call.question not in asking.QUESTIONS and asking.may_ask(draft, call):
        # Whoever heard an answer goes on from it.
        call = replace(call, answer=None, heard=None)
        asking.ask(draft, call, why=FULL, before=words.no_place(call.language))
    elif call.came_instead:
        # Wants to keep what was promised before.
        draft.tell(moves.StopPlaying(call.voice, call.playing))
        end(draft, call, why=FULL)
    else:
        draft.tell(moves.StopPlaying(call.voice, call.playing), moves.SendBack(call.leg, call.number))
        draft.move_call(call, CallState.FALLBACK, why=FULL, due_in=timing.FALLBACK_RETURN, entered="", **NOT_ASKED)


def _has_room(draft: Draft, call: Call) -> bool:
    """Whether there is a place, in the house and within what coordinators allow on this line."""
    script = draft.floor.script_of(call)
    if script is None or script.most_waiting is None:
        return draft.places > 0
    waiting = (each for each in draft.calls.values() if each.activation == call.activation)
    waits = sum(each.state in IN_LINE and not each.to_be_dialled for each in waiting)
    return draft.places > 0 and waits < script.most_waiting


def _agent_is_free(draft: Draft, call: Call) -> bool:
    wanted = draft.floor.wanted_for(call)
    return any(agent.is_free and agent.may_take(call, wanted, now=draft.now) for agent in draft.agents.values())
