"""The same desk in two windows, and two agents for one caller: what is asked first counts, and counts once."""

import pytest

from tests.rules.story import ANN, BRAM, Story
from tocsin.calls import ports
from tocsin.calls.ports import Verb
from tocsin.calls.rules.states import CallState
from tocsin.workforce.rules import AgentState


def offered() -> Story:
    """The caller c1 is offered to Ann; Bram is free, too, and Dutch is spoken by both."""
    story = Story()
    story.make_ready(ANN)
    story.wait_in_line(key="1")
    story.make_ready(BRAM)
    assert story.call().agent == ANN
    return story


@pytest.mark.parametrize("at_once", [True, False], ids=["in one decision", "one after the other"])
@pytest.mark.parametrize("second", [Verb.ACCEPT, Verb.DECLINE, Verb.READY, Verb.DONE, Verb.PAUSE])
def test_whatever_a_second_window_asks_after_the_first_accepted_changes_nothing(
    second: Verb, at_once: bool
) -> None:
    story = offered()
    orders = [ports.AgentAsked(ANN, verb, "c1", "break") for verb in (Verb.ACCEPT, second)]
    decisions = [story.tell(*orders)] if at_once else [story.tell(order) for order in orders]
    assert [move for each in decisions for move in each.moves if isinstance(move, ports.Connect)] == [
        ports.Connect("c1", "leg-ann")
    ]
    assert [step.after for each in decisions for step in each.steps] == [CallState.TALKING]
    assert (story.call().agent, story.agent(ANN).state) == (ANN, AgentState.TALKING)


def test_a_hang_up_asked_in_two_windows_ends_one_call_and_not_the_next() -> None:
    story = offered()
    story.ask(ANN, Verb.ACCEPT)
    story.ask(ANN, Verb.HANG_UP)
    story.ask(ANN, Verb.DONE)
    story.ask(BRAM, Verb.PAUSE, "", reason="break")
    story.wait_in_line("c2", "1")
    story.ask(ANN, Verb.ACCEPT, "c2")
    story.ask(ANN, Verb.HANG_UP, "c1")
    assert (story.state("c2"), story.call("c2").agent) == (CallState.TALKING, ANN)


@pytest.mark.parametrize("first", [ANN, BRAM], ids=["who is offered first", "the other first"])
def test_of_two_agents_who_accept_one_caller_only_the_one_who_was_offered_gets_the_call(first: int) -> None:
    story = offered()
    second = BRAM if first == ANN else ANN
    told = story.tell(*(ports.AgentAsked(agent, Verb.ACCEPT, "c1") for agent in (first, second)))
    assert [move for move in told.moves if isinstance(move, ports.Connect)] == [ports.Connect("c1", "leg-ann")]
    assert (story.call().agent, story.agent(BRAM).state) == (ANN, AgentState.READY)
