"""A caller is passed on: to those trained for victims and relatives, to another language, to another agent."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from tests.rules.story import ANN, BRAM, SECOND, Story
from tocsin.activations.rules import Stream
from tocsin.calls import ports
from tocsin.calls.ports import Verb
from tocsin.calls.rules import timing
from tocsin.calls.rules.states import CallState, Passing, Rank
from tocsin.workforce.rules import AgentState

TO_D2 = Passing(by=ANN, to="d2", consent=True, topic=7)


def talking() -> Story:
    """Ann speaks with the caller c1 about information, in Dutch; Bram is trained for D2, and not at work."""
    story = Story()
    agents = {**story.floor.agents, BRAM: replace(story.agent(BRAM), skills={Stream.D2: 1})}
    story.floor = replace(story.floor, agents=agents)
    story.make_ready(ANN)
    story.wait_in_line(key="1")
    story.ask(ANN, Verb.ACCEPT)
    return story


def pass_on(story: Story, *, to: str = "d2", consent: bool = True) -> None:
    story.tell(ports.AgentAsked(ANN, Verb.TRANSFER, "c1", to=to, consent=consent, topic=7))


def test_a_caller_who_agrees_goes_back_to_the_line_for_d2_and_hears_music_while_the_agent_writes() -> None:
    story = talking()
    pass_on(story)
    call = story.call()
    assert (call.state, call.stream, call.rank, call.agent) == (CallState.WAITING, Stream.D2, Rank.TRANSFER, None)
    assert story.last.moves == (ports.Part("c1", "leg-ann"), ports.PlayMusic("c1"))
    assert (story.agent().state, story.agent().call) == (AgentState.WRAP_UP, "c1")
    assert call.due_at == story.now + timing.POSITION


def test_the_journal_keeps_who_passed_the_caller_on_whereto_with_what_and_that_the_caller_agreed() -> None:
    story = talking()
    pass_on(story)
    [step] = story.last.steps
    assert (step.why, step.stream, step.reason) == ("transferred", Stream.D2, TO_D2)


def test_a_caller_on_hold_is_passed_on_with_the_music_that_is_heard_already() -> None:
    story = talking()
    story.ask(ANN, Verb.HOLD)
    pass_on(story)
    assert story.state() is CallState.WAITING
    assert story.last.moves == ()


def test_only_who_is_trained_is_offered_the_caller_and_takes_the_call() -> None:
    story = talking()
    pass_on(story)
    story.ask(ANN, Verb.DONE, "")
    assert (story.agent().state, story.state()) == (AgentState.READY, CallState.WAITING)
    story.make_ready(BRAM)
    assert (story.state(), story.call().agent) == (CallState.OFFERED, BRAM)
    story.ask(BRAM, Verb.ACCEPT)
    assert story.last.moves == (ports.StopPlaying("c1", "c1-2"), ports.Connect("c1", "leg-bram"))


def test_who_was_passed_on_goes_before_those_who_arrived_earlier() -> None:
    story = Story()
    agents = {**story.floor.agents, BRAM: replace(story.agent(BRAM), skills={Stream.D2: 1})}
    story.floor = replace(story.floor, agents=agents)
    story.wait_in_line("c0")
    story.now += SECOND
    story.wait_in_line("c1")
    story.make_ready(ANN)
    story.ask(ANN, Verb.ACCEPT, "c0")
    story.tell(ports.AgentAsked(ANN, Verb.TRANSFER, "c0", to="d2", consent=True))
    story.now += SECOND
    story.make_ready(BRAM)
    assert (story.state("c0"), story.state("c1")) == (CallState.OFFERED, CallState.WAITING)


@pytest.mark.parametrize(("to", "consent"), [("d2", False), ("nl", True), ("de", True), ("", True)], ids=str)
def test_without_consent_or_to_anywhere_else_nobody_is_passed_on(to: str, consent: bool) -> None:
    story = talking()
    before = story.floor
    pass_on(story, to=to, consent=consent)
    assert (story.floor, story.last.moves) == (before, ())


def with_d2() -> Story:
    """Bram speaks with the caller c1 about a victim."""
    story = talking()
    pass_on(story)
    story.make_ready(BRAM)
    story.ask(BRAM, Verb.ACCEPT)
    return story


def test_who_is_with_d2_may_go_to_another_trained_agent_and_never_back_to_information() -> None:
    story = with_d2()
    story.tell(ports.AgentAsked(BRAM, Verb.TRANSFER, "c1", to="d5", consent=True))
    assert (story.state(), story.call().agent) == (CallState.TALKING, BRAM)
    story.tell(ports.AgentAsked(BRAM, Verb.TRANSFER, "c1", to="d2"))
    call = story.call()
    assert (call.state, call.stream, call.rank, call.agent) == (CallState.WAITING, Stream.D2, Rank.TRANSFER, None)


@pytest.mark.parametrize("begin", [talking, with_d2])
def test_a_caller_in_the_wrong_language_goes_on_in_another_of_the_line_and_keeps_stream_and_place(
    begin: Callable[[], Story],
) -> None:
    story = begin()
    before = story.call()
    story.tell(ports.AgentAsked(before.agent or 0, Verb.TRANSFER, "c1", to="fr"))
    after = story.call()
    assert (after.state, after.language, after.rank) == (CallState.WAITING, "fr", Rank.TRANSFER)
    assert (after.stream, after.place) == (before.stream, before.place)
    assert (after.told_by, after.told_place) == (None, None), "the wait that was told was another line's"
    [step] = [step for step in story.last.steps if step.why == "transferred"]
    assert (step.language, step.reason) == ("fr", Passing(by=before.agent, to="fr", consent=False, topic=None))


def test_whoever_passes_a_caller_on_is_not_looked_for_first_any_more() -> None:
    story = talking()
    story.floor = replace(story.floor, calls={"c1": replace(story.call(), known_to=ANN)})
    story.tell(ports.AgentAsked(ANN, Verb.TRANSFER, "c1", to="d5"))
    assert story.call().known_to is None


def test_another_agent_has_the_caller_at_the_end_of_a_shift() -> None:
    story = talking()
    story.tell(ports.AgentAsked(ANN, Verb.TRANSFER, "c1", to="d5"))
    story.make_ready(BRAM)
    assert (story.state(), story.call().agent) == (CallState.OFFERED, BRAM)


@pytest.mark.parametrize("to", ["d5", "fr"])
def test_nobody_is_asked_to_consult_where_there_is_no_wall(to: str) -> None:
    story = talking()
    story.make_ready(BRAM)
    before = story.floor
    story.tell(ports.AgentAsked(ANN, Verb.CONSULT, "c1", to=to, consent=True))
    assert story.floor == before


@pytest.mark.parametrize("state", [CallState.OFFERED, CallState.RECONNECTING])
def test_a_caller_with_whom_nobody_speaks_is_not_passed_on(state: CallState) -> None:
    story = Story()
    story.be_offered()
    if state is CallState.RECONNECTING:
        story.ask(ANN, Verb.ACCEPT)
        story.tell(ports.LegEnded("leg-ann"))
    pass_on(story)
    assert (story.state(), story.call().stream) == (state, Stream.D5)


def test_a_caller_who_hangs_up_after_being_passed_on_leaves_nobody_bound() -> None:
    story = talking()
    pass_on(story)
    story.tell(ports.LegEnded("c1"))
    assert story.floor.calls == {}
    assert story.agent().state is AgentState.WRAP_UP
