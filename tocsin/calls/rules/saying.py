"""What is played to a caller who is asked something, or told something, before anything else; and the end."""

from typing import Any

from tocsin.calls.rules import moves, promised, timing
from tocsin.calls.rules.draft import Draft
from tocsin.calls.rules.states import Call, CallState


def say(
    draft: Draft,
    call: Call,
    state: CallState,
    recordings: tuple[str, ...],
    *,
    why: str,
    **changes: Any,
) -> None:
    """Play recordings to a caller, in a state that their end, or a key, brings to an end."""
    if call.messages:
        draft.tell(moves.StopPlaying(call.voice, call.message))
    call = draft.move_call(
        call,
        state,
        why=why,
        due_in=timing.LONGEST_MESSAGE,
        messages=call.messages + 1,
        **changes,
    )
    draft.tell(moves.Play(call.voice, call.message, recordings))


def end(draft: Draft, call: Call, *, why: str) -> None:
    """Let the caller go."""
    draft.tell(moves.Release(call.voice))
    promised.leave(draft, call, why=why)
