"""Callers whom nobody takes: outside the opening hours, after closing, and in line when the line closed.

They hear so, and when it opens, and the site; then, in their language, how to be called back and have the SMS.
"""

from dataclasses import replace

from tocsin.calls.rules import asking, closed_words, hours, incidents, promised, sms, sms_words, timing
from tocsin.calls.rules import script as words
from tocsin.calls.rules.draft import Draft
from tocsin.calls.rules.forecast import Crew, forecast
from tocsin.calls.rules.saying import end, say
from tocsin.calls.rules.script import Script
from tocsin.calls.rules.states import Call, CallState, Question


def turn_away(draft: Draft, call: Call, script: Script | None) -> None:
    """Tell a caller who arrives that nobody takes calls, in every language.

    Where nothing is on the number, what was closed there last tells it, in its languages.
    """
    if script is None and (script := draft.floor.closed.get(call.number)):
        # The number called from is the authority's, too: the SMS goes there.
        call = replace(call, language=script.languages[0], authority=script.authority)
    if script is None:
        recordings, why = words.nothing_open(words.HOUSE_LANGUAGES), "nothing open"
    else:
        offering = [language for language in script.languages if _offers(draft, call, language)]
        recordings = words.turned_away(script, now=draft.now, offering=offering)
        why = hours.CLOSED if script.accepts else "nothing open"
    say(draft, call, CallState.TURNED_AWAY, recordings, why=why)


def turn_out(draft: Draft) -> None:
    """Tell those in line whom nobody will take any more: the line is closed, and nobody is at work for them, or
    those who are have not come to them for long."""
    due = [draft.calls[leg] for leg in draft.line.due_calls.until(draft.now)]
    due = [call for call in due if call.state is CallState.WAITING and not _is_open(draft, call)]
    if not due:
        return
    crew = Crew(draft)
    for call in due:
        _, wait = forecast(draft, call, crew)
        if wait is None or _has_waited_on(draft, call):
            out = replace(call, queued_at=None, question=Question.CLOSED, answer=None, heard=None)
            script = draft.floor.script_of(call)
            told = words.closed(script, call.language, now=draft.now) if script else ()
            recordings = told + _offers(draft, out, call.language)
            say(draft, out, CallState.CHOOSING, recordings, why=hours.CLOSED)


def press(draft: Draft, call: Call, key: str) -> None:
    """A key chooses the language, or what is offered."""
    languages = _languages(draft, call)
    chosen = languages[int(key) - 1] if key.isdecimal() and 1 <= int(key) <= len(languages) else ""
    match call.state:
        case _ if key == sms.KEY and sms.is_offered(draft, call):
            sms.ask_for(draft, call)
        case CallState.TURNED_AWAY if chosen and _offers(draft, call, chosen):
            _offer(draft, call, language=chosen, why=f"pressed {key}")
        case CallState.CHOOSING if key == "1" and _may_be_called_back(draft, call):
            asking.ask(draft, call, why="pressed 1")
        case _:
            pass


def played(draft: Draft, call: Call) -> None:
    """What was told ended: a key is waited for where one is of use."""
    if call.state is CallState.CHOOSING or len(_languages(draft, call)) > 1:
        draft.keep_call(call, due_at=draft.now + timing.KEY)
    elif _offers(draft, call, call.language):
        _offer(draft, call, language=call.language, why="informed")
    else:
        end(draft, call, why="informed")


def due(draft: Draft, call: Call) -> None:
    """No key was pressed: what is offered is told in the language that is taken then, once."""
    if call.state is CallState.TURNED_AWAY and _offers(draft, call, call.language):
        _offer(draft, call, language=call.language, why="no key pressed")
    else:
        end(draft, call, why="informed")


def _offer(draft: Draft, call: Call, *, language: str, why: str) -> None:
    recordings = _offers(draft, call, language)
    say(draft, call, CallState.CHOOSING, recordings, why=why, language=language, question=Question.CLOSED)


def _offers(draft: Draft, call: Call, language: str) -> tuple[str, ...]:
    """The recordings of what a caller may have in a language; empty where there is nothing."""
    script = draft.floor.script_of(call)
    if script is None or script.takes_calls(draft.now):
        return ()
    call = replace(call, language=language, question=Question.CLOSED)
    recordings = closed_words.call_back(language) if _may_be_called_back(draft, call) else ()
    return recordings + sms_words.offer(language) if sms.is_offered(draft, call) else recordings


def _may_be_called_back(draft: Draft, call: Call) -> bool:
    """Whether the line opens again, and has a call-back for this caller, to whom none is promised already."""
    script = draft.floor.script_of(call)
    if script is None or not script.accepts or call.language not in script.languages:
        return False
    if _is_open(draft, call) or not asking.may_ask(draft, call) or not hours.opens_at(script, now=draft.now):
        return False
    return not call.caller or all(each.caller != call.caller for each in promised.beside(draft, call))


def _languages(draft: Draft, call: Call) -> tuple[str, ...]:
    """Those in which a caller is told, in the order of their keys, where anything can be had."""
    line = draft.floor.lines.get(call.number)
    script = incidents.arrived_at(line, last=None, now=draft.now) or draft.floor.script_of(call)
    if script is None or script.takes_calls(draft.now):
        return ()
    return script.languages if any(_offers(draft, call, each) for each in script.languages) else ()


def _is_open(draft: Draft, call: Call) -> bool:
    return hours.is_open(draft.floor.script_of(call), now=draft.now)


def _has_waited_on(draft: Draft, call: Call) -> bool:
    """Whether a caller waits for long after the first closing since the call began."""
    began = call.arrived_at + call.ahead
    closed_at = hours.closes_at(draft.floor.script_of(call), now=began)
    return closed_at is not None and draft.now - closed_at >= timing.AFTER_HOURS
