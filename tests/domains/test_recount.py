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
from tocsin.calls.rules.states import UNSEEN_ENDS, CallState
from tocsin.insights.queries.board import board
from tocsin.insights.queries.history import Row, history, in_all
from tocsin.insights.queries.report import report
from tocsin.insights.rules.days import day_of, figures_by
from tocsin.insights.rules.figures import Callers, Figures
from tocsin.insights.rules.intervals import NO_TEAM, Dimension, Interval

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
         WHERE call_id IN (SELECT leg FROM calls_call WHERE activation_id = %(activation)s)
        WINDOW journey AS (PARTITION BY call_id ORDER BY id)
    ),
    story AS (
        SELECT call_id,
               min(at) AS seen_at,
               bool_or(after = 'turned_away')
                   AND count(*) FILTER (WHERE after IN ('promised', 'emergency', 'waiting')) = 0 AS refused,
               bool_or(spoken) AS heard,
               bool_or(after = 'outside' AND NOT spoken) AS with_112,
               bool_or(after = 'promised' AND NOT spoken) AS promised,
               bool_or(inside) AS inside,
               bool_or(after = 'waiting') AS lined_up,
               count(*) FILTER (WHERE why = 'left a question') > 0 AS by_voice,
               bool_or(is_last AND after = 'ended') AS over,
               bool_or(is_last AND why IN ('gone while the switchboard was away',
                                          'cut off when the switch went down')) AS unseen,
               max(language) FILTER (WHERE is_last) AS language,
               max(stream) FILTER (WHERE is_last) AS last_stream,
               (array_agg(stream ORDER BY id) FILTER (WHERE after = 'talking'))[1] AS first_stream,
               (array_agg(agent_id ORDER BY id) FILTER (WHERE after = 'talking'))[1] AS first_agent,
               min(at) FILTER (WHERE after = 'talking') AS first_word,
               coalesce(sum(lasted) FILTER (WHERE NOT inside), INTERVAL '0') AS outside,
               coalesce(sum(lasted) FILTER (WHERE queued AND NOT spoken), INTERVAL '0')
                   AS in_line
          FROM slice
         GROUP BY call_id
    ),
    stay AS (
        SELECT agent_id, team, tstzrange(at, lead(at) OVER (PARTITION BY agent_id ORDER BY id)) AS span
          FROM workforce_teamstep
         WHERE authority_id = (SELECT authority_id FROM activations_activation WHERE id = %(activation)s)
    ),
    call AS (
        SELECT story.*,
               coalesce(first_stream, last_stream) AS stream,
               CASE WHEN first_word IS NULL THEN '' ELSE coalesce(nullif(stay.team, ''), '–') END AS team,
               heard AND NOT promised AS spoken,
               over AND NOT heard AND NOT refused AND NOT promised AND NOT with_112
                   AND heard_id IS NULL AND NOT by_voice AS in_vain,
               over AND NOT heard AND NOT refused AND NOT promised AND heard_id IS NOT NULL AS by_keypad,
               over AND NOT heard AND NOT refused AND NOT promised AND NOT with_112
                   AND heard_id IS NULL AND by_voice AS asked,
               caller_mark,
               arrived_at,
               arrived_at AT TIME ZONE %(zone)s AS local,
               CASE WHEN inside THEN greatest(seen_at - arrived_at + outside, INTERVAL '0') + in_line
                    ELSE seen_at - arrived_at + outside END AS wait
          FROM story JOIN calls_call ON leg = call_id
          LEFT JOIN stay ON stay.agent_id = first_agent AND first_word <@ stay.span
    )
    SELECT {start} AS start,
           {value} AS value,
           count(*) - count(*) FILTER (WHERE refused),
           count(*) FILTER (WHERE spoken),
           count(*) FILTER (WHERE spoken AND extract(epoch FROM wait) <= 20),
           count(*) FILTER (WHERE in_vain AND NOT unseen),
           count(*) FILTER (WHERE in_vain AND NOT unseen AND extract(epoch FROM wait) < 5),
           count(*) FILTER (WHERE in_vain AND NOT unseen AND inside AND NOT lined_up),
           count(*) FILTER (WHERE promised AND (heard OR over) AND NOT with_112),
           count(*) FILTER (WHERE promised AND heard),
           count(*) FILTER (WHERE in_vain AND unseen),
           count(*) FILTER (WHERE NOT over AND NOT heard AND NOT refused AND NOT with_112),
           count(*) FILTER (WHERE refused),
           count(*) FILTER (WHERE by_keypad),
           count(*) FILTER (WHERE with_112),
           count(*) FILTER (WHERE asked),
           coalesce(sum(wait) FILTER (WHERE spoken), INTERVAL '0'),
           coalesce(sum(wait) FILTER (WHERE (over OR heard) AND NOT refused AND NOT promised AND NOT with_112),
                    INTERVAL '0'),
           count(*),
           count(DISTINCT caller_mark) FILTER (WHERE caller_mark <> '') + count(*) FILTER (WHERE caller_mark = ''),
           count(*) FILTER (WHERE caller_mark = '')
      FROM call
     GROUP BY 1, 2
"""
DAY = "date_trunc('day', local) AT TIME ZONE %(zone)s"
MINUTES = "arrived_at - (local - date_bin(%(minutes)s * INTERVAL '1 minute', local, '2000-01-01'))"
VALUES = {
    Dimension.NOTHING: "''",
    Dimension.LANGUAGE: "call.language",
    Dimension.STREAM: "call.stream",
    Dimension.TEAM: "call.team",
}


def recounted(activation: Activation, *, interval: Interval, by: Dimension) -> Counted:
    sql = RECOUNT.format(start=DAY if interval is Interval.DAY else MINUTES, value=VALUES[by])
    words: dict[str, Any] = {"activation": activation.pk, "zone": ZONE}
    if interval is not Interval.DAY:
        words["minutes"] = int(interval)
    with connection.cursor() as cursor:
        cursor.execute(sql, words)
        return {
            (start, value): (Figures(*counted[:16]), Callers(*counted[16:]))
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
    over = figures.answered + figures.self_served + figures.left_question + figures.abandoned + figures.lost
    assert figures.offered == over + figures.called_back + figures.diverted + figures.in_progress
    if figures.offered > figures.short:
        assert figures.service_level == figures.in_target / (figures.offered - figures.short)
    if figures.answered:
        assert figures.mean_wait_of_answered == figures.wait_of_answered / figures.answered
    if over:
        assert figures.mean_wait_of_all == figures.wait_of_all / over


def two_incidents(*, opened_at: datetime) -> tuple[Activation, Activation]:
    """Two activations on one number."""
    return an_activation(opened_at=opened_at), an_activation(opened_at=opened_at, key=2)


def check_both(activation: Activation, beside: Activation, journal: Journal) -> list[Figures]:
    """Every figure of both incidents; every call of their number is in one of them, and in one alone."""
    both = []
    for incident in (activation, beside):
        check_every_figure(incident, now=journal.now)
        both += in_all(activation=incident, now=journal.now)
    of_number = sum((row.figures for row in both), Figures())
    assert of_number.offered + of_number.turned_away == len(journal.calls)
    check_what_follows(of_number)
    return [row.figures for row in both]


@given(journals())
@settings(deadline=None, max_examples=40)
def test_whatever_happened_both_counts_come_to_the_same(journal: Journal) -> None:
    with transaction.atomic():
        activation, beside = two_incidents(opened_at=BEGIN)
        keep_journal(journal, activation=activation, beside=beside)
        check_both(activation, beside, journal)
        transaction.set_rollback(True)


# --- Long days


LIKELY = {
    Act.CALL: 20,
    Act.CALL_LATE: 2,
    Act.CALL_WHILE_BUSY: 4,
    Act.PRESS: 8,
    Act.CHOOSE_ANSWER: 40,
    Act.HEAR_OUT: 25,
    Act.HANG_UP: 15,
    Act.ANSWER: 40,
    Act.END: 30,
    Act.LOSE: 1,
    Act.RETURN: 20,
    Act.VANISH: 1,
    Act.CUT_OFF: 1,
    Act.ASK: 6,
    Act.REACH: 10,
    Act.MISS: 5,
    Act.PASS_ON: 4,
    Act.DIAL_112: 4,
    Act.TAKE_112: 10,
    Act.MISS_112: 2,
    Act.ASK_BY_VOICE: 8,
    Act.SPEAK: 20,
}


def go_on(journal: Journal, *, chance: random.Random) -> None:
    """One more thing happens, most often shortly after the last; a line that was closed opens soon."""
    journal.now += timedelta(seconds=chance.choice([0.3, 0.9, 2, 4, 9, 90]))
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
    activation, beside = two_incidents(opened_at=journal.steps[0].at)
    keep_journal(journal, activation=activation, beside=beside)

    _, of_beside = check_both(activation, beside, journal)
    assert min(of_beside.answered, of_beside.abandoned) > 0
    of_the_day = history(activation=activation, interval=Interval.HOUR, day=day, now=journal.now)
    [whole] = in_all(activation=activation, day=day, now=journal.now)
    assert len(of_the_day) == hours
    assert whole.until - whole.start == timedelta(hours=hours)
    assert sum((row.figures for row in of_the_day), Figures()) == whole.figures
    seen = whole.figures
    assert min(seen.answered, seen.in_target, seen.abandoned, seen.short, seen.before_line, seen.lost) > 0
    assert min(seen.turned_away, seen.self_served, seen.diverted, whole.callers.hidden, whole.callers.distinct) > 0
    assert seen.left_question > 0
    assert whole.callers.attempts > 300
    assert {step.why for step in journal.steps if step.after is CallState.ENDED} >= UNSEEN_ENDS
    for by, values in ((Dimension.STREAM, {"d2", "d5"}), (Dimension.TEAM, {"", NO_TEAM, "Noord", "Zuid"})):
        apart = in_all(activation=activation, by=by, day=day, now=journal.now)
        assert {row.value for row in apart} == values
        assert sum((row.figures for row in apart), Figures()) == whole.figures


# --- One moment on every screen


def test_board_history_and_report_tell_the_same_at_every_moment() -> None:
    journal = Journal()
    chance = random.Random(1771)  # noqa: S311 - a play, no secret
    activation, beside = two_incidents(opened_at=journal.now)
    written = 0
    for look in range(60):
        for _ in range(10):
            go_on(journal, chance=chance)
        written = keep_journal(journal, activation=activation, beside=beside, written=written)
        if look % 4:
            # Nobody looks at the board all the time.
            continue
        check_both(activation, beside, journal)
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
