"""Who has been with victims and relatives for long has a break from them: when it is due, and what ends it."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest

from tests.rules.story import ANN, SECOND, Story
from tests.rules.test_coordination import asked, decide_nothing, floor
from tests.rules.test_routing import TRAINED, agent, waiting
from tests.rules.test_streams import BOTH
from tests.rules.test_waiting import heard
from tocsin.activations.rules import Requirement, Stream, spoken_name
from tocsin.calls import ports
from tocsin.calls.ports import Answer, LineVerb, Verb
from tocsin.calls.rules import timing
from tocsin.calls.rules.phrases import PHRASES
from tocsin.calls.rules.states import CallState, Reason, Why

MINUTE = timedelta(minutes=1)
WITH_VICTIMS, INFORMATION = "2", "1"


def trained() -> Story:
    """Ann is ready, and trained for victims and relatives."""
    story = Story(BOTH)
    story.floor = replace(story.floor, agents={ANN: replace(story.agent(), skills={Stream.D2: 1})})
    story.make_ready(ANN)
    return story


def speak(story: Story, leg: str, key: str, span: timedelta, *, writes: timedelta = timedelta()) -> None:
    """Ann speaks so long with a caller who chose this stream, and writes so long."""
    story.wait_in_line(leg, "2")
    story.tell(ports.KeyPressed(leg, key))
    story.ask(ANN, Verb.ACCEPT, leg)
    story.later(span)
    story.ask(ANN, Verb.HANG_UP, leg)
    story.later(writes)
    story.ask(ANN, Verb.DONE, leg)


def tired() -> Story:
    story = trained()
    speak(story, "c1", WITH_VICTIMS, timing.D2_LIMIT)
    assert not story.agent().takes_d2
    return story


def nothing(story: Story) -> None:
    story.later(timing.D2_BREAK)


def one_pause(story: Story) -> None:
    story.ask(ANN, Verb.PAUSE)
    story.later(timing.D2_BREAK)
    story.ask(ANN, Verb.READY)


def two_pauses(story: Story) -> None:
    for _ in range(2):
        story.ask(ANN, Verb.PAUSE)
        story.later(timing.D2_BREAK / 2)
        story.ask(ANN, Verb.READY)


def information(story: Story) -> None:
    speak(story, "c5", INFORMATION, timing.D2_BREAK)


def home(story: Story) -> None:
    story.ask(ANN, Verb.SIGN_OUT)
    story.later(timing.D2_BREAK)
    story.ask(ANN, Verb.READY)


@pytest.mark.parametrize("away", [nothing, one_pause, two_pauses, information, home])
def test_ten_minutes_away_from_victims_are_a_break_from_them_whatever_is_done(
    away: Callable[[Story], None],
) -> None:
    story = tired()
    away(story)
    assert story.agent().takes_d2
    assert story.agent().d2_time == timedelta()


def test_less_is_none() -> None:
    story = tired()
    story.later(timing.D2_BREAK - SECOND)
    assert not story.agent().takes_d2
    assert story.agent().d2_rested_at == story.now + SECOND


def test_the_end_of_the_break_is_awaited_and_the_caller_offered_then() -> None:
    story = tired()
    story.wait_in_line("c2", "2")
    story.tell(ports.KeyPressed("c2", WITH_VICTIMS))
    assert story.state("c2") is CallState.WAITING
    rested_at = story.agent().d2_rested_at
    assert rested_at
    story.floor = replace(story.floor, calls={"c2": replace(story.call("c2"), due_at=None)})
    assert story.floor.next_due(after=rested_at - SECOND) == rested_at
    story.later(rested_at - story.now)
    assert (story.state("c2"), story.call("c2").agent) == (CallState.OFFERED, ANN)


def test_the_note_about_a_victim_is_no_break_from_them() -> None:
    story = trained()
    speak(story, "c1", WITH_VICTIMS, timing.D2_LIMIT, writes=MINUTE)
    assert story.agent().d2_rested_at == story.now + timing.D2_BREAK


def test_below_the_limit_minutes_away_add_up_too_and_a_victim_between_only_stops_the_clock() -> None:
    story = trained()
    speak(story, "c1", WITH_VICTIMS, 50 * MINUTE)
    story.later(6 * MINUTE)
    speak(story, "c2", WITH_VICTIMS, 20 * MINUTE)
    assert not story.agent().takes_d2
    assert story.agent().d2_rested_at == story.now + 4 * MINUTE


def test_who_signs_out_in_the_middle_was_with_the_victim_all_the_same() -> None:
    story = trained()
    story.wait_in_line("c1", "2")
    story.tell(ports.KeyPressed("c1", WITH_VICTIMS))
    story.ask(ANN, Verb.ACCEPT, "c1")
    story.later(timing.D2_LIMIT)
    story.ask(ANN, Verb.SIGN_OUT, "c1")
    assert not story.agent().takes_d2


def test_a_clock_that_is_put_forward_is_no_break() -> None:
    story = tired()
    story.now += timing.D2_BREAK
    story.tell(ports.ClockPut(timing.D2_BREAK))
    assert not story.agent().takes_d2


def test_whoever_has_a_break_is_not_counted_in_the_wait_that_a_victim_is_told() -> None:
    story = tired()
    story.wait_in_line("c2", "2")
    story.tell(ports.KeyPressed("c2", WITH_VICTIMS))
    assert heard(story, "c2") == spoken_name("fr", PHRASES["fr"].nobody_at_work)


def test_a_coordinator_may_give_a_victim_to_whoever_has_a_break_and_the_reason_says_so() -> None:
    resting = agent(2, skills=TRAINED, d2_time=timing.D2_LIMIT)
    before = floor(waiting("a", stream=Stream.D2), agents=(resting,))
    answer, decision = asked(before, LineVerb.GIVE, agent=2)
    assert answer is Answer.DONE
    assert [step.reason for step in decision.steps] == [Reason(Why.PICKED, "", Why.BREAK_WAIVED, relaxed=False)]


@pytest.mark.parametrize("time", [timedelta(), timing.D2_LIMIT])
def test_never_to_the_untrained(time: timedelta) -> None:
    before = floor(waiting("a", stream=Stream.D2), agents=(agent(2, d2_time=time),))
    assert asked(before, LineVerb.GIVE, agent=2) == (
        Answer.AGENT_UNABLE,
        decide_nothing(before, Answer.AGENT_UNABLE),
    )


def test_an_information_call_that_is_given_to_whoever_has_a_break_waives_nothing() -> None:
    resting, call = agent(2, skills=TRAINED, d2_time=timing.D2_LIMIT), waiting("a")
    wanted = Requirement(language_level=3)
    _, decision = asked(floor(call, agents=(resting,), requirement=wanted), LineVerb.GIVE, agent=2)
    assert [step.reason for step in decision.steps] == [Reason(Why.PICKED, "", Why.PICKED, relaxed=True)]
