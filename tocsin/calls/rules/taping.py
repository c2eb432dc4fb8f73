"""What is recorded: conversations alone, of callers who agreed by a key, while the terms of the activation say so.

As with those who listen in, the tape follows from what is wanted: it ends with the conversation, with a hold, and
with the stream, so that no tape holds both.
"""

from dataclasses import replace

from tocsin.calls.rules import hearing_words, moves
from tocsin.calls.rules.draft import Draft
from tocsin.calls.rules.events import Answer, Census, CoordinatorAsked, Recorded, SupervisorVerb, Verb
from tocsin.calls.rules.script import Script
from tocsin.calls.rules.states import CONVERSATION, Call, CallState, Question
from tocsin.calls.rules.tapes import Tape, Taping

# The key by which a caller agrees; every other, and none, says no.
AGREES = "1"
# Between the name of a call and the number of its tape.
TAPE = "-tape-"
_RUNS = frozenset({Taping.AS_AGREED, Taping.ORDERED})


def is_asked(call: Call, script: Script, language: str) -> bool:
    """Whether the caller has yet to be asked to agree."""
    return call.agrees is None and bool(hearing_words.question(script.tapes, language))


def answered(draft: Draft, call: Call, script: Script, key: str) -> Call:
    """The caller agreed or not, which is kept with the terms that were told."""
    terms = script.tapes.id if script.tapes else None
    # Terms that were withdrawn while they were told are agreed to by nobody.
    return draft.keep_call(call, agrees=key == AGREES and terms is not None, terms=terms)


def agent_asked(draft: Draft, call: Call, verb: Verb) -> None:
    """The agent has something left out of the tape, or has it go on."""
    if verb is Verb.TAPE_OFF and call.leg in draft.tapes and call.taping in _RUNS:
        draft.keep_call(call, taping=Taping.PAUSED)
    elif verb is Verb.TAPE_ON and call.taping is Taping.PAUSED:
        draft.keep_call(call, taping=Taping.ORDERED)


def coordinator_asked(draft: Draft, event: CoordinatorAsked) -> Answer:
    """A coordinator has a conversation recorded, or recorded no more; never without the caller's key."""
    call = draft.calls.get(event.call)
    if call is None or call.activation != event.activation or call.state not in CONVERSATION:
        return Answer.OVER
    if event.verb is SupervisorVerb.STOP_TAPE:
        if call.leg not in draft.tapes:
            return Answer.AS_IT_WAS
        draft.keep_call(call, taping=Taping.OFF)
        return Answer.DONE
    script = draft.floor.script_of(call)
    if not call.agrees or script is None or script.tapes is None:
        return Answer.NOT_AGREED
    if call.leg in draft.tapes:
        return Answer.AS_IT_WAS
    draft.keep_call(call, taping=Taping.ORDERED)
    return Answer.DONE


def follow(draft: Draft) -> None:
    """After all else was decided: tapes that must run do, others end."""
    # The end of a consultation leaves a call as it was, and lets its tape begin.
    asked = (consultation.call for consultation in draft.touched_consultations.values())
    for leg in dict.fromkeys([*draft.tapes, *draft.touched_calls, *asked]):
        call, tape = draft.calls.get(leg), draft.tapes.get(leg)
        if tape and not (call and may_go_on(draft, call, tape)):
            # Before anything else of this decision, which may be the end of the conversation.
            draft.moves.insert(0, moves.StopRecording(_voice(call, tape), tape.name))
            _end(draft, tape)
            call, tape = draft.calls.get(leg), None
        if call and tape:
            _pause_or_go_on(draft, call, tape)
        elif call and _is_wanted(draft, call):
            _begin(draft, call)


def may_go_on(draft: Draft, call: Call, tape: Tape) -> bool:
    """Whether this tape may hold more of this conversation, or of what the caller says alone."""
    if tape.question:
        return call.question is Question.SPEAKING
    same = call.stream is tape.stream and call.agent is not None
    return same and _is_allowed(draft, call) and call.taping in _RUNS | {Taping.PAUSED}


def _is_allowed(draft: Draft, call: Call) -> bool:
    """A conversation of the two alone: nobody else agreed, and a colleague may be of the other stream."""
    script = draft.floor.script_of(call)
    alone = call.leg not in draft.consultations
    agreed = call.agrees is True and call.terms is not None
    return call.state is CallState.TALKING and alone and agreed and script is not None and bool(script.tapes)


def _is_wanted(draft: Draft, call: Call) -> bool:
    script = draft.floor.script_of(call)
    if not _is_allowed(draft, call) or script is None or script.tapes is None:
        return False
    return call.taping is Taping.ORDERED or (call.taping is Taping.AS_AGREED and script.tapes.every)


def _begin(draft: Draft, call: Call) -> None:
    tape = begin_tape(draft, call, terms=call.terms or 0)
    draft.tell(moves.Record(call.voice, tape.name))


def begin_tape(draft: Draft, call: Call, *, terms: int, question: bool = False) -> Tape:
    """Another tape of a call, on terms that the caller was told."""
    call = replace(call, taped=call.taped + 1)
    call = draft.keep_call(call, tape=_name(call, call.taped))
    tape = Tape(
        name=call.tape,
        call=call.leg,
        activation=call.activation or 0,
        authority=call.authority or 0,
        stream=call.stream,
        language=call.language,
        agent=call.agent,
        terms=terms,
        began_at=draft.now,
        question=question,
    )
    draft.keep_tape(tape)
    return tape


def _end(draft: Draft, tape: Tape) -> None:
    draft.keep_tape(tape, ended_at=draft.now)
    if call := draft.calls.get(tape.call):
        draft.keep_call(call, tape="")
    elif ended := draft.touched_calls.get(tape.call):
        draft.touched_calls[tape.call] = replace(ended, tape="")


def _pause_or_go_on(draft: Draft, call: Call, tape: Tape) -> None:
    paused = call.taping is Taping.PAUSED
    if paused is not tape.paused:
        draft.keep_tape(tape, paused=paused)
        move = moves.PauseRecording if paused else moves.Record
        draft.tell(move(call.voice, tape.name))


def _voice(call: Call | None, tape: Tape) -> str:
    return call.voice if call else tape.call


def recorded(draft: Draft, event: Recorded) -> None:
    """The switch tells the end of a tape. One that should go on and is not whole is not tried again: the
    conversation goes on without."""
    draft.recorded.append(event)
    tape = next((each for each in draft.tapes.values() if each.name == event.tape), None)
    if tape is None:
        return
    # Where it ended for no reason, another begins.
    _end(draft, tape)
    if not event.whole and not tape.question and (call := draft.calls.get(tape.call)):
        draft.keep_call(call, taping=Taping.FAILED)


def compare(draft: Draft, census: Census) -> None:
    """A census tells nothing of tapes: all of each call on its nodes end, any of which may have been told before
    when nobody listened; and another begins where it is wanted."""
    for call in list(draft.calls.values()):
        if call.taped and census.has_asked_for(call.voice):
            tapes = (_name(call, number) for number in range(1, call.taped + 1))
            draft.tell(*(moves.StopRecording(call.voice, tape) for tape in tapes))
            if tape := draft.tapes.get(call.leg):
                _end(draft, tape)


def _name(call: Call, number: int) -> str:
    return f"{call.leg}{TAPE}{number}"
