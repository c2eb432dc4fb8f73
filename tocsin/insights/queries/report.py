"""What the report says of an activation, from its opening until now or its close."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from tocsin.activations.models import Activation
from tocsin.activations.rules import Hours, State
from tocsin.insights.queries import journal
from tocsin.insights.rules import days as civil
from tocsin.insights.rules.figures import Callers, Figures

_EVER = {"since": datetime(2000, 1, 1, tzinfo=UTC), "until": datetime(9999, 1, 1, tzinfo=UTC)}


@dataclass(frozen=True, slots=True)
class Report:
    """The figures of a whole activation; `days` and `hours` leave no gap, `open_days` had the line open."""

    total: Figures
    callers: Callers
    languages: Mapping[str, Figures]
    days: Mapping[date, Figures]
    # By the start of the local hour, in UTC.
    hours: Mapping[datetime, Figures]
    open_days: frozenset[date]
    mean_per_day: float | None
    weekend_mean: float | None
    peak_day: civil.Peak | None


def report(*, activation: Activation, now: datetime) -> Report:
    """The report of an activation."""
    zone = activation.timezone
    tallies = journal.tallies(activation=activation.pk, **_EVER)
    spans = list(open_spans(activation=activation, now=now))
    hours = [Hours(h.weekday, h.start, h.until) for h in activation.hours.all()]
    called = {civil.day_of(tally.quarter, zone) for tally in tallies}
    spanned = {civil.day_of(instant, zone) for span in spans for instant in span}
    known = called | spanned or {civil.day_of(activation.ordered_at, zone)}
    all_days = civil.days_from(min(known), max(known))
    by_day = civil.by_day(tallies, days=all_days, timezone=zone)
    open_days = frozenset(civil.open_days(spans=spans, hours=hours, timezone=zone)) | {
        day for day, figures in by_day.items() if figures.offered
    }
    while_open = {day: figures for day, figures in by_day.items() if day in open_days}
    return Report(
        total=civil.total(tallies),
        callers=journal.callers(activation=activation.pk, **_EVER),
        languages=civil.by_language(tallies),
        days=by_day,
        hours=civil.by_hour(tallies, days=all_days, timezone=zone),
        open_days=open_days,
        mean_per_day=civil.mean_per_day(while_open),
        weekend_mean=civil.weekend_mean(while_open),
        peak_day=civil.peak_day(by_day),
    )


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
