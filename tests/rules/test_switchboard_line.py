"""The line: whose turn it is, what callers are told of it, and which agent is offered whom."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from tests.rules.story import ANN, BRAM, CEM, MIDNIGHT, SECOND, Story
from tocsin.activations.rules import Stream
from tocsin.calls import ports
from tocsin.calls.ports import Verb
from tocsin.calls.rules import routing, timing
from tocsin.calls.rules import script as words
from tocsin.calls.rules.line import Line
from tocsin.calls.rules.states import Call, CallState, Rank
from tocsin.calls.rules.switchboard import decide
from tocsin.workforce.rules import AgentState


def test_places_in_line_follow_arrival_within_a_language() -> None:
    story = Story()
    for leg, key in [("c1", "1"), ("c2", "1"), ("c3", "2"), ("c4", "1")]:
        story.now += SECOND
        story.wait_in_line(leg, key)
        story.tell()
    assert story.told() == {}
    story.later(timing.POSITION)
    assert (story.places()["c4"], story.places()["c3"]) == (words.position("nl", 3), words.position("fr", 1))


def test_places_in_line_are_told_again_and_again() -> None:
    story = Story()
    story.wait_in_line()
    for _ in range(2):
        story.hear_out()
        story.later(timing.POSITION - SECOND)
        assert story.last.moves == ()
        told_before = story.call().message
        story.later(SECOND)
        assert story.last.moves == (
            ports.StopPlaying("c1", told_before),
            ports.Play("c1", story.call().message, words.position("nl", 1) + words.wait("nl", None)),
        )


def test_a_caller_counts_before_others_while_an_agent_is_offered_the_call() -> None:
    story = Story()
    story.make_ready(BRAM)
    story.wait_in_line("c1")
    story.now += SECOND
    story.wait_in_line("c2")
    assert story.places() == {"c2": words.position("nl", 2)}


def test_the_line_of_another_authority_counts_for_nobody() -> None:
    story = Story()
    story.arrive("c9", number="1772")
    story.now += SECOND
    story.wait_in_line("c1")
    assert story.places() == {"c1": words.position("nl", 1)}


def test_beyond_the_last_position_only_that_many_wait_is_told() -> None:
    assert words.position("nl", 21) == words.position("nl", 400) != words.position("nl", 20)


def test_whoever_called_first_is_served_first_however_long_the_messages_took() -> None:
    story = Story()
    story.arrive("c1")
    story.now += SECOND
    story.wait_in_line("c2")
    story.now += SECOND
    story.tell(ports.KeyPressed("c1", "1"))
    story.hear_out("c1")
    assert story.places() == {"c1": words.position("nl", 1)}
    story.make_ready(BRAM)
    assert (story.state("c1"), story.state("c2")) == (CallState.OFFERED, CallState.WAITING)


@pytest.mark.parametrize("lost_by", ["telephone", "sign-out", "missed offer", "declined offer"])
def test_who_lost_an_agent_is_served_before_those_who_called_earlier(lost_by: str) -> None:
    story = Story()
    story.arrive("c1")
    story.now += SECOND
    story.make_ready(ANN)
    story.wait_in_line("c2")
    if lost_by in ("telephone", "sign-out"):
        story.ask(ANN, Verb.ACCEPT, "c2")
    story.tell(ports.KeyPressed("c1", "1"))
    story.hear_out("c1")
    match lost_by:
        case "telephone":
            story.tell(ports.LegEnded("leg-ann"))
            story.later(timing.AGENT_RETURN)
        case "sign-out":
            story.ask(ANN, Verb.SIGN_OUT)
        case "missed offer":
            # The second in a row, so that nobody is ready afterwards.
            agents = {**story.floor.agents, ANN: replace(story.agent(), missed=1)}
            story.floor = replace(story.floor, agents=agents)
            story.later(timing.OFFER)
        case "declined offer":
            story.ask(ANN, Verb.DECLINE, "c2")
    assert (story.state("c1"), story.state("c2")) == (CallState.WAITING, CallState.WAITING)
    story.later(timing.POSITION)
    assert story.places() == {"c1": words.position("nl", 2), "c2": words.position("nl", 1)}
    story.make_ready(BRAM)
    assert (story.state("c1"), story.state("c2")) == (CallState.WAITING, CallState.OFFERED)


def test_being_first_in_line_ends_when_an_agent_speaks() -> None:
    story = Story()
    story.be_offered()
    story.later(timing.OFFER)
    assert story.call().rank is Rank.RETURNED
    assert not story.call().answered
    story.ask(ANN, Verb.ACCEPT)
    assert story.call().rank is Rank.ORDINARY
    assert story.call().answered


def test_the_agent_who_has_been_free_the_longest_is_offered() -> None:
    story = Story()
    story.make_ready(BRAM)
    story.now += SECOND
    story.make_ready(ANN)
    story.wait_in_line("c1")
    assert story.call("c1").agent == BRAM
    story.wait_in_line("c2")
    assert story.call("c2").agent == ANN


def test_only_an_agent_who_speaks_the_language_is_offered() -> None:
    story = Story()
    story.make_ready(BRAM)
    story.wait_in_line("c1", key="2")
    assert story.state("c1") is CallState.WAITING
    story.wait_in_line("c2", key="1")
    assert story.call("c2").agent == BRAM
    story.make_ready(ANN)
    assert story.call("c1").agent == ANN


def test_an_agent_is_never_offered_the_call_of_another_authority() -> None:
    story = Story()
    story.make_ready(CEM)
    story.wait_in_line("c1")
    assert story.state("c1") is CallState.WAITING
    story.arrive("c9", number="1772")
    assert story.call("c9").agent == CEM
    assert story.state("c1") is CallState.WAITING


def test_who_finds_no_agent_holds_nobody_up_in_another_line() -> None:
    story = Story()
    story.wait_in_line("c1", key="2")
    story.wait_in_line("c2", key="1")
    story.arrive("c9", number="1772")
    story.make_ready(BRAM, CEM)
    assert [story.call(leg).agent for leg in ("c1", "c2", "c9")] == [None, BRAM, CEM]


def test_an_agent_whose_telephone_is_not_connected_is_offered_nothing() -> None:
    story = Story()
    story.ask(ANN, Verb.READY)
    story.wait_in_line()
    assert story.state() is CallState.WAITING
    story.tell(ports.AgentLegUp("leg-ann", "ann"))
    assert story.state() is CallState.OFFERED


def test_who_hung_up_before_the_agent_answered_costs_the_agent_no_turn() -> None:
    story = Story()
    story.make_ready(BRAM)
    free_since = story.now
    story.now += SECOND
    story.make_ready(ANN)
    story.wait_in_line("c1")
    story.later(SECOND)
    story.tell(ports.LegEnded("c1"))
    assert (story.agent(BRAM).state, story.agent(BRAM).idle_since) == (AgentState.READY, free_since)
    story.wait_in_line("c2")
    assert story.call("c2").agent == BRAM


def test_an_agent_who_did_not_answer_is_last_to_be_offered_a_call_again() -> None:
    story = Story()
    story.make_ready(BRAM)
    story.now += SECOND
    story.make_ready(ANN)
    story.wait_in_line("c1")
    story.later(timing.OFFER)
    assert (story.agent(BRAM).state, story.agent(BRAM).idle_since) == (AgentState.READY, story.now)
    assert story.call("c1").agent == ANN


def _thousand_waiting(story: Story, *, language: str, stream: Stream = Stream.D5) -> None:
    calls = {
        f"c{n}": Call(
            leg=f"c{n}",
            number="1771",
            caller="",
            arrived_at=MIDNIGHT + n * SECOND,
            state=CallState.WAITING,
            since=MIDNIGHT,
            activation=1,
            authority=1,
            language=language,
            stream=stream,
            due_at=story.now,
        )
        for n in range(1000)
    }
    story.floor = replace(story.floor, calls=calls)


def _counted(monkeypatch: pytest.MonkeyPatch, owner: object, name: str) -> list[None]:
    times: list[None] = []
    original: Callable[..., object] = getattr(owner, name)

    def counting(*args: object, **named: object) -> object:
        times.append(None)
        return original(*args, **named)

    monkeypatch.setattr(owner, name, counting)
    return times


def test_telling_a_thousand_callers_their_places_looks_at_each_once(monkeypatch: pytest.MonkeyPatch) -> None:
    story = Story()
    _thousand_waiting(story, language="nl")
    looks = _counted(monkeypatch, Line, "before")
    decision = decide(story.floor, [], now=story.now)
    told = {move.leg: move.media[:1] for move in decision.moves if isinstance(move, ports.Play)}
    assert len(told) == 1000
    assert (told["c0"], told["c999"]) == (words.position("nl", 1), words.position("nl", 1000))
    assert len(looks) == 1000


@pytest.mark.parametrize(("language", "stream", "times"), [("fr", Stream.D5, 0), ("nl", Stream.D2, 1)])
def test_an_agent_for_a_thousand_callers_whom_nobody_may_take_is_looked_for_at_most_once(
    monkeypatch: pytest.MonkeyPatch, language: str, stream: Stream, times: int
) -> None:
    story = Story()
    story.make_ready(BRAM)
    _thousand_waiting(story, language=language, stream=stream)
    looks = _counted(monkeypatch, routing, "best_agent")
    decide(story.floor, [], now=story.now)
    assert len(looks) == times
