"""Call-backs: dialled when their turn comes, and what becomes of each end."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest

from tests.rules.call_back_story import (
    NUMBER,
    answered,
    dialling,
    in_line,
    keys,
    promised,
    reached,
)
from tests.rules.story import ANN, SECOND, Story
from tocsin.calls import ports
from tocsin.calls.ports import DialFailure, Verb
from tocsin.calls.rules import call_back_words as words
from tocsin.calls.rules import timing
from tocsin.calls.rules.call_backs import MOST_ATTEMPTS
from tocsin.calls.rules.states import UNSEEN_END, CallState, Rank
from tocsin.workforce.rules import AgentState


def test_a_key_of_the_leg_on_which_the_promise_was_given_answers_nothing_once_the_number_rings() -> None:
    story = in_line()
    keys(story, "11")
    story.make_ready(ANN)
    story.ask(ANN, Verb.ACCEPT)
    assert story.state() is CallState.DIALLING
    keys(story, "1")
    assert story.state() is CallState.DIALLING
    story.tell(ports.DialAnswered(story.call().voice), ports.KeyPressed(story.call().voice, "1"))
    assert story.state() is CallState.TALKING


def test_the_agent_who_takes_a_call_back_has_the_number_dialled() -> None:
    story = dialling()
    assert ports.Dial("leg-ann-for-c1~1", NUMBER, shown="1771", patience=timing.RINGING) in story.last.moves
    assert story.agent().state is AgentState.TALKING


def test_where_agents_are_not_asked_the_number_is_dialled_at_once() -> None:
    story = promised(automatic=True)
    story.make_ready(ANN)
    assert (story.state(), story.agent().state) == (CallState.DIALLING, AgentState.TALKING)


def test_no_more_numbers_ring_than_agents_are_free() -> None:
    story = promised(automatic=True)
    keys(story, "11", "c2")
    story.make_ready(ANN)
    assert (story.state("c1"), story.state("c2")) == (CallState.DIALLING, CallState.PROMISED)


def test_whoever_answers_is_told_who_calls_and_connected_by_a_key() -> None:
    story = answered()
    assert story.told() == {"leg-ann-for-c1~1": words.called_back("fr")}
    keys(story, "1", "leg-ann-for-c1~1")
    assert ports.Connect("leg-ann-for-c1~1", "leg-ann") in story.last.moves
    assert (story.state(), story.call().answered) == (CallState.TALKING, True)


def test_a_conversation_with_somebody_called_back_is_like_any_other() -> None:
    story = reached()
    story.ask(ANN, Verb.HOLD)
    assert story.last.moves == (ports.Part("leg-ann-for-c1~1", "leg-ann"), ports.PlayMusic("leg-ann-for-c1~1"))
    story.ask(ANN, Verb.RESUME)
    story.tell(ports.LegEnded("leg-ann"))
    assert story.state() is CallState.RECONNECTING
    story.later(timing.AGENT_RETURN)
    assert (story.state(), story.call().rank) == (CallState.WAITING, Rank.RETURNED)
    story.make_ready(ANN)
    story.ask(ANN, Verb.ACCEPT)
    assert ports.Connect("leg-ann-for-c1~1", "leg-ann") in story.last.moves
    story.tell(ports.LegEnded("leg-ann-for-c1~1"))
    assert (story.floor.calls.get("c1"), story.agent().state) == (None, AgentState.WRAP_UP)


def busy(story: Story) -> None:
    story.tell(ports.DialFailed("leg-ann-for-c1~1", DialFailure.BUSY))


def machine(story: Story) -> None:
    story.tell(ports.DialAnswered("leg-ann-for-c1~1"))
    story.tell(ports.MessagePlayed("leg-ann-for-c1~1", story.call().message))
    story.later(timing.GREETED)


def hung_up(story: Story) -> None:
    story.tell(ports.DialAnswered("leg-ann-for-c1~1"))
    story.tell(ports.LegEnded("leg-ann-for-c1~1"))


def given_up(story: Story) -> None:
    story.ask(ANN, Verb.HANG_UP)


def nothing_told(story: Story) -> None:
    story.later(timing.RINGING + timing.SILENCE)


def gone_unseen(story: Story) -> None:
    story.tell(ports.Census(agents={"leg-ann": "ann"}))


@pytest.mark.parametrize("ends", [busy, machine, hung_up, given_up, nothing_told, gone_unseen])
def test_whoever_is_not_reached_is_called_once_more_and_the_agent_is_free(ends: Callable[[Story], None]) -> None:
    story = dialling()
    story.tell(ports.LegEnded("c2"))
    ends(story)
    assert (story.state(), story.agent().state) == (CallState.RETRYING, AgentState.READY)
    assert story.call().agent is None
    story.later(timing.RETRY)
    assert (story.state(), story.call().rank) == (CallState.OFFERED, Rank.CALL_BACK)


@pytest.mark.parametrize("attempt", range(1, MOST_ATTEMPTS + 1))
def test_so_often_and_no_more(attempt: int) -> None:
    story = dialling(attempt)
    story.tell(ports.DialFailed(story.call().voice, DialFailure.NO_ANSWER))
    assert ("c1" in story.floor.calls) == (attempt < MOST_ATTEMPTS)


@pytest.mark.parametrize("why", [DialFailure.CONGESTED, DialFailure.GIVEN_UP])
def test_an_outage_is_none_of_the_attempts_and_ends_with_the_promise(why: DialFailure) -> None:
    story = dialling()
    for outage in range(1, MOST_ATTEMPTS + 2):
        story.tell(ports.DialFailed(story.call().voice, why), ports.LegEnded("c2"))
        call_back = story.call().call_back
        assert call_back
        assert (story.state(), call_back.outages, call_back.tried) == (CallState.RETRYING, outage, 0)
        story.later(timing.RETRY)
        story.ask(ANN, Verb.ACCEPT)
    story.tell(ports.DialFailed(story.call().voice, why))
    story.now = story.call().call_back.promised_by + timing.PROMISE_OVER  # type: ignore[union-attr]
    story.tell()
    assert [step.why for step in story.last.steps] == ["next attempt", "promise not kept"]


@pytest.mark.parametrize(("rang_for", "counts"), [(timing.RINGS_BY - SECOND, 0), (timing.RINGS_BY, 1)])
def test_an_agent_who_gives_up_at_once_has_not_tried(rang_for: timedelta, counts: int) -> None:
    story = dialling()
    story.later(rang_for)
    story.ask(ANN, Verb.HANG_UP)
    call_back = story.call().call_back
    assert call_back
    assert call_back.tried == counts


@pytest.mark.parametrize("why", [DialFailure.BUSY, DialFailure.NO_ANSWER, DialFailure.REFUSED])
def test_what_came_to_the_network_of_the_number_is_an_attempt(why: DialFailure) -> None:
    story = dialling()
    story.tell(ports.DialFailed(story.call().voice, why))
    call_back = story.call().call_back
    assert call_back
    assert (call_back.attempts, call_back.outages) == (1, 0)


def test_a_number_that_nobody_has_is_not_tried_again() -> None:
    story = dialling()
    story.tell(ports.DialFailed("leg-ann-for-c1~1", DialFailure.UNREACHABLE))
    assert story.last.steps[0].why == "not reached: unreachable"
    assert "c1" not in story.floor.calls


def test_what_an_earlier_attempt_still_tells_changes_nothing() -> None:
    story = dialling(attempt=2)
    story.tell(
        ports.DialFailed("leg-ann-for-c1~1", DialFailure.BUSY),
        ports.LegEnded("leg-ann-for-c1~1"),
        ports.DialAnswered("leg-ann-for-c1~1"),
        ports.KeyPressed("leg-ann-for-c1~1", "1"),
    )
    assert story.state() is CallState.DIALLING


@pytest.mark.parametrize("verb", [Verb.DECLINE, None], ids=["declined", "not answered"])
def test_a_call_back_that_no_agent_takes_goes_first_to_the_next(verb: Verb | None) -> None:
    story = promised()
    story.make_ready(ANN)
    if verb:
        story.ask(ANN, verb)
    else:
        story.tell(ports.AgentAsked(ANN, Verb.SIGN_OUT))
    assert (story.state(), story.call().rank) == (CallState.PROMISED, Rank.RETURNED)
    assert story.call().due_at is not None


@pytest.mark.parametrize("leaves", ["telephone", "signs out"])
def test_an_agent_who_leaves_while_the_number_rings_harms_nobody(leaves: str) -> None:
    story = dialling()
    if leaves == "telephone":
        story.tell(ports.LegEnded("leg-ann"))
    else:
        story.ask(ANN, Verb.SIGN_OUT)
        assert story.agent().state is AgentState.SIGNED_OUT
    assert story.state() is CallState.RETRYING
    assert ports.Release("leg-ann-for-c1~1") in story.last.moves


def test_a_promise_that_nears_its_end_goes_before_those_who_wait() -> None:
    story = promised()
    end = story.call().call_back.promised_by
    story.now = end - timing.PROMISE_NEARS
    story.tell()
    assert story.call().rank is Rank.CALL_BACK
    story.now = end + timing.PROMISE_OVER
    story.tell()
    assert ("c1" in story.floor.calls, story.last.steps[-1].why) == (False, "promise not kept")


def test_nobody_is_recorded_in_a_call_back_for_what_was_agreed_to_before() -> None:
    story = in_line()
    call = replace(story.call(), agrees=True, terms=1)
    story.floor = replace(story.floor, calls={"c1": call}, ordered=None)
    keys(story, "11")
    assert (story.state(), story.call().agrees, story.call().terms) == (CallState.PROMISED, None, None)


def test_a_restart_forgets_no_promise_and_dials_nobody_twice() -> None:
    story = answered()
    story.restart()
    up = {"leg-ann": "ann"}
    story.tell(ports.Census(dialled={"leg-ann-for-c1~1": ports.DialledSeen(answered=True)}, agents=up))
    assert story.state() is CallState.DIALLING
    # Nobody knows how much of it was heard.
    assert story.told() == {"leg-ann-for-c1~1": words.called_back("fr")}
    assert not any(isinstance(move, ports.Dial) for move in story.last.moves)
    story = promised()
    story.restart()
    story.tell(ports.Census(dialled={"leg-ann-for-c7~1": ports.DialledSeen(answered=False)}))
    assert story.state() is CallState.PROMISED
    assert ports.Release("leg-ann-for-c7~1") in story.last.moves


def test_whoever_is_about_to_be_dialled_is_not_missed_in_a_census_from_before() -> None:
    story = promised()
    story.make_ready(ANN)
    accepts = ports.AgentAsked(ANN, Verb.ACCEPT, "c1")
    story.tell(ports.Disconnected(), accepts, ports.Census(agents={"leg-ann": "ann"}))
    assert story.state() is CallState.DIALLING
    assert [move.leg for move in story.last.moves if isinstance(move, ports.Dial)] == ["leg-ann-for-c1~1"]


def test_a_caller_still_there_after_the_promise_is_let_go_by_the_census() -> None:
    story = in_line()
    keys(story, "11")
    seen = ports.CallerSeen(ports.CallArrived("c1", "1771", NUMBER, story.now))
    story.tell(ports.Census(callers={"c1": seen}))
    assert ports.Release("c1") in story.last.moves
    assert story.state() is CallState.PROMISED


def test_a_caller_who_was_called_back_and_lost_by_the_switch_is_gone() -> None:
    story = reached()
    story.tell(ports.Census(agents={"leg-ann": "ann"}))
    assert story.floor.calls.get("c1") is None
    assert next(step for step in story.last.steps if step.leg == "c1").why == UNSEEN_END
