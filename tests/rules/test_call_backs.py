"""Call-backs: arranged by keypad, promised with the place in line, dialled, and what becomes of each end."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest

from tests.rules.story import ANN, BRAM, SCRIPT, SECOND, Story
from tocsin.activations.rules import Stream
from tocsin.calls import ports
from tocsin.calls.ports import DialFailure, Verb
from tocsin.calls.rules import call_back_words as words
from tocsin.calls.rules import timing
from tocsin.calls.rules.call_backs import MOST_ATTEMPTS, promised_span
from tocsin.calls.rules.returning import LastCall
from tocsin.calls.rules.states import UNSEEN_END, CallState, Question, Rank
from tocsin.workforce.rules import AgentState

LINE = replace(SCRIPT, call_backs=True)
# Shown by every caller of the stories.
NUMBER = "+32477000001"


def keys(story: Story, pressed: str, leg: str = "c1") -> None:
    story.tell(*(ports.KeyPressed(leg, key) for key in pressed))


def in_line(*, automatic: bool = False, hidden: bool = False) -> Story:
    """The caller c1 waits in French, and c2 after."""
    story = Story(replace(LINE, dials_itself=automatic))
    if hidden:
        story.tell(ports.CallArrived("c1", "1771", "", story.now))
        keys(story, "2")
        story.hear_out()
    else:
        story.wait_in_line("c1", "2")
    story.now += SECOND
    story.wait_in_line("c2", "2")
    return story


def promised(*, automatic: bool = False) -> Story:
    """The caller c1 hung up with a promise."""
    story = in_line(automatic=automatic)
    keys(story, "11")
    story.hear_out()
    story.tell(ports.LegEnded("c1"))
    assert story.state() is CallState.PROMISED
    return story


def dialling(attempt: int = 1) -> Story:
    """Ann took the call-back, and the number rings."""
    story = promised()
    story.make_ready(ANN)
    story.ask(ANN, Verb.ACCEPT)
    for _ in range(1, attempt):
        story.tell(ports.DialFailed(story.call().voice, DialFailure.BUSY))
        story.tell(ports.LegEnded("c2"))
        story.later(timing.RETRY)
        story.ask(ANN, Verb.ACCEPT)
    assert story.state() is CallState.DIALLING
    return story


def answered() -> Story:
    story = dialling()
    story.tell(ports.DialAnswered("c1~1"))
    return story


def reached() -> Story:
    story = answered()
    keys(story, "1", "c1~1")
    assert story.state() is CallState.TALKING
    return story


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
    ("place", "agents", "minutes"),
    [(1, 1, 15), (1, 0, 240), (2, 1, 30), (7, 2, 30), (8, 2, 60), (1000, 1, 240)],
)
def test_the_promise_is_twice_the_wait_that_is_expected(place: int, agents: int, minutes: int) -> None:
    assert promised_span(place=place, agents=agents, stream=Stream.D5) == timedelta(minutes=minutes)


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


@pytest.mark.parametrize("entered", ["", "112", "090012345", "0470", "99999999999999999999"])
def test_what_is_no_number_or_a_dear_one_is_asked_for_again(entered: str) -> None:
    story = in_line(hidden=True)
    keys(story, f"1{entered}#")
    assert (story.state(), story.call().question) == (CallState.CHOOSING, Question.NUMBER)
    assert story.told() == {"c1": words.number_question("fr", again=True)}


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


def test_the_agent_who_takes_a_call_back_has_the_number_dialled() -> None:
    story = dialling()
    assert ports.Dial("c1~1", NUMBER, shown="1771", patience=timing.RINGING) in story.last.moves
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
    assert story.told() == {"c1~1": words.called_back("fr")}
    keys(story, "1", "c1~1")
    assert ports.Connect("c1~1", "leg-ann") in story.last.moves
    assert (story.state(), story.call().answered) == (CallState.TALKING, True)


def test_a_conversation_with_somebody_called_back_is_like_any_other() -> None:
    story = reached()
    story.ask(ANN, Verb.HOLD)
    assert story.last.moves == (ports.Part("c1~1", "leg-ann"), ports.PlayMusic("c1~1"))
    story.ask(ANN, Verb.RESUME)
    story.tell(ports.LegEnded("leg-ann"))
    assert story.state() is CallState.RECONNECTING
    story.later(timing.AGENT_RETURN)
    assert (story.state(), story.call().rank) == (CallState.WAITING, Rank.RETURNED)
    story.make_ready(ANN)
    story.ask(ANN, Verb.ACCEPT)
    assert ports.Connect("c1~1", "leg-ann") in story.last.moves
    story.tell(ports.LegEnded("c1~1"))
    assert (story.floor.calls.get("c1"), story.agent().state) == (None, AgentState.WRAP_UP)


def busy(story: Story) -> None:
    story.tell(ports.DialFailed("c1~1", DialFailure.BUSY))


def machine(story: Story) -> None:
    story.tell(ports.DialAnswered("c1~1"))
    story.tell(ports.MessagePlayed("c1~1", story.call().message))
    story.later(timing.GREETED)


def hung_up(story: Story) -> None:
    story.tell(ports.DialAnswered("c1~1"))
    story.tell(ports.LegEnded("c1~1"))


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


def test_a_number_that_nobody_has_is_not_tried_again() -> None:
    story = dialling()
    story.tell(ports.DialFailed("c1~1", DialFailure.UNREACHABLE))
    assert story.last.steps[0].why == "not reached: unreachable"
    assert "c1" not in story.floor.calls


def test_what_an_earlier_attempt_still_tells_changes_nothing() -> None:
    story = dialling(attempt=2)
    story.tell(
        ports.DialFailed("c1~1", DialFailure.BUSY),
        ports.LegEnded("c1~1"),
        ports.DialAnswered("c1~1"),
        ports.KeyPressed("c1~1", "1"),
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
    assert ports.Release("c1~1") in story.last.moves


def test_a_promise_that_nears_its_end_goes_before_those_who_wait() -> None:
    story = promised()
    end = story.call().call_back.promised_by
    story.now = end - timing.PROMISE_NEARS
    story.tell()
    assert story.call().rank is Rank.CALL_BACK
    story.now = end + timing.PROMISE_OVER
    story.tell()
    assert ("c1" in story.floor.calls, story.last.steps[-1].why) == (False, "promise not kept")


def test_whoever_calls_again_has_the_place_in_person() -> None:
    story = promised()
    last = LastCall(
        language="fr",
        state=CallState.PROMISED,
        since=story.now,
        place_since=story.call().arrived_at,
        queued_at=story.now,
        answered=False,
        leg="c1",
    )
    story.now += timing.REDIAL * 2
    story.call_again("c9", last=last)
    assert "c1" not in story.floor.calls
    assert story.call("c9").place_since == last.place_since


def test_a_restart_forgets_no_promise_and_dials_nobody_twice() -> None:
    story = answered()
    story.restart()
    up = {"leg-ann": "ann"}
    story.tell(ports.Census(dialled={"c1~1": ports.DialledSeen(answered=True)}, agents=up))
    assert story.state() is CallState.DIALLING
    # Nobody knows how much of it was heard.
    assert story.told() == {"c1~1": words.called_back("fr")}
    assert not any(isinstance(move, ports.Dial) for move in story.last.moves)
    story = promised()
    story.restart()
    story.tell(ports.Census(dialled={"c7~1": ports.DialledSeen(answered=False)}))
    assert story.state() is CallState.PROMISED
    assert ports.Release("c7~1") in story.last.moves


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
