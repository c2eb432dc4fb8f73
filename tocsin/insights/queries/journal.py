"""The figures, counted by the database from the journal, as `rules.courses` and `rules.figures` define."""

from datetime import datetime, timedelta
from typing import Any, cast

from django.db import connection

from tocsin.calls.rules.states import CONVERSATION, UNSEEN_END, CallState
from tocsin.insights.rules.days import Tally
from tocsin.insights.rules.figures import SHORT, TARGET, Callers, Figures
from tocsin.insights.rules.moment import LiveCall

# How much the clocks of the switch and of the switchboard may differ.
_SKEW = timedelta(minutes=1)
_WORDS: dict[str, Any] = {
    "fallback": CallState.FALLBACK.value,
    "turned_away": CallState.TURNED_AWAY.value,
    "waiting": CallState.WAITING.value,
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
           min(step.at) FILTER (WHERE step.after NOT IN (%(fallback)s, %(ended)s)) AS taken_in_at,
           min(step.at) FILTER (WHERE step.after = %(waiting)s) AS lined_up_at,
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

# Steps come after the arrival, but for the clocks: said so that only the newest part of the journal is read.
_ARRIVED = """
    call.arrived_at >= %(since)s AND call.arrived_at < %(until)s AND step.at >= %(read_since)s
"""
_ALIVE = "call.state <> 'ended'"

# Nothing where the call was never taken in: PostgreSQL's greatest leaves NULL out.
_IN_FALLBACK = "greatest(taken_in_at - arrived_at, INTERVAL '0')"

_LIVE = f"""
    WITH course AS ({_COURSES.format(which=_ALIVE)})
    SELECT language,
           state,
           coalesce(returned_at, coalesce(lined_up_at, arrived_at) - {_IN_FALLBACK})
      FROM course
"""  # noqa: S608 - made of this module's own text alone

# rules.figures.figures_of for all calls at once, added up by quarter of an hour and language.
_TALLIES = f"""
    WITH course AS ({_COURSES.format(which=_ARRIVED)}),
    outcome AS (
        SELECT course.*,
               NOT turned_away AS offered,
               NOT turned_away AND answered_at IS NOT NULL AS answered,
               NOT turned_away AND answered_at IS NULL AND ended_at IS NOT NULL AS left_unanswered,
               coalesce(answered_at, ended_at) AS heard_at
          FROM course
    ),
    waited AS (
        SELECT outcome.*,
               CASE WHEN taken_in_at IS NULL THEN heard_at - arrived_at
                    ELSE {_IN_FALLBACK} + coalesce(heard_at - lined_up_at, INTERVAL '0') END AS wait
          FROM outcome
    )
    SELECT date_bin('15 minutes', arrived_at, TIMESTAMPTZ '2000-01-01 00:00:00Z') AS quarter,
           language,
           count(*) FILTER (WHERE offered),
           count(*) FILTER (WHERE answered),
           count(*) FILTER (WHERE answered AND wait <= %(target)s),
           count(*) FILTER (WHERE left_unanswered AND NOT end_unseen),
           count(*) FILTER (WHERE left_unanswered AND NOT end_unseen AND wait < %(short)s),
           count(*) FILTER (
               WHERE left_unanswered AND NOT end_unseen AND taken_in_at IS NOT NULL AND lined_up_at IS NULL
           ),
           count(*) FILTER (WHERE left_unanswered AND end_unseen),
           count(*) FILTER (WHERE offered AND heard_at IS NULL),
           count(*) FILTER (WHERE turned_away),
           coalesce(sum(wait) FILTER (WHERE answered), INTERVAL '0'),
           coalesce(sum(wait) FILTER (WHERE offered AND heard_at IS NOT NULL), INTERVAL '0')
      FROM waited
     GROUP BY quarter, language
     ORDER BY quarter, language
"""  # noqa: S608 - made of this module's own text alone


def tallies(*, activation: int, since: datetime, until: datetime) -> list[Tally]:
    """The figures of the calls that arrived from `since` to before `until`, by quarter and language."""
    rows = _rows(
        _TALLIES,
        activation=activation,
        since=since,
        until=until,
        read_since=since - _SKEW,
    )
    return [Tally(quarter, language, Figures(*figures)) for quarter, language, *figures in rows]


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


def callers(*, activation: int, since: datetime, until: datetime) -> Callers:
    """How many calls arrived from `since` to before `until`, and how many callers made them."""
    [(attempts, marked, hidden)] = _rows(
        """
        SELECT coalesce(sum(calls), 0),
               count(*) FILTER (WHERE caller_mark <> ''),
               coalesce(sum(calls) FILTER (WHERE caller_mark = ''), 0)
          FROM (SELECT caller_mark, count(*) AS calls
                  FROM calls_call
                 WHERE activation_id = %(activation)s AND arrived_at >= %(since)s AND arrived_at < %(until)s
                 GROUP BY caller_mark) AS caller
        """,
        activation=activation,
        since=since,
        until=until,
    )
    return Callers(attempts=int(attempts), distinct=int(marked) + int(hidden), hidden=int(hidden))


def _rows(sql: str, **words: Any) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(sql, {**_WORDS, **words})
        return list(cursor.fetchall())
