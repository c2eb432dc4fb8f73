"""The moment on the board: who waits, who could answer, and the one word for it."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import product

import pytest

from tocsin.activations.rules import Stream
from tocsin.calls.rules.states import CallState
from tocsin.insights.rules.figures import TARGET
from tocsin.insights.rules.moment import (
    TOO_LONG,
    AgentNow,
    CallBackOwed,
    LiveCall,
    Owed,
    Queue,
    Strain,
    Verdict,
    Wanted,
    moment,
    owed,
    strain,
    unanswered,
    verdict,
)
from tocsin.workforce.rules import AgentState

NOW = datetime(2026, 3, 7, 12, tzinfo=UTC)
SECOND = timedelta(seconds=1)


def waiting(language: str = "nl", *, waited: timedelta = 5 * SECOND) -> LiveCall:
    return LiveCall(language, CallState.WAITING, NOW - waited)


def agent(state: AgentState, *languages: str, streams: Sequence[Stream] = (Stream.D5,)) -> AgentNow:
    spoken = languages or ("nl",)
    return AgentNow("Ann", spoken, state, NOW, takes=frozenset(Wanted(*each) for each in product(spoken, streams)))


def judged(
    calls: Sequence[LiveCall],
    agents: Sequence[AgentNow] = (),
    *,
    late: int = 0,
    switchboard: bool = True,
    switch: bool = True,
) -> Verdict:
    seen = moment(calls, agents=agents, languages=["nl"])
    return verdict(moment=seen, agents=agents, late=late, switchboard=switchboard, switch=switch, now=NOW)


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
        Queue(Wanted("nl"), (), ready=2, at_work=2),
        Queue(Wanted("fr"), (NOW - 9 * SECOND, NOW - SECOND), ready=1, at_work=2),
    )


def test_who_waits_in_the_fallback_counts_for_the_longest_wait() -> None:
    early = LiveCall("nl", CallState.FALLBACK, NOW - 50 * SECOND)

    assert moment([waiting(), early], agents=(), languages=[]).longest_since == early.since


def test_who_talks_or_listens_is_not_waiting() -> None:
    calls = [LiveCall("nl", state, NOW - TOO_LONG * 2) for state in (CallState.TALKING, CallState.INFORMING)]

    assert moment(calls, agents=(), languages=["nl"]).longest_since is None
    assert judged(calls, [READY]) is Verdict.GOES_WELL


def test_a_language_that_is_not_offered_any_more_still_has_its_queue() -> None:
    assert unanswered(moment([waiting("uk")], agents=[READY], languages=["nl"])) == (Wanted("uk"),)


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

    assert judged([waiting("uk")], [READY, paused]) is Verdict.QUEUE_UNANSWERED
    assert judged([waiting("uk")], [READY, agent(AgentState.WRAP_UP, "uk")]) is Verdict.GOES_WELL


def test_waits_that_are_too_long_come_before_a_language_that_is_missing() -> None:
    calls = [waiting("uk"), waiting(waited=TOO_LONG + SECOND)]

    assert judged(calls, [READY]) is Verdict.WAITS_TOO_LONG


D2 = LiveCall("nl", CallState.WAITING, NOW - 2 * TOO_LONG, Stream.D2)


def test_victims_for_whom_nobody_is_trained_do_not_read_as_a_wait() -> None:
    assert judged([D2], [READY]) is Verdict.QUEUE_UNANSWERED
    assert judged([D2], [READY, agent(AgentState.TALKING, streams=Stream)]) is Verdict.WAITS_TOO_LONG


def test_who_waits_in_the_fallback_for_long_is_told_first() -> None:
    early = LiveCall("nl", CallState.FALLBACK, NOW - 2 * TOO_LONG)
    assert judged([D2, early], [READY]) is Verdict.WAITS_TOO_LONG


def test_each_stream_has_its_queue_with_those_who_may_take_it_and_who_has_a_break() -> None:
    victims = Wanted("nl", Stream.D2)
    until = [None, NOW + 9 * SECOND, NOW + 5 * SECOND]
    resting = [replace(READY, rests_from=frozenset({victims}), rested_at=at) for at in until]
    trained = agent(AgentState.READY, streams=Stream)
    seen = moment([D2], agents=[trained, *resting], languages=["nl"], streams=list(Stream))
    assert {queue.wanted: queue for queue in seen.queues} == {
        Wanted("nl"): Queue(Wanted("nl"), (), ready=4, at_work=4),
        victims: Queue(victims, (D2.since,), ready=1, at_work=1, resting=3, rested_at=NOW + 5 * SECOND),
    }


def test_callers_wait_once_the_target_is_passed() -> None:
    assert judged([waiting(waited=TARGET + SECOND)], [READY]) is Verdict.CALLERS_WAIT
    assert judged([waiting(waited=TARGET)], [READY]) is Verdict.GOES_WELL


def test_owed_is_a_call_by_the_first_promise_and_who_did_not_answer_was_called_in_time() -> None:
    soon, later = NOW + 60 * SECOND, NOW + 99 * SECOND
    missed, late = CallBackOwed(NOW - 9 * SECOND, attempts=1), CallBackOwed(NOW - SECOND, attempts=0)

    assert owed([], now=NOW) == Owed(0, None, 0)
    assert owed([CallBackOwed(later, 0), CallBackOwed(soon, 0), missed], now=NOW) == Owed(3, soon, 0)
    assert owed([CallBackOwed(soon, 0), late], now=NOW) == Owed(2, None, 1)


def test_who_was_dialled_in_vain_because_the_network_carried_no_call_is_still_owed_one() -> None:
    soon, gone = NOW + SECOND, NOW - SECOND
    assert owed([CallBackOwed(soon, 2, outages=2)], now=NOW) == Owed(1, soon, 0, out_of_reach=1)
    assert owed([CallBackOwed(gone, 1, outages=1)], now=NOW) == Owed(1, None, 1, out_of_reach=1)
    assert owed([CallBackOwed(gone, 2, outages=1)], now=NOW) == Owed(1, None, 0)


def test_late_call_backs_are_told_even_where_nobody_waits() -> None:
    assert judged([], [READY], late=1) is Verdict.CALL_BACKS_LATE
    assert judged([waiting("uk")], [READY], late=1) is Verdict.CALL_BACKS_LATE
    assert judged([waiting(waited=TOO_LONG + SECOND)], [READY], late=1) is Verdict.WAITS_TOO_LONG


def test_a_flood_is_told_before_anybody_has_waited_for_long() -> None:
    assert judged([waiting()] * 2, [READY] * 2) is Verdict.GOES_WELL
    assert judged([waiting()] * 3, [READY] * 2) is Verdict.MORE_WAIT_THAN_WORK
    assert judged([waiting(waited=TARGET + SECOND)] * 3, [READY] * 2) is Verdict.CALLERS_WAIT
