"""Every figure counted twice: by the product, and by a query of the tests' own that goes another way.

The product finds instants (the first step of a kind) and cuts time in Python; here the steps of a call are laid
end to end, how long each state lasted is added up, and PostgreSQL itself knows the civil time.
"""

import random
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from django.db import connection, transaction
from hypothesis import given, settings

from tests.domains.past_calls import an_activation, keep_journal
from tests.journals import BEGIN, Act, Journal, journals
from tocsin.activations.models import Activation
from tocsin.insights.queries.board import board
from tocsin.insights.queries.history import Row, history, in_all
from tocsin.insights.queries.report import report
from tocsin.insights.rules.days import day_of, figures_by
from tocsin.insights.rules.figures import Callers, Figures
from tocsin.insights.rules.intervals import Dimension, Interval

pytestmark = pytest.mark.django_db
ZONE = "Europe/Brussels"
Counted = dict[tuple[datetime, str], tuple[Figures, Callers]]

RECOUNT = """
    WITH slice AS (
        SELECT step.*,
               lead(step.at) OVER journey - step.at AS lasted,
               lead(step.id) OVER journey IS NULL AS is_last,
               count(*) FILTER (WHERE after = 'talking') OVER journey > 0 AS spoken,
               count(*) FILTER (WHERE after = 'waiting') OVER journey > 0 AS queued,
               count(*) FILTER (WHERE after NOT IN ('fallback', 'ended')) OVER journey > 0 AS inside
          FROM calls_callstep AS step
         WHERE activation_id = %(activation)s
        WINDOW journey AS (PARTITION BY call_id ORDER BY id)
    ),
    story AS (
        SELECT call_id,
               min(at) AS seen_at,
               bool_or(after = 'turned_away') AS refused,
               bool_or(spoken) AS heard,
               bool_or(after = 'promised' AND NOT spoken) AS promised,
               bool_or(inside) AS inside,
               bool_or(after = 'waiting') AS lined_up,
               bool_or(is_last AND after = 'ended') AS over,
               bool_or(is_last AND why = 'gone while the switchboard was away') AS unseen,
               max(language) FILTER (WHERE is_last) AS language,
               coalesce(sum(lasted) FILTER (WHERE NOT inside), INTERVAL '0') AS outside,
               coalesce(sum(lasted) FILTER (WHERE queued AND NOT spoken), INTERVAL '0')
                   AS in_line
          FROM slice
         GROUP BY call_id
    ),
    call AS (
        SELECT story.*,
               heard AND NOT promised AS spoken,
               over AND NOT heard AND NOT refused AND NOT promised AS in_vain,
               caller_mark,
               arrived_at,
               arrived_at AT TIME ZONE %(zone)s AS local,
               CASE WHEN inside THEN greatest(seen_at - arrived_at + outside, INTERVAL '0') + in_line
                    ELSE seen_at - arrived_at + outside END AS wait
          FROM story JOIN calls_call ON leg = call_id
    )
    SELECT {start} AS start,
           {value} AS value,
           count(*) - count(*) FILTER (WHERE refused),
           count(*) FILTER (WHERE spoken),
           count(*) FILTER (WHERE spoken AND extract(epoch FROM wait) <= 20),
           count(*) FILTER (WHERE in_vain AND NOT unseen),
           count(*) FILTER (WHERE in_vain AND NOT unseen AND extract(epoch FROM wait) < 5),
           count(*) FILTER (WHERE in_vain AND NOT unseen AND inside AND NOT lined_up),
           count(*) FILTER (WHERE promised AND (heard OR over)),
           count(*) FILTER (WHERE promised AND heard),
           count(*) FILTER (WHERE in_vain AND unseen),
           count(*) FILTER (WHERE NOT over AND NOT heard AND NOT refused),
           count(*) FILTER (WHERE refused),
           coalesce(sum(wait) FILTER (WHERE spoken), INTERVAL '0'),
           coalesce(sum(wait) FILTER (WHERE (over OR heard) AND NOT refused AND NOT promised), INTERVAL '0'),
           count(*),
           count(DISTINCT caller_mark) FILTER (WHERE caller_mark <> '') + count(*) FILTER (WHERE caller_mark = ''),
           count(*) FILTER (WHERE caller_mark = '')
      FROM call
     GROUP BY 1, 2
"""
DAY = "date_trunc('day', local) AT TIME ZONE %(zone)s"
MINUTES = "arrived_at - (local - date_bin(%(minutes)s * INTERVAL '1 minute', local, '2000-01-01'))"
VALUES = {Dimension.NOTHING: "''", Dimension.LANGUAGE: "language"}


def recounted(activation: Activation, *, interval: Interval, by: Dimension) -> Counted:
    sql = RECOUNT.format(start=DAY if interval is Interval.DAY else MINUTES, value=VALUES[by])
    words: dict[str, Any] = {"activation": activation.pk, "zone": ZONE}
    if interval is not Interval.DAY:
        words["minutes"] = int(interval)
    with connection.cursor() as cursor:
        cursor.execute(sql, words)
        return {
            (start, value): (Figures(*counted[:13]), Callers(*counted[13:]))
            for start, value, *counted in cursor.fetchall()
        }


def counted(rows: list[Row]) -> Counted:
    """What the product counted, where somebody called."""
    return {(row.start, row.value): (row.figures, row.callers) for row in rows if row.callers.attempts}


def check_every_figure(activation: Activation, *, now: datetime) -> None:
    for interval in Interval:
        for by in Dimension:
            rows = history(activation=activation, interval=interval, by=by, now=now)
            assert counted(rows) == recounted(activation, interval=interval, by=by)
            for row in rows:
                check_what_follows(row.figures)


def check_what_follows(figures: Figures) -> None:
    """The shares and means of FACTS, written out."""
    over = figures.answered + figures.abandoned + figures.lost
    assert figures.offered == over + figures.called_back + figures.in_progress
    if figures.offered > figures.short:
        assert figures.service_level == figures.in_target / (figures.offered - figures.short)
    if figures.answered:
        assert figures.mean_wait_of_answered == figures.wait_of_answered / figures.answered
    if over:
        assert figures.mean_wait_of_all == figures.wait_of_all / over


@given(journals())
@settings(deadline=None, max_examples=40)
def test_whatever_happened_both_counts_come_to_the_same(journal: Journal) -> None:
    with transaction.atomic():
        activation = an_activation(opened_at=BEGIN)
        keep_journal(journal, activation=activation)
        check_every_figure(activation, now=journal.now)
        transaction.set_rollback(True)


# --- Long days


LIKELY = {
    Act.CALL: 20,
    Act.CALL_LATE: 2,
    Act.CALL_WHILE_BUSY: 4,
    Act.PRESS: 8,
    Act.HEAR_OUT: 20,
    Act.HANG_UP: 15,
    Act.ANSWER: 40,
    Act.END: 30,
    Act.LOSE: 1,
    Act.RETURN: 20,
    Act.VANISH: 1,
    Act.ASK: 6,
    Act.REACH: 10,
    Act.MISS: 5,
}


def go_on(journal: Journal, *, chance: random.Random) -> None:
    """One more thing happens, most often shortly after the last; a line that was closed opens soon."""
    journal.now += timedelta(seconds=chance.choice([0.3, 0.9, 2, 4, 9, 150]))
    is_closed = not all(script.accepts for script in journal.floor.lines.values())
    acts = {**LIKELY, Act.CLOSE: 30 if is_closed else 1}
    journal.act(chance.choices(list(acts), list(acts.values()))[0], chance.randrange(12))


def a_long_day(day: date) -> Journal:
    """From an hour or two before local midnight until after the next."""
    chance = random.Random(str(day))  # noqa: S311 - a play, no secret
    journal = Journal(now=datetime(day.year, day.month, day.day, tzinfo=UTC) - timedelta(hours=3))
    until = journal.now + timedelta(hours=28)
    while journal.now < until:
        go_on(journal, chance=chance)
    return journal


@pytest.fixture(
    scope="module",
    params=[(date(2026, 3, 29), 23), (date(2026, 10, 25), 25), (date(2026, 7, 21), 24)],
    ids=["spring", "autumn", "summer"],
)
def long_day(request: pytest.FixtureRequest) -> tuple[date, int, Journal]:
    """A day, its hours and what happened; made before the database is asked, which ends those who stand still."""
    day, hours = request.param
    return day, hours, a_long_day(day)


def test_a_long_day_comes_to_the_same_by_both_counts(long_day: tuple[date, int, Journal]) -> None:
    day, hours, journal = long_day
    activation = an_activation(opened_at=journal.steps[0].at)
    keep_journal(journal, activation=activation)

    check_every_figure(activation, now=journal.now)
    of_the_day = history(activation=activation, interval=Interval.HOUR, day=day, now=journal.now)
    [whole] = in_all(activation=activation, day=day, now=journal.now)
    assert len(of_the_day) == hours
    assert whole.until - whole.start == timedelta(hours=hours)
    assert sum((row.figures for row in of_the_day), Figures()) == whole.figures
    seen = whole.figures
    assert min(seen.answered, seen.in_target, seen.abandoned, seen.short, seen.before_line, seen.lost) > 0
    assert min(seen.turned_away, whole.callers.hidden, whole.callers.distinct) > 0
    assert whole.callers.attempts > 300


# --- One moment on every screen


def test_board_history_and_report_tell_the_same_at_every_moment() -> None:
    journal = Journal()
    chance = random.Random(1771)  # noqa: S311 - a play, no secret
    activation = an_activation(opened_at=journal.now)
    written = 0
    for look in range(60):
        for _ in range(10):
            go_on(journal, chance=chance)
        written = keep_journal(journal, activation=activation, written=written)
        if look % 4:
            # Nobody looks at the board all the time.
            continue
        seen = board(activation=activation, now=journal.now)
        quarters = history(activation=activation, interval=Interval.QUARTER, day=seen.day, now=journal.now)
        [today] = in_all(activation=activation, day=seen.day, now=journal.now)
        [ever] = in_all(activation=activation, now=journal.now)
        told = report(activation=activation, now=journal.now)

        assert (seen.today, seen.callers) == (today.figures, today.callers)
        assert figures_by(seen.tallies, lambda tally: tally.start) == {
            row.start: row.figures for row in quarters if row.callers.attempts
        }
        assert told.days[day_of(journal.now, ZONE)] == today.figures
        assert (told.total, told.callers) == (ever.figures, ever.callers)
    assert told.callers.attempts > 50
