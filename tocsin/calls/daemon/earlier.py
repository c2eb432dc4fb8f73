"""What the switchboard looks up of callers: who called before, how they are treated, whose call is over."""

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import datetime

from django.conf import settings
from django.db import connection
from django.db.models import OuterRef, Subquery

from tocsin.calls import models, ports
from tocsin.calls.rules.numbers import caller_mark
from tocsin.calls.rules.returning import LastCall, midnight
from tocsin.calls.rules.script import Script
from tocsin.calls.rules.states import Call, CallState
from tocsin.calls.rules.treatment import Treatment

# Why a caller goes on in a language without pressing its key: it was chosen in an earlier call, or by an agent.
_LANGUAGE_KNOWN = ["called before", "transferred"]

# Of each arrival the newest call that is not itself, to any of what is open; the index gives the newest to each
# without looking at the others.
_LAST_CALLS = """
SELECT DISTINCT ON (arrival.leg)
       arrival.leg, call.activation_id, call.language, call.state, call.since,
       coalesce(call.place_since, CASE WHEN call.queued_at IS NOT NULL THEN call.arrived_at + call.ahead END),
       call.queued_at, call.answered, call.agent_id, call.leg,
       EXISTS (
           SELECT FROM calls_callstep AS step
            WHERE step.call_id = call.leg
              AND ((step.before = 'greeting' AND step.why LIKE 'pressed %%') OR step.why = ANY(%s))
       )
  FROM unnest(%s::text[], %s::bigint[], %s::text[], %s::timestamptz[]) AS arrival(leg, activation, mark, midnight)
 CROSS JOIN LATERAL (
       SELECT * FROM calls_call
        WHERE activation_id = arrival.activation AND caller_mark = arrival.mark AND leg <> arrival.leg
          AND arrived_at >= arrival.midnight
          -- Who was never taken in said nothing, and has nothing to have back.
          AND (messages > 0 OR queued_at IS NOT NULL)
        -- Whoever is to be called back may have rung, and been told that the line is closed.
        ORDER BY promised_by IS NOT NULL AND state <> 'ended' DESC, arrived_at DESC
        LIMIT 1
       ) AS call
 ORDER BY arrival.leg, call.arrived_at DESC
"""

# Of each caller who is treated the newest of what was decided.
_TREATMENTS = """
SELECT DISTINCT ON (activation_id, caller_mark) * FROM calls_treatment
 WHERE (activation_id, caller_mark) IN (SELECT * FROM unnest(%s::bigint[], %s::text[]))
 ORDER BY activation_id, caller_mark, id DESC
"""


def last_calls(
    arrivals: Iterable[ports.CallArrived], *, lines: Mapping[str, Script], now: datetime
) -> dict[str, LastCall]:
    """The last call of those who arrive and called what is open there before on this day, by the new leg."""
    wanted = [
        (leg, script.activation, mark, midnight(now, timezone=script.timezone))
        for leg, script, mark in _known_callers(arrivals, lines)
    ]
    if not wanted:
        return {}
    with connection.cursor() as cursor:
        cursor.execute(_LAST_CALLS, [_LANGUAGE_KNOWN, *(list(column) for column in zip(*wanted, strict=True))])
        return {
            leg: LastCall(language, CallState(state), *rest, activation=activation, chose_language=chose)
            for leg, activation, language, state, *rest, chose in cursor.fetchall()
        }


def treatments(
    arrivals: Iterable[ports.CallArrived], *, lines: Mapping[str, Script], now: datetime
) -> dict[str, dict[int, Treatment]]:
    """How coordinators have those treated who arrive, by leg and activation; only where it is not as everybody."""
    callers = [(leg, script.activation, mark) for leg, script, mark in _known_callers(arrivals, lines)]
    if not callers:
        return {}
    _, activations, marks = zip(*callers, strict=True)
    in_force = {
        (row.activation_id, row.caller_mark): Treatment(row.treatment)
        for row in models.Treatment.objects.raw(_TREATMENTS, [list(activations), list(marks)])
        if row.until > now and row.treatment != Treatment.ORDINARY
    }
    treated: dict[str, dict[int, Treatment]] = {}
    for leg, activation, mark in callers:
        if (activation, mark) in in_force:
            treated.setdefault(leg, {})[activation] = in_force[activation, mark]
    return treated


def _known_callers(
    arrivals: Iterable[ports.CallArrived], lines: Mapping[str, Script]
) -> Iterator[tuple[str, Script, str]]:
    """The leg and the mark of each caller, with everything that is open on the number; who hides theirs is nobody
    known."""
    for arrival in arrivals:
        if arrival.caller and (line := lines.get(arrival.number)):
            mark = caller_mark(arrival.caller, key=settings.CALLER_HASH_KEY)
            yield from ((arrival.leg, script, mark) for script in line.incidents)


def with_treatments(calls: Mapping[str, Call], *, lines: Mapping[str, Script], now: datetime) -> dict[str, Call]:
    """Calls as they were stored, and how coordinators have these callers treated, which is stored elsewhere."""
    arrivals = [ports.CallArrived(call.leg, call.number, call.caller, call.arrived_at) for call in calls.values()]
    treated = treatments(arrivals, lines=lines, now=now)
    return {leg: replace(call, treated=treated.get(leg, {})) for leg, call in calls.items()}


def ended_legs(legs: Collection[str]) -> set[str]:
    """Of these legs, those whose call is over: the switch was not told in time.

    Whoever was only given up, in the switch's fallback, may still be there: that caller is a call again.
    """
    last = models.CallStep.objects.filter(call=OuterRef("leg")).order_by("-id").values("before")[:1]
    ended = models.Call.objects.filter(leg__in=legs, state=CallState.ENDED)
    over = ended.annotate(left=Subquery(last)).exclude(left=CallState.FALLBACK)
    return set(over.values_list("leg", flat=True))
