"""Tallies of which most was counted before: what is kept is read, and only what came later is counted."""

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import fields
from datetime import UTC, datetime, timedelta
from typing import Any

from django.db import connection
from django.db.models import F, Min, Q, QuerySet

from tocsin.activations.models import Activation
from tocsin.activations.rules import LIVE_STATES
from tocsin.calls.models import CallStep
from tocsin.insights.models import KeptSpan
from tocsin.insights.queries import journal
from tocsin.insights.rules.days import Tally
from tocsin.insights.rules.figures import Figures
from tocsin.insights.rules.intervals import Dimension

# Every interval is whole multiples of this: figures are kept in such pieces.
GRAIN = timedelta(minutes=5)
# So long after its close, calls of an activation may still end.
_ENDS_WITHIN = timedelta(days=1)
_COLUMNS = {by: "''" if by is Dimension.NOTHING else by.value for by in Dimension}
# Sums of integers are of a wider kind, which Python would be given as something else.
_SUMS = ", ".join(
    f"sum({field.name})" if field.type is timedelta else f"sum({field.name})::integer" for field in fields(Figures)
)
_KEPT = """
    SELECT width_bucket(start, %(edges)s), {value}, {sums}
      FROM insights_kepttally
     WHERE activation_id = %(activation)s AND start >= %(since)s AND start < %(until)s
     GROUP BY 1, 2
"""


def grain_of(instant: datetime) -> datetime:
    """The start, in UTC, of the piece that an instant is in."""
    instant = instant.astimezone(UTC)
    return instant.replace(minute=instant.minute // 5 * 5, second=0, microsecond=0)


def kept_until(*, activation: int) -> datetime | None:
    """Before when the figures that are kept are right; None where none are, or where they were counted by
    another target.

    A call of a time that was kept may go on all the same, when it comes out of the switch's fallback late: from
    its arrival on, all is counted anew. It may be about another incident on the number by then.
    """
    kept = KeptSpan.objects.filter(activation=activation, target=F("activation__target_within")).first()
    if kept is None:
        return None
    on_number = CallStep.objects.filter(activation__number__activations=activation)
    later = on_number.filter(id__gt=kept.step, call__arrived_at__lt=kept.until)
    changed: datetime | None = later.aggregate(first=Min("call__arrived_at"))["first"]
    return min(kept.until, grain_of(changed)) if changed else kept.until


def tallies(*, activation: int, edges: Sequence[datetime], by: Dimension = Dimension.NOTHING) -> list[Tally]:
    """As `journal.tallies`; the edges are whole multiples of `GRAIN`."""
    until = max(kept_until(activation=activation) or edges[0], edges[0])
    found: dict[tuple[datetime, str], Figures] = {}
    if until > edges[0]:
        found = _kept(activation=activation, edges=edges, until=min(until, edges[-1]), by=by)
    if until < edges[-1]:
        rest = [until, *(edge for edge in edges if edge > until)]
        for tally in journal.tallies(activation=activation, edges=rest, by=by):
            key = (edges[bisect_right(edges, tally.start) - 1], tally.value)
            found[key] = found.get(key, Figures()) + tally.figures
    return [Tally(start, value, figures) for (start, value), figures in sorted(found.items(), key=lambda f: f[0])]


def _kept(
    *, activation: int, edges: Sequence[datetime], until: datetime, by: Dimension
) -> dict[tuple[datetime, str], Figures]:
    words: dict[str, Any] = {"activation": activation, "edges": list(edges), "since": edges[0], "until": until}
    with connection.cursor() as cursor:
        cursor.execute(_KEPT.format(value=_COLUMNS[by], sums=_SUMS), words)
        return {(edges[bucket - 1], value): Figures(*sums) for bucket, value, *sums in cursor.fetchall()}


def to_be_kept(*, now: datetime) -> QuerySet[Activation]:
    """The activations of which figures may have become final since they were kept last."""
    live = Q(state__in=[state.value for state in LIVE_STATES])
    closed = Q(steps__at__gt=now - _ENDS_WITHIN)
    return Activation.objects.filter(live | closed | Q(kept__isnull=True)).distinct()
