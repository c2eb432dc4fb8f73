"""Who calls again on the same day: the language is known, what was heard can be skipped, the old place is kept."""

from dataclasses import replace
from datetime import timedelta

import pytest

from tests.rules.story import MIDNIGHT, SCRIPT, SECOND, Story
from tocsin.calls import ports
from tocsin.calls.rules import script as words
from tocsin.calls.rules import timing
from tocsin.calls.rules.returning import LastCall, has_heard, place_kept
from tocsin.calls.rules.script import FrontWords
from tocsin.calls.rules.states import CallState

# Waited in line in French, and gave up at five past midnight.
LEFT_AT = MIDNIGHT + timedelta(minutes=5)
GAVE_UP = LastCall(
    language="fr",
    state=CallState.ENDED,
    since=LEFT_AT,
    place_since=MIDNIGHT,
    queued_at=MIDNIGHT + timedelta(minutes=1),
    answered=False,
    activation=1,
)


def test_the_language_of_the_last_call_is_not_asked_again() -> None:
    story = Story()
    story.call_again(last=GAVE_UP)
    assert (story.state("c2"), story.call("c2").language) == (CallState.INFORMING, "fr")
    assert story.told()["c2"] == words.hints(SCRIPT, "fr", heard_before=True) + words.front(SCRIPT, "fr")


def test_who_never_chose_a_language_is_asked_again_and_has_the_old_place() -> None:
    story = Story()
    story.call_again(last=replace(GAVE_UP, language="nl", chose_language=False))
    assert (story.state("c2"), story.told()["c2"]) == (CallState.GREETING, words.menu(SCRIPT))
    assert story.call("c2").place_since == MIDNIGHT


def test_where_there_is_one_language_nobody_had_to_choose() -> None:
    story = Story(replace(SCRIPT, languages=("nl",)))
    story.call_again(last=replace(GAVE_UP, language="nl", chose_language=False))
    assert (story.state("c2"), story.call("c2").heard_before) == (CallState.INFORMING, True)


def test_another_language_is_a_key_away() -> None:
    story = Story()
    story.call_again(last=GAVE_UP)
    story.tell(ports.KeyPressed("c2", "*"))
    assert (story.state("c2"), story.told()["c2"]) == (CallState.GREETING, words.menu(SCRIPT))
    story.tell(ports.KeyPressed("c2", "1"))
    assert (story.state("c2"), story.call("c2").language) == (CallState.INFORMING, "nl")


def test_a_language_that_the_line_no_longer_speaks_is_forgotten() -> None:
    story = Story()
    story.call_again(last=replace(GAVE_UP, language="uk"))
    assert (story.state("c2"), story.told()["c2"]) == (CallState.GREETING, words.menu(SCRIPT))
    assert story.call("c2").place_since == MIDNIGHT


def test_a_message_that_was_heard_is_skipped_with_a_key() -> None:
    story = Story()
    story.call_again(last=GAVE_UP)
    playing = story.call("c2").message
    story.tell(ports.KeyPressed("c2", "#"))
    assert story.state("c2") is CallState.WAITING
    assert ports.StopPlaying("c2", playing) in story.last.moves


def test_a_message_that_was_not_heard_is_not_skipped() -> None:
    story = Story()
    story.arrive()
    story.tell(ports.KeyPressed("c1", "1"))
    story.tell(ports.KeyPressed("c1", "#"))
    assert story.state() is CallState.INFORMING


def test_a_message_in_another_language_is_not_skipped() -> None:
    story = Story()
    story.call_again(last=GAVE_UP)
    story.tell(ports.KeyPressed("c2", "*"))
    story.tell(ports.KeyPressed("c2", "1"))
    story.tell(ports.KeyPressed("c2", "#"))
    assert story.state("c2") is CallState.INFORMING


@pytest.mark.parametrize(
    ("last", "heard"),
    [
        (GAVE_UP, True),
        (replace(GAVE_UP, queued_at=MIDNIGHT - SECOND), False),
        (replace(GAVE_UP, queued_at=None), False),
        (replace(GAVE_UP, language="nl"), False),
    ],
    ids=["heard", "heard older words", "left before its end", "heard another language"],
)
def test_only_the_words_in_force_count_as_heard(last: LastCall, heard: bool) -> None:
    script = replace(SCRIPT, front={"fr": FrontWords("Restez chez vous.", since=MIDNIGHT)})
    assert has_heard(last, script=script) is heard


def test_who_gave_up_and_calls_again_is_before_those_who_came_after_the_first_call() -> None:
    story = Story()
    story.now = MIDNIGHT + SECOND
    story.wait_in_line("c1", key="2")
    story.now = LEFT_AT + timing.REDIAL
    story.call_again(last=GAVE_UP)
    story.tell(ports.KeyPressed("c2", "#"))
    assert story.places()["c2"] == words.position("fr", 1)
    story.later(timing.POSITION)
    assert story.places()["c1"] == words.position("fr", 2)


def test_the_place_is_lost_after_ten_minutes() -> None:
    assert place_kept(GAVE_UP, now=LEFT_AT + timing.REDIAL) == MIDNIGHT
    assert place_kept(GAVE_UP, now=LEFT_AT + timing.REDIAL + SECOND) is None


@pytest.mark.parametrize(
    "last",
    [
        replace(GAVE_UP, answered=True),
        replace(GAVE_UP, state=CallState.WAITING),
        replace(GAVE_UP, place_since=None, queued_at=None),
    ],
    ids=["was answered", "still waits: somebody else behind the number", "never had a place"],
)
def test_nobody_else_has_a_place_to_have_back(last: LastCall) -> None:
    assert place_kept(last, now=LEFT_AT) is None


def test_the_place_is_kept_over_several_calls() -> None:
    story = Story()
    story.now = LEFT_AT
    story.call_again(last=GAVE_UP)
    story.tell(ports.KeyPressed("c2", "#"))
    assert story.call("c2").place_since == MIDNIGHT


def test_a_line_of_one_language_tells_only_how_to_skip() -> None:
    script = replace(SCRIPT, languages=("fr",))
    story = Story(script)
    story.call_again(last=GAVE_UP)
    assert story.told()["c2"] == words.hints(script, "fr", heard_before=True) + words.front(script, "fr")
    assert len(words.hints(script, "fr", heard_before=True)) == 1
    story.tell(ports.KeyPressed("c2", "*"))
    assert story.state("c2") is CallState.INFORMING


def test_an_exercise_is_told_although_the_menu_is_not() -> None:
    script = replace(SCRIPT, exercise=True)
    story = Story(script)
    story.call_again(last=GAVE_UP)
    told = story.told()["c2"]
    assert words.spoken_name("fr", words.PHRASES["fr"].exercise) == told[0]
