"""The survey: after the agent ended the conversation, the caller is asked one question that a key answers.

The agent is free of it, and writes the note meanwhile. Whatever else the caller does ends the call.
"""

from tocsin.activations.rules import Stream
from tocsin.calls.rules import moves, survey_words, timing
from tocsin.calls.rules.draft import Draft
from tocsin.calls.rules.saying import end
from tocsin.calls.rules.states import CONVERSATION, RATED, Call, CallState, Rating

RATINGS = ("1", "2", "3", "4", "5")


def is_asked(draft: Draft, call: Call) -> bool:
    """Whether the caller is asked when the agent ends this conversation: where the line asks in the language, and
    neither victims and relatives, nor who dialled 112, nor about whom somebody else was asked."""
    script = draft.floor.script_of(call)
    ordinary = call.state in CONVERSATION and call.stream is Stream.D5 and not call.consulted
    return ordinary and script is not None and call.language in script.survey


def ask(draft: Draft, call: Call, *, why: str) -> None:
    """The conversation is over, and the caller hears the question."""
    script = draft.floor.script_of(call)
    agent = draft.agents.get(call.agent) if call.agent is not None else None
    if script is None:
        return
    if agent and agent.leg and call.state is CallState.TALKING:
        draft.tell(moves.Part(call.voice, agent.leg))
    asked = script.survey[call.language]
    draft.tell(moves.StopPlaying(call.voice, call.playing))
    call = draft.move_call(
        call,
        CallState.SURVEYED,
        why=why,
        due_in=timing.LONGEST_MESSAGE,
        messages=call.messages + 1,
        survey=asked.id,
    )
    draft.tell(moves.Play(call.voice, call.message, survey_words.question(call.language, asked)))


def press(draft: Draft, call: Call, key: str) -> None:
    """A key is the answer, or ends the call; after the answer it changes nothing."""
    if call.survey is None:
        return
    if key not in RATINGS:
        end(draft, call, why=f"pressed {key}")
        return
    rating = Rating(question=call.survey, value=int(key))
    draft.tell(moves.StopPlaying(call.voice, call.playing))
    call = draft.keep_call(
        call, survey=None, messages=call.messages + 1, due_at=draft.now + timing.LONGEST_MESSAGE
    )
    draft.note(call, why=RATED, reason=rating)
    draft.tell(moves.Play(call.voice, call.message, survey_words.thanks(call.language)))


def played(draft: Draft, call: Call) -> None:
    """The question was heard, which waits for a key; or the thanks, and the call is over."""
    if call.survey is None:
        end(draft, call, why="thanked")
    else:
        draft.keep_call(call, due_at=draft.now + timing.KEY)


def due(draft: Draft, call: Call) -> None:
    """No key was pressed, or the end of what is told was missed."""
    end(draft, call, why="no key pressed" if call.survey else "thanked")
