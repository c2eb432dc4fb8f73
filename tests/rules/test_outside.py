"""An agent calls somebody outside about a caller: 112, a hospital, an interpreter."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from tests.rules.story import ANN, SCRIPT, Story
from tocsin.calls import ports
from tocsin.calls.ports import Verb
from tocsin.calls.rules import script as words
from tocsin.calls.rules import timing
from tocsin.calls.rules.consultation import Stage
from tocsin.calls.rules.script import Script
from tocsin.calls.rules.states import CallState, Passing, Rank
from tocsin.workforce.rules import AgentState

LEG = "c1-asked-1"
# The leg of c1 who was called back, and that of who is asked about them.
BACK = "leg-ann-for-c1~1"
ABOUT_BACK = f"{BACK}-asked-1"
HOSPITAL = "+3232222222"


def call_outside(story: Story, number: str = HOSPITAL, *, to: str = "Hospital", consent: bool = True) -> None:
    story.tell(ports.AgentAsked(ANN, Verb.CONSULT, "c1", to=to, consent=consent, number=number))


def talking(script: Script = SCRIPT) -> Story:
    story = Story(script)
    story.make_ready(ANN)
    story.wait_in_line(key="1")
    story.ask(ANN, Verb.ACCEPT)
    return story


def ringing() -> Story:
    story = talking()
    call_outside(story)
    return story


def speaking() -> Story:
    story = ringing()
    story.tell(ports.DialAnswered(LEG))
    return story


def together() -> Story:
    story = speaking()
    story.ask(ANN, Verb.JOIN)
    return story


def alone() -> Story:
    story = together()
    story.ask(ANN, Verb.HAND_OVER)
    return story


def handed_over() -> Story:
    """While it still rings."""
    story = ringing()
    story.ask(ANN, Verb.HAND_OVER)
    return story


WITH_AGENT = [ringing, speaking, together]


def is_with_ann(story: Story) -> bool:
    return (story.state(), story.call().agent, story.floor.consultations) == (CallState.TALKING, ANN, {})


def test_the_number_is_called_with_that_of_the_line_while_the_caller_hears_music() -> None:
    story = ringing()
    assert story.state() is CallState.HELD
    assert story.last.moves == (
        ports.Part("c1", "leg-ann"),
        ports.PlayMusic("c1"),
        ports.Dial(LEG, HOSPITAL, shown="1771", patience=timing.DIAL),
    )
    [step] = story.last.steps
    assert step.reason == Passing(by=ANN, to="Hospital", consent=True, topic=None)


def test_who_answers_speaks_with_the_agent_first_then_all_three_then_with_the_caller_alone() -> None:
    story = ringing()
    story.tell(ports.DialAnswered(LEG))
    assert (story.state(), story.last.moves) == (CallState.HELD, (ports.Connect("leg-ann", LEG),))
    story.ask(ANN, Verb.JOIN)
    assert story.last.moves == (
        ports.Part("leg-ann", LEG),
        ports.StopPlaying("c1", "c1-2"),
        ports.Connect("c1", "leg-ann"),
        ports.Connect("c1", LEG),
    )
    story.ask(ANN, Verb.HAND_OVER)
    assert story.last.moves == (ports.Part("c1", "leg-ann"),)
    assert (story.state(), story.call().agent) == (CallState.OUTSIDE, None)
    assert story.agent().state is AgentState.WRAP_UP


def test_112_needs_no_consent_and_anybody_else_does() -> None:
    story = talking()
    call_outside(story, consent=False)
    assert story.floor.consultations == {}
    call_outside(story, "112", to="112", consent=False)
    assert story.floor.consultations["c1"].number == "112"


def test_112_is_never_called_in_an_exercise() -> None:
    story = talking(replace(SCRIPT, exercise=True))
    call_outside(story, "112", to="112")
    assert is_with_ann(story)
    assert story.last.moves == ()


@pytest.mark.parametrize("number", ["112@elsewhere", "hospital", "+"])
def test_what_is_no_number_is_not_called(number: str) -> None:
    story = talking()
    call_outside(story, number)
    assert is_with_ann(story)


@pytest.mark.parametrize("why", list(ports.DialFailure), ids=str)
def test_where_nobody_answers_the_agent_has_the_caller_again_and_it_is_kept_why(why: ports.DialFailure) -> None:
    story = ringing()
    story.tell(ports.DialFailed(LEG, why))
    assert is_with_ann(story)
    assert story.last.consultations[-1].why == f"outside {why}"
    assert story.last.moves == (ports.StopPlaying("c1", "c1-2"), ports.Connect("c1", "leg-ann"))


@pytest.mark.parametrize("begin", WITH_AGENT)
def test_an_agent_goes_back_to_the_caller_and_who_was_called_is_hung_up(begin: Callable[[], Story]) -> None:
    story = begin()
    story.ask(ANN, Verb.RESUME)
    assert is_with_ann(story)
    assert ports.Release(LEG) in story.last.moves
    story.tell(ports.LegEnded(LEG))
    assert is_with_ann(story)


@pytest.mark.parametrize("begin", [speaking, together])
def test_who_was_called_may_hang_up_and_the_agent_has_the_caller_again(begin: Callable[[], Story]) -> None:
    story = begin()
    story.tell(ports.LegEnded(LEG))
    assert is_with_ann(story)


@pytest.mark.parametrize("begin", WITH_AGENT)
@pytest.mark.parametrize("by_agent", [False, True])
def test_when_the_call_ends_who_was_called_is_hung_up(begin: Callable[[], Story], by_agent: bool) -> None:
    story = begin()
    story.tell(ports.AgentAsked(ANN, Verb.HANG_UP, "c1") if by_agent else ports.LegEnded("c1"))
    assert (story.floor.calls, story.floor.consultations) == ({}, {})
    assert ports.Release(LEG) in story.last.moves
    assert story.agent().state is AgentState.WRAP_UP


@pytest.mark.parametrize("begin", [ringing, speaking])
def test_an_agent_who_disappears_before_the_caller_was_brought_in_leaves_the_caller_told(
    begin: Callable[[], Story],
) -> None:
    story = begin()
    story.tell(ports.LegEnded("leg-ann"))
    assert (story.state(), story.floor.consultations) == (CallState.RECONNECTING, {})
    assert ports.Release(LEG) in story.last.moves


def deserted() -> Story:
    """All three spoke, and Ann's telephone is gone for a moment."""
    story = together()
    story.tell(ports.LegEnded("leg-ann"))
    assert (story.state(), story.floor.consultations["c1"].stage) == (CallState.TALKING, Stage.TOGETHER)
    return story


def test_an_agent_whose_telephone_is_lost_among_three_is_awaited_while_both_others_speak() -> None:
    story = deserted()
    assert story.last.moves == ()
    story.later(timing.AGENT_RETURN / 2)
    story.tell(ports.AgentLegUp("newer", "ann"))
    assert story.last.moves == (ports.Connect("c1", "newer"),)
    assert (story.state(), story.call().agent) == (CallState.TALKING, ANN)
    assert story.floor.consultations["c1"].stage is Stage.TOGETHER
    story.later(timing.AGENT_RETURN)
    assert story.agent().state is AgentState.TALKING


def test_an_agent_who_does_not_come_back_leaves_both_others_speaking() -> None:
    story = deserted()
    story.later(timing.AGENT_RETURN)
    assert (story.state(), story.floor.consultations["c1"].stage) == (CallState.OUTSIDE, Stage.ALONE)
    assert story.agent().state is AgentState.SIGNED_OUT
    assert not any(isinstance(move, ports.Release) for move in story.last.moves)


def test_where_who_was_called_hangs_up_meanwhile_the_caller_is_told_and_waits_for_the_agent() -> None:
    for how in (ports.LegEnded(LEG), ports.AgentAsked(ANN, Verb.RESUME, "c1")):
        story = deserted()
        story.tell(how)
        assert (story.state(), story.floor.consultations) == (CallState.RECONNECTING, {})
        assert story.told()["c1"] == words.agent_lost("nl")
        story.tell(ports.AgentLegUp("newer", "ann"))
        assert is_with_ann(story)
        story = deserted()
        story.tell(how)
        story.later(timing.AGENT_RETURN)
        assert (story.state(), story.call().rank) == (CallState.WAITING, Rank.RETURNED)


def test_who_hangs_up_meanwhile_leaves_nobody_bound() -> None:
    story = deserted()
    story.tell(ports.LegEnded("c1"))
    assert (story.floor.calls, story.floor.consultations) == ({}, {})
    assert ports.Release(LEG) in story.last.moves
    assert story.agent().state is AgentState.WRAP_UP


def test_112_is_not_called_instead_by_an_agent_without_a_telephone() -> None:
    story = deserted()
    call_outside(story, "112", to="112")
    assert (story.last.moves, story.floor.consultations["c1"].number) == ((), HOSPITAL)


def test_after_a_restart_the_agent_is_still_awaited_and_both_others_speak_on() -> None:
    story = deserted()
    story.restart()
    arrival = ports.CallArrived("c1", "1771", "+32477000001", story.now)
    seen = ports.CallerSeen(arrival, frozenset({LEG}))
    story.tell(ports.Census(callers={"c1": seen}, dialled={LEG: UP}))
    assert (story.last.moves, story.state()) == ((), CallState.TALKING)
    story.later(timing.AGENT_RETURN)
    assert story.state() is CallState.OUTSIDE


@pytest.mark.parametrize("leaves", ["c1", LEG])
def test_of_caller_and_outside_alone_whoever_hangs_up_ends_it_for_the_other(leaves: str) -> None:
    story = alone()
    story.tell(ports.LegEnded(leaves))
    assert (story.floor.calls, story.floor.consultations) == ({}, {})
    other = {"c1": LEG, LEG: "c1"}[leaves]
    assert ports.Release(other) in story.last.moves


@pytest.mark.parametrize("verb", [Verb.HANG_UP, Verb.RESUME, Verb.JOIN, Verb.SIGN_OUT, Verb.DONE])
def test_the_agent_who_handed_the_caller_over_has_no_part_in_it_any_more(verb: Verb) -> None:
    story = alone()
    story.ask(ANN, verb)
    assert story.state() is CallState.OUTSIDE
    assert story.last.moves == ()


def test_an_answer_that_comes_too_late_is_hung_up() -> None:
    story = ringing()
    story.ask(ANN, Verb.RESUME)
    story.tell(ports.DialAnswered(LEG))
    assert story.last.moves == (ports.Release(LEG),)


# --- A switchboard that was away


def census(*, dialled: dict[str, ports.DialledSeen], caller: frozenset[str] = frozenset()) -> ports.Census:
    arrival = ports.CallArrived("c1", "1771", "+32477000001", Story().now)
    together_with = ports.CallerSeen(arrival, caller)
    return ports.Census(callers={"c1": together_with}, dialled=dialled, agents={"leg-ann": "ann"})


UP, RINGS = ports.DialledSeen(answered=True), ports.DialledSeen(answered=False)


@pytest.mark.parametrize("begin", [*WITH_AGENT, alone])
def test_who_was_called_and_is_not_there_any_more_has_left(begin: Callable[[], Story]) -> None:
    story = begin()
    story.restart()
    story.tell(census(dialled={}))
    if begin is alone:
        assert story.floor.calls == {}
    else:
        assert is_with_ann(story)
        assert ports.Connect("c1", "leg-ann") in story.last.moves


@pytest.mark.parametrize("begin", [*WITH_AGENT, alone])
def test_where_the_caller_is_not_there_any_more_who_was_called_is_hung_up(begin: Callable[[], Story]) -> None:
    story = begin()
    story.restart()
    story.tell(ports.Census(dialled={LEG: UP}, agents={"leg-ann": "ann"}))
    assert (story.floor.calls, story.floor.consultations) == ({}, {})
    assert ports.Release(LEG) in story.last.moves
    assert story.agent().state is AgentState.WRAP_UP


def test_who_answered_meanwhile_speaks_with_the_agent() -> None:
    story = ringing()
    story.restart()
    story.tell(census(dialled={LEG: UP}))
    assert story.floor.consultations["c1"].stage is Stage.SPEAKING
    assert ports.Connect("leg-ann", LEG) in story.last.moves


def test_whoever_is_about_to_be_called_is_not_missed_in_a_census_from_before() -> None:
    story = talking()
    asks = ports.AgentAsked(ANN, Verb.CONSULT, "c1", to="112", number="112")
    story.tell(ports.Disconnected(), asks, census(dialled={}, caller=frozenset({"leg-ann"})))
    assert story.floor.consultations["c1"].stage is Stage.RINGING
    assert ports.Dial(LEG, "112", shown="1771", patience=timing.DIAL) in story.last.moves


def test_who_still_rings_goes_on_ringing() -> None:
    story = ringing()
    story.restart()
    story.tell(census(dialled={LEG: RINGS}))
    assert story.last.moves == (ports.PlayMusic("c1"),)
    assert story.floor.consultations["c1"].stage is Stage.RINGING


def test_caller_and_outside_are_brought_together_again_and_let_be_where_they_are() -> None:
    story = alone()
    story.restart()
    story.tell(census(dialled={LEG: UP}, caller=frozenset({LEG})))
    assert story.last.moves == ()
    story.restart()
    story.tell(census(dialled={LEG: UP}))
    assert ports.Connect("c1", LEG) in story.last.moves


def test_a_leg_that_was_called_for_nobody_any_more_is_hung_up() -> None:
    story = talking()
    story.tell(census(dialled={LEG: UP}, caller=frozenset({"leg-ann"})))
    assert story.last.moves == (ports.Release(LEG),)


def called_back() -> Story:
    """Ann called c1 back, speaks with that caller, and asks a hospital about them."""
    story = Story(replace(SCRIPT, call_backs=True))
    story.wait_in_line(key="1")
    story.tell(ports.KeyPressed("c1", "1"), ports.KeyPressed("c1", "1"))
    story.hear_out()
    story.tell(ports.LegEnded("c1"))
    story.make_ready(ANN)
    story.ask(ANN, Verb.ACCEPT)
    story.tell(ports.DialAnswered(BACK), ports.KeyPressed(BACK, "1"))
    call_outside(story)
    return story


def test_about_somebody_who_was_called_back_the_agent_may_ask_outside() -> None:
    story = called_back()
    assert story.last.moves[:2] == (ports.Part(BACK, "leg-ann"), ports.PlayMusic(BACK))
    story.tell(ports.DialAnswered(ABOUT_BACK))
    assert story.last.moves == (ports.Connect("leg-ann", ABOUT_BACK),)
    story.ask(ANN, Verb.JOIN)
    assert {ports.Connect(BACK, "leg-ann"), ports.Connect(BACK, ABOUT_BACK)} <= set(story.last.moves)


def test_where_nobody_answers_outside_whoever_was_called_back_is_with_the_agent() -> None:
    story = called_back()
    story.tell(ports.DialFailed(ABOUT_BACK, ports.DialFailure.NO_ANSWER))
    assert is_with_ann(story)
    assert ports.Connect(BACK, "leg-ann") in story.last.moves


def test_a_census_tells_who_was_called_back_from_who_is_asked_outside() -> None:
    story = called_back()
    story.tell(ports.DialAnswered(ABOUT_BACK))
    story.ask(ANN, Verb.JOIN)
    dialled = {BACK: ports.DialledSeen(True, frozenset({"leg-ann", ABOUT_BACK})), ABOUT_BACK: UP}
    story.tell(ports.Census(dialled=dialled, agents={"leg-ann": "ann"}))
    assert story.last.moves == ()
