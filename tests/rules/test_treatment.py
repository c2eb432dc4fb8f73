"""A caller whom a coordinator has served last, or not at all for a while."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from tests.rules.story import ANN, BRAM, SCRIPT, Story
from tocsin.calls import ports
from tocsin.calls.ports import Verb
from tocsin.calls.rules import call_back_words, timing
from tocsin.calls.rules import script as words
from tocsin.calls.rules.returning import LastCall
from tocsin.calls.rules.script import opening_texts
from tocsin.calls.rules.states import CUT_OFF, CallState, Rank
from tocsin.calls.rules.switchboard import decide
from tocsin.calls.rules.treatment import Treatment

LINE = replace(SCRIPT, languages=("nl",), front={}, call_backs=True)
NUISANCE, ZOE = "+32470112233", "+32470112244"


def arrives(story: Story, treatment: Treatment, *, leg: str = "c1", room: int = 1000) -> None:
    arrival = ports.CallArrived(leg, "1771", NUISANCE, story.now)
    story.last = decide(story.floor, [arrival], now=story.now, room=room, treated={leg: {1: treatment}})
    story.floor = story.last.floor


def test_who_is_served_last_waits_behind_those_who_came_later() -> None:
    story = Story(LINE)
    arrives(story, Treatment.LAST)
    assert (story.state(), story.call().rank) == (CallState.WAITING, Rank.LAST)
    story.later(timing.POSITION)
    story.tell(ports.CallArrived("c2", "1771", ZOE, story.now))
    assert story.places()["c2"] == words.position("nl", 1)
    story.make_ready(ANN)
    assert (story.state("c2"), story.state("c1")) == (CallState.OFFERED, CallState.WAITING)


def test_who_is_served_last_is_served_when_nobody_else_waits() -> None:
    story = Story(LINE)
    arrives(story, Treatment.LAST)
    story.make_ready(ANN)
    assert story.state() is CallState.OFFERED


def not_answered(story: Story) -> None:
    story.later(timing.OFFER)


def declined(story: Story) -> None:
    story.ask(ANN, Verb.DECLINE)


def telephone_lost(story: Story) -> None:
    story.tell(ports.LegEnded("leg-ann"))


def lost_in_conversation(story: Story) -> None:
    story.ask(ANN, Verb.ACCEPT)
    story.tell(ports.LegEnded("leg-ann"))
    assert story.told() == {}, "nobody is promised to come first who does not"
    story.later(timing.AGENT_RETURN)


def signed_out_in_conversation(story: Story) -> None:
    story.ask(ANN, Verb.ACCEPT)
    story.ask(ANN, Verb.SIGN_OUT)


@pytest.mark.parametrize(
    "comes_back", [not_answered, declined, telephone_lost, lost_in_conversation, signed_out_in_conversation]
)
def test_who_is_served_last_and_comes_back_from_an_agent_is_still_last(
    comes_back: Callable[[Story], None],
) -> None:
    story = Story(LINE)
    arrives(story, Treatment.LAST)
    story.make_ready(ANN)
    story.tell(ports.CallArrived("c2", "1771", ZOE, story.now))
    comes_back(story)
    assert story.call().rank is Rank.LAST
    story.make_ready(BRAM)
    assert story.state("c2") is CallState.OFFERED


def test_no_call_back_gets_who_is_served_last_past_the_others() -> None:
    story = Story(LINE)
    arrives(story, Treatment.LAST)
    assert call_back_words.offer("nl")[0] not in story.told()["c1"]
    story.tell(ports.KeyPressed("c1", "1"))
    assert story.state() is CallState.WAITING


def test_who_is_not_taken_hears_so_and_is_let_go_also_where_there_is_no_room() -> None:
    for room in (1000, 0):
        story = Story(LINE)
        arrives(story, Treatment.TOLD, room=room)
        assert story.state() is CallState.TURNED_AWAY
        assert story.told() == {"c1": words.not_taken(LINE)}
        story.hear_out()
        assert story.floor.calls == {}


@pytest.mark.parametrize("exercise", [False, True])
def test_who_is_not_taken_reaches_112_and_comes_into_no_line_by_it(exercise: bool) -> None:
    story = Story(replace(LINE, exercise=exercise))
    arrives(story, Treatment.TOLD)
    story.tell(*(ports.KeyPressed("c1", key) for key in "112"))
    if not exercise:
        assert story.state() is CallState.EMERGENCY
        story.tell(ports.DialFailed("c1-asked-1", ports.DialFailure.BUSY))
    assert (story.state(), story.told()) == (CallState.TURNED_AWAY, {"c1": words.not_taken(LINE)})
    story.hear_out()
    assert story.floor.calls == {}


def test_who_comes_out_of_the_fallback_has_the_same_rank() -> None:
    story = Story(LINE)
    arrives(story, Treatment.LAST, room=0)
    story.come_again(arrived_at=story.now)
    assert (story.state(), story.call().rank) == (CallState.WAITING, Rank.LAST)


def test_a_coordinator_undoes_it_where_it_was_decided_and_not_by_raising_the_caller() -> None:
    story = Story(LINE)
    arrives(story, Treatment.LAST)
    for verb in (ports.LineVerb.RAISE, ports.LineVerb.LOWER):
        assert story.tell(ports.CoordinatorAsked(1, verb, 1, "c1")).answers == {1: ports.Answer.AS_IT_WAS}
    assert story.call().rank is Rank.LAST


def test_who_is_served_last_and_cut_off_is_not_called_back_before_the_others() -> None:
    story = Story(LINE)
    arrives(story, Treatment.LAST, leg="a-c1")
    story.now += timing.KEY
    story.tell(ports.Census(nodes={"a": story.now}))
    assert [(step.after, step.why) for step in story.last.steps] == [(CallState.ENDED, CUT_OFF)]


def test_who_is_served_last_since_a_promise_and_calls_again_is_served_last() -> None:
    story = Story(LINE)
    story.tell(ports.CallArrived("c1", "1771", NUISANCE, story.now))
    for key in "11":
        story.tell(ports.KeyPressed("c1", key))
    assert story.state() is CallState.PROMISED
    story.tell(ports.LegEnded("c1"))
    promised = story.call()
    last = LastCall(
        "nl", promised.state, story.now, promised.place.since, promised.queued_at, False, leg="c1", activation=1
    )
    arrival = ports.CallArrived("c2", "1771", NUISANCE, story.now)
    last_of_all = {"c2": {1: Treatment.LAST}}
    decision = decide(story.floor, [arrival], now=story.now, returning={"c2": last}, treated=last_of_all)
    assert decision.floor.calls["c2"].rank is Rank.LAST


def test_the_others_are_treated_as_ever() -> None:
    story = Story(LINE)
    arrives(story, Treatment.TOLD)
    story.tell(ports.CallArrived("c2", "1771", ZOE, story.now))
    assert (story.state("c2"), story.call("c2").rank) == (CallState.WAITING, Rank.ORDINARY)


def test_what_is_said_is_spoken_before_the_line_opens() -> None:
    assert set(words.not_taken(SCRIPT)) <= {words.spoken_name(*text) for text in opening_texts(SCRIPT)}
