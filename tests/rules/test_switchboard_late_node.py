"""The switchboard was restarted, and one node's census comes after that of the others: who is there is not known
yet, and nothing is undone for that."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest

from tests.rules.story import ANN, BRAM, SCRIPT, Story
from tocsin.activations.rules import Stream
from tocsin.calls import ports
from tocsin.calls.ports import Connect, Part, Verb
from tocsin.calls.rules.agents import Agent
from tocsin.calls.rules.states import CallState
from tocsin.workforce.rules import AgentState

NUMBER = "+32477000001"
CALLER, ANNS, BRAMS = "a-c1", "b-ann", "b-bram"
NODES = frozenset({"a", "b"})


def census(story: Story, node: str, **seen: object) -> ports.Census:
    """What one of both nodes tells, which has run for an hour."""
    return ports.Census(nodes={node: story.now - timedelta(hours=1)}, of=NODES, **seen)  # type: ignore[arg-type]


def caller(story: Story, *with_whom: str) -> dict[str, ports.CallerSeen]:
    arrival = ports.CallArrived(CALLER, "1771", NUMBER, story.now)
    return {CALLER: ports.CallerSeen(arrival, frozenset(with_whom))}


def offered() -> Story:
    """Ann, whose telephone is on node b, is offered a caller on a."""
    story = Story()
    story.floor = replace(
        story.floor,
        agents={**story.floor.agents, BRAM: replace(story.agent(BRAM), skills={Stream.D2: 1})},
    )
    story.tell(ports.AgentLegUp(ANNS, "ann"), ports.AgentAsked(ANN, Verb.READY))
    story.wait_in_line(CALLER)
    assert story.state(CALLER) is CallState.OFFERED
    return story


def talking() -> Story:
    story = offered()
    story.ask(ANN, Verb.ACCEPT, CALLER)
    return story


def dialling() -> Story:
    """Ann calls somebody back who had called on a."""
    story = Story(replace(SCRIPT, call_backs=True))
    story.wait_in_line(CALLER)
    story.tell(ports.KeyPressed(CALLER, "1"), ports.KeyPressed(CALLER, "1"), ports.LegEnded(CALLER))
    story.tell(ports.AgentLegUp(ANNS, "ann"), ports.AgentAsked(ANN, Verb.READY))
    story.ask(ANN, Verb.ACCEPT, CALLER)
    assert story.state(CALLER) is CallState.DIALLING
    return story


def consulting() -> Story:
    """Ann speaks with Bram, both on b, about a caller on a."""
    story = talking()
    story.tell(ports.AgentLegUp(BRAMS, "bram"), ports.AgentAsked(BRAM, Verb.READY))
    story.tell(ports.AgentAsked(ANN, Verb.CONSULT, CALLER, to=Stream.D2, consent=True))
    story.ask(BRAM, Verb.ACCEPT, CALLER)
    assert story.floor.consultations
    return story


def agents_of(story: Story) -> list[Agent]:
    return [replace(agent, leg="") for agent in story.floor.agents.values()]


@pytest.mark.parametrize("begin", [offered, talking, dialling, consulting])
def test_agents_whose_node_is_not_heard_of_yet_are_not_held_to_be_gone(begin: Callable[[], Story]) -> None:
    story = begin()
    before, agents = story.floor.calls, agents_of(story)
    together = {ANNS} if begin is talking else set()
    there = {} if begin is dialling else caller(story, *together)
    story.restart()
    story.tell(census(story, "a", callers=there))
    assert story.last.steps == ()
    assert story.last.changes == ()
    assert story.floor.calls.keys() == before.keys()
    assert agents_of(story) == agents
    assert not [move for move in story.last.moves if isinstance(move, Part | ports.Release)]


@pytest.mark.parametrize("begin", [offered, talking])
def test_they_are_found_where_they_are_by_the_census_of_their_node(begin: Callable[[], Story]) -> None:
    story = begin()
    state = story.state(CALLER)
    story.restart()
    story.tell(census(story, "a", callers=caller(story, *({ANNS} if begin is talking else ()))))
    story.tell(census(story, "b", agents={ANNS: "ann"}))
    assert story.state(CALLER) is state
    assert story.agent(ANN).leg == ANNS
    assert story.last.moves == ()


def test_who_is_not_found_there_either_is_gone() -> None:
    story = talking()
    story.restart()
    story.tell(census(story, "a", callers=caller(story, ANNS)))
    story.tell(census(story, "b"))
    assert story.state(CALLER) is CallState.RECONNECTING
    assert Part(CALLER, ANNS) in story.last.moves


def test_who_may_be_on_a_third_node_is_not_gone_with_the_second_census() -> None:
    story = talking()
    story.restart()
    nodes = frozenset({"a", "b", "c"})
    story.tell(replace(census(story, "a", callers=caller(story, ANNS)), of=nodes))
    story.tell(replace(census(story, "c"), of=nodes))
    assert story.state(CALLER) is CallState.TALKING
    story.tell(replace(census(story, "b"), of=nodes))
    assert story.state(CALLER) is CallState.RECONNECTING


def test_whoever_was_to_be_connected_when_the_switchboard_ended_is_connected() -> None:
    story = talking()
    story.restart()
    story.tell(census(story, "a", callers=caller(story)))
    story.tell(census(story, "b", agents={ANNS: "ann"}))
    assert story.last.moves == (Connect(CALLER, ANNS),)


def test_whoever_was_to_be_parted_when_the_switchboard_ended_is_parted() -> None:
    story = talking()
    story.ask(ANN, Verb.HOLD, CALLER)
    story.restart()
    story.tell(census(story, "a", callers=caller(story, ANNS)))
    assert not [move for move in story.last.moves if isinstance(move, Part)]
    story.tell(census(story, "b", agents={ANNS: "ann"}))
    assert story.last.moves == (Part(CALLER, ANNS),)


def test_a_new_telephone_on_another_node_takes_the_conversation_over() -> None:
    story = talking()
    story.restart()
    story.tell(census(story, "a", callers=caller(story, ANNS)))
    story.tell(ports.AgentLegUp("a-ann", "ann"))
    assert Connect(CALLER, "a-ann") in story.last.moves
    story.tell(census(story, "b", agents={ANNS: "ann"}))
    assert story.last.moves == (ports.DropLeg(ANNS), Part(CALLER, ANNS))


@pytest.mark.parametrize("together", [True, False])
def test_who_asks_on_one_node_and_is_asked_on_another_still_speak(together: bool) -> None:
    story = offered()
    story.tell(ports.AgentLegUp("a-ann", "ann"))
    story.ask(ANN, Verb.ACCEPT, CALLER)
    story.tell(ports.AgentLegUp(BRAMS, "bram"), ports.AgentAsked(BRAM, Verb.READY))
    story.tell(ports.AgentAsked(ANN, Verb.CONSULT, CALLER, to=Stream.D2, consent=True))
    story.ask(BRAM, Verb.ACCEPT, CALLER)
    story.restart()
    consults = {"a-ann": frozenset({BRAMS})} if together else {}
    found = census(story, "a", callers=caller(story), agents={"a-ann": "ann"}, consults=consults)
    story.tell(found)
    assert not [move for move in story.last.moves if isinstance(move, Part)]
    story.tell(census(story, "b", agents={BRAMS: "bram"}))
    assert story.last.moves == (() if together else (Connect("a-ann", BRAMS),))
    assert story.agent(BRAM).state is AgentState.TALKING
