"""Who goes first, to whom, and why: one criterion of the order after the other."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta

import pytest

from tests.rules.story import MIDNIGHT, SECOND
from tocsin.activations.rules import Requirement, Stream
from tocsin.calls.rules import timing
from tocsin.calls.rules.agents import Agent
from tocsin.calls.rules.floor import Floor
from tocsin.calls.rules.routing import MOST_D2_PER_D5
from tocsin.calls.rules.script import Script
from tocsin.calls.rules.states import Call, CallState, Rank, Reason, Why
from tocsin.calls.rules.switchboard import Decision, decide
from tocsin.workforce.rules import AgentState

NOW = MIDNIGHT + timedelta(hours=1)
# By activation, its authority.
AUTHORITY = {1: 1, 2: 1, 3: 2}
TRAINED = {Stream.D2: 1}


def waiting(leg: str, *, waited: int = 60, activation: int = 1, **known: object) -> Call:
    """A caller who waits since so many seconds."""
    since = NOW - waited * SECOND
    call = Call(
        leg=leg,
        number=f"177{activation}",
        caller="",
        arrived_at=since,
        state=CallState.WAITING,
        since=since,
        activation=activation,
        authority=AUTHORITY[activation],
        language="nl",
        queued_at=since,
    )
    return replace(call, **known)


def talking(leg: str, agent: int, **known: object) -> Call:
    """A caller who speaks with an agent."""
    return replace(waiting(leg), state=CallState.TALKING, agent=agent, **known)


def agent(key: int, *, idle: int = 60, languages: Mapping[str, int] | None = None, **known: object) -> Agent:
    """A ready agent of both authorities, idle for so many seconds."""
    ready = Agent(
        id=key,
        languages=languages or {"nl": 2},
        authorities=frozenset({1, 2}),
        state=AgentState.READY,
        since=NOW - idle * SECOND,
        idle_since=NOW - idle * SECOND,
        leg=f"leg-{key}",
    )
    return replace(ready, **known)


def decided(calls: list[Call], agents: list[Agent], *, requirement: Requirement | None = None) -> Decision:
    wanted = requirement or Requirement()
    lines = {
        f"177{key}": Script(key, authority, ("nl",), exercise=False, requirement=wanted)
        for key, authority in AUTHORITY.items()
    }
    floor = Floor(lines, {call.leg: call for call in calls}, {agent.id: agent for agent in agents})
    return decide(floor, [], now=NOW)


def offered(decision: Decision) -> dict[str, int | None]:
    """By leg, the agent offered."""
    return {step.leg: step.agent for step in decision.steps if step.after is CallState.OFFERED}


@pytest.mark.parametrize(
    ("first", "second", "why"),
    [
        (waiting("b"), waiting("a", waited=59), Why.PLACE),
        (waiting("a"), waiting("b"), Why.PLACE),
        (waiting("b", waited=1, stream=Stream.D2), waiting("a"), Why.STREAM),
        (waiting("b", waited=1, rank=Rank.RETURNED), waiting("a", rank=Rank.CALL_BACK), Why.RANK),
        (waiting("b", waited=1, rank=Rank.CALL_BACK), waiting("a", rank=Rank.TRANSFER), Why.RANK),
        (waiting("b", waited=1, rank=Rank.TRANSFER), waiting("a", rank=Rank.RAISED), Why.RANK),
        (waiting("b", waited=1, rank=Rank.RAISED), waiting("a", stream=Stream.D2), Why.RANK),
        (waiting("b", waited=1, place_since=NOW - 90 * SECOND), waiting("a"), Why.PLACE),
    ],
)
def test_of_two_callers_one_goes_first_and_it_is_kept_why(first: Call, second: Call, why: Why) -> None:
    decision = decided([second, first], [agent(1, skills=TRAINED)])
    assert offered(decision) == {first.leg: 1}
    assert decision.steps[0].reason == Reason(why, second.leg, Why.ALONE, relaxed=False, rank=first.rank)


def test_whoever_is_alone_goes_before_nobody() -> None:
    decision = decided([waiting("a")], [agent(1)])
    assert decision.steps[0].reason == Reason(Why.ALONE, "", Why.ALONE, relaxed=False)


def test_the_authority_that_has_the_fewest_agents_has_its_turn() -> None:
    busy = [talking("x", 1), talking("y", 2, number="1773", activation=3, authority=2), talking("z", 3)]
    at_work = [agent(key, state=AgentState.TALKING, call=leg) for key, leg in enumerate("xyz", start=1)]
    decision = decided([*busy, waiting("a"), waiting("b", waited=1, activation=3)], [*at_work, agent(4)])
    assert offered(decision) == {"b": 4}
    assert decision.steps[0].reason == Reason(Why.AUTHORITY, "a", Why.ALONE, relaxed=False)


def test_the_activation_that_has_the_fewest_agents_has_its_turn() -> None:
    calls = [talking("x", 1), waiting("a"), waiting("b", waited=1, activation=2)]
    decision = decided(calls, [agent(1, state=AgentState.TALKING, call="x"), agent(2)])
    assert offered(decision) == {"b": 2}
    assert decision.steps[0].reason == Reason(Why.ACTIVATION, "a", Why.ALONE, relaxed=False)


def test_two_authorities_with_the_same_agents_get_the_same_number_of_them() -> None:
    calls = [waiting(f"a{n}", waited=100 + n) for n in range(50)]
    calls += [waiting(f"b{n}", waited=n, activation=3) for n in range(3, 6)]
    decision = decided(calls, [agent(key) for key in range(6)])
    assert sorted(leg[0] for leg in offered(decision)) == ["a", "a", "a", "b", "b", "b"]


def test_victims_and_relatives_leave_a_share_of_the_agents_to_information() -> None:
    agents = [agent(key, skills=TRAINED) for key in range(MOST_D2_PER_D5 + 2)]
    calls = [waiting(f"v{n}", stream=Stream.D2) for n in range(9)] + [waiting("i", waited=1)]
    legs = list(offered(decided(calls, agents)))
    assert legs.index("i") == MOST_D2_PER_D5


def test_a_call_of_victims_and_relatives_waits_for_an_agent_who_is_trained() -> None:
    never = Requirement(relaxed_after=SECOND)
    calls = [waiting("a", waited=9999, stream=Stream.D2)]
    assert offered(decided(calls, [agent(1)], requirement=never)) == {}
    assert offered(decided(calls, [agent(1), agent(2, skills=TRAINED)], requirement=never)) == {"a": 2}


@pytest.mark.parametrize(
    ("chosen", "other", "why"),
    [
        (agent(2, idle=61), agent(1), Why.IDLE),
        (agent(2, idle=1, languages={"nl": 3}), agent(1), Why.LEVEL),
        (agent(2, idle=1), agent(1, languages={"nl": 3}, skills=TRAINED), Why.SPARED),
    ],
)
def test_of_two_agents_one_is_offered_the_call_and_it_is_kept_why(chosen: Agent, other: Agent, why: Why) -> None:
    decision = decided([waiting("a")], [other, chosen])
    assert offered(decision) == {"a": chosen.id}
    assert decision.steps[0].reason == Reason(Why.ALONE, "", why, relaxed=False)


def test_who_calls_again_is_offered_to_whom_they_spoke_with_if_that_agent_is_free() -> None:
    call, others = waiting("a", known_to=1), [agent(2), agent(3, languages={"nl": 3})]
    decision = decided([call], [*others, agent(1, idle=1, languages={"nl": 1})])
    assert offered(decision) == {"a": 1}
    assert decision.steps[0].reason == Reason(Why.ALONE, "", Why.KNOWN, relaxed=False)
    for unable in (agent(1, state=AgentState.PAUSED), agent(1, leg=""), agent(1, languages={"fr": 3})):
        assert offered(decided([call], [*others, unable])) == {"a": 3}


@pytest.mark.parametrize(
    "wanted", [Requirement(language_level=3), Requirement(skills={"chemistry": 2})], ids=["language", "skill"]
)
def test_after_the_wait_that_the_coordinator_allows_less_is_asked_of_the_agent(wanted: Requirement) -> None:
    relaxing = replace(wanted, relaxed_after=60 * SECOND)
    poor = agent(1, skills={"chemistry": 1})
    able = agent(2, languages={"nl": 3}, skills={"chemistry": 2})
    assert offered(decided([waiting("a", waited=60)], [poor], requirement=wanted)) == {}
    assert offered(decided([waiting("a", waited=60)], [able], requirement=wanted)) == {"a": 2}
    assert offered(decided([waiting("a", waited=59)], [poor], requirement=relaxing)) == {}
    decision = decided([waiting("a", waited=60)], [poor], requirement=relaxing)
    assert decision.steps[0].reason == Reason(Why.ALONE, "", Why.ALONE, relaxed=True)


def test_the_switchboard_acts_when_less_is_asked() -> None:
    relaxing = Requirement(language_level=3, relaxed_after=60 * SECOND)
    floor = decided([waiting("a", waited=50)], [agent(1)], requirement=relaxing).floor
    assert floor.next_due(after=NOW) == NOW + 10 * SECOND
    assert floor.next_due(after=NOW + 10 * SECOND) is None


def test_time_with_victims_and_relatives_is_limited_until_a_break_from_them() -> None:
    tired = agent(1, skills=TRAINED, d2_time=timing.D2_LIMIT)
    assert offered(decided([waiting("a", stream=Stream.D2)], [tired])) == {}
    assert offered(decided([waiting("a")], [tired])) == {"a": 1}
