"""The figures as the database counts them: the same as the rules say, for the board and for the report."""

from collections.abc import Iterable, Sequence
from datetime import date, datetime, timedelta
from operator import attrgetter

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from hypothesis import example, given, settings

from tests.domains.past_calls import NOON, an_activation, keep_call, keep_journal, take_call
from tests.journals import BEGIN, Act, Journal, journals
from tocsin.accounts.models import Person
from tocsin.activations.models import Activation
from tocsin.authorities.models import Authority
from tocsin.calls import models as calls
from tocsin.calls.rules.states import CallState, Outcome
from tocsin.insights.queries import journal as read
from tocsin.insights.queries import settled
from tocsin.insights.queries.board import board
from tocsin.insights.rules import days
from tocsin.insights.rules.courses import Course, course
from tocsin.insights.rules.figures import SHORT, TARGET, Callers, callers, figures
from tocsin.insights.rules.intervals import Dimension
from tocsin.insights.rules.moment import AgentNow, LiveCall, Verdict, Wanted, moment
from tocsin.workforce.models import Agent
from tocsin.workforce.rules import AgentState

pytestmark = pytest.mark.django_db


def courses(journal: Journal) -> Iterable[Course]:
    for leg, call in journal.calls.items():
        yield course(steps=journal.steps_of(leg), arrived_at=call.arrived_at)


def everybody(activation: Activation) -> Callers:
    return read.callers(activation=activation.pk, edges=read.EVER).get((read.EVER[0], ""), Callers())


def made_of(*acts: tuple[float, Act, int]) -> Journal:
    """A journal of things done, each some seconds after the one before."""
    journal = Journal()
    for seconds, act, who in acts:
        journal.now += timedelta(seconds=seconds)
        journal.act(act, who)
    return journal


GIVEN_UP_AND_BACK = made_of((0, Act.CALL_WHILE_BUSY, 1), (70, Act.RETURN, 0), (5, Act.VANISH, 1))
RETURNED_TO_LINE = made_of(
    (0, Act.CALL, 1), (2, Act.ANSWER, 0), (30, Act.LOSE, 0), (21, Act.LOSE, 1), (1, Act.CALL, 0)
)
# The language menu, the front message, the questions, the answer.
HEARD_AN_ANSWER = (
    (0, Act.CALL, 3),
    (1, Act.HEAR_OUT, 0),
    (5, Act.RETURN, 0),
    (1, Act.HEAR_OUT, 0),
    (1, Act.CHOOSE_ANSWER, 0),
    (1, Act.HEAR_OUT, 0),
)
SELF_SERVED = made_of(*HEARD_AN_ANSWER, (1, Act.HANG_UP, 0))
ANSWERED_IN_VAIN = made_of(*HEARD_AN_ANSWER, (1, Act.HEAR_OUT, 0), (5, Act.RETURN, 0), (9, Act.HANG_UP, 0))
AT_THE_TARGET = made_of((0, Act.CALL, 1), (20, Act.ANSWER, 0))
JUST_NOT_SHORT = made_of((0, Act.CALL, 1), (5, Act.HANG_UP, 0))


@given(journals())
@example(SELF_SERVED)
@example(ANSWERED_IN_VAIN)
@example(GIVEN_UP_AND_BACK)
@example(RETURNED_TO_LINE)
@example(AT_THE_TARGET)
@example(JUST_NOT_SHORT)
@settings(deadline=None, max_examples=60)
def test_the_database_counts_what_the_rules_count(journal: Journal) -> None:
    with transaction.atomic():
        activation = an_activation(opened_at=BEGIN)
        keep_journal(journal, activation=activation)
        cut = settled.in_quarters(
            days.quarter_of(BEGIN - timedelta(hours=1)), days.quarter_of(journal.now) + days.QUARTER
        )
        for by, value in ((Dimension.LANGUAGE, attrgetter("language")), (Dimension.STREAM, attrgetter("stream"))):
            found = read.tallies(activation=activation.pk, edges=cut, by=by)
            parts: dict[tuple[datetime, str], list[Course]] = {}
            for one in courses(journal):
                parts.setdefault((days.quarter_of(one.arrived_at), value(one)), []).append(one)

            assert {(tally.start, tally.value): tally.figures for tally in found} == {
                key: figures(some, now=journal.now) for key, some in parts.items()
            }
        assert everybody(activation) == callers(c.caller for c in journal.calls.values())
        transaction.set_rollback(True)


def test_the_examples_are_what_they_are_called() -> None:
    assert [one.outcome for one in courses(SELF_SERVED)] == [Outcome.SELF_SERVED]
    assert [one.outcome for one in courses(ANSWERED_IN_VAIN)] == [Outcome.ABANDONED]


@given(journals())
@example(RETURNED_TO_LINE)
@settings(deadline=None, max_examples=60)
def test_the_database_sees_the_moment_as_the_rules_do(journal: Journal) -> None:
    alive = [
        LiveCall(one.language, one.state, one.waiting_since, one.stream)
        for one in courses(journal)
        if one.state is not CallState.ENDED
    ]
    with transaction.atomic():
        activation = an_activation(opened_at=BEGIN)
        keep_journal(journal, activation=activation)
        found = read.live_calls(activation=activation.pk)
        transaction.set_rollback(True)

    assert moment(found, agents=(), languages=["nl", "fr"]) == moment(alive, agents=(), languages=["nl", "fr"])


def test_examples_show_what_they_are_meant_to() -> None:
    [back] = courses(GIVEN_UP_AND_BACK)
    returned, _ = courses(RETURNED_TO_LINE)
    [in_time] = courses(AT_THE_TARGET)
    [left] = courses(JUST_NOT_SHORT)

    assert GIVEN_UP_AND_BACK.steps[1].after is CallState.ENDED
    assert back.state is not CallState.ENDED
    assert returned.answered_at
    assert returned.returned_at
    assert (in_time.waited(until=BEGIN), left.waited(until=BEGIN)) == (TARGET, SHORT)


def test_another_activation_is_not_counted() -> None:
    mine = an_activation(opened_at=BEGIN)
    other = an_activation(opened_at=BEGIN, digits="1772")
    keep_journal(made_of((0, Act.CALL, 1)), activation=other)

    assert read.tallies(activation=mine.pk, edges=read.EVER) == []
    assert read.live_calls(activation=mine.pk) == []
    assert read.callers(activation=mine.pk, edges=read.EVER) == {}


def test_the_board_shows_today_and_not_yesterday() -> None:
    activation = an_activation(opened_at=NOON - timedelta(days=2))
    take_call(activation=activation, arrived_at=NOON - timedelta(days=1), leg="yesterday")
    # 23:30 UTC is past midnight in Brussels.
    take_call(activation=activation, arrived_at=NOON - timedelta(hours=12.5), leg="today")

    seen = board(activation=activation, now=NOON)

    assert (seen.day, seen.today.offered, seen.callers.attempts) == (date(2026, 3, 7), 1, 1)


def test_what_is_settled_is_counted_once_and_comes_to_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    activation = an_activation(opened_at=NOON - timedelta(hours=3))
    asked: list[datetime] = []
    count = read.tallies

    def counted(
        *, activation: int, edges: Sequence[datetime], by: Dimension = Dimension.NOTHING
    ) -> list[days.Tally]:
        asked.append(edges[0])
        return count(activation=activation, edges=edges, by=by)

    monkeypatch.setattr("tocsin.insights.queries.journal.tallies", counted)
    for minutes in range(0, 180, 10):
        take_call(activation=activation, arrived_at=NOON - timedelta(minutes=minutes), leg=f"c{minutes}")

    first = board(activation=activation, now=NOON)
    asked.clear()
    second = board(activation=activation, now=NOON)

    assert first.today == second.today
    assert second.today.offered == 18
    assert asked == [days.quarter_of(NOON - settled.UNSETTLED)], "only the newest quarters are counted again"


def test_a_caller_who_comes_out_of_the_fallback_late_is_counted_though_the_time_was_settled() -> None:
    activation = an_activation(opened_at=NOON - timedelta(hours=3))
    take_call(activation=activation, arrived_at=NOON - timedelta(hours=2), leg="early")
    board(activation=activation, now=NOON)

    take_call(activation=activation, arrived_at=NOON - timedelta(hours=1), leg="late")

    assert board(activation=activation, now=NOON).today.offered == 2


def test_a_caller_given_up_in_the_fallback_who_was_served_while_nobody_looked_is_counted_as_answered() -> None:
    activation = an_activation(opened_at=NOON - timedelta(hours=3))
    arrived_at = NOON - timedelta(hours=2)
    given_up_at = arrived_at + timedelta(minutes=1)
    keep_call(
        activation=activation,
        story=[(CallState.FALLBACK, arrived_at), (CallState.ENDED, given_up_at)],
        leg="patient",
    )
    assert board(activation=activation, now=NOON).today.abandoned == 1

    for before, after in (("", "waiting"), ("waiting", "talking"), ("talking", "ended")):
        calls.CallStep.objects.create(
            call_id="patient", activation=activation, before=before, after=after, at=NOON, language="nl", why=""
        )

    assert board(activation=activation, now=NOON).today.answered == 1


def test_a_call_that_is_still_alive_is_never_settled() -> None:
    activation = an_activation(opened_at=NOON - timedelta(hours=3))
    arrived_at = NOON - timedelta(hours=2)
    keep_call(activation=activation, story=[(CallState.WAITING, arrived_at)], leg="patient")
    assert board(activation=activation, now=NOON).today.in_progress == 1

    calls.Call.objects.filter(leg="patient").update(state=CallState.ENDED, since=NOON)
    calls.CallStep.objects.create(
        call_id="patient",
        activation=activation,
        before="waiting",
        after="ended",
        at=NOON,
        language="nl",
        why="",
    )

    assert board(activation=activation, now=NOON).today.abandoned == 1


def an_agent(*, name: str, serves: Authority, state: AgentState, languages: list[str]) -> Agent:
    person = Person.objects.create_user(f"{name}@example.org", name=name, roles=["agent"])
    levels = dict.fromkeys(languages, 2)
    agent = Agent.objects.create(person=person, languages=levels, state=state, since=NOON, idle_since=NOON)
    agent.serves.add(serves)
    return agent


def test_the_board_shows_the_agents_of_the_authority_who_are_signed_in() -> None:
    activation = an_activation(opened_at=NOON)
    other = Authority.objects.create(name="Elsewhere", slug="elsewhere", languages=["nl"])
    an_agent(name="Ann", serves=activation.authority, state=AgentState.READY, languages=["nl", "fr"])
    an_agent(name="Away", serves=activation.authority, state=AgentState.SIGNED_OUT, languages=["nl"])
    an_agent(name="Other", serves=other, state=AgentState.READY, languages=["nl"])

    assert board(activation=activation, now=NOON).agents == (
        AgentNow("Ann", ("fr", "nl"), AgentState.READY, NOON, takes=frozenset({Wanted("fr"), Wanted("nl")})),
    )


def test_the_board_says_when_the_switchboard_is_away() -> None:
    activation = an_activation(opened_at=NOON)
    assert board(activation=activation, now=NOON).verdict is Verdict.SWITCHBOARD_AWAY

    calls.Pulse.objects.create(at=NOON, switch_connected=True, backlog=0, decision_ms=1)
    assert board(activation=activation, now=NOON).verdict is Verdict.NOBODY_AT_WORK
    assert board(activation=activation, now=NOON + timedelta(seconds=16)).verdict is Verdict.SWITCHBOARD_AWAY


def test_the_board_asks_as_much_of_the_database_for_many_as_for_one() -> None:
    activation = an_activation(opened_at=NOON)
    # The first look of a process asks what is kept, too.
    board(activation=activation, now=NOON)

    def queries(first: int, last: int) -> int:
        for n in range(first, last):
            keep_call(activation=activation, story=[(CallState.WAITING, NOON)], leg=f"w{n}")
            an_agent(name=f"A{n}", serves=activation.authority, state=AgentState.TALKING, languages=["nl", "fr"])
        with CaptureQueriesContext(
            connection,
        ) as asked:
            assert board(activation=activation, now=NOON).moment.in_line == last
        return len(asked)

    assert queries(0, 1) == queries(1, 30)
