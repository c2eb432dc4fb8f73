"""Whoever was promised to be called back, and calls before that: the promise goes along, and is never lost."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from tests.rules.call_back_story import LINE, NUMBER, dialling, promised
from tests.rules.story import ANN, SECOND, Story
from tocsin.calls import ports
from tocsin.calls.ports import DialFailure, Verb
from tocsin.calls.rules import timing
from tocsin.calls.rules.returning import LastCall
from tocsin.calls.rules.states import CallState, Question


def call_instead(story: Story, leg: str = "c9", *, of: str = "c1", room: int = 1000) -> None:
    """The caller of a call that was promised to be called back calls again."""
    earlier = story.call(of)
    last = LastCall(
        language="fr",
        state=earlier.state,
        since=earlier.since,
        place_since=earlier.place.since,
        queued_at=earlier.queued_at,
        answered=False,
        leg=of,
        activation=1,
    )
    arrival = ports.CallArrived(leg, "1771", NUMBER, story.now)
    story.tell(arrival, room=room, returning={leg: last})


def retrying() -> Story:
    story = dialling()
    story.tell(ports.DialFailed("leg-ann-for-c1~1", DialFailure.BUSY))
    return story


def offered() -> Story:
    story = promised()
    story.make_ready(ANN)
    return story


@pytest.mark.parametrize("waits", [promised, offered, dialling, retrying])
def test_whoever_calls_again_has_the_place_in_person(waits: Callable[[], Story]) -> None:
    story = waits()
    place = story.call().place
    story.now += timing.REDIAL * 2 if waits is promised else SECOND
    call_instead(story)
    assert "c1" not in story.floor.calls
    assert (story.call("c9").place.since, story.call("c9").call_back is None) == (place.since, False)
    assert story.agent().call != "c1"


def test_a_number_that_rings_while_its_caller_comes_in_person_rings_no_more() -> None:
    story = dialling()
    call_instead(story)
    assert ports.Release("leg-ann-for-c1~1") in story.last.moves


def test_others_are_told_their_place_while_a_promise_that_was_offered_is_taken_along() -> None:
    story = offered()
    story.wait_in_line("c3", "2")
    call_instead(story)
    assert (story.state("c2"), story.agent().call) == (CallState.OFFERED, "c2")
    story.later(timing.POSITION)
    assert "c3" in story.told()


@pytest.mark.parametrize("waits", [False, True], ids=["in the message", "in line"])
def test_whoever_calls_again_and_leaves_is_called_back_as_promised(waits: bool) -> None:
    story = promised()
    before = story.call()
    story.now += SECOND
    call_instead(story)
    if waits:
        story.hear_out("c9")
    story.tell(ports.LegEnded("c9"))
    after = story.call("c9")
    assert (after.state, after.place.since, after.rank) == (CallState.PROMISED, before.place.since, before.rank)
    assert (after.call_back, after.to_be_dialled) == (before.call_back, True)
    story.make_ready(ANN)
    assert story.state("c9") is CallState.OFFERED
    story.ask(ANN, Verb.ACCEPT, "c9")
    assert [move.number for move in story.last.moves if isinstance(move, ports.Dial)] == [before.call_back.number]


def test_whoever_calls_again_and_is_left_to_the_fallback_is_promised_as_before() -> None:
    story = promised()
    before = story.call()
    call_instead(story, room=0)
    assert (story.state("c9"), story.call()) == (CallState.FALLBACK, before)
    call_instead(story)
    assert ("c1" in story.floor.calls, story.call("c9").place.since) == (False, before.place.since)


def test_whoever_calls_again_and_finds_the_line_full_is_called_back_as_promised() -> None:
    story = promised()
    before = story.call()
    story.places_left = 0
    call_instead(story)
    story.hear_out("c9")
    assert (story.state("c9"), story.call("c9").question) == (CallState.CHOOSING, Question.CALL_BACK)
    story.hear_out("c9")
    story.later(timing.KEY)
    assert (story.state("c9"), story.call("c9").call_back) == (CallState.PROMISED, before.call_back)
    assert ports.Release("c9") in story.last.moves


def test_whoever_calls_again_and_finds_the_line_closed_is_called_back_as_promised() -> None:
    story = promised()
    before = story.call()
    call_instead(story)
    story.tell(ports.Census(in_fallback=frozenset({"c9"})))
    story.floor = replace(story.floor, lines={"1771": replace(LINE, accepts=False)})
    story.come_again("c9", arrived_at=story.now)
    assert story.state("c9") is CallState.TURNED_AWAY
    story.hear_out("c9")
    story.later(timing.KEY)
    assert (story.state("c9"), story.call("c9").call_back) == (CallState.PROMISED, before.call_back)


def test_a_promise_outlives_a_switchboard_that_died_before_it_took_the_caller_in() -> None:
    story = promised()
    before = story.call()
    call_instead(story)
    # Recorded, and the switch was never told.
    story.tell(ports.Census(in_fallback=frozenset({"c9"})))
    assert story.state("c9") is CallState.FALLBACK
    story.later(timing.FALLBACK_RETURN)
    assert (story.state("c9"), story.call("c9").call_back.number) == (CallState.PROMISED, before.call_back.number)
    # Was still there, and comes in at last.
    story.come_again("c9", arrived_at=story.now)
    assert (story.state("c9"), story.call("c9").came_instead) == (CallState.GREETING, True)
    story.tell(ports.LegEnded("c9"))
    assert (story.state("c9"), story.call("c9").call_back) == (CallState.PROMISED, before.call_back)


def test_what_was_agreed_to_in_a_call_that_came_instead_is_not_asked_of_who_answers() -> None:
    story = promised()
    call_instead(story)
    call = replace(story.call("c9"), agrees=True, terms=1)
    story.floor = replace(story.floor, calls={"c9": call})
    story.tell(ports.LegEnded("c9"))
    left = story.call("c9")
    assert (left.state, left.agrees, left.terms) == (CallState.PROMISED, None, None)


def test_whoever_calls_again_and_speaks_with_an_agent_has_what_was_promised() -> None:
    story = promised()
    call_instead(story)
    story.hear_out("c9")
    story.make_ready(ANN)
    story.ask(ANN, Verb.ACCEPT, "c9")
    assert (story.state("c9"), story.call("c9").call_back) == (CallState.TALKING, None)
    story.tell(ports.LegEnded("c9"))
    assert "c9" not in story.floor.calls


def test_whoever_calls_again_may_ask_anew_to_be_called_back() -> None:
    story = promised()
    call_instead(story)
    story.hear_out("c9")
    for key in "11":
        story.tell(ports.KeyPressed("c9", key))
    assert (story.state("c9"), story.call("c9").call_back.live) == (CallState.PROMISED, False)
