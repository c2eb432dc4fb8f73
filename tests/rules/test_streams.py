"""D5 or D2: asked where the line has both, and what becomes of the caller who says nothing."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from tests.rules.story import ANN, SCRIPT, Story
from tocsin.activations.rules import Stream
from tocsin.calls import ports
from tocsin.calls.ports import Verb
from tocsin.calls.rules import script as words
from tocsin.calls.rules import timing
from tocsin.calls.rules.agents import Agent
from tocsin.calls.rules.states import CallState
from tocsin.workforce.rules import AgentState

BOTH = replace(SCRIPT, streams=(Stream.D5, Stream.D2))


def asked() -> Story:
    """The caller c1, who chose French and heard the front message."""
    story = Story(BOTH)
    story.wait_in_line(key="2")
    assert story.state() is CallState.CHOOSING
    return story


def test_after_the_front_message_the_caller_is_asked_in_their_language() -> None:
    assert asked().told() == {"c1": words.stream_question("fr")}


@pytest.mark.parametrize(("key", "stream"), [("1", Stream.D5), ("2", Stream.D2)])
def test_a_key_chooses_even_before_the_question_has_ended(key: str, stream: Stream) -> None:
    story = asked()
    playing = story.call().message
    story.tell(ports.KeyPressed("c1", key))
    assert (story.state(), story.call().stream) == (CallState.WAITING, stream)
    assert ports.StopPlaying("c1", playing) in story.last.moves
    assert story.call().question is None


def nothing(story: Story) -> None:
    story.hear_out()
    story.later(timing.KEY)


def everything_else(story: Story) -> None:
    story.tell(*(ports.KeyPressed("c1", key) for key in "034567890#"))
    nothing(story)


def never_told_that_it_ended(story: Story) -> None:
    story.later(timing.LONGEST_MESSAGE)


@pytest.mark.parametrize("does", [nothing, everything_else, never_told_that_it_ended])
def test_who_does_not_choose_is_informed(does: Callable[[Story], None]) -> None:
    story = asked()
    does(story)
    assert (story.state(), story.call().stream) == (CallState.WAITING, Stream.D5)


def test_the_language_can_still_be_changed() -> None:
    story = asked()
    story.tell(ports.KeyPressed("c1", "*"), ports.KeyPressed("c1", "1"))
    story.hear_out()
    assert (story.state(), story.call().language) == (CallState.CHOOSING, "nl")


def test_a_caller_who_leaves_while_choosing_is_gone() -> None:
    story = asked()
    story.tell(ports.LegEnded("c1"))
    assert story.floor.calls == {}


def test_a_line_that_closes_while_a_caller_chooses_takes_the_caller_in() -> None:
    story = asked()
    story.floor = replace(story.floor, lines={})
    story.hear_out()
    story.later(timing.KEY)
    assert story.state() is CallState.WAITING


def trained(story: Story, **known: object) -> Agent:
    return replace(story.agent(), skills={Stream.D2: 1}, **known)


def with_ann(agent: Callable[[Story], Agent]) -> Story:
    story = asked()
    story.floor = replace(story.floor, agents={ANN: agent(story)})
    story.make_ready(ANN)
    return story


def test_the_time_with_victims_and_relatives_is_counted() -> None:
    story = with_ann(trained)
    story.tell(ports.KeyPressed("c1", "2"))
    story.ask(ANN, Verb.ACCEPT)
    story.later(timing.D2_LIMIT)
    story.ask(ANN, Verb.HANG_UP)
    assert story.agent().d2_time == timing.D2_LIMIT
    story.ask(ANN, Verb.DONE)
    assert story.agent().state is AgentState.READY
    assert not story.agent().takes_d2


def test_who_does_other_work_is_offered_nothing_until_ready_again() -> None:
    story = with_ann(trained)
    story.ask(ANN, Verb.TASK)
    story.tell(ports.KeyPressed("c1", "1"))
    assert (story.agent().state, story.state()) == (AgentState.ON_TASK, CallState.WAITING)
    story.ask(ANN, Verb.READY)
    assert story.state() is CallState.OFFERED


def test_other_work_does_not_outlast_the_telephone() -> None:
    story = with_ann(trained)
    story.ask(ANN, Verb.TASK)
    story.tell(ports.LegEnded("leg-ann"))
    story.later(timing.AGENT_RETURN)
    assert story.agent().state is AgentState.SIGNED_OUT
