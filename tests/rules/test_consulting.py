"""An agent asks a colleague about a caller: who hears whom, and what becomes of all three whoever leaves."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from tests.rules.story import ANN, BRAM, Story
from tests.rules.test_transfer import TO_D2, talking
from tocsin.activations.rules import Stream
from tocsin.calls import ports
from tocsin.calls.ports import Verb
from tocsin.calls.rules import timing
from tocsin.calls.rules.consultation import Stage
from tocsin.calls.rules.consulting import NOBODY_FREE
from tocsin.calls.rules.states import CallState
from tocsin.workforce.rules import AgentState


def consult(story: Story, **fields: object) -> None:
    asked = ports.AgentAsked(ANN, Verb.CONSULT, "c1", to="d2", consent=True, topic=7)
    story.tell(replace(asked, **fields))


def ringing() -> Story:
    """Ann speaks with the caller and asks Bram, who is trained and free."""
    story = talking()
    story.make_ready(BRAM)
    consult(story)
    return story


def speaking() -> Story:
    story = ringing()
    story.ask(BRAM, Verb.ACCEPT)
    return story


def together() -> Story:
    story = speaking()
    story.ask(ANN, Verb.JOIN)
    return story


STAGES = [ringing, speaking, together]


def stage(story: Story) -> Stage:
    return story.floor.consultations["c1"].stage


def states(story: Story) -> tuple[AgentState, AgentState]:
    return story.agent(ANN).state, story.agent(BRAM).state


def is_with(story: Story, agent: int) -> bool:
    """Whether the caller speaks with this agent alone."""
    return (story.state(), story.call().agent, story.floor.consultations) == (CallState.TALKING, agent, {})


# --- The way through


def test_while_a_colleague_is_asked_the_caller_hears_music() -> None:
    story = ringing()
    assert (story.state(), stage(story)) == (CallState.HELD, Stage.RINGING)
    assert story.last.moves == (ports.Part("c1", "leg-ann"), ports.PlayMusic("c1"))
    assert (story.agent(BRAM).state, story.agent(BRAM).call) == (AgentState.OFFERED, "c1")
    [step] = story.last.steps
    assert (step.why, step.reason) == ("consulting", TO_D2)


def test_a_caller_on_hold_goes_on_hearing_music() -> None:
    story = talking()
    story.make_ready(BRAM)
    story.ask(ANN, Verb.HOLD)
    consult(story)
    assert (story.state(), story.last.moves) == (CallState.HELD, ())


def test_a_colleague_who_answers_speaks_with_the_agent_and_not_with_the_caller() -> None:
    story = speaking()
    assert (story.state(), stage(story)) == (CallState.HELD, Stage.SPEAKING)
    assert story.last.moves == (ports.Connect("leg-ann", "leg-bram"),)


def test_then_all_three_hear_each_other() -> None:
    story = together()
    assert (story.state(), stage(story)) == (CallState.TALKING, Stage.TOGETHER)
    assert story.last.moves == (
        ports.Part("leg-ann", "leg-bram"),
        ports.StopPlaying("c1", "c1-2"),
        ports.Connect("c1", "leg-ann"),
        ports.Connect("c1", "leg-bram"),
    )


@pytest.mark.parametrize(
    ("begin", "moves"),
    [
        (
            speaking,
            (
                ports.Part("leg-ann", "leg-bram"),
                ports.StopPlaying("c1", "c1-2"),
                ports.Connect("c1", "leg-bram"),
            ),
        ),
        (together, (ports.Part("c1", "leg-ann"),)),
    ],
)
def test_handed_over_the_caller_stays_with_the_colleague_as_d2(
    begin: Callable[[], Story], moves: tuple[ports.Move, ...]
) -> None:
    story = begin()
    story.ask(ANN, Verb.HAND_OVER)
    assert is_with(story, BRAM)
    assert story.call().stream is Stream.D2
    assert story.last.moves == moves
    assert states(story) == (AgentState.WRAP_UP, AgentState.TALKING)
    step = story.last.steps[-1]
    assert (step.agent, step.stream, step.why, step.reason) == (BRAM, Stream.D2, "handed over", TO_D2)


@pytest.mark.parametrize(
    ("begin", "moves", "colleague"),
    [
        (ringing, (ports.StopPlaying("c1", "c1-2"), ports.Connect("c1", "leg-ann")), AgentState.READY),
        (
            speaking,
            (
                ports.Part("leg-ann", "leg-bram"),
                ports.StopPlaying("c1", "c1-2"),
                ports.Connect("c1", "leg-ann"),
            ),
            AgentState.READY,
        ),
        (together, (ports.Part("c1", "leg-bram"),), AgentState.WRAP_UP),
    ],
)
def test_back_with_the_caller_the_colleague_is_free_and_writes_only_if_the_caller_was_heard(
    begin: Callable[[], Story], moves: tuple[ports.Move, ...], colleague: AgentState
) -> None:
    story = begin()
    idle_since = story.agent(BRAM).idle_since
    story.ask(ANN, Verb.RESUME)
    assert is_with(story, ANN)
    assert story.call().stream is Stream.D5
    assert story.last.moves == moves
    assert states(story) == (AgentState.TALKING, colleague)
    assert story.agent(BRAM).idle_since == idle_since


# --- Nobody to ask


def test_where_nobody_is_free_the_caller_stays_with_the_agent_and_it_is_kept() -> None:
    story = talking()
    consult(story)
    assert is_with(story, ANN)
    assert (story.last.moves, story.last.steps) == ((), ())
    [consultation] = story.last.consultations
    assert (consultation.stage, consultation.why, consultation.agent) == (Stage.ENDED, NOBODY_FREE, None)


@pytest.mark.parametrize(("to", "consent"), [("d2", False), ("d5", True), ("", True)])
def test_nobody_is_asked_without_consent_or_about_anything_else(to: str, consent: bool) -> None:
    story = talking()
    story.make_ready(BRAM)
    before = story.floor
    consult(story, to=to, consent=consent)
    assert story.floor == before


def test_of_two_consultations_the_second_has_another_name() -> None:
    story = ringing()
    first = story.floor.consultations["c1"].name
    story.ask(ANN, Verb.RESUME)
    consult(story)
    assert story.floor.consultations["c1"].name != first


# --- The colleague does not take part


def test_a_colleague_who_declines_is_paused_and_the_agent_has_the_caller_again() -> None:
    story = ringing()
    story.ask(BRAM, Verb.DECLINE)
    assert is_with(story, ANN)
    assert states(story) == (AgentState.TALKING, AgentState.PAUSED)
    assert story.last.consultations[-1].why == "declined"


def test_a_colleague_who_does_not_answer_counts_as_for_any_offer() -> None:
    story = ringing()
    story.later(timing.OFFER)
    assert is_with(story, ANN)
    assert (story.agent(BRAM).state, story.agent(BRAM).missed) == (AgentState.READY, 1)
    consult(story)
    story.later(timing.OFFER)
    assert (story.agent(BRAM).state, story.agent(BRAM).reason) == (AgentState.PAUSED, "missed calls")


@pytest.mark.parametrize("begin", [speaking, together])
def test_a_colleague_who_hangs_up_leaves_the_caller_with_the_agent(begin: Callable[[], Story]) -> None:
    story = begin()
    story.ask(BRAM, Verb.HANG_UP)
    assert is_with(story, ANN)
    assert story.agent(ANN).state is AgentState.TALKING


@pytest.mark.parametrize("begin", STAGES)
def test_a_colleague_who_signs_out_leaves_the_caller_with_the_agent(begin: Callable[[], Story]) -> None:
    story = begin()
    story.ask(BRAM, Verb.SIGN_OUT)
    assert is_with(story, ANN)
    assert states(story) == (AgentState.TALKING, AgentState.SIGNED_OUT)


@pytest.mark.parametrize("begin", STAGES)
def test_a_colleague_whose_telephone_is_lost_leaves_the_caller_with_the_agent(
    begin: Callable[[], Story],
) -> None:
    story = begin()
    story.tell(ports.LegEnded("leg-bram"))
    assert is_with(story, ANN)
    assert all("" not in (move.leg, getattr(move, "other", "c1")) for move in story.last.moves)
    story.later(timing.WRAP_UP)
    story.later(timing.AGENT_RETURN)
    assert states(story) == (AgentState.TALKING, AgentState.SIGNED_OUT)


@pytest.mark.parametrize("verb", [Verb.HOLD, Verb.JOIN, Verb.HAND_OVER, Verb.RESUME, Verb.TRANSFER, Verb.CONSULT])
@pytest.mark.parametrize("begin", STAGES)
def test_what_is_the_agents_to_ask_the_colleague_does_not(begin: Callable[[], Story], verb: Verb) -> None:
    story = begin()
    before = story.floor
    story.tell(ports.AgentAsked(BRAM, verb, "c1", to="d2", consent=True))
    assert story.floor == before


# --- The agent who asks


@pytest.mark.parametrize("verb", [Verb.JOIN, Verb.HAND_OVER, Verb.HOLD, Verb.TRANSFER, Verb.CONSULT])
def test_while_it_rings_the_agent_can_only_go_back_or_hang_up(verb: Verb) -> None:
    story = ringing()
    before = story.floor
    story.tell(ports.AgentAsked(ANN, verb, "c1", to="d2", consent=True))
    assert story.floor == before


@pytest.mark.parametrize("begin", STAGES)
def test_an_agent_who_hangs_up_ends_it_for_all(begin: Callable[[], Story]) -> None:
    story = begin()
    story.ask(ANN, Verb.HANG_UP)
    assert (story.floor.calls, story.floor.consultations) == ({}, {})
    assert ports.Release("c1") in story.last.moves
    heard = begin is together
    assert states(story) == (AgentState.WRAP_UP, AgentState.WRAP_UP if heard else AgentState.READY)


@pytest.mark.parametrize("begin", [speaking, together])
@pytest.mark.parametrize("leaves", ["telephone", "sign out"])
def test_an_agent_who_disappears_leaves_the_caller_with_the_colleague(
    begin: Callable[[], Story], leaves: str
) -> None:
    story = begin()
    if leaves == "telephone":
        story.tell(ports.LegEnded("leg-ann"))
    else:
        story.ask(ANN, Verb.SIGN_OUT)
    assert is_with(story, BRAM)
    assert story.call().stream is Stream.D2
    story.later(timing.WRAP_UP)
    story.later(timing.AGENT_RETURN)
    assert states(story) == (AgentState.SIGNED_OUT, AgentState.TALKING)


def test_an_agent_who_disappears_while_it_rings_leaves_the_caller_told_and_the_colleague_free() -> None:
    story = ringing()
    story.tell(ports.LegEnded("leg-ann"))
    assert story.state() is CallState.RECONNECTING
    assert story.agent(BRAM).state is AgentState.READY
    story.tell(ports.AgentLegUp("leg-ann-2", "ann"))
    assert is_with(story, ANN)


@pytest.mark.parametrize("verb", [Verb.HANG_UP, Verb.HOLD, Verb.RESUME, Verb.TRANSFER, Verb.JOIN, Verb.SIGN_OUT])
def test_an_agent_who_still_writes_cannot_touch_the_caller_who_is_with_the_colleague(verb: Verb) -> None:
    story = together()
    story.ask(ANN, Verb.HAND_OVER)
    story.ask(ANN, verb)
    assert is_with(story, BRAM)
    assert story.last.moves == ()


@pytest.mark.parametrize("reconnecting", [False, True])
def test_the_newer_telephone_of_an_agent_who_still_writes_is_not_brought_to_the_caller(
    reconnecting: bool,
) -> None:
    story = together()
    story.ask(ANN, Verb.HAND_OVER)
    if reconnecting:
        story.tell(ports.LegEnded("leg-bram"))
    story.tell(ports.AgentLegUp("leg-ann-2", "ann"))
    assert story.last.moves == (ports.DropLeg("leg-ann"),)
    assert story.call().agent == BRAM


# --- The caller


@pytest.mark.parametrize("begin", STAGES)
def test_a_caller_who_hangs_up_leaves_nobody_bound(begin: Callable[[], Story]) -> None:
    story = begin()
    story.tell(ports.LegEnded("c1"))
    assert (story.floor.calls, story.floor.consultations) == ({}, {})
    heard = begin is together
    assert states(story) == (AgentState.WRAP_UP, AgentState.WRAP_UP if heard else AgentState.READY)
    assert (ports.Part("leg-ann", "leg-bram") in story.last.moves) is (begin is speaking)


# --- Telephones that change, and a switchboard that was away


@pytest.mark.parametrize("name", ["ann", "bram"])
@pytest.mark.parametrize("begin", [speaking, together])
def test_a_newer_telephone_takes_part_in_place_of_the_older(begin: Callable[[], Story], name: str) -> None:
    story = begin()
    story.tell(ports.AgentLegUp("newer", name))
    pair = ("newer", "leg-bram") if name == "ann" else ("leg-ann", "newer")
    connect = ports.Connect(*pair) if begin is speaking else ports.Connect("c1", "newer")
    assert story.last.moves == (connect, ports.DropLeg(f"leg-{name}"))
    story.tell(ports.LegEnded(f"leg-{name}"))
    assert stage(story) is (Stage.SPEAKING if begin is speaking else Stage.TOGETHER)


def census(*, caller: frozenset[str] = frozenset(), agents: frozenset[str] = frozenset()) -> ports.Census:
    """The caller and both telephones are there; who is in the caller's bridge, and who in Ann's."""
    arrival = ports.CallArrived("c1", "1771", "+32477000001", Story().now)
    return ports.Census(
        callers={"c1": ports.CallerSeen(arrival, caller)},
        agents={"leg-ann": "ann", "leg-bram": "bram"},
        consults={"leg-ann": agents} if agents else {},
    )


BOTH = frozenset({"leg-ann", "leg-bram"})


@pytest.mark.parametrize(
    ("begin", "found", "moves"),
    [
        (ringing, census(), {ports.PlayMusic("c1")}),
        (speaking, census(agents=frozenset({"leg-bram"})), {ports.PlayMusic("c1")}),
        (speaking, census(), {ports.PlayMusic("c1"), ports.Connect("leg-ann", "leg-bram")}),
        (together, census(caller=BOTH), set()),
        (
            together,
            census(caller=frozenset({"leg-ann"})),
            {ports.StopPlaying("c1", "c1-2"), ports.Connect("c1", "leg-bram")},
        ),
        (
            together,
            census(agents=frozenset({"leg-bram"})),
            {
                ports.Part("leg-ann", "leg-bram"),
                ports.StopPlaying("c1", "c1-2"),
                ports.Connect("c1", "leg-ann"),
                ports.Connect("c1", "leg-bram"),
            },
        ),
    ],
)
def test_a_switchboard_that_was_away_has_the_switch_do_what_is_missing(
    begin: Callable[[], Story], found: ports.Census, moves: set[ports.Move]
) -> None:
    story = begin()
    before = stage(story)
    story.restart()
    story.tell(found)
    assert set(story.last.moves) == moves
    parted = [isinstance(move, ports.Part) for move in story.last.moves]
    assert parted == sorted(parted, reverse=True)
    assert stage(story) is before


@pytest.mark.parametrize("begin", STAGES)
def test_after_a_switch_that_forgot_everything_nobody_is_bound(begin: Callable[[], Story]) -> None:
    story = begin()
    story.tell(ports.Disconnected())
    story.tell(ports.Census())
    assert (story.floor.calls, story.floor.consultations) == ({}, {})
    story.later(timing.WRAP_UP)
    story.later(timing.AGENT_RETURN)
    assert states(story) == (AgentState.SIGNED_OUT, AgentState.SIGNED_OUT)
