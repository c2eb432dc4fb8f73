"""A question left by voice: whoever waits in line presses a key, hears on what terms, speaks, and waits on.

The caller keeps the place, and is offered to nobody meanwhile. What was said is on a tape like any other.
"""

from dataclasses import replace
from datetime import timedelta

from tocsin.calls.rules import journey, moves, taping, timing
from tocsin.calls.rules import voice_question_words as words
from tocsin.calls.rules.draft import Draft
from tocsin.calls.rules.events import Recorded
from tocsin.calls.rules.saying import say
from tocsin.calls.rules.states import LEFT_QUESTION, NOT_ASKED, Call, CallState, Question, Rank

# In line, asks for it; and ends what is said.
KEY, DONE = "8", "#"
# Back to waiting, before anything was said.
BACK = "0"
LONGEST = timedelta(minutes=2)
QUESTIONS = frozenset({Question.VOICE, Question.SPEAKING})


def is_offered(draft: Draft, call: Call) -> bool:
    """Whether a caller may leave a question: in line, and not one who is served after everybody else."""
    script = draft.floor.script_of(call)
    on = script is not None and script.voice_questions is not None
    return on and call.state is CallState.WAITING and not call.is_called_back and call.rank is not Rank.LAST


def ask(draft: Draft, call: Call) -> None:
    """The caller hears that it is recorded, who hears it, and for how long it is kept; and then a tone."""
    script = draft.floor.script_of(call)
    if script and script.voice_questions:
        notice = words.notice(call.language, days=script.voice_questions.days)
        call = replace(call, heard=None)
        say(draft, call, CallState.CHOOSING, notice, why=f"pressed {KEY}", question=Question.VOICE)


def press(draft: Draft, call: Call, key: str) -> None:
    """A key ends what is said, or goes back to waiting before that."""
    if call.question is Question.SPEAKING and key == DONE and call.tape:
        # What was said is known with the end of the tape, which is told at once.
        draft.tell(moves.StopRecording(call.voice, call.tape))
        draft.keep_call(call, due_at=draft.now + timing.KEY)
    elif call.question is Question.VOICE and key == BACK:
        journey.take_place(draft, call, why=f"pressed {key}")


def played(draft: Draft, call: Call) -> None:
    """The tone was heard: what is said now is recorded, on the terms in force."""
    script = draft.floor.script_of(call)
    if call.question is not Question.VOICE:
        return
    if script is None or script.voice_questions is None:
        journey.take_place(draft, call, why="no questions by voice any more")
        return
    call = draft.keep_call(call, question=Question.SPEAKING, due_at=draft.now + LONGEST + timing.KEY)
    tape = taping.begin_tape(draft, call, terms=script.voice_questions.terms, question=True)
    draft.tell(moves.RecordAlone(call.voice, tape.name, LONGEST))


def due(draft: Draft, call: Call) -> None:
    """The end of the notice, or of the tape, was never told: the caller waits on."""
    if call.tape:
        draft.tell(moves.StopRecording(call.voice, call.tape))
    journey.take_place(draft, call, why="time up")


def recorded(draft: Draft, event: Recorded) -> None:
    """What was said is on the tape, or nothing was: the caller is told which, and waits on.

    A caller who hung up is still there at this moment: the end of the leg is told after it.
    """
    tape = next((each for each in draft.tapes.values() if each.question and each.name == event.tape), None)
    call = draft.calls.get(tape.call) if tape else None
    if call is None or call.question is not Question.SPEAKING:
        return
    left = is_question(event)
    if left:
        draft.note(call, why=LEFT_QUESTION)
    call = draft.move_call(
        call,
        CallState.WAITING,
        why=LEFT_QUESTION if left else "left no question",
        due_in=timing.POSITION,
        messages=call.messages + 1,
        **NOT_ASKED,
    )
    told = words.thanks(call.language) if left else words.nothing(call.language)
    draft.tell(moves.Play(call.voice, call.message, told))


def is_question(event: Recorded) -> bool:
    """Whether anything was said on a tape, and kept.

    >>> is_question(Recorded("c1", "c1-tape-1", 4, spoken_seconds=0)), is_question(Recorded("c1", "c1-tape-1", 4))
    (False, True)
    """
    return event.whole and event.seconds > 0 and event.spoken_seconds != 0
