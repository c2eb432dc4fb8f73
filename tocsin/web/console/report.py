"""The report of an activation: the figures the press asks for, as a page to print, and as a file."""

import math
from collections.abc import Iterable, Sequence
from datetime import date, datetime
from zoneinfo import ZoneInfo

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from tocsin.accounts.rules import Role
from tocsin.activations.models import Activation
from tocsin.activations.rules import State
from tocsin.insights.queries.history import history
from tocsin.insights.queries.report import Report, report
from tocsin.insights.rules.charts import stacked_bars
from tocsin.insights.rules.figures import SHORT
from tocsin.insights.rules.intervals import Interval
from tocsin.web.console import shown
from tocsin.web.console.board import chart_of
from tocsin.web.console.files import figure_cells, interval_cells, json_file, survey_cells
from tocsin.web.console.visible import visible_activation
from tocsin.web.guards import PersonRequest, for_roles

# More would run into each other on a telephone.
MOST_LABELS = 5


@for_roles(Role.COORDINATOR, Role.DUTY_OFFICER)
@require_GET
def page(request: PersonRequest, key: int) -> HttpResponse:
    """The report to read and to print."""
    activation = visible_activation(person=request.user, key=key)
    now = timezone.now()
    told = report(activation=activation, now=now)
    return render(request, "console/report.html", _context(activation, told, now=now))


@for_roles(Role.COORDINATOR, Role.DUTY_OFFICER)
@require_GET
def figures_file(request: PersonRequest, key: int) -> HttpResponse:
    """The whole report as JSON, for other programs."""
    activation = visible_activation(person=request.user, key=key)
    now = timezone.now()
    told = report(activation=activation, now=now)
    zone = ZoneInfo(activation.timezone)
    days, hours = (
        [interval_cells(row, zone=zone) for row in history(activation=activation, interval=interval, now=now)]
        for interval in (Interval.DAY, Interval.HOUR)
    )
    return json_file(
        activation,
        now=now,
        total=figure_cells(told.total, told.callers),
        mean_per_day=told.mean_per_day,
        weekend_mean=told.weekend_mean,
        peak_day=told.peak_day and {"day": told.peak_day.day, "offered": told.peak_day.offered},
        languages={code: figure_cells(figures, callers) for code, (figures, callers) in told.languages.items()},
        days=days,
        hours=hours,
        survey={**survey_cells(told.survey), "answers": told.survey.answers},
    )


def _context(activation: Activation, told: Report, *, now: datetime) -> dict[str, object]:
    return {
        "activation": activation,
        "is_final": activation.state == State.CLOSED,
        "now": now,
        "told": told,
        "mean_per_day": shown.mean(told.mean_per_day),
        "weekend_mean": shown.mean(told.weekend_mean),
        "peak_day": told.peak_day,
        "service_level": shown.share(told.total.service_level),
        "mean_wait": shown.clock(told.total.mean_wait_of_answered),
        "mean_wait_of_all": shown.clock(told.total.mean_wait_of_all),
        "survey": told.survey if told.survey.asked else None,
        "survey_share": shown.share(told.survey.share),
        "first_day": min(told.days),
        "last_day": max(told.days),
        "target_seconds": int(activation.target_within.total_seconds()),
        "short_seconds": int(SHORT.total_seconds()),
        "spoken": [
            (shown.language_name(code), figures, callers, shown.share(figures.offered / (told.total.offered or 1)))
            for code, (figures, callers) in told.languages.items()
        ],
        "days_chart": chart_of(list(told.days.values()), labels=day_labels(list(told.days))),
        "hours_chart": stacked_bars(
            [(figures.offered,) for figures in told.hours.values()],
            kinds=1,
            labels=_hour_labels(activation, told.hours),
            name=shown.count,
        ),
        "clock_hours": range(24),
        "hours_by_day": _hours_by_day(activation, told),
    }


def day_labels(days: Sequence[date]) -> dict[int, str]:
    """A label every so many days, by bar; with few days, every day."""
    apart = math.ceil(len(days) / MOST_LABELS)
    return {bar: date_format(days[bar], _("j M")) for bar in range(0, len(days), apart)}


def _hour_labels(activation: Activation, hours: Iterable[datetime]) -> dict[int, str]:
    """A label at the midnights of the days that have one; within a single day, every few hours."""
    local = [hour.astimezone(ZoneInfo(activation.timezone)) for hour in hours]
    midnights = [bar for bar, hour in enumerate(local) if hour.hour == 0]
    if len(midnights) == 1:
        return {bar: shown.hour(hour) for bar, hour in enumerate(local) if hour.hour % 4 == 0}
    apart = math.ceil(len(midnights) / MOST_LABELS)
    return {bar: date_format(local[bar], _("j M")) for bar in midnights[::apart]}


def _hours_by_day(activation: Activation, told: Report) -> dict[date, list[int]]:
    """Calls by day and hour on the clock; the hour repeated in autumn is one here."""
    table = {day: [0] * 24 for day in told.days}
    for hour, figures in told.hours.items():
        local = hour.astimezone(ZoneInfo(activation.timezone))
        table[local.date()][local.hour] += figures.offered
    return table
