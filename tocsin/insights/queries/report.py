"""What the report says of an activation, from its opening until now or its close."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

from tocsin.activations.models import Activation
from tocsin.insights.queries import journal, kept
from tocsin.insights.queries.history import civil_days, open_stretches
from tocsin.insights.queries.surveys import survey
from tocsin.insights.rules import days as civil
from tocsin.insights.rules.figures import Callers, Figures
from tocsin.insights.rules.intervals import Dimension, Interval, edges, touched
from tocsin.insights.rules.survey import Survey


@dataclass(frozen=True, slots=True)
class Report:
    """The figures of a whole activation; `days` and `hours` leave no gap, `open_days` had the line open."""

    total: Figures
    callers: Callers
    # The most called first.
    languages: Mapping[str, tuple[Figures, Callers]]
    days: Mapping[date, Figures]
    # By the start of the local hour, in UTC.
    hours: Mapping[datetime, Figures]
    open_days: frozenset[date]
    mean_per_day: float | None
    weekend_mean: float | None
    peak_day: civil.Peak | None
    survey: Survey


def report(*, activation: Activation, now: datetime) -> Report:
    """The report of an activation."""
    zone = activation.timezone
    days = civil_days(activation=activation, now=now)
    hours = edges(Interval.HOUR, days=days, timezone=zone)
    tallies = kept.tallies(activation=activation.pk, edges=hours, by=Dimension.LANGUAGE)
    by_day = civil.figures_by(tallies, lambda tally: civil.day_of(tally.start, zone), parts=days)
    open_starts = touched(
        edges(Interval.DAY, days=days, timezone=zone),
        stretches=open_stretches(activation=activation, now=now),
    )
    open_days = frozenset(civil.day_of(start, zone) for start in open_starts) | {
        day for day, figures in by_day.items() if figures.offered
    }
    while_open = {day: figures for day, figures in by_day.items() if day in open_days}
    whole = [hours[0], hours[-1]]
    everybody = journal.callers(activation=activation.pk, edges=whole)
    speakers = journal.callers(activation=activation.pk, edges=whole, by=Dimension.LANGUAGE)
    languages = civil.most_called_first(civil.figures_by(tallies, lambda tally: tally.value))
    return Report(
        total=civil.total(tallies),
        callers=everybody.get((whole[0], ""), Callers()),
        languages={
            code: (figures, speakers.get((whole[0], code), Callers())) for code, figures in languages.items()
        },
        days=by_day,
        hours=civil.figures_by(tallies, lambda tally: tally.start, parts=hours[:-1]),
        open_days=open_days,
        mean_per_day=civil.mean_per_day(while_open),
        weekend_mean=civil.weekend_mean(while_open),
        peak_day=civil.peak_day(by_day),
        survey=survey(activation=activation.pk),
    )
