"""A caller in every situation that there is: state, question asked, and how far a consultation is."""

from collections.abc import Callable
from dataclasses import replace

from tests.rules import call_back_story as call_backs
from tests.rules import incidents_story as incidents
from tests.rules import test_closed as closed
from tests.rules import test_consulting as consulting
from tests.rules import test_emergency as emergency
from tests.rules import test_outside as outside
from tests.rules import test_promises_in_hours as in_hours
from tests.rules import test_survey as survey
from tests.rules import test_taping as taping
from tests.rules import test_voice_questions as voice_questions
from tests.rules.story import ANN, Story
from tests.rules.test_switchboard_repair import in_state
from tocsin.calls import ports
from tocsin.calls.ports import DialFailure
from tocsin.calls.rules.consultation import Stage
from tocsin.calls.rules.states import CallState, Question

Begin = Callable[[], Story]


def asked_before_line() -> Story:
    story = Story(replace(call_backs.LINE, answers={"fr": (call_backs.ANSWER,)}))
    story.wait_in_line("c1", "2")
    return story


def asked_in_line() -> Story:
    story = call_backs.answering()
    call_backs.keys(story, "9")
    return story


def asked_while_offered() -> Story:
    story = asked_in_line()
    story.make_ready(ANN)
    return story


def asked_to_confirm() -> Story:
    story = call_backs.in_line()
    call_backs.keys(story, "1")
    return story


def asked_for_number() -> Story:
    story = call_backs.in_line(hidden=True)
    call_backs.keys(story, "1")
    return story


def retrying() -> Story:
    story = call_backs.dialling()
    story.tell(ports.DialFailed(story.call().voice, DialFailure.BUSY))
    return story


def calling_112() -> Story:
    story = emergency.waiting()
    emergency.dial(story)
    return story


def with_112() -> Story:
    story = calling_112()
    story.tell(ports.DialAnswered(emergency.LEG))
    return story


def _plain(state: CallState) -> Begin:
    return lambda: in_state(state)


_OF_OTHER_STORIES = {
    CallState.ENDED,
    CallState.PROMISED,
    CallState.DIALLING,
    CallState.RETRYING,
    CallState.DEFERRED,
    CallState.EMERGENCY,
    CallState.OUTSIDE,
    CallState.SURVEYED,
}
# By name: the caller c1 in a state, asked nothing beside it, and nobody consulted.
PLAIN: dict[str, Begin] = {state.value: _plain(state) for state in CallState if state not in _OF_OTHER_STORIES} | {
    begin.__name__: begin for begin in (survey.asked, survey.thanked)
}
ASKED: dict[str, Begin] = {
    begin.__name__: begin
    for begin in (asked_before_line, asked_in_line, asked_while_offered, asked_to_confirm, asked_for_number)
} | {
    "asked to agree": taping.Asked,
    "asked for the incident": incidents.asked,
    "told that it is closed": closed.asked,
    "hears the terms of a question": voice_questions.asked,
    "speaks a question": voice_questions.speaking,
}
CALLED_BACK: dict[str, Begin] = {
    begin.__name__: begin for begin in (call_backs.promised, call_backs.dialling, retrying, in_hours.deferred)
}
OUTSIDE = [*outside.WITH_AGENT, outside.deserted, outside.handed_over, outside.alone]
CONSULTED: dict[str, Begin] = {
    **{f"{begin.__name__} with a colleague": begin for begin in consulting.STAGES},
    **{f"{begin.__name__} with somebody outside": begin for begin in OUTSIDE},
    **{begin.__name__: begin for begin in (calling_112, with_112)},
}
EVERY: dict[str, Begin] = {**PLAIN, **ASKED, **CALLED_BACK, **CONSULTED}


def what_is_missing() -> set[object]:
    """The states, the questions in their states and the stages of a consultation that no story has."""
    seen: set[object] = set()
    for begin in EVERY.values():
        story = begin()
        call, consultation = story.call(), story.floor.consultations.get("c1")
        seen |= {call.state, (call.state, call.question)}
        if consultation:
            seen.add((consultation.stage, bool(consultation.number)))
    questions = {(CallState.CHOOSING, question) for question in Question}
    in_line = {(state, Question.ANSWERS) for state in (CallState.WAITING, CallState.OFFERED)}
    stages = {(stage, outside) for stage in set(Stage) - {Stage.ENDED} for outside in (False, True)}
    # Whoever is handed over to a colleague is simply theirs.
    return (set(CallState) - {CallState.ENDED} | questions | in_line | stages - {(Stage.ALONE, False)}) - seen
