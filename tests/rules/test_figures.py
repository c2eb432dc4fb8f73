"""The service figures: every definition by example, and what holds for whatever happened."""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings

from tests.journals import Act, Journal, journals
from tocsin.calls.rules.states import UNSEEN_END, Call, CallState, CallStep, Outcome
from tocsin.insights.rules.courses import Course, course
from tocsin.insights.rules.figures import SHORT, TARGET, Callers, Figures, callers, figures

NOON = datetime(2026, 3, 7, 12, tzinfo=UTC)


def at(seconds: float) -> datetime:
    return NOON + timedelta(seconds=seconds)


def told(*story: tuple[float, CallState], why: str = "caller hung up") -> Course:
    """The course of a call that reached the number at noon; the story gives each state's start in seconds."""
    befores = ["", *(state for _, state in story)]
    steps = [
        CallStep("c1", 1, before, state, at(seconds), None, "nl", why)
        for before, (seconds, state) in zip(befores, story, strict=False)
    ]
    return course(steps=steps, arrived_at=NOON)


def courses(journal: Journal) -> Iterable[Course]:
    for leg, call in journal.calls.items():
        yield course(steps=journal.steps_of(leg), arrived_at=call.arrived_at)


HEARD_OUT = ((0, CallState.GREETING), (8, CallState.INFORMING), (30, CallState.WAITING))
ANSWERED = (*HEARD_OUT, (40, CallState.OFFERED), (45, CallState.TALKING))


def test_a_call_answered_within_the_target_is_in_the_service_level() -> None:
    counted = figures([told(*ANSWERED, (200, CallState.ENDED))], now=at(300))

    assert counted == Figures(
        offered=1,
        answered=1,
        in_target=1,
        wait_of_answered=timedelta(seconds=15),
        wait_of_all=timedelta(seconds=15),
    )
    assert counted.service_level == 1


@pytest.mark.parametrize(("waited", "in_target"), [(TARGET, 1), (TARGET + timedelta(milliseconds=1), 0)])
def test_the_target_itself_is_within_the_target(waited: timedelta, in_target: int) -> None:
    call = told((0, CallState.WAITING), (waited.total_seconds(), CallState.TALKING))

    assert figures([call], now=at(100)).in_target == in_target


@pytest.mark.parametrize(("waited", "short"), [(timedelta(0), 1), (SHORT, 0)])
def test_whoever_leaves_before_waiting_five_seconds_is_a_short_abandon(waited: timedelta, short: int) -> None:
    call = told((0, CallState.WAITING), (waited.total_seconds(), CallState.ENDED))
    counted = figures([call], now=at(100))

    assert (counted.abandoned, counted.short) == (1, short)


def test_short_abandons_do_not_lower_the_service_level() -> None:
    short = told((0, CallState.WAITING), (2, CallState.ENDED))
    long = told((0, CallState.WAITING), (60, CallState.ENDED))
    answered = told(*ANSWERED)

    assert figures([answered, short], now=at(100)).service_level == 1
    assert figures([answered, short, long], now=at(100)).service_level == 0.5


def test_whoever_leaves_during_the_message_is_abandoned_before_the_line() -> None:
    counted = figures([told(*HEARD_OUT[:2], (20, CallState.ENDED))], now=at(100))

    assert (counted.abandoned, counted.before_line, counted.wait_of_all) == (1, 1, timedelta(0))


def test_greeting_and_message_are_not_waiting_but_the_fallback_is() -> None:
    call = told(
        (0, CallState.FALLBACK), (50, CallState.GREETING), (58, CallState.WAITING), (70, CallState.TALKING)
    )

    assert call.waited(until=at(100)) == timedelta(seconds=50 + 12)


def test_whoever_called_while_the_switchboard_was_away_waited_since_the_call() -> None:
    call = told((90, CallState.GREETING), (98, CallState.WAITING), (100, CallState.TALKING))

    assert call.waited(until=at(200)) == timedelta(seconds=90 + 2)


def test_a_call_that_ends_in_the_fallback_is_abandoned_and_waited_all_the_time() -> None:
    counted = figures([told((0, CallState.FALLBACK), (60, CallState.ENDED))], now=at(100))

    assert (counted.abandoned, counted.before_line, counted.wait_of_all) == (1, 0, timedelta(seconds=60))


def test_a_call_given_up_in_the_fallback_that_comes_back_is_in_progress_again() -> None:
    call = told((0, CallState.FALLBACK), (60, CallState.ENDED), (70, CallState.GREETING))

    assert call.outcome is None
    assert call.waited(until=at(75)) == timedelta(seconds=70)


def test_clocks_that_differ_make_no_negative_wait() -> None:
    assert told((-2, CallState.GREETING), (5, CallState.WAITING)).waited(until=at(9)) == timedelta(seconds=4)


@pytest.mark.parametrize("why", ["caller hung up", UNSEEN_END])
def test_whoever_leaves_with_a_keypad_answer_is_served_and_not_abandoned(why: str) -> None:
    heard = [
        CallStep("c1", 1, "", CallState.CHOOSING, at(0), None, "nl", "informed"),
        CallStep("c1", 1, CallState.CHOOSING, CallState.ENDED, at(40), None, "nl", why, answer=7),
    ]
    counted = figures([course(steps=heard, arrived_at=NOON)], now=at(100))

    assert counted == Figures(offered=1, self_served=1)
    assert (counted.served, counted.mean_wait_of_all) == (1, timedelta(0))


def test_whoever_was_turned_away_was_not_offered() -> None:
    counted = figures([told((0, CallState.TURNED_AWAY), (9, CallState.ENDED))], now=at(100))

    assert counted == Figures(turned_away=1)
    assert (counted.attempts, counted.service_level, counted.mean_wait_of_all) == (1, None, None)


@pytest.mark.parametrize("taken_up", [CallState.PROMISED, CallState.EMERGENCY, CallState.WAITING])
def test_whoever_was_turned_away_and_is_taken_up_all_the_same_was_offered(taken_up: CallState) -> None:
    counted = figures([told((0, CallState.TURNED_AWAY), (9, CallState.CHOOSING), (12, taken_up))], now=at(100))

    assert (counted.offered, counted.turned_away, counted.in_progress) == (1, 0, 1)


PROMISED = (*HEARD_OUT, (40, CallState.PROMISED))


@pytest.mark.parametrize(
    ("after", "counted"),
    [
        ((), Figures(offered=1, in_progress=1)),
        (((90, CallState.OFFERED), (95, CallState.DIALLING)), Figures(offered=1, in_progress=1)),
        (((95, CallState.DIALLING), (99, CallState.TALKING)), Figures(offered=1, called_back=1, reached=1)),
        (((95, CallState.DIALLING), (99, CallState.ENDED)), Figures(offered=1, called_back=1)),
    ],
)
def test_a_call_with_a_promise_is_called_back_once_the_promise_is_over(
    after: tuple[tuple[float, CallState], ...], counted: Figures
) -> None:
    assert figures([told(*PROMISED, *after)], now=at(100)) == counted


@pytest.mark.parametrize("after", [(), ((70, CallState.ENDED),)])
def test_whoever_112_spoke_with_before_an_agent_was_diverted_promised_a_call_back_or_not(
    after: tuple[tuple[float, CallState], ...],
) -> None:
    for before in (HEARD_OUT, PROMISED):
        call = told(*before, (50, CallState.EMERGENCY), (55, CallState.OUTSIDE), *after)
        assert figures([call], now=at(100)) == Figures(offered=1, diverted=1)
    handed_over = told(*ANSWERED, (60, CallState.OUTSIDE), *after)
    assert figures([handed_over], now=at(100)).answered == 1


def test_an_answered_call_stays_answered_when_the_agent_disappears_and_the_caller_leaves() -> None:
    lost_agent = (*ANSWERED, (60, CallState.RECONNECTING), (80, CallState.WAITING))
    left = told(*lost_agent, (90, CallState.ENDED))

    assert figures([left], now=at(100)).answered == 1
    assert told(*lost_agent).waiting_since == at(80), "the wait begins anew"


def test_an_agent_who_does_not_pick_up_does_not_start_the_wait_anew() -> None:
    missed = told(*HEARD_OUT, (31, CallState.OFFERED), (51, CallState.WAITING))

    assert missed.waiting_since == at(30)


def test_an_end_that_nobody_saw_is_lost_unless_an_agent_had_spoken() -> None:
    unanswered = told(*HEARD_OUT, (90, CallState.ENDED), why=UNSEEN_END)
    answered = told(*ANSWERED, (90, CallState.ENDED), why=UNSEEN_END)

    assert (unanswered.outcome, answered.outcome) == (Outcome.LOST, Outcome.ANSWERED)


def test_the_switchboard_writes_the_words_by_which_an_unseen_end_is_known() -> None:
    journal = Journal()
    journal.act(Act.CALL, 1)
    journal.act(Act.VANISH, 0)

    assert journal.steps[-1].after is CallState.ENDED
    assert journal.steps[-1].why == UNSEEN_END


def test_means_are_of_the_answered_and_of_all_whose_wait_is_over() -> None:
    left = told((0, CallState.WAITING), (45, CallState.ENDED))
    still_waiting = told((0, CallState.WAITING))
    counted = figures([told(*ANSWERED), left, still_waiting], now=at(1000))

    assert counted.mean_wait_of_answered == timedelta(seconds=15)
    assert counted.mean_wait_of_all == timedelta(seconds=30)
    assert counted.in_progress == 1


def test_every_call_from_a_hidden_number_counts_as_a_caller_and_says_so() -> None:
    assert callers(["a", "a", "b", "", ""]) == Callers(attempts=5, distinct=4, hidden=2)


@given(journals())
@settings(deadline=None)
def test_every_offered_call_is_counted_once_whatever_happened(journal: Journal) -> None:
    counted = figures(courses(journal), now=journal.now)

    left = counted.abandoned + counted.called_back + counted.diverted + counted.lost + counted.left_question
    assert counted.offered == counted.served + left + counted.in_progress
    assert counted.attempts == len(journal.calls)


@given(journals())
@settings(deadline=None)
def test_parts_are_never_more_than_the_whole(journal: Journal) -> None:
    counted = figures(courses(journal), now=journal.now)

    assert counted.in_target <= counted.answered
    assert max(counted.short, counted.before_line) <= counted.abandoned
    assert counted.service_level is None or 0 <= counted.service_level <= 1
    assert timedelta(0) <= counted.wait_of_answered <= counted.wait_of_all


@given(journals())
@settings(deadline=None)
def test_what_the_journal_says_of_a_live_call_is_what_the_switchboard_knows(journal: Journal) -> None:
    def known(call: Call) -> tuple[CallState, bool, datetime | None]:
        return call.state, call.answered, call.queued_at

    for leg, call in journal.floor.calls.items():
        read = course(steps=journal.steps_of(leg), arrived_at=call.arrived_at)
        assert (read.state, read.answered_at is not None, read.lined_up_at) == known(call)


def test_the_example_in_the_documentation_is_right() -> None:
    shown = [
        told(*ANSWERED),
        told((0, CallState.WAITING), (2, CallState.ENDED)),
        told((0, CallState.WAITING), (60, CallState.ENDED)),
        told((0, CallState.FALLBACK), (50, CallState.GREETING), (58, CallState.WAITING), (70, CallState.TALKING)),
        told((0, CallState.GREETING), (6, CallState.ENDED)),
    ]
    counted = figures(shown, now=at(100))

    assert (counted.offered, counted.answered, counted.abandoned, counted.short) == (5, 2, 3, 2)
    assert counted.service_level == pytest.approx(1 / 3)
    assert counted.mean_wait_of_answered == timedelta(seconds=38.5)
    assert counted.mean_wait_of_all == timedelta(seconds=27.8)
