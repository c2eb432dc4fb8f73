"""The figures, counted by the database from the journal, as `rules.courses` and `rules.figures` define."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, cast

from django.db import connection

from tocsin.activations.rules import Stream
from tocsin.calls.rules.states import CONVERSATION, LEFT_QUESTION, UNSEEN_ENDS, CallState
from tocsin.insights.rules.courses import TAKEN_UP
from tocsin.insights.rules.days import Tally
from tocsin.insights.rules.figures import SHORT, Callers, Figures
from tocsin.insights.rules.intervals import NO_TEAM, Dimension
from tocsin.insights.rules.moment import CallBackOwed, LiveCall

# The edges of one interval in which everything ever happened.
EVER = (datetime(2000, 1, 1, tzinfo=UTC), datetime(9999, 1, 1, tzinfo=UTC))

# The step with which an agent spoke first with the caller.
_FIRST_WORD = """
    SELECT stream, agent_id, at FROM calls_callstep
     WHERE call_id = call.leg AND after = %(talking)s
     ORDER BY id LIMIT 1
"""
# Where the journal has what calls are told apart by: of a row of calls_call, as `call`. The first word decides in
# which stream and for which team a call counts; where there was none, it is the last stream, and no team.
_VALUES = {
    Dimension.NOTHING: "''",
    Dimension.LANGUAGE: "call.language",
    Dimension.STREAM: f"coalesce((SELECT stream FROM ({_FIRST_WORD}) AS word), call.stream)",  # noqa: S608
    Dimension.TEAM: f"""coalesce((
        SELECT coalesce(nullif(member.team, ''), %(no_team)s)
          FROM ({_FIRST_WORD}) AS word
          LEFT JOIN LATERAL (
               SELECT team FROM workforce_teamstep
                WHERE agent_id = word.agent_id AND at <= word.at
                  AND authority_id = (SELECT authority_id FROM activations_activation WHERE id = %(activation)s)
                ORDER BY id DESC LIMIT 1
               ) AS member ON TRUE), '')""",  # noqa: S608
}
# How much the clocks of the switch and of the switchboard may differ.
_SKEW = timedelta(minutes=1)
_WORDS: dict[str, Any] = {
    "fallback": CallState.FALLBACK.value,
    "turned_away": CallState.TURNED_AWAY.value,
    "taken_up": [state.value for state in TAKEN_UP],
    "waiting": CallState.WAITING.value,
    "promised": CallState.PROMISED.value,
    "talking": CallState.TALKING.value,
    "outside": CallState.OUTSIDE.value,
    "ended": CallState.ENDED.value,
    "conversation": [state.value for state in CONVERSATION],
    "unseen_ends": list(UNSEEN_ENDS),
    "left_question": LEFT_QUESTION,
    "short": SHORT,
    "no_team": NO_TEAM,
}

# One row per call, as rules.courses.course makes it.
_COURSES = """
    SELECT call.arrived_at,
           call.ahead,
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
           bool_or(step.after = %(turned_away)s) AND NOT bool_or(step.after = ANY(%(taken_up)s)) AS turned_away,
           bool_or(step.after = %(outside)s) AND NOT bool_or(step.after = %(talking)s) AS diverted,
           coalesce(max(step.at) FILTER (WHERE step.after = %(ended)s AND step.why = ANY(%(unseen_ends)s))
               = max(step.at) FILTER (WHERE step.after = %(ended)s), FALSE) AS end_unseen,
           bool_or(step.after = %(ended)s AND step.answer_id IS NOT NULL) AS left_with_answer,
           bool_or(step.why = %(left_question)s) AS asked_by_voice
      FROM calls_call AS call
      JOIN calls_callstep AS step ON step.call_id = call.leg
     WHERE call.activation_id = %(activation)s AND {which}
     GROUP BY call.leg
"""

_IN_TIME = "call.arrived_at >= %(since)s AND call.arrived_at < %(until)s"
# Steps come after the arrival, but for the clocks: said so that only the newest part of the journal is read.
_ARRIVED = f"{_IN_TIME} AND step.at >= %(read_since)s"
_ALIVE = "call.state <> 'ended'"
# Where an agent is asked to dial, the caller hung up long ago and is not in line.
_PLACE = """CASE WHEN call.state = 'offered' AND call.promised_by IS NOT NULL AND NOT call.dialled
                THEN 'promised' ELSE call.state END"""

# Nothing where the call was never taken in: PostgreSQL's greatest leaves NULL out.
_IN_FALLBACK = "greatest(taken_in_at - arrived_at, INTERVAL '0')"

_LIVE = f"""
    WITH course AS ({_COURSES.format(which=_ALIVE, value=f"ARRAY[{_PLACE}, call.stream]")})
    SELECT language,
           value[1],
           coalesce(returned_at, coalesce(lined_up_at, arrived_at) - {_IN_FALLBACK}) + ahead,
           value[2]
      FROM course
"""  # noqa: S608 - made of this module's own text alone

# rules.figures.figures_of for all calls at once, added up by interval and value.
_TALLIES = """
    WITH course AS ({courses}),
    outcome AS (
        SELECT course.*,
               NOT turned_away AS offered,
               NOT turned_away AND NOT promised AND answered_at IS NOT NULL AS answered,
               undecided AND ended_at IS NOT NULL AND left_with_answer AS self_served,
               undecided AND ended_at IS NOT NULL AND NOT left_with_answer AND asked_by_voice AS left_question,
               undecided AND ended_at IS NOT NULL AND NOT left_with_answer AND NOT asked_by_voice
                   AS left_unanswered,
               coalesce(answered_at, ended_at) AS heard_at
          FROM (SELECT course.*,
                       promised_at IS NOT NULL AND NOT diverted
                           AND (answered_at IS NULL OR answered_at >= promised_at) AS promised,
                       NOT turned_away AND NOT diverted AND promised_at IS NULL AND answered_at IS NULL
                           AS undecided
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
           count(*) FILTER (WHERE answered AND wait <= (
               SELECT target_within FROM activations_activation WHERE id = %(activation)s
           )),
           count(*) FILTER (WHERE left_unanswered AND NOT end_unseen),
           count(*) FILTER (WHERE left_unanswered AND NOT end_unseen AND wait < %(short)s),
           count(*) FILTER (
               WHERE left_unanswered AND NOT end_unseen AND taken_in_at IS NOT NULL AND lined_up_at IS NULL
           ),
           count(*) FILTER (WHERE promised AND heard_at IS NOT NULL),
           count(*) FILTER (WHERE promised AND answered_at IS NOT NULL),
           count(*) FILTER (WHERE left_unanswered AND end_unseen),
           count(*) FILTER (WHERE offered AND NOT diverted AND heard_at IS NULL),
           count(*) FILTER (WHERE turned_away),
           count(*) FILTER (WHERE self_served),
           count(*) FILTER (WHERE diverted),
           count(*) FILTER (WHERE left_question),
           coalesce(sum(wait) FILTER (WHERE answered), INTERVAL '0'),
           coalesce(sum(wait) FILTER (
               WHERE offered AND NOT diverted AND NOT promised AND heard_at IS NOT NULL
           ), INTERVAL '0')
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
    rows = _tallied(_VALUES[by], activation=activation, edges=edges)
    return [Tally(edges[bucket - 1], value, Figures(*figures)) for bucket, value, *figures in rows]


def pieces(
    *, activation: int, edges: Sequence[datetime], by: Sequence[Dimension]
) -> list[tuple[datetime, list[str], Figures]]:
    """The same, told apart by several dimensions at once: the start, the value in each of them, the figures."""
    values = f"ARRAY[{', '.join(_VALUES[each] for each in by)}]"
    rows = _tallied(values, activation=activation, edges=edges)
    return [(edges[bucket - 1], value, Figures(*figures)) for bucket, value, *figures in rows]


def _tallied(value: str, *, activation: int, edges: Sequence[datetime]) -> list[tuple[Any, ...]]:
    courses = _COURSES.format(which=_ARRIVED, value=value)
    return _rows(_TALLIES.format(courses=courses, in_fallback=_IN_FALLBACK), activation=activation, edges=edges)


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
    """The calls that have not ended; promised are those, too, that an agent is asked to dial."""
    rows = _rows(_LIVE, activation=activation)
    return [LiveCall(language, CallState(state), since, Stream(stream)) for language, state, since, stream in rows]


def call_backs_owed(*, activation: int) -> list[CallBackOwed]:
    """The call-backs that were promised and not made yet, but for those whose number rings."""
    rows = _rows(
        f"""
        SELECT promised_by, attempts, outages
          FROM calls_call AS call
         WHERE activation_id = %(activation)s AND {_ALIVE} AND promised_by IS NOT NULL AND NOT dialled
        """,  # noqa: S608 - made of this module's own text alone
        activation=activation,
    )
    return [CallBackOwed(*row) for row in rows]


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
