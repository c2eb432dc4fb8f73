"""A caller hangs up, in every situation that there is: nobody stays bound, and a promise stays a promise."""

import pytest

from tests.rules.every_state import ASKED, CALLED_BACK, CONSULTED, EVERY, PLAIN, Begin, what_is_missing
from tocsin.calls import ports
from tocsin.calls.rules.states import CallState
from tocsin.workforce.rules import AgentState

ON_THE_LINE = {**PLAIN, **ASKED, **CONSULTED}
FREE = {AgentState.READY, AgentState.WRAP_UP, AgentState.PAUSED, AgentState.SIGNED_OUT}


def test_no_state_no_question_and_no_stage_of_a_consultation_is_forgotten() -> None:
    assert what_is_missing() == set()


@pytest.mark.parametrize("begin", ON_THE_LINE.values(), ids=ON_THE_LINE.keys())
def test_a_caller_who_hangs_up_leaves_nobody_bound_in_whatever_situation(begin: Begin) -> None:
    story = begin()
    others = {consultation.name for consultation in story.floor.consultations.values() if consultation.number}
    voice = story.call().voice
    story.tell(ports.LegEnded(voice))
    assert "c1" not in story.floor.calls
    assert story.floor.consultations == {}
    assert story.last.steps[-1].after is CallState.ENDED
    assert {ports.Release(leg) for leg in {voice, *others}} <= set(story.last.moves)
    assert {agent.state for agent in story.floor.agents.values()} <= FREE
    for agent in story.floor.agents.values():
        assert agent.state is AgentState.WRAP_UP or agent.call == ""


@pytest.mark.parametrize("begin", CALLED_BACK.values(), ids=CALLED_BACK.keys())
def test_the_end_of_the_call_in_which_a_call_back_was_promised_changes_nothing(begin: Begin) -> None:
    story = begin()
    before = story.call()
    story.tell(ports.LegEnded("c1"))
    assert story.call() == before


def test_whoever_hangs_up_the_call_back_that_rings_is_called_once_more_and_the_agent_is_free() -> None:
    story = CALLED_BACK["dialling"]()
    story.tell(ports.LegEnded(story.call().voice))
    assert story.state() is CallState.RETRYING
    assert "c1" not in {agent.call for agent in story.floor.agents.values()}


@pytest.mark.parametrize("begin", EVERY.values(), ids=EVERY.keys())
def test_a_hang_up_told_twice_changes_nothing_the_second_time(begin: Begin) -> None:
    story = begin()
    voice = story.call().voice
    story.tell(ports.LegEnded(voice))
    after = story.floor.calls.get("c1")
    story.tell(ports.LegEnded(voice))
    assert story.floor.calls.get("c1") == after
    assert story.last.steps == ()
