"""The moment on the board: who waits, who could answer, and the one word for it."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import pytest

from tocsin.calls.rules.states import CallState
from tocsin.insights.rules.figures import TARGET
from tocsin.insights.rules.moment import (
    TOO_LONG,
    AgentNow,
    LiveCall,
    Queue,
    Strain,
    Verdict,
    moment,
    strain,
    unanswered,
    verdict,
)
from tocsin.workforce.rules import AgentState

NOW = datetime(2026, 3, 7, 12, tzinfo=UTC)
SECOND = timedelta(seconds=1)


def waiting(language: str = "nl", *, waited: timedelta = 5 * SECOND) -> LiveCall:
    return LiveCall(language, CallState.WAITING, NOW - waited)


def agent(state: AgentState, *languages: str) -> AgentNow:
    return AgentNow("Ann", languages or ("nl",), state, NOW)


def judged(
    calls: Sequence[LiveCall], agents: Sequence[AgentNow] = (), *, switchboard: bool = True, switch: bool = True
) -> Verdict:
    seen = moment(calls, agents=agents, languages=["nl"])
    return verdict(moment=seen, agents=agents, switchboard=switchboard, switch=switch, now=NOW)


READY = agent(AgentState.READY)


def test_calls_are_counted_by_where_they_are() -> None:
    states = [
        CallState.GREETING,
        CallState.INFORMING,
        CallState.FALLBACK,
        CallState.WAITING,
        CallState.OFFERED,
        CallState.TALKING,
        CallState.HELD,
        CallState.RECONNECTING,
    ]
    seen = moment([LiveCall("nl", state, NOW) for state in states], agents=(), languages=["nl"])

    assert (seen.listening, seen.fallback, seen.in_line, seen.talking, seen.waiting) == (2, 1, 2, 3, 3)


def test_a_queue_shows_the_oldest_first_and_who_speaks_the_language() -> None:
    agents = [
        agent(AgentState.READY, "nl", "fr"),
        agent(AgentState.TALKING, "fr"),
        agent(AgentState.PAUSED, "fr"),
        agent(AgentState.READY, "nl"),
    ]
    seen = moment(
        [waiting("fr", waited=SECOND), waiting("fr", waited=9 * SECOND)], agents=agents, languages=["nl", "fr"]
    )

    assert seen.queues == (
        Queue("nl", (), ready=2, at_work=2),
        Queue("fr", (NOW - 9 * SECOND, NOW - SECOND), ready=1, at_work=2),
    )


def test_who_waits_in_the_fallback_counts_for_the_longest_wait() -> None:
    early = LiveCall("nl", CallState.FALLBACK, NOW - 50 * SECOND)

    assert moment([waiting(), early], agents=(), languages=[]).longest_since == early.since


def test_who_talks_or_listens_is_not_waiting() -> None:
    calls = [LiveCall("nl", state, NOW - TOO_LONG * 2) for state in (CallState.TALKING, CallState.INFORMING)]

    assert moment(calls, agents=(), languages=["nl"]).longest_since is None
    assert judged(calls, [READY]) is Verdict.GOES_WELL


def test_a_language_that_is_not_offered_any_more_still_has_its_queue() -> None:
    assert unanswered(moment([waiting("uk")], agents=[READY], languages=["nl"])) == ("uk",)


@pytest.mark.parametrize(
    ("waited", "felt"),
    [
        (TARGET, Strain.NONE),
        (TARGET + SECOND, Strain.FELT),
        (TOO_LONG, Strain.FELT),
        (TOO_LONG + SECOND, Strain.TOO_MUCH),
    ],
)
def test_a_wait_is_felt_past_the_target_and_too_much_past_two_minutes(waited: timedelta, felt: Strain) -> None:
    assert strain(moment([waiting(waited=waited)], agents=(), languages=[]), now=NOW) is felt


def test_nothing_is_worse_than_a_switchboard_that_is_away() -> None:
    assert judged([waiting(waited=TOO_LONG * 2)], switchboard=False, switch=False) is Verdict.SWITCHBOARD_AWAY
    assert judged([waiting(waited=TOO_LONG * 2)], switch=False) is Verdict.SWITCH_AWAY


@pytest.mark.parametrize("state", [AgentState.PAUSED, AgentState.SIGNED_OUT])
def test_nobody_answers_while_callers_wait_and_all_agents_are_away(state: AgentState) -> None:
    assert judged([waiting()], [agent(state)]) is Verdict.NOBODY_ANSWERS


@pytest.mark.parametrize("agents", [(), (agent(AgentState.PAUSED),)])
def test_nobody_at_work_is_told_before_anybody_waits(agents: Sequence[AgentNow]) -> None:
    assert judged([], agents) is Verdict.NOBODY_AT_WORK
    assert judged([], [*agents, READY]) is Verdict.GOES_WELL


def test_a_language_nobody_at_work_speaks_is_told() -> None:
    paused = agent(AgentState.PAUSED, "uk")

    assert judged([waiting("uk")], [READY, paused]) is Verdict.LANGUAGE_UNANSWERED
    assert judged([waiting("uk")], [READY, agent(AgentState.WRAP_UP, "uk")]) is Verdict.GOES_WELL


def test_waits_that_are_too_long_come_before_a_language_that_is_missing() -> None:
    calls = [waiting("uk"), waiting(waited=TOO_LONG + SECOND)]

    assert judged(calls, [READY]) is Verdict.WAITS_TOO_LONG


def test_callers_wait_once_the_target_is_passed() -> None:
    assert judged([waiting(waited=TARGET + SECOND)], [READY]) is Verdict.CALLERS_WAIT
    assert judged([waiting(waited=TARGET)], [READY]) is Verdict.GOES_WELL
