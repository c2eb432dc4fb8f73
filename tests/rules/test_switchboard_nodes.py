"""One node of the switch is lost, or asked alone: what is on the others is not touched by it."""

from dataclasses import replace
from datetime import timedelta

import pytest

from tests.rules.story import ANN, BRAM, SCRIPT, SECOND, Story
from tocsin.calls import ports
from tocsin.calls.ports import Connect, DropLeg, Verb
from tocsin.calls.rules import timing
from tocsin.calls.rules.returning import LastCall
from tocsin.calls.rules.states import CONVERSATION, CUT_OFF, UNSEEN_END, CallState, Rank, Why
from tocsin.workforce.rules import AgentState


def leg_up(story: Story, leg: str, login: str) -> None:
    story.tell(ports.AgentLegUp(leg, login))


CALLS_BACK = replace(SCRIPT, call_backs=True)
NUMBER = "+32477000001"


def two_conversations(*, call_backs: bool = False) -> Story:
    """Ann, whose telephone is on node a, talks with a caller on b; Bram, on b, with a caller on a."""
    story = Story(replace(SCRIPT, call_backs=call_backs))
    leg_up(story, "a-ann", "ann")
    leg_up(story, "b-bram", "bram")
    for agent, caller in ((ANN, "b-c1"), (BRAM, "a-c2")):
        story.ask(agent, Verb.READY)
        story.wait_in_line(caller)
        story.ask(agent, Verb.ACCEPT, caller)
    assert story.state("b-c1") is story.state("a-c2") is CallState.TALKING
    return story


def of_node(story: Story, node: str, *, restarted: bool = False, **alive: str) -> ports.Census:
    """The census of one node, with these telephones of agents."""
    since = story.now if restarted else story.now - timedelta(hours=1)
    return ports.Census(agents={f"{node}-{name}": name for name in alive.values()}, nodes={node: since})


def test_a_caller_on_a_node_that_went_down_is_cut_off_and_is_known_by_that() -> None:
    story = two_conversations()
    story.now += SECOND
    story.tell(of_node(story, "b", restarted=True, bram="bram"))
    [ended] = story.last.steps
    assert (ended.leg, ended.after, ended.why) == ("b-c1", CallState.ENDED, CUT_OFF)
    assert story.agent(ANN).state is AgentState.WRAP_UP


def test_whoever_is_there_is_not_cut_off_although_the_clock_says_the_node_began_later() -> None:
    story = two_conversations()
    seen = ports.CallerSeen(ports.CallArrived("b-c1", "1771", NUMBER, story.now), frozenset({"a-ann"}))
    census = of_node(story, "b", bram="bram")
    # The clock was put back since the node began.
    story.tell(replace(census, callers={"b-c1": seen}, nodes={"b": story.now + timedelta(hours=1)}))
    assert story.state("b-c1") is CallState.TALKING
    assert story.last.moves == ()


def test_a_caller_who_left_a_node_that_was_only_out_of_sight_is_not_held_to_be_cut_off() -> None:
    story = two_conversations()
    story.tell(of_node(story, "b", bram="bram"))
    assert [(step.leg, step.why) for step in story.last.steps] == [("b-c1", UNSEEN_END)]


def test_callers_on_a_node_that_the_switch_has_no_more_are_cut_off_and_the_others_are_not() -> None:
    story = two_conversations(call_backs=True)
    seen = ports.CallerSeen(ports.CallArrived("a-c2", "1771", NUMBER, story.now))
    story.tell(replace(of_node(story, "a", ann="ann"), callers={"a-c2": seen}, of=frozenset({"a", "c"})))
    assert [(step.leg, step.after, step.why) for step in story.last.steps if step.leg == "b-c1"] == [
        ("b-c1", CallState.PROMISED, CUT_OFF)
    ]
    assert story.state("a-c2") in CONVERSATION


def test_callers_on_a_node_that_does_not_answer_yet_are_left_alone() -> None:
    story = two_conversations()
    seen = ports.CallerSeen(ports.CallArrived("a-c2", "1771", NUMBER, story.now))
    story.tell(replace(of_node(story, "a", ann="ann"), callers={"a-c2": seen}, of=frozenset({"a", "b"})))
    assert story.state("b-c1") is CallState.TALKING


def test_who_waits_in_the_fallback_of_a_node_that_went_down_is_cut_off_at_once() -> None:
    story = Story()
    story.arrive("a-c1", room=0)
    story.arrive("b-c2", room=0)
    story.now += SECOND
    story.tell(of_node(story, "b", restarted=True))
    assert [(step.leg, step.why) for step in story.last.steps] == [("b-c2", CUT_OFF)]
    assert story.state("a-c1") is CallState.FALLBACK


def test_the_conversation_of_an_agent_whose_node_went_down_waits_for_the_agent_as_ever() -> None:
    story = two_conversations()
    story.tell(of_node(story, "a", restarted=True))
    assert story.state("b-c1") is CallState.RECONNECTING
    leg_up(story, "b-ann", "ann")
    assert story.state("b-c1") is CallState.TALKING
    assert Connect("b-c1", "b-ann") in story.last.moves


def test_the_census_of_one_node_says_nothing_of_the_others() -> None:
    story = two_conversations()
    before = story.floor
    found = of_node(story, "c")
    story.tell(found)
    assert story.floor == before
    assert story.last.moves == ()


def test_a_telephone_found_on_a_node_that_was_away_gives_way_to_the_one_that_the_agent_has_since() -> None:
    story = two_conversations()
    leg_up(story, "b-ann", "ann")
    seen = ports.CallerSeen(ports.CallArrived("a-c2", "1771", "", story.now), frozenset({"b-bram"}))
    found = ports.Census(callers={"a-c2": seen}, agents={"a-ann": "ann"}, nodes={"a": story.now})
    story.tell(found)
    assert story.last.moves == (DropLeg("a-ann"),)
    assert story.agent(ANN).leg == "b-ann"


def test_only_those_in_the_fallback_of_the_node_that_is_out_of_sight_are_waited_for() -> None:
    story = Story()
    story.arrive("a-c1", room=0)
    story.arrive("b-c2", room=0)
    story.tell(ports.Disconnected("a"))
    story.later(timing.FALLBACK_RETURN)
    assert story.floor.calls.keys() == {"a-c1"}


def test_a_node_whose_name_begins_as_another_one_does_is_another_one() -> None:
    census = ports.Census(nodes={"engine-1": Story().now})
    assert census.has_asked_for("engine-1-1763800000.7")
    assert not census.has_asked_for("engine-10-1763800000.7")


def lose_b(story: Story) -> None:
    """Node b goes down a second later, and is there again, with nobody but Bram's telephone."""
    story.now += SECOND
    story.tell(of_node(story, "b", restarted=True, bram="bram"))


def test_who_was_cut_off_in_a_conversation_is_called_back_before_all_who_wait_by_the_same_agent() -> None:
    story = two_conversations(call_backs=True)
    story.wait_in_line("a-c3")
    lose_b(story)
    assert (story.state("b-c1"), story.call("b-c1").rank) == (CallState.PROMISED, Rank.RETURNED)
    assert story.agent(ANN).state is AgentState.WRAP_UP
    story.ask(ANN, Verb.DONE, "b-c1")
    assert (story.state("b-c1"), story.state("a-c3")) == (CallState.OFFERED, CallState.WAITING)
    [offered] = [step for step in story.last.steps if step.after is CallState.OFFERED]
    assert (offered.leg, offered.agent) == ("b-c1", ANN)
    story.ask(ANN, Verb.ACCEPT, "b-c1")
    # By the node that the agent is on, for that of the call may be gone.
    [dialled] = [move for move in story.last.moves if isinstance(move, ports.Dial)]
    assert (dialled.leg, dialled.number) == ("a-ann-for-b-c1~1", NUMBER)


def test_those_who_waited_keep_their_places_among_each_other_and_are_called_back_first() -> None:
    story = Story(CALLS_BACK)
    for leg in ("b-c1", "a-c2", "b-c3"):
        story.now += SECOND
        story.wait_in_line(leg)
    lose_b(story)
    offered = []
    for agent, name in ((ANN, "ann"), (BRAM, "bram")):
        leg_up(story, f"a-{name}", name)
        story.ask(agent, Verb.READY)
        offered += [step for step in story.last.steps if step.after is CallState.OFFERED]
    assert [step.leg for step in offered] == ["b-c1", "b-c3"]
    assert story.state("a-c2") is CallState.WAITING


@pytest.mark.parametrize("state", [CallState.GREETING, CallState.FALLBACK])
def test_who_was_not_in_line_yet_is_called_back_too(state: CallState) -> None:
    story = Story(CALLS_BACK)
    story.arrive("b-c1", room=0 if state is CallState.FALLBACK else 1)
    assert story.state("b-c1") is state
    lose_b(story)
    assert story.state("b-c1") is CallState.PROMISED


def test_who_hides_the_number_or_calls_a_line_without_call_backs_is_lost() -> None:
    story = Story(CALLS_BACK)
    story.tell(ports.CallArrived("b-c1", "1771", "", story.now))
    story.arrive("b-c2", number="1772")
    lose_b(story)
    assert [(step.leg, step.after) for step in story.last.steps] == [
        ("b-c1", CallState.ENDED),
        ("b-c2", CallState.ENDED),
    ]


def test_who_was_cut_off_and_calls_again_is_first_in_person() -> None:
    story = Story(CALLS_BACK)
    story.wait_in_line("a-c1")
    story.wait_in_line("b-c2")
    before = story.call("b-c2")
    lose_b(story)
    last = LastCall(
        "nl", CallState.PROMISED, story.now, before.arrived_at, before.queued_at, False, leg="b-c2", activation=1
    )
    story.call_again("a-c3", last=last)
    story.hear_out("a-c3")
    assert "b-c2" not in story.floor.calls
    assert (story.call("a-c3").rank, story.call("a-c3").place.since) == (Rank.RETURNED, before.arrived_at)
    story.make_ready(ANN)
    assert story.state("a-c3") is CallState.OFFERED
    [offered] = [step for step in story.last.steps if step.after is CallState.OFFERED]
    assert offered.reason is not None
    assert getattr(offered.reason, "call", None) is Why.RANK


def called_back_from_b(*, talks: bool) -> Story:
    """Bram, on node b, calls somebody back who had called on a: it rings, or they talk."""
    story = Story(CALLS_BACK)
    story.wait_in_line("a-c1")
    story.tell(ports.KeyPressed("a-c1", "1"), ports.KeyPressed("a-c1", "1"))
    story.tell(ports.LegEnded("a-c1"))
    leg_up(story, "b-bram", "bram")
    story.ask(BRAM, Verb.READY)
    story.ask(BRAM, Verb.ACCEPT, "a-c1")
    if talks:
        story.tell(ports.DialAnswered("b-bram-for-a-c1~1"), ports.KeyPressed("b-bram-for-a-c1~1", "1"))
    return story


@pytest.mark.parametrize("talks", [False, True])
def test_a_call_back_that_went_down_with_the_agents_node_is_made_anew_and_first(talks: bool) -> None:
    story = called_back_from_b(talks=talks)
    leg_up(story, "a-ann", "ann")
    story.ask(ANN, Verb.READY)
    story.now += SECOND
    story.tell(of_node(story, "b", restarted=True))
    assert (story.state("a-c1"), story.call("a-c1").rank) == (CallState.OFFERED, Rank.RETURNED)
    story.ask(ANN, Verb.ACCEPT, "a-c1")
    assert [move.leg for move in story.last.moves if isinstance(move, ports.Dial)] == ["a-ann-for-a-c1~2"]


def test_the_node_on_which_a_caller_once_called_says_nothing_of_the_call_back_elsewhere() -> None:
    story = called_back_from_b(talks=True)
    story.now += SECOND
    story.tell(of_node(story, "a", restarted=True))
    assert story.state("a-c1") is CallState.TALKING


def test_who_was_asked_outside_about_a_caller_who_was_cut_off_is_hung_up() -> None:
    story = two_conversations(call_backs=True)
    story.tell(ports.AgentAsked(ANN, Verb.CONSULT, "b-c1", number="112", to="112"))
    story.tell(ports.DialAnswered("b-c1-asked-1"))
    lose_b(story)
    assert story.floor.consultations == {}
    assert ports.Release("b-c1-asked-1") in story.last.moves
    assert story.state("b-c1") is CallState.PROMISED


def test_a_consultation_on_another_node_goes_on() -> None:
    story = two_conversations()
    story.tell(ports.AgentAsked(BRAM, Verb.CONSULT, "a-c2", number="112", to="112"))
    story.tell(ports.DialAnswered("a-c2-asked-1"))
    asked = story.floor.consultations
    census = of_node(story, "b", bram="bram")
    story.tell(replace(census, consults={"b-bram": frozenset({"a-c2-asked-1"})}))
    assert story.floor.consultations == asked
    assert not [move for move in story.last.moves if move.leg != "b-c1"]
