"""After a reconnection, or a restart of the switchboard: what each state of a call becomes by what is found."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import timedelta

import pytest

from tests.rules.story import ANN, BRAM, MIDNIGHT, SCRIPT, SECOND, Story
from tocsin.activations.rules import Stream
from tocsin.calls import ports
from tocsin.calls.ports import (
    Connect,
    DropLeg,
    Part,
    Play,
    PlayMusic,
    Release,
    SendBack,
    StopPlaying,
    TakeIn,
    Verb,
)
from tocsin.calls.rules import script as words
from tocsin.calls.rules import timing
from tocsin.calls.rules.states import UNSEEN_END, CallState
from tocsin.workforce.rules import AgentState

# Between what was decided last and the census.
AWAY = timedelta(milliseconds=100)
ARRIVAL = ports.CallArrived("c1", "1771", "+32477000001", MIDNIGHT)
LOST = Play("c1", "c1-3", words.agent_lost("fr"))


def census(
    *, with_legs: set[str] | None = None, caller: bool = True, agents: tuple[str, ...] = ()
) -> ports.Census:
    """The caller c1, with these legs in the bridge, and these telephones of Ann."""
    callers = {"c1": ports.CallerSeen(ARRIVAL, frozenset(with_legs or ()))} if caller else {}
    return ports.Census(callers=callers, agents=dict.fromkeys(agents, "ann"))


BOTH_STREAMS = replace(SCRIPT, streams=(Stream.D5, Stream.D2))


def in_state(state: CallState) -> Story:
    """The caller c1 in a state; where an agent is concerned, Ann."""
    scripts = {CallState.TURNED_AWAY: None, CallState.CHOOSING: BOTH_STREAMS}
    story = Story(script=scripts.get(state, SCRIPT))
    match state:
        case CallState.FALLBACK:
            story.arrive(room=0)
        case CallState.GREETING | CallState.TURNED_AWAY:
            story.arrive()
        case CallState.INFORMING:
            story.arrive()
            story.tell(ports.KeyPressed("c1", "2"))
        case CallState.CHOOSING:
            story.wait_in_line(key="2")
        case CallState.WAITING:
            story.wait_in_line(key="2")
        case CallState.OFFERED:
            story.be_offered()
        case _:
            story.talk()
    if state is CallState.HELD:
        story.ask(ANN, Verb.HOLD)
    if state is CallState.RECONNECTING:
        story.tell(ports.LegEnded("leg-ann"))
    assert story.state() is state
    story.now += AWAY
    return story


@dataclass(frozen=True)
class Case:
    """What a state becomes; `due_in` counts from the census."""

    before: CallState
    found: ports.Census
    after: CallState | None
    moves: tuple[ports.Move, ...]
    due_in: timedelta | None = None

    def __str__(self) -> str:
        caller = self.found.callers.get("c1")
        with_legs = (
            "with " + " ".join(sorted(caller.together_with)) if caller and caller.together_with else "alone"
        )
        return f"{self.before} {with_legs if caller else 'gone'}, up {' '.join(self.found.agents) or 'nobody'}"


ALONE = census()
GONE = census(caller=False, agents=("leg-ann",))
ANN_UP = census(agents=("leg-ann",))
TOGETHER = census(with_legs={"leg-ann"}, agents=("leg-ann",))
CONNECTED = (StopPlaying("c1", "c1-2"), Connect("c1", "leg-ann"))
TOLD_OF_LOSS = (StopPlaying("c1", ""), LOST, TakeIn("c1"), PlayMusic("c1"))
TAKEN_IN = (TakeIn("c1"), Play("c1", "c1-1", words.menu(SCRIPT)))

CASES = [
    Case(CallState.FALLBACK, ALONE, CallState.GREETING, TAKEN_IN, timing.LONGEST_MESSAGE),
    Case(CallState.FALLBACK, GONE, CallState.FALLBACK, (), timing.FALLBACK_RETURN),
    Case(CallState.TURNED_AWAY, ALONE, CallState.TURNED_AWAY, (TakeIn("c1"),), timing.KEY),
    Case(CallState.TURNED_AWAY, GONE, None, ()),
    Case(CallState.GREETING, ALONE, CallState.GREETING, (TakeIn("c1"),), timing.KEY),
    Case(CallState.GREETING, GONE, None, ()),
    Case(CallState.INFORMING, ALONE, CallState.INFORMING, (TakeIn("c1"),), timing.KEY),
    Case(CallState.INFORMING, GONE, None, ()),
    Case(CallState.WAITING, ALONE, CallState.WAITING, (TakeIn("c1"), PlayMusic("c1")), timing.POSITION - AWAY),
    Case(
        CallState.WAITING,
        census(with_legs={"leg-ann"}, agents=("leg-ann",)),
        CallState.WAITING,
        (Part("c1", "leg-ann"), TakeIn("c1"), PlayMusic("c1")),
        timing.POSITION - AWAY,
    ),
    Case(CallState.WAITING, GONE, None, ()),
    Case(CallState.OFFERED, ANN_UP, CallState.OFFERED, (TakeIn("c1"), PlayMusic("c1")), timing.SILENCE - AWAY),
    Case(CallState.OFFERED, ALONE, CallState.WAITING, (TakeIn("c1"), PlayMusic("c1")), timing.SILENCE),
    Case(CallState.OFFERED, GONE, None, ()),
    Case(CallState.TALKING, TOGETHER, CallState.TALKING, ()),
    Case(CallState.TALKING, ANN_UP, CallState.TALKING, CONNECTED),
    Case(
        CallState.TALKING,
        census(with_legs={"leg-ann", "leg-x"}, agents=("leg-ann",)),
        CallState.TALKING,
        (Part("c1", "leg-x"),),
    ),
    Case(CallState.TALKING, ALONE, CallState.RECONNECTING, TOLD_OF_LOSS, timing.AGENT_RETURN),
    Case(CallState.TALKING, GONE, None, ()),
    Case(CallState.HELD, ANN_UP, CallState.HELD, (PlayMusic("c1"),), timing.HOLD_REMINDER - AWAY),
    Case(
        CallState.HELD,
        TOGETHER,
        CallState.HELD,
        (Part("c1", "leg-ann"), PlayMusic("c1")),
        timing.HOLD_REMINDER - AWAY,
    ),
    Case(CallState.HELD, ALONE, CallState.RECONNECTING, TOLD_OF_LOSS, timing.AGENT_RETURN),
    Case(CallState.HELD, GONE, None, ()),
    Case(
        CallState.RECONNECTING,
        ALONE,
        CallState.RECONNECTING,
        (TakeIn("c1"), PlayMusic("c1")),
        timing.AGENT_RETURN - AWAY,
    ),
    Case(
        CallState.RECONNECTING,
        ANN_UP,
        CallState.TALKING,
        # Told twice, once as the telephone came up and once as the census shows both apart: it harms nobody.
        (StopPlaying("c1", "c1-3"), Connect("c1", "leg-ann")) * 2,
    ),
    Case(CallState.RECONNECTING, GONE, None, ()),
    Case(CallState.CHOOSING, ALONE, CallState.CHOOSING, (TakeIn("c1"),), timing.KEY),
    Case(CallState.CHOOSING, GONE, None, ()),
]


@pytest.mark.parametrize("restarted", [False, True], ids=["reconnected", "restarted"])
@pytest.mark.parametrize("case", CASES, ids=str)
def test_what_a_call_becomes_by_what_the_census_finds(case: Case, restarted: bool) -> None:
    story = in_state(case.before)
    if restarted:
        story.restart()
    story.tell(case.found)
    if case.after is None:
        assert story.floor.calls == {}
        assert story.last.steps[-1].why == UNSEEN_END
    else:
        assert story.state() is case.after
        assert story.call().due_at == (story.now + case.due_in if case.due_in is not None else None)
    assert story.last.moves == case.moves


def test_the_table_has_every_state_of_a_live_call() -> None:
    # Of call-backs, tests/rules/test_called_back.py has what a census finds; of callers who were handed over to
    # somebody outside, tests/rules/test_outside.py and test_emergency.py; of the survey, test_survey.py.
    called_back = {CallState.PROMISED, CallState.DEFERRED, CallState.DIALLING, CallState.RETRYING}
    elsewhere = called_back | {CallState.OUTSIDE, CallState.EMERGENCY, CallState.SURVEYED}
    assert {case.before for case in CASES} == set(CallState) - {CallState.ENDED} - elsewhere


def ready(story: Story) -> None:
    story.make_ready(ANN)


def paused(story: Story) -> None:
    story.make_ready(ANN)
    story.ask(ANN, Verb.PAUSE, "", reason="break")


def wrapping_up(story: Story) -> None:
    story.talk()
    story.ask(ANN, Verb.HANG_UP)


@pytest.mark.parametrize(
    ("begin", "due_in"),
    [(ready, timing.AGENT_RETURN), (paused, timing.AGENT_RETURN), (wrapping_up, timing.WRAP_UP - SECOND)],
)
@pytest.mark.parametrize("restarted", [False, True], ids=["reconnected", "restarted"])
def test_an_agent_whose_telephone_is_not_found_may_come_back_for_a_while(
    begin: Callable[[Story], None], due_in: timedelta, restarted: bool
) -> None:
    story = Story()
    begin(story)
    state = story.agent().state
    if restarted:
        story.restart()
    story.now += SECOND
    story.tell(ports.Census())
    assert (story.agent().state, story.agent().leg) == (state, "")
    assert story.agent().due_at == story.now + due_in
    # The next census does not begin the wait anew.
    story.later(SECOND)
    story.tell(ports.Census())
    assert story.agent().due_at == story.now - SECOND + due_in


def test_an_agent_who_is_not_found_is_kept_as_one_without_a_telephone() -> None:
    story = Story()
    story.make_ready(ANN)
    story.restart()
    story.tell(ports.Census())
    assert [(agent.id, agent.standing().connected) for agent in story.last.agents] == [(ANN, False)]


def test_the_telephones_found_are_their_agents_again_and_conversations_are_not_touched() -> None:
    story = in_state(CallState.TALKING)
    story.restart()
    story.tell(TOGETHER)
    assert (story.agent().leg, story.last.moves) == ("leg-ann", ())


def test_of_two_telephones_found_the_newest_is_the_agents_and_has_the_conversation() -> None:
    story = in_state(CallState.TALKING)
    story.tell(census(with_legs={"leg-ann"}, agents=("leg-ann", "leg-ann-2")))
    assert story.agent().leg == "leg-ann-2"
    assert story.last.moves == (
        Connect("c1", "leg-ann-2"),
        DropLeg("leg-ann"),
        Part("c1", "leg-ann"),
        StopPlaying("c1", "c1-2"),
        Connect("c1", "leg-ann-2"),
    )


def test_a_caller_nobody_knows_is_taken_in() -> None:
    story = Story()
    story.tell(ALONE)
    assert (story.state(), story.last.moves) == (CallState.GREETING, TAKEN_IN)


def test_a_caller_nobody_knows_is_left_to_the_fallback_where_there_is_no_room() -> None:
    story = Story()
    story.tell(ALONE, room=0)
    assert (story.state(), story.last.moves) == (CallState.FALLBACK, (SendBack("c1", "1771"),))


def test_a_call_that_ended_in_the_same_decision_is_released_although_the_census_has_it() -> None:
    story = in_state(CallState.TURNED_AWAY)
    story.tell(ports.MessagePlayed("c1", "c1-1"), ALONE)
    assert story.floor.calls == {}
    # The first was told to nobody: the switch was out of reach.
    assert story.last.moves == (Release("c1"), Release("c1"))


def test_who_was_recorded_and_never_taken_in_is_a_call_in_the_fallback_and_begins_anew() -> None:
    story = in_state(CallState.GREETING)
    arrived_at = story.call().arrived_at
    story.tell(ports.Census(in_fallback=frozenset({"c1"})))
    assert (story.state(), story.last.moves) == (CallState.FALLBACK, ())
    story.come_again(arrived_at=arrived_at)
    assert story.state() is CallState.GREETING
    assert [(step.before, step.after) for step in story.last.steps] == [("fallback", "greeting")]


def test_nobody_in_the_fallback_is_given_up_while_the_switch_is_out_of_sight() -> None:
    story = in_state(CallState.FALLBACK)
    story.tell(ports.Disconnected())
    story.later(10 * timing.FALLBACK_RETURN)
    assert (story.state(), story.call().due_at) == (CallState.FALLBACK, None)
    story.tell(ports.Census())
    story.later(timing.FALLBACK_RETURN)
    assert story.floor.calls == {}


def test_losing_sight_changes_nothing_for_others() -> None:
    story = in_state(CallState.TALKING)
    before = story.floor
    story.tell(ports.Disconnected())
    assert (story.floor, story.last.moves) == (before, ())


def test_an_end_that_nobody_saw_leaves_the_agent_to_wrap_up() -> None:
    story = in_state(CallState.TALKING)
    story.tell(GONE)
    assert story.agent().state is AgentState.WRAP_UP


def test_the_place_in_line_survives_the_census() -> None:
    story = Story()
    story.wait_in_line("c1")
    story.now += SECOND
    story.wait_in_line("c2")
    seen = {leg: ports.CallerSeen(ports.CallArrived(leg, "1771", "", story.now)) for leg in ("c1", "c2")}
    story.tell(ports.Census(callers=seen))
    story.make_ready(BRAM)
    assert (story.state("c1"), story.state("c2")) == (CallState.OFFERED, CallState.WAITING)
