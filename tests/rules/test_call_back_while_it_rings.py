"""Who asks to be called back while an agent's telephone rings: the offer goes on, and so does the wish."""

from dataclasses import replace

import pytest

from tests.rules.story import ANN, BRAM, SCRIPT, SECOND, Story
from tests.rules.test_call_backs import NUMBER, keys
from tocsin.calls import ports
from tocsin.calls.ports import Verb
from tocsin.calls.rules import call_back_words as words
from tocsin.calls.rules import timing
from tocsin.calls.rules.script import Script
from tocsin.calls.rules.states import CallState, Question, Rank
from tocsin.workforce.rules import AgentState

LINE = replace(SCRIPT, call_backs=True)
HIDDEN_NUMBER = "0470112233"


def ringing(script: Script = LINE) -> Story:
    """The caller c1 waited, and is offered to Ann, who lets it ring."""
    story = Story(script)
    story.wait_in_line("c1", "2")
    story.make_ready(ANN)
    assert story.state() is CallState.OFFERED
    return story


def asked() -> Story:
    story = ringing()
    keys(story, "1")
    return story


def test_the_number_is_read_out_and_the_agents_telephone_rings_on() -> None:
    story = asked()
    assert story.told()["c1"] == words.confirm_question("fr", NUMBER, region="BE", in_line=True)
    assert (story.state(), story.call().question) == (CallState.OFFERED, Question.CALL_BACK)
    assert (story.agent().state, story.agent().call) == (AgentState.OFFERED, "c1")
    assert [(step.before, step.after, step.why) for step in story.last.steps] == [
        ("offered", "offered", "pressed 1")
    ]


def test_where_the_line_calls_nobody_back_the_key_changes_nothing() -> None:
    story = ringing(SCRIPT)
    keys(story, "1")
    assert (story.last.moves, story.call().question) == ((), None)


def test_an_agent_who_answers_first_has_the_caller_who_is_asked_nothing_more() -> None:
    story = asked()
    keys(story, "2047")
    story.ask(ANN, Verb.ACCEPT)
    call = story.call()
    assert (call.state, call.question, call.entered, call.due_at) == (CallState.TALKING, None, "", None)
    keys(story, "1")
    assert story.state() is CallState.TALKING


def test_an_offer_that_comes_to_nothing_leaves_the_caller_with_the_question() -> None:
    story = asked()
    story.ask(ANN, Verb.DECLINE)
    assert (story.state(), story.call().rank) == (CallState.CHOOSING, Rank.RETURNED)
    keys(story, "1")
    assert (story.state(), story.call().call_back is None) == (CallState.PROMISED, False)


def test_and_who_says_nothing_to_it_then_is_in_line_again_before_others() -> None:
    story = asked()
    story.ask(ANN, Verb.DECLINE)
    story.hear_out()
    story.later(timing.KEY)
    assert (story.state(), story.call().rank, story.call().entered) == (CallState.WAITING, Rank.RETURNED, "")


def test_who_confirms_is_promised_a_call_with_the_place_kept_and_the_agent_is_offered_it() -> None:
    story = asked()
    place = story.call().place
    idle_since = story.agent().idle_since
    keys(story, "1")
    assert [(step.before, step.after) for step in story.last.steps] == [
        ("offered", "promised"),
        ("promised", "offered"),
    ]
    assert (story.call().place, story.call().to_be_dialled) == (place, True)
    assert (story.agent().call, story.agent().idle_since, story.agent().missed) == ("c1", idle_since, 0)
    story.ask(ANN, Verb.ACCEPT)
    assert story.state() is CallState.DIALLING


def test_meanwhile_the_agent_is_free_for_whoever_comes_first() -> None:
    story = asked()
    story.make_ready(BRAM)
    story.wait_in_line("c2", "1")
    keys(story, "1")
    assert {story.agent(ANN).call, story.agent(BRAM).call} == {"c1", "c2"}


@pytest.mark.parametrize("pressed", ["3", "*"])
def test_who_wants_none_after_all_hears_music_and_the_agent_is_still_offered_the_call(pressed: str) -> None:
    story = asked()
    keys(story, pressed)
    assert story.last.moves == (ports.StopPlaying("c1", story.call().message), ports.PlayMusic("c1"))
    assert (story.state(), story.call().question) == (CallState.OFFERED, None)


def test_another_number_is_entered_while_it_rings() -> None:
    story = asked()
    keys(story, "2" + HIDDEN_NUMBER)
    story.later(timing.KEY)
    assert story.told()["c1"] == words.confirm_question("fr", "+32470112233", region="BE", in_line=True)
    assert (story.state(), story.agent().call) == (CallState.OFFERED, "c1")


def test_after_a_restart_nothing_is_asked_any_more_and_the_offer_goes_on() -> None:
    story = asked()
    arrival = ports.CallArrived("c1", "1771", NUMBER, story.now)
    seen = ports.CallerSeen(arrival=arrival, together_with=frozenset())
    story.tell(ports.Census(callers={"c1": seen}, agents={"leg-ann": "ann"}))
    assert (story.call().question, story.call().entered) == (None, "")


@pytest.mark.parametrize("automatic", [False, True])
def test_112_is_dialled_through_all_of_it(automatic: bool) -> None:
    story = ringing(replace(LINE, dials_itself=automatic))
    for key in "11":
        story.now += SECOND
        keys(story, key)
    assert not any(isinstance(move, ports.Release | ports.Dial) for move in story.last.moves)
    story.now += SECOND
    keys(story, "2")
    assert (story.state(), story.agent().state) == (CallState.EMERGENCY, AgentState.READY)


def test_where_it_is_dialled_at_once_it_is_when_112_is_not_meant() -> None:
    story = ringing(replace(LINE, dials_itself=True))
    keys(story, "11")
    assert story.state() is CallState.OFFERED
    story.later(timing.EMERGENCY_KEYS)
    assert story.state() is CallState.DIALLING
