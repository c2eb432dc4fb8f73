"""The SMS of a line, sent by a key to callers with a mobile telephone."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from tests.rules.story import ANN, SCRIPT, SECOND, Story
from tocsin.calls import ports
from tocsin.calls.ports import Verb
from tocsin.calls.rules import sms_words as words
from tocsin.calls.rules import timing
from tocsin.calls.rules.phrases import PHRASES
from tocsin.calls.rules.script import KeypadAnswer, Script, opening_texts
from tocsin.calls.rules.states import ASKED_FOR_SMS, CallState, Question

LINE = replace(
    SCRIPT,
    languages=("nl",),
    front={},
    sms={"nl": "Alles op rivaal.example"},
    answers={"nl": (KeypadAnswer(1, "3", "Waar?", "Hier."),)},
)
MOBILE = "+32470112233"


def called(script: Script = LINE, *, caller: str = MOBILE) -> Story:
    """Somebody who is asked which question a key is to answer."""
    story = Story(script)
    story.tell(ports.CallArrived("c1", "1771", caller, story.now))
    assert story.call().question is Question.ANSWERS
    return story


def in_line(script: Script = LINE, *, caller: str = MOBILE) -> Story:
    story = called(script, caller=caller)
    story.tell(ports.KeyPressed("c1", "0"))
    return story


def offered() -> Story:
    story = in_line()
    story.make_ready(ANN)
    assert story.state() is CallState.OFFERED
    return story


def answered_by_key() -> Story:
    story = called()
    story.tell(ports.KeyPressed("c1", "3"))
    story.hear_out()
    return story


def asks(story: Story) -> bool:
    """Whether the key has the SMS sent."""
    story.tell(ports.KeyPressed("c1", "#"))
    return [step.why for step in story.last.steps] == [ASKED_FOR_SMS]


@pytest.mark.parametrize("begin", [called, in_line, offered, answered_by_key])
def test_whoever_presses_the_key_is_told_that_it_comes_and_stays_where_they_are(
    begin: Callable[[], Story],
) -> None:
    story = begin()
    before = story.call()
    assert asks(story)
    call = story.call()
    assert story.told() == {"c1": words.on_its_way("nl")}
    assert (call.state, call.place, call.queued_at, call.question, call.agent) == (
        before.state,
        before.place,
        before.queued_at,
        before.question,
        before.agent,
    )


def test_it_is_offered_with_the_place_and_after_an_answer_and_never_twice() -> None:
    story = answered_by_key()
    assert words.offer("nl")[0] in story.told()["c1"]
    story.tell(ports.KeyPressed("c1", "0"))
    assert words.offer("nl")[0] in story.told()["c1"]
    assert asks(story)
    assert not asks(story)
    story.later(timing.POSITION)
    assert words.offer("nl")[0] not in story.told()["c1"]


@pytest.mark.parametrize("caller", ["", "+3222345678"])
def test_who_hides_the_number_or_calls_from_a_landline_is_not_offered_it(caller: str) -> None:
    story = in_line(caller=caller)
    assert words.offer("nl")[0] not in story.told()["c1"]
    assert not asks(story)


def test_a_language_without_an_sms_offers_none() -> None:
    story = in_line(replace(LINE, sms={"fr": "Tout sur rivaal.example"}))
    assert not asks(story)


def test_the_key_ends_a_number_where_one_is_entered() -> None:
    story = in_line(replace(LINE, call_backs=True))
    story.tell(ports.KeyPressed("c1", "1"))
    story.tell(ports.KeyPressed("c1", "2"))
    assert not asks(story)


def test_an_agent_who_answers_is_heard_at_once() -> None:
    story = offered()
    assert asks(story)
    playing = story.call().message
    story.ask(ANN, Verb.ACCEPT)
    assert story.last.moves == (ports.StopPlaying("c1", playing), ports.Connect("c1", "leg-ann"))


def test_the_answer_that_was_left_for_it_does_not_count_as_heard_and_who_then_says_nothing_goes_on() -> None:
    story = called()
    story.tell(ports.KeyPressed("c1", "3"))
    assert asks(story)
    story.hear_out()
    assert story.call().heard is None
    story.later(timing.KEY)
    assert story.state() is CallState.WAITING


def test_in_line_music_goes_on_and_the_place_is_told_in_its_time() -> None:
    story = in_line()
    story.hear_out()
    story.now += SECOND
    assert asks(story)
    story.hear_out()
    assert story.last.moves == (ports.PlayMusic("c1"),)
    story.later(timing.POSITION)
    assert "c1" in story.told()


def test_what_is_said_of_it_is_spoken_before_the_line_opens_and_only_where_there_is_one() -> None:
    said = {("nl", text) for text in words.SENTENCES["nl"]}
    assert said <= set(opening_texts(LINE))
    assert not said & set(opening_texts(SCRIPT))
    assert words.SENTENCES.keys() == PHRASES.keys()
