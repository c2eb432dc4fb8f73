"""A caller in danger dials 112 on the keypad, in whatever state before an agent speaks."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest

from tests.rules.story import ANN, MIDNIGHT, SCRIPT, SECOND, Story
from tocsin.activations.rules import Stream, Tapes
from tocsin.calls import ports
from tocsin.calls.ports import Verb
from tocsin.calls.rules import emergency_words as words
from tocsin.calls.rules import timing
from tocsin.calls.rules.consultation import Stage
from tocsin.calls.rules.phrases import PHRASES
from tocsin.calls.rules.script import KeypadAnswer, Script, opening_texts
from tocsin.calls.rules.states import CallState, Question, Rank
from tocsin.workforce.rules import AgentState

LEG = "c1-asked-1"
RICH = replace(
    SCRIPT,
    call_backs=True,
    streams=(Stream.D5, Stream.D2),
    answers={"nl": (KeypadAnswer(1, "3", "Waar?", "Hier."),)},
)


def dial(story: Story, keys: str = "112", *, every: timedelta = SECOND, leg: str = "c1") -> None:
    """Press keys one after the other; the last decision is that of the last key."""
    for key in keys[:-1]:
        story.tell(ports.KeyPressed(leg, key))
        story.later(every)
    story.tell(ports.KeyPressed(leg, keys[-1]))


def greeted(script: Script = RICH) -> Story:
    story = Story(script)
    story.arrive()
    return story


def informed(script: Script = RICH) -> Story:
    story = greeted(script)
    story.tell(ports.KeyPressed("c1", "1"))
    return story


def asked(script: Script = RICH) -> Story:
    story = informed(script)
    story.hear_out()
    return story


def asked_for_answers(script: Script = RICH) -> Story:
    story = asked(script)
    story.tell(ports.KeyPressed("c1", "1"))
    return story


def waiting(script: Script = RICH) -> Story:
    story = asked_for_answers(script)
    story.tell(ports.KeyPressed("c1", "0"))
    # Long after the keys of the menus.
    story.later(SECOND * 10)
    return story


def offered(script: Script = RICH) -> Story:
    story = waiting(script)
    story.make_ready(ANN)
    assert story.state() is CallState.OFFERED
    return story


def entering(script: Script = RICH) -> Story:
    story = waiting(script)
    story.tell(ports.KeyPressed("c1", "1"))
    story.tell(ports.KeyPressed("c1", "2"))
    story.later(SECOND * 3)
    return story


BEFORE_AN_AGENT = [greeted, informed, asked, asked_for_answers, waiting, offered, entering]


@pytest.mark.parametrize("begin", BEFORE_AN_AGENT)
def test_112_is_called_at_once_wherever_the_caller_is(begin: Callable[[], Story]) -> None:
    story = begin()
    dial(story)
    call = story.call()
    assert (call.state, call.agent, call.question) == (CallState.EMERGENCY, None, None)
    assert story.last.moves[-2:] == (
        ports.Dial(LEG, "112", shown="1771", patience=timing.DIAL),
        ports.Play("c1", call.message, words.being_called("nl")),
    )
    assert story.floor.consultations["c1"].by is None
    assert story.agent().state in (AgentState.SIGNED_OUT, AgentState.READY)


def test_whoever_waits_with_a_number_of_their_own_may_have_been_promised_a_call_back_on_the_way() -> None:
    story = waiting()
    story.tell(ports.KeyPressed("c1", "1"))
    story.tell(ports.KeyPressed("c1", "1"))
    assert story.state() is CallState.PROMISED
    story.tell(ports.KeyPressed("c1", "2"))
    assert (story.state(), story.call().call_back) == (CallState.EMERGENCY, None)
    story.hear_out()
    assert story.last.moves == (ports.PlayMusic("c1"),)


def test_whoever_hears_the_promise_while_an_agent_is_offered_it_is_connected_with_112_on_this_line() -> None:
    story = waiting()
    story.tell(ports.KeyPressed("c1", "1"))
    story.tell(ports.KeyPressed("c1", "1"))
    story.make_ready(ANN)
    assert (story.state(), story.call().to_be_dialled) == (CallState.OFFERED, True)
    story.tell(ports.KeyPressed("c1", "2"))
    assert (story.state(), story.call().voice) == (CallState.EMERGENCY, "c1")
    story.tell(ports.DialAnswered(LEG))
    assert ports.Connect("c1", LEG) in story.last.moves


def test_112_while_a_caller_is_asked_to_agree_to_be_recorded_is_no_agreement() -> None:
    tapes = Tapes(7, {"nl": "Wij nemen op.", "fr": "Nous enregistrons."})
    story = informed(replace(RICH, tapes=tapes))
    story.hear_out()
    assert story.call().question is Question.CONSENT
    dial(story)
    story.tell(ports.DialFailed(LEG, ports.DialFailure.BUSY))
    assert (story.state(), story.call().agrees) == (CallState.WAITING, None)


@pytest.mark.parametrize("keys", ["12", "2", "122", "1 1 2", "1132"])
def test_other_keys_are_not_112(keys: str) -> None:
    story = waiting(replace(SCRIPT, streams=(Stream.D5, Stream.D2)))
    dial(story, keys.replace(" ", "0"))
    assert story.state() is CallState.WAITING


def test_three_keys_of_menus_each_after_what_is_said_there_are_not_112() -> None:
    story = greeted()
    dial(story, every=SECOND * 3)
    assert story.state() is not CallState.EMERGENCY


def test_a_one_too_many_does_no_harm() -> None:
    story = waiting(SCRIPT)
    dial(story, "1112", every=SECOND * 0)
    assert story.state() is CallState.EMERGENCY


def test_a_number_to_be_called_back_at_may_contain_112_and_112_itself_is_none() -> None:
    story = entering()
    dial(story, "0470112233", every=SECOND * 0)
    assert (story.state(), story.call().entered) == (CallState.CHOOSING, "0470112233")
    story = entering()
    dial(story, "112", every=SECOND * 3)
    story.tell(ports.KeyPressed("c1", "#"))
    assert story.state() is CallState.EMERGENCY


def test_who_speaks_with_an_agent_leaves_112_to_the_agent() -> None:
    story = offered()
    story.ask(ANN, Verb.ACCEPT)
    dial(story)
    assert story.state() is CallState.TALKING


def test_when_112_answers_both_hear_each_other_and_the_call_ends_with_either() -> None:
    for leaves, other in (("c1", LEG), (LEG, "c1")):
        story = waiting()
        dial(story)
        message = story.call().message
        story.tell(ports.DialAnswered(LEG))
        assert story.last.moves == (ports.StopPlaying("c1", message), ports.Connect("c1", LEG))
        assert (story.state(), story.floor.consultations["c1"].stage) == (CallState.OUTSIDE, Stage.ALONE)
        story.tell(ports.LegEnded(leaves))
        assert (story.floor.calls, story.floor.consultations) == ({}, {})
        assert ports.Release(other) in story.last.moves


def test_whoever_hangs_up_while_112_rings_has_it_ring_no_more() -> None:
    story = waiting()
    dial(story)
    story.tell(ports.LegEnded("c1"))
    assert (story.floor.calls, story.floor.consultations) == ({}, {})
    assert ports.Release(LEG) in story.last.moves


@pytest.mark.parametrize("why", list(ports.DialFailure), ids=str)
def test_where_112_is_not_reached_the_caller_is_told_to_call_it_and_comes_first(why: ports.DialFailure) -> None:
    story = greeted()
    dial(story)
    story.tell(ports.DialFailed(LEG, why))
    assert (story.state(), story.call().rank, story.call().queued_at) == (
        CallState.WAITING,
        Rank.RETURNED,
        story.now,
    )
    assert story.told() == {"c1": words.not_reached("nl")}
    assert story.last.consultations[-1].why == f"outside {why}"
    story.later(timing.POSITION)
    assert story.places()["c1"] != words.not_reached("nl")


def test_where_nothing_is_told_of_112_the_caller_waits_for_it_no_longer_than_it_may_ring() -> None:
    story = waiting()
    dial(story)
    story.later(timing.DIAL + timing.SILENCE)
    assert (story.state(), story.call().rank, story.floor.consultations) == (CallState.WAITING, Rank.RETURNED, {})
    assert ports.Release(LEG) in story.last.moves
    assert story.told()["c1"] == words.not_reached("nl")


def test_in_an_exercise_112_is_not_called_and_the_caller_keeps_the_place_and_hears_why() -> None:
    for begin in BEFORE_AN_AGENT:
        story = begin(replace(RICH, exercise=True))  # type: ignore[call-arg]
        place = story.call().place
        dial(story)
        assert (story.call().place, story.call().rank) == (place, Rank.ORDINARY)
        assert story.told() == {"c1": words.not_called("nl")}
        assert not any(isinstance(move, ports.Dial) for move in story.last.moves)
        assert story.state() is (CallState.OFFERED if begin is offered else CallState.WAITING)
        story.hear_out()
        assert story.last.moves == (ports.PlayMusic("c1"),)


def test_the_agent_whose_telephone_rang_is_ready_and_has_missed_nothing() -> None:
    story = offered()
    idle_since = story.agent().idle_since
    dial(story)
    agent = story.agent()
    assert (agent.state, agent.call, agent.missed, agent.idle_since) == (AgentState.READY, "", 0, idle_since)


def test_what_is_said_of_112_is_spoken_before_the_line_opens() -> None:
    for exercise in (False, True):
        spoken = set(opening_texts(replace(SCRIPT, exercise=exercise)))
        for language in SCRIPT.languages:
            said = words.SENTENCES[language]
            assert ((language, said.not_called) in spoken) is exercise
            assert ((language, said.being_called) in spoken) is not exercise
    assert words.SENTENCES.keys() == PHRASES.keys()


# --- A switchboard that was away


def census(*, dialled: dict[str, ports.DialledSeen], caller: frozenset[str] = frozenset()) -> ports.Census:
    arrival = ports.CallArrived("c1", "1771", "+32477000001", MIDNIGHT)
    return ports.Census(callers={"c1": ports.CallerSeen(arrival, caller)}, dialled=dialled)


UP, RINGS = ports.DialledSeen(answered=True), ports.DialledSeen(answered=False)


def in_danger() -> Story:
    story = waiting()
    dial(story)
    story.restart()
    return story


def test_112_that_still_rings_goes_on_ringing() -> None:
    story = in_danger()
    story.tell(census(dialled={LEG: RINGS}))
    assert (story.state(), story.last.moves) == (CallState.EMERGENCY, (ports.PlayMusic("c1"),))


def test_112_that_answered_meanwhile_is_connected() -> None:
    story = in_danger()
    story.tell(census(dialled={LEG: UP}))
    assert story.state() is CallState.OUTSIDE
    assert ports.Connect("c1", LEG) in story.last.moves


def test_112_that_is_gone_leaves_the_caller_first_in_line() -> None:
    story = in_danger()
    story.tell(census(dialled={}))
    assert (story.state(), story.call().rank) == (CallState.WAITING, Rank.RETURNED)


def test_where_the_caller_is_gone_112_is_hung_up() -> None:
    story = in_danger()
    story.tell(ports.Census(dialled={LEG: UP}))
    assert (story.floor.calls, story.floor.consultations) == ({}, {})
    assert ports.Release(LEG) in story.last.moves
