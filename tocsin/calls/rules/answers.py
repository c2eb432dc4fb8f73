"""Keypad answers: questions that a key answers, before the line and in it. In line the caller keeps the place, and
whoever is offered the call connects as if nothing were told."""

from dataclasses import replace

from tocsin.activations.rules import Stream
from tocsin.calls.rules import moves, sms, sms_words, timing
from tocsin.calls.rules import script as words
from tocsin.calls.rules.draft import Draft
from tocsin.calls.rules.script import Script
from tocsin.calls.rules.states import Call, CallState, Question

# What keys mean after an answer and among the questions; the others are those of the questions.
ON, AGAIN, QUESTIONS = "0", "1", "2"
# Asks for the questions in line, where nothing is asked.
IN_LINE = "9"


def are_for(call: Call, script: Script | None, language: str) -> bool:
    """Whether a caller is asked: not victims and relatives, who hung up, or speaks a language without answers."""
    if script is None or call.stream is not Stream.D5 or call.to_be_dialled:
        return False
    return bool(script.answers.get(language))


def press(draft: Draft, call: Call, script: Script, key: str) -> None:
    """A key while the questions are asked or an answer is told; what has no meaning changes nothing."""
    answers = script.answers.get(call.language, ())
    told = call.answer or call.heard
    for answer in answers:
        if key == answer.key or (key == AGAIN and answer.id == told):
            _tell(draft, replace(call, answer=answer.id), (answer.media_name(call.language),))
            return
    if key == QUESTIONS:
        ask(draft, call, script)


def ask(draft: Draft, call: Call, script: Script) -> None:
    """The questions, without a transition."""
    call = replace(call, question=Question.ANSWERS, answer=None)
    _tell(draft, call, words.questions(script, call.language))


def heard_out(draft: Draft, call: Call) -> None:
    """An answer was heard to its end, which the journal keeps; the caller is asked what further."""
    call = draft.keep_call(call, heard=call.answer, answer=None)
    draft.note_heard(call)
    offer = sms_words.offer(call.language) if sms.is_offered(draft, call) else ()
    _tell(draft, call, offer + words.after_answer(call.language))


def _tell(draft: Draft, call: Call, recordings: tuple[str, ...]) -> None:
    draft.tell(moves.StopPlaying(call.voice, call.playing))
    # While an agent is offered the call, nothing is due: the agent answers, or gives it back.
    due_at = None if call.state is CallState.OFFERED else draft.now + timing.LONGEST_MESSAGE
    call = draft.keep_call(call, messages=call.messages + 1, due_at=due_at)
    draft.tell(moves.Play(call.voice, call.message, recordings))
