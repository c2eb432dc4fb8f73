"""What agents ask, and what becomes of the caller when an agent's telephone disappears."""

from collections.abc import Callable

import pytest

from tests.rules.story import ANN, BRAM, MIDNIGHT, SECOND, Story
from tocsin.calls import ports
from tocsin.calls.ports import Verb
from tocsin.calls.rules import script as words
from tocsin.calls.rules import timing
from tocsin.calls.rules.states import CallState, Rank
from tocsin.workforce.rules import AgentState


def test_a_caller_who_is_offered_at_once_hears_music_only_if_the_agent_takes_longer() -> None:
    story = Story()
    story.be_offered()
    assert story.state() is CallState.OFFERED
    assert ports.PlayMusic("c1") not in story.last.moves
    story.later(timing.SILENCE)
    assert story.last.moves == (ports.PlayMusic("c1"),)
    story.later(timing.SILENCE)
    assert story.last.moves == ()


def test_accepting_connects_both_and_stops_every_other_sound() -> None:
    story = Story()
    story.talk()
    assert story.state() is CallState.TALKING
    assert story.agent().state is AgentState.TALKING
    assert story.last.moves == (ports.StopPlaying("c1", "c1-2"), ports.Connect("c1", "leg-ann"))


def test_accepting_a_call_that_was_withdrawn_changes_nothing() -> None:
    story = Story()
    story.be_offered()
    story.tell(ports.LegEnded("c1"))
    story.ask(ANN, Verb.ACCEPT)
    assert story.agent().state is AgentState.READY
    assert story.last.moves == ()


def test_an_offer_that_is_not_answered_puts_the_caller_first_and_the_second_time_pauses_the_agent() -> None:
    story = Story()
    story.be_offered()
    story.later(timing.OFFER)
    # Nobody else is free, so the same agent is offered again at once.
    assert story.state() is CallState.OFFERED
    assert story.call().rank is Rank.RETURNED
    story.later(timing.OFFER)
    assert story.state() is CallState.WAITING
    assert (story.agent().state, story.agent().reason) == (AgentState.PAUSED, "missed calls")


@pytest.mark.parametrize("forgiven_by", [Verb.READY, Verb.ACCEPT])
def test_missed_offers_count_only_in_a_row(forgiven_by: Verb) -> None:
    story = Story()
    story.be_offered()
    story.later(timing.OFFER)
    assert story.agent().missed == 1
    if forgiven_by is Verb.READY:
        story.tell(ports.LegEnded("c1"))
        story.ask(ANN, Verb.PAUSE, "")
        story.ask(ANN, Verb.READY, "")
    else:
        story.ask(ANN, Verb.ACCEPT)
        story.ask(ANN, Verb.HANG_UP)
        story.ask(ANN, Verb.DONE)
    story.wait_in_line("c2", key="2")
    story.later(timing.OFFER)
    assert (story.agent().state, story.agent().missed) == (AgentState.OFFERED, 1)


def test_who_declines_a_call_is_paused_at_once_and_the_caller_is_first_in_line_for_others() -> None:
    story = Story()
    story.be_offered()
    story.ask(ANN, Verb.DECLINE)
    ann = story.agent()
    assert (ann.state, ann.reason, ann.call) == (AgentState.PAUSED, "declined call", "")
    assert story.state() is CallState.WAITING
    assert story.call().rank is Rank.RETURNED


@pytest.mark.parametrize(("after", "told"), [(timing.SILENCE / 2, "at once"), (2 * timing.SILENCE, "later")])
def test_a_caller_whose_offer_comes_to_nothing_is_never_left_in_silence(after, told: str) -> None:
    story = Story()
    story.be_offered()
    story.later(after)
    story.ask(ANN, Verb.DECLINE)
    expected = timing.SILENCE if told == "at once" else timing.POSITION
    assert story.call().due_at == story.now + expected
    story.later(expected)
    assert story.places() == {"c1": words.position("fr", 1)}


@pytest.mark.parametrize("verb", [Verb.PAUSE, Verb.READY, Verb.DONE])
@pytest.mark.parametrize("accepted", [False, True], ids=["offered", "talking"])
def test_an_agent_with_a_caller_can_neither_pause_nor_be_ready(verb: Verb, accepted: bool) -> None:
    story = Story()
    story.be_offered()
    if accepted:
        story.ask(ANN, Verb.ACCEPT)
    before = (story.agent(), story.call())
    story.ask(ANN, verb, reason="break")
    assert (story.agent(), story.call()) == before
    assert (story.last.changes, story.last.moves) == ((), ())


@pytest.mark.parametrize("verb", [Verb.ACCEPT, Verb.DECLINE, Verb.HOLD, Verb.RESUME, Verb.HANG_UP])
@pytest.mark.parametrize("leg", ["c2", ""], ids=["another call", "none"])
def test_what_is_asked_about_another_call_than_the_agents_own_changes_nothing(verb: Verb, leg: str) -> None:
    story = Story()
    story.be_offered()
    story.wait_in_line("c2")
    before = story.floor
    story.ask(ANN, verb, leg)
    assert story.floor == before


def test_an_agent_pauses_with_a_reason_and_is_offered_nothing() -> None:
    story = Story()
    story.make_ready(ANN)
    story.ask(ANN, Verb.PAUSE, "", reason="break")
    story.wait_in_line()
    assert (story.agent().state, story.agent().reason) == (AgentState.PAUSED, "break")
    assert story.state() is CallState.WAITING
    story.ask(ANN, Verb.READY, "")
    assert (story.state(), story.agent().reason) == (CallState.OFFERED, "")


@pytest.mark.parametrize("by_agent", [True, False])
def test_either_side_may_hang_up_and_the_agent_wraps_up(by_agent: bool) -> None:
    story = Story()
    story.talk()
    story.tell(ports.AgentAsked(ANN, Verb.HANG_UP, "c1") if by_agent else ports.LegEnded("c1"))
    assert story.last.moves == (ports.Release("c1"),)
    assert story.floor.calls == {}
    assert (story.agent().state, story.agent().call) == (AgentState.WRAP_UP, "c1")
    assert story.agent().leg == "leg-ann"


@pytest.mark.parametrize(
    "finish",
    [lambda s: s.ask(ANN, Verb.DONE), lambda s: s.later(timing.WRAP_UP)],
    ids=["done", "time over"],
)
def test_wrap_up_ends_when_done_or_when_its_time_is_over(finish: Callable[[Story], object]) -> None:
    story = Story()
    story.talk()
    story.tell(ports.LegEnded("c1"))
    story.later(timing.WRAP_UP - SECOND)
    assert story.agent().state is AgentState.WRAP_UP
    finish(story)
    ann = story.agent()
    assert (ann.state, ann.call, ann.idle_since, ann.due_at) == (AgentState.READY, "", story.now, None)


def test_hold_gives_the_caller_music_and_resume_the_agent_again() -> None:
    story = Story()
    story.talk()
    story.ask(ANN, Verb.HOLD)
    assert (story.state(), story.last.moves) == (
        CallState.HELD,
        (ports.Part("c1", "leg-ann"), ports.PlayMusic("c1")),
    )
    story.ask(ANN, Verb.RESUME)
    assert story.state() is CallState.TALKING
    assert story.last.moves == (ports.StopPlaying("c1", "c1-2"), ports.Connect("c1", "leg-ann"))


@pytest.mark.parametrize("held", [False, True])
def test_an_agent_who_disappears_leaves_the_caller_told_and_then_in_line(held: bool) -> None:
    story = Story()
    story.talk()
    if held:
        story.ask(ANN, Verb.HOLD)
    story.tell(ports.LegEnded("leg-ann"))
    assert story.state() is CallState.RECONNECTING
    assert story.last.moves == (
        ports.StopPlaying("c1", ""),
        ports.Play("c1", "c1-3", words.agent_lost("fr")),
    )
    story.hear_out()
    assert story.last.moves == (ports.PlayMusic("c1"),)
    story.later(timing.AGENT_RETURN)
    assert story.state() is CallState.WAITING
    assert story.last.moves == (ports.StopPlaying("c1", "c1-3"), ports.PlayMusic("c1"))
    assert (story.agent().state, story.agent().call) == (AgentState.SIGNED_OUT, "")
    story.make_ready(ANN)
    assert story.state() is CallState.OFFERED


def test_a_caller_whose_agent_signed_out_while_being_waited_for_is_told_only_once() -> None:
    story = Story()
    story.talk()
    story.tell(ports.LegEnded("leg-ann"))
    story.ask(ANN, Verb.SIGN_OUT)
    assert story.state() is CallState.WAITING
    assert story.last.moves == (ports.StopPlaying("c1", "c1-3"), ports.PlayMusic("c1"))


def test_an_agent_who_signs_out_in_a_conversation_leaves_the_caller_told_and_in_line() -> None:
    story = Story()
    story.talk()
    story.ask(ANN, Verb.SIGN_OUT)
    assert story.last.moves == (
        ports.DropLeg("leg-ann"),
        ports.StopPlaying("c1", "c1-2"),
        ports.Play("c1", "c1-3", words.agent_lost("fr")),
    )
    assert story.state() is CallState.WAITING
    story.tell(ports.LegEnded("leg-ann"))
    assert story.last.moves == ()
    assert (story.agent().state, story.agent().call) == (AgentState.SIGNED_OUT, "")


def test_an_agent_who_signs_out_while_a_call_is_offered_leaves_it_to_the_next() -> None:
    story = Story()
    story.make_ready(BRAM)
    story.now += SECOND
    story.make_ready(ANN)
    story.wait_in_line()
    story.ask(BRAM, Verb.SIGN_OUT)
    assert (story.agent(BRAM).state, story.agent(BRAM).missed) == (AgentState.SIGNED_OUT, 0)
    assert story.call().agent == ANN


def test_an_agent_who_disappears_while_a_call_is_offered_leaves_it_to_the_next() -> None:
    story = Story()
    story.make_ready(BRAM)
    story.now += SECOND
    story.make_ready(ANN)
    story.wait_in_line()
    story.tell(ports.LegEnded("leg-bram"))
    assert story.call().agent == ANN
    bram = story.agent(BRAM)
    assert (bram.state, bram.leg, bram.due_at) == (AgentState.READY, "", story.now + timing.AGENT_RETURN)


def test_an_agent_who_reloads_the_page_gets_the_caller_back() -> None:
    story = Story()
    story.talk()
    story.tell(ports.LegEnded("leg-ann"))
    story.tell(ports.AgentLegUp("leg-ann-2", "ann"))
    assert story.state() is CallState.TALKING
    assert story.last.moves == (ports.StopPlaying("c1", "c1-3"), ports.Connect("c1", "leg-ann-2"))
    story.later(timing.AGENT_RETURN)
    assert (story.state(), story.agent().state) == (CallState.TALKING, AgentState.TALKING)


def test_a_newer_telephone_takes_the_conversation_over() -> None:
    story = Story()
    story.talk()
    story.tell(ports.AgentLegUp("leg-ann-2", "ann"))
    assert story.last.moves == (ports.Connect("c1", "leg-ann-2"), ports.DropLeg("leg-ann"))
    story.tell(ports.LegEnded("leg-ann"))
    assert story.state() is CallState.TALKING


def test_a_newer_telephone_does_not_end_a_hold() -> None:
    story = Story()
    story.talk()
    story.ask(ANN, Verb.HOLD)
    story.tell(ports.AgentLegUp("leg-ann-2", "ann"))
    assert (story.state(), story.last.moves) == (CallState.HELD, (ports.DropLeg("leg-ann"),))


def test_a_telephone_nobody_knows_is_dropped() -> None:
    assert Story().tell(ports.AgentLegUp("leg-x", "nobody")).moves == (ports.DropLeg("leg-x"),)


def test_a_telephone_that_is_told_of_twice_is_taken_once() -> None:
    story = Story()
    story.make_ready(ANN)
    story.tell(ports.AgentLegUp("leg-ann", "ann"))
    assert (story.last.moves, story.last.agents) == ((), ())


@pytest.mark.parametrize("state", [AgentState.READY, AgentState.PAUSED])
@pytest.mark.parametrize("back", [False, True])
def test_an_agent_at_work_may_come_back_for_a_while_and_is_signed_out_then(state: AgentState, back: bool) -> None:
    story = Story()
    story.make_ready(ANN)
    if state is AgentState.PAUSED:
        story.ask(ANN, Verb.PAUSE, "", reason="break")
    story.tell(ports.LegEnded("leg-ann"))
    story.later(timing.AGENT_RETURN - SECOND)
    if back:
        story.tell(ports.AgentLegUp("leg-ann-2", "ann"))
    assert story.agent().state is state
    assert story.agent().due_at == (None if back else story.now + SECOND)
    story.later(SECOND)
    assert story.agent().state is (state if back else AgentState.SIGNED_OUT)
    assert story.agent().due_at is None


def without_telephone() -> Story:
    """Ann has just signed in, and her telephone is not yet connected."""
    return Story()


def wrapping_up_without_telephone() -> Story:
    story = Story()
    story.talk()
    story.ask(ANN, Verb.HANG_UP)
    story.tell(ports.LegEnded("leg-ann"))
    assert (story.agent().state, story.agent().due_at) == (AgentState.WRAP_UP, MIDNIGHT + timing.WRAP_UP)
    return story


@pytest.mark.parametrize(
    ("begin", "act", "state"),
    [
        (without_telephone, lambda s: s.ask(ANN, Verb.READY, ""), AgentState.READY),
        (without_telephone, lambda s: s.ask(ANN, Verb.PAUSE, ""), AgentState.PAUSED),
        (wrapping_up_without_telephone, lambda s: s.ask(ANN, Verb.DONE, ""), AgentState.READY),
        (wrapping_up_without_telephone, lambda s: s.later(timing.WRAP_UP), AgentState.READY),
    ],
    ids=["ready", "pause", "done", "wrap-up time over"],
)
def test_nobody_stays_at_work_without_a_telephone(
    begin: Callable[[], Story], act: Callable[[Story], object], state: AgentState
) -> None:
    story = begin()
    act(story)
    assert (story.agent().state, story.agent().due_at) == (state, story.now + timing.AGENT_RETURN)
    story.later(timing.AGENT_RETURN)
    assert (story.agent().state, story.last.changes[0].why) == (AgentState.SIGNED_OUT, "telephone lost")


def test_what_an_agent_asks_whom_the_line_does_not_know_changes_nothing() -> None:
    story = Story()
    before = story.floor
    story.ask(99, Verb.READY)
    assert story.floor == before
