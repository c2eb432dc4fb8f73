"""The figures of an activation interval by interval, of every civil day that it touches."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import pairwise

from tocsin.activations.models import Activation
from tocsin.activations.rules import Hours, State
from tocsin.insights.queries import journal, kept
from tocsin.insights.rules import days as civil
from tocsin.insights.rules.figures import Callers, Figures
from tocsin.insights.rules.intervals import Dimension, Interval, edges, touched


@dataclass(frozen=True, slots=True)
class Row:
    """The figures of the calls that arrived from `start` to before `until` and have `value` in common.

    `is_open` where calls were taken in some part of the interval.
    """

    start: datetime
    until: datetime
    is_open: bool
    value: str
    figures: Figures
    callers: Callers


def history(
    *,
    activation: Activation,
    interval: Interval,
    by: Dimension = Dimension.NOTHING,
    now: datetime,
    day: date | None = None,
) -> list[Row]:
    """The figures of one civil day, or of all, in the order of time.

    A row for each interval, whether somebody called or not; told apart by a dimension, for each value that called.
    """
    return _rows(
        activation=activation, cut=_edges(activation, interval=interval, now=now, day=day), by=by, now=now
    )


def in_all(
    *, activation: Activation, by: Dimension = Dimension.NOTHING, now: datetime, day: date | None = None
) -> list[Row]:
    """The figures of one civil day, or of all, as one interval; they are no sums where callers are concerned."""
    cut = _edges(activation, interval=Interval.DAY, now=now, day=day)
    return _rows(activation=activation, cut=[cut[0], cut[-1]], by=by, now=now)


def _edges(activation: Activation, *, interval: Interval, now: datetime, day: date | None) -> list[datetime]:
    days = [day] if day else civil_days(activation=activation, now=now)
    return edges(interval, days=days, timezone=activation.timezone)


def _rows(*, activation: Activation, cut: Sequence[datetime], by: Dimension, now: datetime) -> list[Row]:
    ends = dict(pairwise(cut))
    tallies = kept.tallies(activation=activation.pk, edges=cut, by=by)
    figures = {(tally.start, tally.value): tally.figures for tally in tallies}
    callers = journal.callers(activation=activation.pk, edges=cut, by=by)
    open_starts = touched(cut, stretches=open_stretches(activation=activation, now=now))
    called_in = {tally.start for tally in tallies if tally.figures.offered}
    cells = figures if by is not Dimension.NOTHING else [(start, "") for start in ends]
    return [
        Row(
            start=start,
            until=ends[start],
            is_open=start in open_starts or start in called_in,
            value=value,
            figures=figures.get((start, value), Figures()),
            callers=callers.get((start, value), Callers()),
        )
        for start, value in cells
    ]


def civil_days(*, activation: Activation, now: datetime) -> list[date]:
    """The local civil days from the first on which the line was open or called to the last; at least one."""
    arrivals = journal.first_and_last_arrival(activation=activation.pk) or ()
    instants = [*arrivals, *(instant for span in open_spans(activation=activation, now=now) for instant in span)]
    known = [civil.day_of(instant, activation.timezone) for instant in instants or [activation.ordered_at]]
    return civil.days_from(min(known), max(known))


def open_stretches(*, activation: Activation, now: datetime) -> list[tuple[datetime, datetime]]:
    """The stretches in which calls were taken, by the opening hours as they are now."""
    hours = [Hours(h.weekday, h.start, h.until) for h in activation.hours.all()]
    spans = open_spans(activation=activation, now=now)
    return civil.open_stretches(spans=spans, hours=hours, timezone=activation.timezone)


def open_spans(*, activation: Activation, now: datetime) -> Iterator[tuple[datetime, datetime]]:
    """The stretches, start and end, in which the number let callers in; one that still does ends now."""
    opened: datetime | None = None
    for after, at in activation.steps.order_by("id").values_list("after", "at"):
        if after == State.OPEN:
            opened = at
        elif opened:
            yield opened, at
            opened = None
    if opened:
        yield opened, max(now, opened + timedelta(microseconds=1))
