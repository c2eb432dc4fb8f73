"""Call-backs: arranged by keypad, and promised with the place in line."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest

from tests.rules.call_back_story import (
    ANSWER,
    NUMBER,
    answering,
    dialling,
    in_line,
    keys,
    promised,
    reached,
)
from tests.rules.story import ANN, BRAM, SCRIPT, Story
from tocsin.activations.rules import Stream
from tocsin.calls import ports
from tocsin.calls.rules import call_back_words as words
from tocsin.calls.rules import timing
from tocsin.calls.rules.call_backs import promised_span
from tocsin.calls.rules.line import Kind
from tocsin.calls.rules.returning import LastCall
from tocsin.calls.rules.states import CallState, Question
from tocsin.calls.rules.waiting import LAST_CALLS, Estimate, Handled
from tocsin.workforce.rules import AgentState


def test_the_call_back_is_offered_with_the_place() -> None:
    story = in_line()
    assert story.told()["c2"][-1:] == words.offer("fr")


def test_the_number_is_read_out_before_anything_is_promised() -> None:
    story = in_line()
    keys(story, "1")
    assert (story.state(), story.call().question) == (CallState.CHOOSING, Question.CALL_BACK)
    assert story.told() == {"c1": words.confirm_question("fr", NUMBER, region="BE")}


def test_a_promise_says_by_when_and_lets_the_caller_go() -> None:
    story = in_line()
    keys(story, "11")
    call = story.call()
    assert (call.state, call.question, call.entered) == (CallState.PROMISED, None, "")
    # Nobody is at work.
    assert call.call_back and call.call_back.promised_by == story.now + timedelta(hours=4)
    assert story.told() == {"c1": words.promise("fr", timedelta(hours=4))}
    story.hear_out()
    assert story.last.moves == (ports.Release("c1"),)
    story.tell(ports.LegEnded("c1"))
    assert story.state() is CallState.PROMISED


@pytest.mark.parametrize(
    ("sure", "promised"),
    [(0, 15), (15, 15), (16, 30), (30, 30), (31, 45), (61, 90), (121, 180), (181, 240), (1000, 240)],
)
def test_promised_is_the_first_span_that_is_sure_enough_where_one_is(sure: int, promised: int) -> None:
    wait = Estimate(even=timedelta(), late=timedelta(), sure=timedelta(minutes=sure))
    assert promised_span(wait) == timedelta(minutes=promised)


@pytest.mark.parametrize(("minutes", "promised"), [(3, 15), (10, 45), (40, 180)], ids=["usual", "long", "longest"])
def test_the_promise_is_what_the_wait_is_estimated_to_be(minutes: int, promised: int) -> None:
    story = in_line()
    ann = replace(story.agent(), state=AgentState.WRAP_UP, leg="leg-ann", due_at=story.now + timedelta(hours=1))
    length = timedelta(minutes=minutes)
    story.floor = replace(
        story.floor,
        agents=story.floor.agents | {ANN: ann},
        handled={Kind(1, Stream.D5, "fr"): (Handled(story.now - length, story.now),) * LAST_CALLS},
    )
    keys(story, "11")
    assert story.told() == {"c1": words.promise("fr", timedelta(minutes=promised))}


def test_what_a_key_answers_in_line_is_no_request_to_be_called_back() -> None:
    story = answering()
    keys(story, "9")
    keys(story, "3")
    story.hear_out()
    # The answer once more.
    keys(story, "1")
    assert (story.state(), story.call().answer) == (CallState.WAITING, ANSWER.id)
    keys(story, "0")
    keys(story, "1")
    assert story.call().question is Question.CALL_BACK


def test_whoever_heard_an_answer_and_then_asked_to_be_called_back_was_not_served_by_keypad() -> None:
    story = answering()
    keys(story, "93")
    story.hear_out()
    keys(story, "01")
    assert story.call().heard is None
    story.tell(ports.LegEnded("c1"))
    assert [step.answer for step in story.last.steps if step.after is CallState.ENDED] == [None]


@pytest.mark.parametrize("make", [promised, dialling, reached])
def test_nothing_is_asked_of_whoever_is_called_back(make: Callable[[], Story]) -> None:
    call = make().call()
    assert (call.question, call.answer, call.heard) == (None, None, None)


def test_whoever_hung_up_is_not_asked_anything_by_a_key_told_late() -> None:
    story = answering()
    keys(story, "11")
    keys(story, "9")
    assert (story.state(), story.call().question, story.last.moves) == (CallState.PROMISED, None, ())
    story.make_ready(ANN)
    assert story.state() is CallState.OFFERED
    keys(story, "9")
    assert (story.call().question, story.last.moves) == (None, ())


def test_whoever_hides_the_number_is_asked_for_one_and_hears_it_read_back() -> None:
    story = in_line(hidden=True)
    keys(story, "1")
    assert story.told() == {"c1": words.number_question("fr", again=False)}
    keys(story, "0470112233#")
    assert story.told() == {"c1": words.confirm_question("fr", "+32470112233", region="BE")}
    keys(story, "1")
    call_back = story.call().call_back
    assert call_back and call_back.number == "+32470112233"


def test_another_number_can_be_given_and_its_end_need_not_be_said() -> None:
    story = in_line()
    keys(story, "12")
    keys(story, "0470112233")
    story.later(timing.KEY)
    assert story.call().entered == "+32470112233"
    keys(story, "1")
    assert story.state() is CallState.PROMISED


@pytest.mark.parametrize("entered", ["", "101", "090012345", "0470", "99999999999999999999"])
def test_what_is_no_number_or_a_dear_one_is_asked_for_again(entered: str) -> None:
    story = in_line(hidden=True)
    keys(story, f"1{entered}#")
    assert (story.state(), story.call().question) == (CallState.CHOOSING, Question.NUMBER)
    assert story.told() == {"c1": words.number_question("fr", again=True)}


# --- A call to the same number is promised already


def enters_the_same(story: Story, leg: str) -> None:
    """Somebody who hides the number is in line, and enters that of c1."""
    story.tell(ports.CallArrived(leg, "1771", "", story.now))
    keys(story, "2", leg)
    story.hear_out(leg)
    keys(story, "10477000001#", leg)


ALREADY = words.promised_already("fr") + words.number_question("fr", again=False)


def test_whoever_enters_a_number_that_was_promised_a_call_is_told_so_and_asked_for_another() -> None:
    story = promised()
    before = story.call()
    for leg in ("c3", "c4"):
        enters_the_same(story, leg)
        assert story.told()[leg] == ALREADY
        assert (story.state(leg), story.call(leg).question) == (CallState.CHOOSING, Question.NUMBER)
    assert story.call() == before
    keys(story, "0470112233#1", "c3")
    call_back = story.call("c3").call_back
    assert call_back and call_back.number == "+32470112233"


def test_who_enters_no_other_number_waits_on_in_line() -> None:
    story = promised()
    enters_the_same(story, "c3")
    story.hear_out("c3")
    story.later(timing.KEY)
    assert (story.state("c3"), story.call("c3").call_back) == (CallState.WAITING, None)


def test_of_two_who_confirm_the_same_number_the_first_is_promised_a_call() -> None:
    story = in_line()
    enters_the_same(story, "c3")
    assert story.call("c3").question is Question.CALL_BACK
    keys(story, "11")
    keys(story, "1", "c3")
    assert (story.state(), story.state("c3")) == (CallState.PROMISED, CallState.CHOOSING)
    assert story.told()["c3"] == ALREADY


def test_a_number_that_rings_or_whose_caller_waits_in_person_instead_is_promised_no_second_call() -> None:
    story = dialling()
    enters_the_same(story, "c3")
    assert story.told()["c3"] == ALREADY
    story = promised()
    last = LastCall("fr", CallState.PROMISED, story.now, story.now, story.now, False, leg="c1", activation=1)
    story.call_again("c5", last=last)
    story.hear_out("c5")
    assert story.call("c5").came_instead
    enters_the_same(story, "c3")
    assert story.told()["c3"] == ALREADY
    # It is the same promise for whoever waits instead.
    keys(story, "11", "c5")
    assert story.state("c5") is CallState.PROMISED


def test_a_number_may_be_promised_a_call_again_once_the_caller_speaks_with_an_agent() -> None:
    story = reached()
    enters_the_same(story, "c3")
    assert story.call("c3").question is Question.CALL_BACK


def start_again(story: Story, leg: str = "c1") -> None:
    """The switchboard is started again, and finds the caller on the line."""
    story.restart()
    arrival = ports.CallArrived(leg, "1771", story.call(leg).caller, story.call(leg).arrived_at)
    story.tell(ports.Census(callers={leg: ports.CallerSeen(arrival)}))


@pytest.mark.parametrize(
    ("hidden", "pressed"), [(False, "1"), (False, "12"), (False, "120470112"), (True, "1"), (True, "10470112233#")]
)
def test_who_is_asked_when_the_switchboard_is_started_again_is_asked_anew_and_promised_no_call_to_nobody(
    hidden: bool, pressed: str
) -> None:
    story = in_line(hidden=hidden)
    keys(story, pressed)
    entering = story.call().question is Question.NUMBER
    start_again(story)
    assert story.state() is CallState.CHOOSING
    asks_number = words.number_question("fr", again=False)
    reads_out = words.confirm_question("fr", NUMBER, region="BE")
    assert story.told()["c1"] == (asks_number if hidden or entering else reads_out)
    keys(story, "0470112233#1" if hidden or entering else "1")
    call_back = story.call().call_back
    assert call_back and call_back.number == ("+32470112233" if hidden or entering else NUMBER)


def test_a_key_that_comes_before_the_switchboard_has_asked_anew_promises_no_call_to_nobody() -> None:
    story = in_line()
    keys(story, "1")
    story.restart()
    keys(story, "1")
    assert (story.state(), story.call().entered) == (CallState.CHOOSING, NUMBER)
    keys(story, "1")
    call_back = story.call().call_back
    assert call_back and call_back.number == NUMBER


def nothing(story: Story) -> None:
    story.hear_out()
    story.later(timing.KEY)


def zero(story: Story) -> None:
    keys(story, "0")


def star(story: Story) -> None:
    keys(story, "*")


@pytest.mark.parametrize("does", [nothing, zero, star])
def test_whoever_does_not_confirm_goes_on_waiting_at_the_same_place(does: Callable[[Story], None]) -> None:
    story = in_line()
    keys(story, "1")
    does(story)
    assert (story.state(), story.call().queued_at) == (CallState.WAITING, story.call("c1").arrived_at)
    story.make_ready(ANN)
    assert (story.state("c1"), story.state("c2")) == (CallState.OFFERED, CallState.WAITING)


@pytest.mark.parametrize("offered", [False, True])
def test_whoever_hears_the_promise_out_is_let_go_also_while_an_agent_is_offered_it(offered: bool) -> None:
    story = promised()
    if offered:
        story.make_ready(ANN)
    story.tell(ports.MessagePlayed("c1", story.call().message))
    assert story.last.moves == (ports.Release("c1"),)


def test_nothing_is_offered_where_the_line_has_no_call_backs() -> None:
    story = Story(SCRIPT)
    story.wait_in_line("c1", "2")
    keys(story, "1")
    assert story.state() is CallState.WAITING


def test_the_place_is_kept_before_those_who_stay_and_after_those_who_were_before() -> None:
    story = promised()
    story.wait_in_line("c3", "2")
    keys(story, "11", "c2")
    story.make_ready(ANN, BRAM)
    assert [story.state(leg) for leg in ("c1", "c2", "c3")] == [
        CallState.OFFERED,
        CallState.PROMISED,
        CallState.WAITING,
    ]
