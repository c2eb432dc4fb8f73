"""A caller on hold is not forgotten: the agent is reminded, and then the caller is first in line."""

from datetime import timedelta

from tests.rules.story import ANN, BRAM, SECOND, Story
from tocsin.calls import ports
from tocsin.calls.ports import Verb
from tocsin.calls.rules import hold, timing
from tocsin.calls.rules import script as words
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
