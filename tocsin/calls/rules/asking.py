"""Whether somebody wants to be called back, and at which number: asked of those in line, and where it is full."""

from tocsin.calls.rules import call_back_words as words
from tocsin.calls.rules import moves, promised
from tocsin.calls.rules.draft import Draft
from tocsin.calls.rules.numbers import callable_number
from tocsin.calls.rules.saying import say
from tocsin.calls.rules.states import NOT_ASKED, Call, CallState, Question, Rank

QUESTIONS = (Question.CALL_BACK, Question.NUMBER)


def may_ask(draft: Draft, call: Call) -> bool:
    """Whether a caller in line may ask to be called back: not one who is served after everybody else."""
    script = draft.floor.script_of(call)
    offered = script is not None and script.call_backs
    return offered and not call.is_called_back and call.rank is not Rank.LAST


def is_promised(draft: Draft, call: Call, number: str) -> bool:
    """Whether a call to a number is promised already, with a place of its own."""
    promises = (each.call_back for each in promised.beside(draft, call))
    return any(call_back and call_back.number == number for call_back in promises)


def ask(draft: Draft, call: Call, *, why: str, before: tuple[str, ...] = ()) -> None:
    """Read out the number that would be called, or ask for one, after recordings that say why.

    Where a call to that number is promised already, another is asked for. A place in line is kept meanwhile, and
    the offer of the call to an agent.
    """
    region = draft.floor.region
    number = call.entered or callable_number(call.caller, region=region)
    if is_promised(draft, call, number):
        ask_number(draft, call, why="promised already", before=before + words.promised_already(call.language))
        return
    if not number:
        ask_number(draft, call, why=why, before=before)
        return
    in_line = call.queued_at is not None
    recordings = before + words.confirm_question(call.language, number, region=region, in_line=in_line)
    _ask(draft, call, recordings, question=Question.CALL_BACK, why=why, entered=number)


def ask_number(draft: Draft, call: Call, *, why: str, before: tuple[str, ...] = ()) -> None:
    """Ask at which number."""
    recordings = before + words.number_question(call.language, again=why == "no number")
    _ask(draft, call, recordings, question=Question.NUMBER, why=why, entered="")


def ask_again(draft: Draft, call: Call) -> None:
    """Ask what was asked: what was heard of it, and entered since, may be lost."""
    question = ask_number if call.question is Question.NUMBER else ask
    question(draft, call, why="asked again")


def _ask(
    draft: Draft, call: Call, recordings: tuple[str, ...], *, question: Question, why: str, entered: str
) -> None:
    if call.state is not CallState.OFFERED:
        say(draft, call, CallState.CHOOSING, recordings, why=why, question=question, entered=entered)
        return
    # The agent's telephone rings on: whoever answers first has the caller.
    draft.tell(moves.StopPlaying(call.voice, call.playing))
    changes = {**NOT_ASKED, "question": question, "entered": entered, "messages": call.messages + 1}
    call = draft.keep_call(call, due_at=None, **changes)
    draft.note(call, why=why)
    draft.tell(moves.Play(call.voice, call.message, recordings))
