"""A caller on hold is not forgotten: the agent is reminded, and then the caller is first in line."""

from collections.abc import Callable
from datetime import timedelta

import pytest

from tests.rules import test_consulting as colleagues
from tests.rules import test_outside as outside
from tests.rules.story import ANN, BRAM, SECOND, Story
from tocsin.calls import ports
from tocsin.calls.ports import Verb
from tocsin.calls.rules import hold, timing
from tocsin.calls.rules import script as words
from tocsin.calls.rules.consultation import Stage
from tocsin.calls.rules.states import CallState, Rank
from tocsin.workforce.rules import AgentState


def held() -> Story:
    """Ann put the caller c1 on hold."""
    story = Story()
    story.talk()
    story.ask(ANN, Verb.HOLD)
    return story


def reminded() -> Story:
    story = held()
    story.later(timing.HOLD_REMINDER)
    return story


def test_the_agent_is_reminded_after_a_while_and_the_caller_hears_music_on() -> None:
    story = held()
    story.later(timing.HOLD_REMINDER - SECOND)
    assert story.last.steps == ()
    story.later(SECOND)
    [step] = story.last.steps
    assert (step.before, step.after, step.why, step.agent) == ("held", "held", hold.REMINDED, ANN)
    assert (story.state(), story.last.moves) == (CallState.HELD, ())


def test_a_caller_who_is_forgotten_is_told_and_first_in_line() -> None:
    story = reminded()
    story.later(timing.HOLD - timing.HOLD_REMINDER - SECOND)
    assert story.state() is CallState.HELD
    story.later(SECOND)
    call = story.call()
    assert (call.state, call.rank, call.agent) == (CallState.WAITING, Rank.RETURNED, None)
    assert story.told()["c1"] == words.agent_lost("fr")
    assert story.agent().state is AgentState.WRAP_UP


def test_another_agent_is_offered_the_caller_at_once() -> None:
    story = Story()
    story.make_ready(ANN)
    story.wait_in_line(key="1")
    story.ask(ANN, Verb.ACCEPT)
    story.ask(ANN, Verb.HOLD)
    story.make_ready(BRAM)
    story.later(timing.HOLD_REMINDER)
    story.later(timing.HOLD - timing.HOLD_REMINDER)
    assert (story.state(), story.call().agent) == (CallState.OFFERED, BRAM)


def test_whoever_speaks_with_the_caller_in_between_may_hold_as_long_again() -> None:
    story = reminded()
    story.ask(ANN, Verb.RESUME)
    story.ask(ANN, Verb.HOLD)
    story.later(timing.HOLD - SECOND)
    assert story.state() is CallState.HELD


def test_a_conversation_is_not_ended_by_the_hold_before_it() -> None:
    story = held()
    story.ask(ANN, Verb.RESUME)
    story.later(timing.HOLD * 2)
    assert story.state() is CallState.TALKING


def test_an_agent_who_disappears_meanwhile_has_the_time_to_come_back_of_any_other() -> None:
    story = reminded()
    story.tell(ports.LegEnded("leg-ann"))
    assert (story.state(), story.call().due_at) == (CallState.RECONNECTING, story.now + timing.AGENT_RETURN)


def test_the_lease_survives_a_restart_and_a_clock_that_is_put() -> None:
    story = held()
    story.restart()
    story.tell(ports.ClockPut(timedelta(hours=1)))
    story.now += timedelta(hours=1)
    story.later(timing.HOLD_REMINDER)
    assert [step.why for step in story.last.steps] == [hold.REMINDED]


# --- Somebody is asked about the caller


def with_112() -> Story:
    story = outside.talking()
    outside.call_outside(story, "112", to="112")
    story.tell(ports.DialAnswered(outside.LEG))
    return story


@pytest.mark.parametrize("begin", [colleagues.speaking, outside.speaking, with_112])
def test_an_agent_who_asks_somebody_is_reminded_of_the_caller_as_well(begin: Callable[[], Story]) -> None:
    story = begin()
    story.later(timing.HOLD_REMINDER)
    assert [(step.after, step.why) for step in story.last.steps] == [(CallState.HELD, hold.REMINDED)]
    assert story.last.moves == ()


@pytest.mark.parametrize("begin", [colleagues.speaking, outside.speaking])
def test_a_caller_who_is_forgotten_while_somebody_is_asked_is_with_the_agent_again(
    begin: Callable[[], Story],
) -> None:
    story = begin()
    story.later(timing.HOLD_REMINDER)
    story.later(timing.HOLD - timing.HOLD_REMINDER)
    assert (story.state(), story.call().agent, story.floor.consultations) == (CallState.TALKING, ANN, {})
    assert ports.Connect("c1", "leg-ann") in story.last.moves
    assert story.last.consultations[-1].why == hold.FORGOTTEN
    if begin is colleagues.speaking:
        assert story.agent(BRAM).state is AgentState.READY
    else:
        assert ports.Release(outside.LEG) in story.last.moves


def test_112_is_not_hung_up_for_that_and_all_three_hear_each_other() -> None:
    story = with_112()
    story.later(timing.HOLD_REMINDER)
    story.later(timing.HOLD - timing.HOLD_REMINDER)
    assert (story.state(), story.floor.consultations["c1"].stage) == (CallState.TALKING, Stage.TOGETHER)
    assert {ports.Connect("c1", "leg-ann"), ports.Connect("c1", outside.LEG)} <= set(story.last.moves)
    story.later(timing.HOLD)
    assert story.state() is CallState.TALKING


def test_asking_somebody_in_the_middle_of_a_hold_begins_it_anew() -> None:
    story = outside.talking()
    story.ask(ANN, Verb.HOLD)
    story.later(timing.HOLD_REMINDER)
    outside.call_outside(story)
    story.tell(ports.DialAnswered(outside.LEG))
    story.later(timing.HOLD_REMINDER)
    assert [step.why for step in story.last.steps] == [hold.REMINDED]
    story.later(timing.HOLD - timing.HOLD_REMINDER)
    assert story.state() is CallState.TALKING
