"""The figures, counted by the database from the journal, as `rules.courses` and `rules.figures` define."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, cast

from django.db import connection

from tocsin.calls.rules.states import CONVERSATION, UNSEEN_END, CallState
from tocsin.insights.rules.days import Tally
from tocsin.insights.rules.figures import SHORT, TARGET, Callers, Figures
from tocsin.insights.rules.intervals import Dimension
from tocsin.insights.rules.moment import LiveCall

# The edges of one interval in which everything ever happened.
EVER = (datetime(2000, 1, 1, tzinfo=UTC), datetime(9999, 1, 1, tzinfo=UTC))

# Where the journal has what calls are told apart by: of a row of calls_call, as `call`.
_VALUES = {Dimension.NOTHING: "''", Dimension.LANGUAGE: "call.language"}
# How much the clocks of the switch and of the switchboard may differ.
_SKEW = timedelta(minutes=1)
_WORDS: dict[str, Any] = {
    "fallback": CallState.FALLBACK.value,
    "turned_away": CallState.TURNED_AWAY.value,
    "waiting": CallState.WAITING.value,
    "promised": CallState.PROMISED.value,
    "talking": CallState.TALKING.value,
    "ended": CallState.ENDED.value,
    "conversation": [state.value for state in CONVERSATION],
    "unseen_end": UNSEEN_END,
    "target": TARGET,
    "short": SHORT,
}

# One row per call, as rules.courses.course makes it.
_COURSES = """
    SELECT call.arrived_at,
           call.language,
           call.state,
           {value} AS value,
           min(step.at) FILTER (WHERE step.after NOT IN (%(fallback)s, %(ended)s)) AS taken_in_at,
           min(step.at) FILTER (WHERE step.after = %(waiting)s) AS lined_up_at,
           min(step.at) FILTER (WHERE step.after = %(promised)s) AS promised_at,
           min(step.at) FILTER (WHERE step.after = %(talking)s) AS answered_at,
           max(step.at) FILTER (WHERE step.after = %(waiting)s AND step.before = ANY(%(conversation)s))
               AS returned_at,
           max(step.at) FILTER (WHERE step.after = %(ended)s AND call.state = %(ended)s) AS ended_at,
           bool_or(step.after = %(turned_away)s) AS turned_away,
           coalesce(max(step.at) FILTER (WHERE step.after = %(ended)s AND step.why = %(unseen_end)s)
               = max(step.at) FILTER (WHERE step.after = %(ended)s), FALSE) AS end_unseen
      FROM calls_call AS call
      JOIN calls_callstep AS step ON step.call_id = call.leg AND step.activation_id = call.activation_id
     WHERE call.activation_id = %(activation)s AND {which}
     GROUP BY call.leg
"""

_IN_TIME = "call.arrived_at >= %(since)s AND call.arrived_at < %(until)s"
# Steps come after the arrival, but for the clocks: said so that only the newest part of the journal is read.
_ARRIVED = f"{_IN_TIME} AND step.at >= %(read_since)s"
_ALIVE = "call.state <> 'ended'"

# Nothing where the call was never taken in: PostgreSQL's greatest leaves NULL out.
_IN_FALLBACK = "greatest(taken_in_at - arrived_at, INTERVAL '0')"

_LIVE = f"""
    WITH course AS ({_COURSES.format(which=_ALIVE, value="''")})
    SELECT language,
           state,
           coalesce(returned_at, coalesce(lined_up_at, arrived_at) - {_IN_FALLBACK})
      FROM course
"""  # noqa: S608 - made of this module's own text alone

# rules.figures.figures_of for all calls at once, added up by interval and value.
_TALLIES = """
    WITH course AS ({courses}),
    outcome AS (
        SELECT course.*,
               NOT turned_away AS offered,
               NOT turned_away AND NOT promised AND answered_at IS NOT NULL AS answered,
               NOT turned_away AND NOT promised AND answered_at IS NULL AND ended_at IS NOT NULL
                   AS left_unanswered,
               coalesce(answered_at, ended_at) AS heard_at
          FROM (SELECT course.*,
                       promised_at IS NOT NULL AND (answered_at IS NULL OR answered_at >= promised_at) AS promised
                  FROM course) AS course
    ),
    waited AS (
        SELECT outcome.*,
               CASE WHEN taken_in_at IS NULL THEN heard_at - arrived_at
                    ELSE {in_fallback} + coalesce(heard_at - lined_up_at, INTERVAL '0') END AS wait
          FROM outcome
    )
    SELECT width_bucket(arrived_at, %(edges)s) AS bucket,
           value,
           count(*) FILTER (WHERE offered),
           count(*) FILTER (WHERE answered),
           count(*) FILTER (WHERE answered AND wait <= %(target)s),
           count(*) FILTER (WHERE left_unanswered AND NOT end_unseen),
           count(*) FILTER (WHERE left_unanswered AND NOT end_unseen AND wait < %(short)s),
           count(*) FILTER (
               WHERE left_unanswered AND NOT end_unseen AND taken_in_at IS NOT NULL AND lined_up_at IS NULL
           ),
           count(*) FILTER (WHERE promised AND heard_at IS NOT NULL),
           count(*) FILTER (WHERE promised AND answered_at IS NOT NULL),
           count(*) FILTER (WHERE left_unanswered AND end_unseen),
           count(*) FILTER (WHERE offered AND heard_at IS NULL),
           count(*) FILTER (WHERE turned_away),
           coalesce(sum(wait) FILTER (WHERE answered), INTERVAL '0'),
           coalesce(sum(wait) FILTER (WHERE offered AND NOT promised AND heard_at IS NOT NULL), INTERVAL '0')
      FROM waited
     GROUP BY bucket, value
     ORDER BY bucket, value
"""

# How many calls each caller made, and of these how many callers there are; added up in the same way.
_CALLERS = """
    SELECT bucket,
           value,
           sum(calls),
           count(*) FILTER (WHERE caller_mark <> ''),
           coalesce(sum(calls) FILTER (WHERE caller_mark = ''), 0)
      FROM (SELECT width_bucket(call.arrived_at, %(edges)s) AS bucket,
                   {value} AS value,
                   caller_mark,
                   count(*) AS calls
              FROM calls_call AS call
             WHERE call.activation_id = %(activation)s AND {which}
             GROUP BY bucket, value, caller_mark) AS caller
     GROUP BY bucket, value
"""


def tallies(*, activation: int, edges: Sequence[datetime], by: Dimension = Dimension.NOTHING) -> list[Tally]:
    """The figures of the calls that arrived in each interval, where there are any; in the order of time.

    `edges` are the starts of intervals that follow each other, and last the end of the last one.
    """
    courses = _COURSES.format(which=_ARRIVED, value=_VALUES[by])
    rows = _rows(_TALLIES.format(courses=courses, in_fallback=_IN_FALLBACK), activation=activation, edges=edges)
    return [Tally(edges[bucket - 1], value, Figures(*figures)) for bucket, value, *figures in rows]


def callers(
    *, activation: int, edges: Sequence[datetime], by: Dimension = Dimension.NOTHING
) -> dict[tuple[datetime, str], Callers]:
    """How many calls arrived in each interval and who made them, by its start and the value; as for `tallies`.

    Distinct callers cannot be added: who calls in two intervals is one caller of both.
    """
    rows = _rows(_CALLERS.format(which=_IN_TIME, value=_VALUES[by]), activation=activation, edges=edges)
    return {
        (edges[bucket - 1], value): Callers(int(attempts), distinct=int(marked) + int(hidden), hidden=int(hidden))
        for bucket, value, attempts, marked, hidden in rows
    }


def live_calls(*, activation: int) -> list[LiveCall]:
    """The calls that have not ended."""
    rows = _rows(_LIVE, activation=activation)
    return [LiveCall(language, CallState(state), since) for language, state, since in rows]


def oldest_arrival(*, activation: int) -> datetime | None:
    """When the oldest of the calls that have not ended arrived."""
    [(oldest,)] = _rows(
        # OFFSET keeps PostgreSQL from looking for the minimum along all arrivals, where few are alive.
        f"""
        SELECT min(arrived_at)
          FROM (SELECT arrived_at FROM calls_call AS call
                 WHERE activation_id = %(activation)s AND {_ALIVE} OFFSET 0) AS alive
        """,  # noqa: S608 - made of this module's own text alone
        activation=activation,
    )
    return cast(datetime | None, oldest)


def first_and_last_arrival(*, activation: int) -> tuple[datetime, datetime] | None:
    """When the first and the last call arrived; None where nobody called."""
    [(first, last)] = _rows(
        "SELECT min(arrived_at), max(arrived_at) FROM calls_call WHERE activation_id = %(activation)s",
        activation=activation,
    )
    return (first, last) if first else None


def _rows(sql: str, *, activation: int, edges: Sequence[datetime] = EVER) -> list[tuple[Any, ...]]:
    words = {
        **_WORDS,
        "activation": activation,
        "edges": list(edges),
        "since": edges[0],
        "until": edges[-1],
        "read_since": edges[0] - _SKEW,
    }
    with connection.cursor() as cursor:
        cursor.execute(sql, words)
        return list(cursor.fetchall())
