"""The SMS of a line: whoever calls from a mobile telephone has it sent by a key, in line or among the answers."""

from datetime import timedelta
from enum import StrEnum

from tocsin.calls.rules import moves, sms_words, timing
from tocsin.calls.rules.draft import Draft
from tocsin.calls.rules.numbers import is_mobile
from tocsin.calls.rules.states import ASKED_FOR_SMS, IN_LINE, Call, CallState, Question

# Ends what is entered where a number is asked for; nobody is asked for one where the SMS is offered.
KEY = "#"
# From one number to one activation, at most one in this time.
ONCE_IN = timedelta(hours=12)
# What could not be sent for so long is of no use to the caller any more.
GIVEN_UP = timedelta(hours=1)


class SmsState(StrEnum):
    """What became of an SMS."""

    ORDERED = "ordered"
    SENT = "sent"
    FAILED = "failed"


def is_offered(draft: Draft, call: Call) -> bool:
    """Whether a caller may have the SMS now: there is one in the language, the number may be a mobile
    telephone's, and it was not asked for before."""
    script = draft.floor.script_of(call)
    if script is None or call.texted or not script.sms.get(call.language) or call.is_called_back:
        return False
    asked = call.question in (Question.ANSWERS, Question.CLOSED) or call.state is CallState.TURNED_AWAY
    return (asked or (call.state in IN_LINE and call.question is None)) and is_mobile(call.caller)


def ask_for(draft: Draft, call: Call) -> None:
    """Have it sent, and say so; the caller goes on where they were, and keeps the place."""
    draft.tell(moves.StopPlaying(call.voice, call.playing))
    # While an agent is offered the call, nothing is due. In line, the next announcement comes in its time.
    waits = call.state is CallState.WAITING and call.question is None
    due_in = timing.POSITION if waits else timing.LONGEST_MESSAGE
    due_at = None if call.state is CallState.OFFERED else draft.now + due_in
    call = draft.keep_call(call, texted=True, answer=None, messages=call.messages + 1, due_at=due_at)
    draft.note(call, why=ASKED_FOR_SMS)
    draft.tell(moves.Play(call.voice, call.message, sms_words.on_its_way(call.language)))
