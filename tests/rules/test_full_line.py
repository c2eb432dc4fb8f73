"""A line that is full: whoever comes to it hears what all hear, and is offered a call-back instead of a place."""

from dataclasses import replace
from datetime import timedelta

import pytest

from tests.rules.call_back_story import ANSWER, LINE, NUMBER, keys
from tests.rules.story import ANN, SECOND, Story
from tocsin.calls import ports
from tocsin.calls.rules import call_back_words as words
from tocsin.calls.rules import script as line_words
from tocsin.calls.rules import timing
from tocsin.calls.rules.script import Script
from tocsin.calls.rules.states import CallState, Question, Rank


def at_full_line(script: Script = LINE, *, hidden: bool = False) -> Story:
    """The caller c1 heard the front message in French and comes to a line without a place."""
    story = Story(script)
    story.places_left = 0
    story.tell(ports.CallArrived("c1", "1771", "" if hidden else NUMBER, story.now))
    keys(story, "2")
    assert story.told() == {"c1": line_words.front(script, "fr")}
    story.hear_out()
    return story


def left_out() -> Story:
    """The caller c1 wanted no call-back, and is in the fallback."""
    story = at_full_line()
    keys(story, "0")
    return story


def test_whoever_comes_to_a_full_line_hears_the_number_at_which_to_be_called_back() -> None:
    story = at_full_line()
    assert (story.state(), story.call().question) == (CallState.CHOOSING, Question.CALL_BACK)
    asked = words.confirm_question("fr", NUMBER, region="BE", in_line=False)
    assert story.told() == {"c1": words.no_place("fr") + asked}
    assert asked != words.confirm_question("fr", NUMBER, region="BE")


def test_a_key_promises_the_call_back_and_the_place_is_that_of_the_arrival() -> None:
    story = at_full_line()
    keys(story, "1")
    assert story.told() == {"c1": words.promise("fr", timedelta(hours=4))}
    story.hear_out()
    story.tell(ports.LegEnded("c1"))
    story.now += SECOND
    story.places_left = 1000
    story.wait_in_line("c2", "2")
    story.make_ready(ANN)
    assert (story.state("c1"), story.state("c2")) == (CallState.OFFERED, CallState.WAITING)


def test_a_hidden_number_is_asked_for_one() -> None:
    story = at_full_line(hidden=True)
    assert story.told() == {"c1": words.no_place("fr") + words.number_question("fr", again=False)}
    keys(story, "0477000002#")
    assert story.told()["c1"] == words.confirm_question("fr", "+32477000002", region="BE", in_line=False)
    keys(story, "1")
    assert story.state() is CallState.PROMISED


def test_questions_that_a_key_answers_come_before_the_offer() -> None:
    story = at_full_line(replace(LINE, answers={"fr": (ANSWER,)}))
    assert story.call().question is Question.ANSWERS
    keys(story, "3")
    story.hear_out()
    keys(story, "0")
    assert (story.call().question, story.call().heard) == (Question.CALL_BACK, None)


@pytest.mark.parametrize("key", ["0", ""])
def test_who_wants_no_call_back_is_left_to_the_fallback(key: str) -> None:
    story = at_full_line()
    if key:
        keys(story, key)
    else:
        story.hear_out()
        story.later(timing.KEY)
    assert (story.state(), story.call().question) == (CallState.FALLBACK, None)
    assert ports.SendBack("c1", "1771") in story.last.moves


def test_who_wants_no_call_back_waits_where_a_place_came_free_meanwhile() -> None:
    story = at_full_line()
    story.places_left = 1
    keys(story, "0")
    assert story.state() is CallState.WAITING


@pytest.mark.parametrize("left", ["line without call-backs", "served last"])
def test_who_cannot_be_called_back_is_left_to_the_fallback(left: str) -> None:
    story = Story(LINE if left == "served last" else replace(LINE, call_backs=False))
    story.places_left = 0
    story.arrive()
    if left == "served last":
        served_last = replace(story.call(), rank=Rank.LAST)
        story.floor = replace(story.floor, calls={"c1": served_last})
    keys(story, "2")
    story.hear_out()
    assert story.state() is CallState.FALLBACK


def test_whoever_was_left_out_stays_so_while_the_line_is_full() -> None:
    story = left_out()
    story.come_again(arrived_at=story.call().arrived_at)
    assert story.last.moves == (ports.SendBack("c1", "1771"),)
    assert story.last.steps == ()


def test_whoever_was_left_out_comes_to_the_line_at_once_when_there_is_a_place() -> None:
    story = left_out()
    arrived_at = story.call().arrived_at
    story.places_left = 1
    story.now += timing.FALLBACK_RETURN / 2
    story.come_again(arrived_at=arrived_at)
    call = story.call()
    assert (call.state, call.language, call.place.since) == (CallState.WAITING, "fr", arrived_at)
    assert ports.TakeIn("c1") in story.last.moves


def test_of_those_who_come_together_as_many_wait_as_there_are_places() -> None:
    story = Story(replace(LINE, front={}))
    story.places_left = 1
    for leg in ("c1", "c2"):
        story.arrive(leg)
    story.tell(ports.KeyPressed("c1", "2"), ports.KeyPressed("c2", "2"))
    assert (story.state("c1"), story.state("c2")) == (CallState.WAITING, CallState.CHOOSING)


def test_an_agent_who_is_free_answers_also_where_the_line_is_full() -> None:
    story = Story(LINE)
    story.places_left = 0
    story.make_ready(ANN)
    story.wait_in_line("c1", "2")
    assert story.state() is CallState.OFFERED


def test_who_has_a_place_keeps_it_while_the_line_is_full() -> None:
    story = Story(LINE)
    story.wait_in_line("c1", "2")
    story.places_left = -1
    keys(story, "1")
    assert story.told() == {"c1": words.confirm_question("fr", NUMBER, region="BE")}
    keys(story, "0")
    assert story.state() is CallState.WAITING


def test_a_coordinator_limits_how_many_wait_and_whoever_waits_already_keeps_the_place() -> None:
    story = Story(replace(LINE, most_waiting=1))
    for leg in ("c1", "c2"):
        story.wait_in_line(leg, "2")
    assert (story.state("c1"), story.call("c2").question) == (CallState.WAITING, Question.CALL_BACK)
    keys(story, "1", leg="c2")
    story.floor = replace(story.floor, lines={**story.floor.lines, "1771": replace(LINE, most_waiting=0)})
    assert story.later(SECOND).steps == ()
    story.make_ready(ANN)
    assert (story.state("c1"), story.state("c2")) == (CallState.OFFERED, CallState.PROMISED)


def test_where_nobody_may_wait_an_agent_who_is_free_is_offered_the_caller() -> None:
    story = Story(replace(LINE, most_waiting=0))
    story.make_ready(ANN)
    story.wait_in_line("c1", "2")
    assert story.state() is CallState.OFFERED
