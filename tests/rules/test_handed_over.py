"""A caller who is handed over to somebody outside while it still rings there."""

import pytest

from tests.rules.story import ANN, Story
from tests.rules.test_outside import LEG, RINGS, UP, census, handed_over, is_with_ann
from tocsin.calls import ports
from tocsin.calls.ports import Verb
from tocsin.calls.rules import timing
from tocsin.calls.rules.consultation import Stage
from tocsin.calls.rules.states import CallState, Rank
from tocsin.workforce.rules import AgentState


def test_a_caller_who_is_handed_over_while_it_rings_has_who_answers() -> None:
    story = handed_over()
    assert (story.state(), story.call().agent, story.last.moves) == (CallState.OUTSIDE, None, ())
    assert story.agent().state is AgentState.WRAP_UP
    story.tell(ports.DialAnswered(LEG))
    assert story.last.moves == (ports.StopPlaying("c1", "c1-2"), ports.Connect("c1", LEG))
    assert (story.floor.consultations["c1"].stage, story.call().due_at) == (Stage.ALONE, None)
    story.tell(ports.LegEnded(LEG))
    assert (story.floor.calls, story.floor.consultations) == ({}, {})
    assert ports.Release("c1") in story.last.moves


@pytest.mark.parametrize("why", list(ports.DialFailure), ids=str)
def test_where_nobody_answers_the_agent_who_writes_has_the_caller_again(why: ports.DialFailure) -> None:
    story = handed_over()
    story.tell(ports.DialFailed(LEG, why))
    assert is_with_ann(story)
    assert story.agent().state is AgentState.TALKING
    assert story.last.moves == (ports.StopPlaying("c1", "c1-2"), ports.Connect("c1", "leg-ann"))


def leave(story: Story, how: str) -> None:
    if how == "telephone lost":
        story.tell(ports.LegEnded("leg-ann"))
    else:
        story.ask(ANN, Verb(how))


@pytest.mark.parametrize("how", ["done", "pause", "sign_out", "telephone lost"])
def test_where_nobody_answers_and_the_agent_is_gone_the_caller_is_first_in_line(how: str) -> None:
    story = handed_over()
    leave(story, how)
    assert story.state() is CallState.OUTSIDE
    story.tell(ports.DialFailed(LEG, ports.DialFailure.NO_ANSWER))
    assert story.floor.consultations == {}
    assert story.call().rank is Rank.RETURNED
    # Who is ready again is the one who is offered the caller.
    assert story.state() is (CallState.OFFERED if how == "done" else CallState.WAITING)


@pytest.mark.parametrize("how", ["done", "pause", "sign_out", "telephone lost"])
def test_an_agent_who_leaves_after_handing_over_changes_nothing_for_the_caller(how: str) -> None:
    story = handed_over()
    leave(story, how)
    story.tell(ports.DialAnswered(LEG))
    assert ports.Connect("c1", LEG) in story.last.moves


def test_a_caller_who_hangs_up_while_it_rings_ends_it() -> None:
    story = handed_over()
    story.tell(ports.LegEnded("c1"))
    assert (story.floor.calls, story.floor.consultations) == ({}, {})
    assert ports.Release(LEG) in story.last.moves


def test_what_is_never_told_of_a_number_that_rings_does_not_leave_the_caller_with_music_for_ever() -> None:
    story = handed_over()
    story.later(timing.DIAL + timing.SILENCE)
    assert ports.Release(LEG) in story.last.moves
    assert is_with_ann(story)


@pytest.mark.parametrize("verb", [Verb.HANG_UP, Verb.RESUME, Verb.JOIN, Verb.HAND_OVER])
def test_who_handed_the_caller_over_while_it_rings_has_no_part_in_it_any_more(verb: Verb) -> None:
    story = handed_over()
    story.ask(ANN, verb)
    assert (story.state(), story.last.moves) == (CallState.OUTSIDE, ())


def test_after_a_restart_it_is_taken_up_what_became_of_it() -> None:
    story = handed_over()
    story.restart()
    story.tell(census(dialled={LEG: RINGS}))
    assert story.last.moves == (ports.PlayMusic("c1"),)
    story.tell(census(dialled={LEG: UP}))
    assert ports.Connect("c1", LEG) in story.last.moves
    assert story.floor.consultations["c1"].stage is Stage.ALONE


def test_after_a_restart_the_agent_has_the_caller_again_where_it_rings_no_more() -> None:
    story = handed_over()
    story.restart()
    story.tell(census(dialled={}))
    assert is_with_ann(story)
