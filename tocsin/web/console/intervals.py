"""The figures of an activation interval by interval: a page for one day or all days, and files."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from django import forms
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET

from tocsin.accounts.rules import Role
from tocsin.activations.models import Activation
from tocsin.activations.rules import State
from tocsin.insights.queries.history import Row, civil_days, history, in_all
from tocsin.insights.queries.surveys import survey_rows
from tocsin.insights.rules.figures import SHORT, Callers, Figures
from tocsin.insights.rules.intervals import Dimension, Interval, edges
from tocsin.insights.rules.tables import COLUMNS
from tocsin.web.console import shown
from tocsin.web.console.board import HOURS_BETWEEN_LABELS, chart_of
from tocsin.web.console.files import SURVEY_COLUMNS, Cells, csv_file, interval_cells, json_file, survey_row_cells
from tocsin.web.console.report import day_labels
from tocsin.web.console.visible import visible_activation
from tocsin.web.guards import PersonRequest, for_roles

INTERVALS = {
    Interval.FIVE_MINUTES: gettext_lazy("5 minutes"),
    Interval.QUARTER: gettext_lazy("15 minutes"),
    Interval.HALF_HOUR: gettext_lazy("30 minutes"),
    Interval.HOUR: gettext_lazy("1 hour"),
    Interval.DAY: gettext_lazy("1 day"),
}


@dataclass(frozen=True, slots=True)
class Apart:
    """How a dimension is chosen, what stands over its values, and how a value is written."""

    choice: Promise
    column: Promise | str = ""
    name: Callable[[str], str] = str


DIMENSIONS = {
    Dimension.NOTHING: Apart(gettext_lazy("All calls")),
    Dimension.LANGUAGE: Apart(gettext_lazy("By language"), gettext_lazy("Language"), shown.language_name),
    Dimension.STREAM: Apart(gettext_lazy("By stream"), gettext_lazy("Stream"), shown.stream_name),
    Dimension.TEAM: Apart(gettext_lazy("By team of agents"), gettext_lazy("Team"), shown.team_name),
}
ALL_DAYS = "all"


class IntervalsForm(forms.Form):
    """Which figures are asked for; what is not said is as `first` says."""

    interval = forms.ChoiceField(label=gettext_lazy("Interval"), choices=list(INTERVALS.items()))
    by = forms.ChoiceField(
        label=gettext_lazy("Calls"), choices=[(by, apart.choice) for by, apart in DIMENSIONS.items()]
    )
    day = forms.ChoiceField(label=gettext_lazy("Day"))

    def __init__(self, asked: QueryDict, *, days: Sequence[date], first: date | None) -> None:
        said = {"interval": Interval.HOUR, "by": Dimension.NOTHING, "day": first or ALL_DAYS}
        super().__init__({name: asked.get(name, usual) for name, usual in said.items()})
        field = self.fields["day"]
        assert isinstance(field, forms.ChoiceField)  # noqa: S101 - declared above
        field.choices = [
            (ALL_DAYS, _("All days")),
            *((day.isoformat(), date_format(day, _("D j M Y"))) for day in days),
        ]

    @property
    def asked(self) -> "Asked":
        """What is asked for, once the form is valid."""
        day = self.cleaned_data["day"]
        return Asked(
            interval=Interval(self.cleaned_data["interval"]),
            by=Dimension(self.cleaned_data["by"]),
            day=None if day == ALL_DAYS else date.fromisoformat(day),
        )


@dataclass(frozen=True, slots=True)
class Asked:
    """Which figures are asked for; no day means all days."""

    interval: Interval
    by: Dimension
    day: date | None

    def query(self, *, day: date | None) -> str:
        """The same of another day, as the query of an address."""
        return urlencode({"interval": self.interval, "by": self.by, "day": day or ALL_DAYS})


@for_roles(Role.COORDINATOR, Role.DUTY_OFFICER)
@require_GET
def page(request: PersonRequest, key: int) -> HttpResponse:
    """The figures of one day, or day by day; where nothing is asked, of the last day by the hour."""
    activation = visible_activation(person=request.user, key=key)
    now = timezone.now()
    days = civil_days(activation=activation, now=now)
    form = IntervalsForm(request.GET, days=days, first=days[-1])
    if form.is_valid() and form.asked.day is None and form.asked.interval is not Interval.DAY:
        form.add_error("day", _("Choose a day, or intervals of 1 day. The files hold all days."))
    return _page(request, activation, form, days=days, now=now)


@for_roles(Role.COORDINATOR, Role.DUTY_OFFICER)
@require_GET
def csv_of_rows(request: PersonRequest, key: int) -> HttpResponse:
    """The figures of one day, or of all days, as CSV."""

    def write(activation: Activation, asked: Asked, now: datetime) -> HttpResponse:
        apart = () if asked.by is Dimension.NOTHING else (asked.by.value,)
        return csv_file(
            activation,
            name=f"{asked.interval}-{asked.day or ALL_DAYS}",
            columns=("day", "start", "until", "open", *apart, *COLUMNS),
            rows=_cells(activation, asked, now=now),
        )

    return _file(request, key, write)


@for_roles(Role.COORDINATOR, Role.DUTY_OFFICER)
@require_GET
def json_of_rows(request: PersonRequest, key: int) -> HttpResponse:
    """The figures of one day, or of all days, as JSON."""

    def write(activation: Activation, asked: Asked, now: datetime) -> HttpResponse:
        rows = _cells(activation, asked, now=now)
        return json_file(activation, now=now, interval=asked.interval, by=asked.by, intervals=rows)

    return _file(request, key, write)


@for_roles(Role.COORDINATOR, Role.DUTY_OFFICER)
@require_GET
def csv_of_survey(request: PersonRequest, key: int) -> HttpResponse:
    """What callers answered after the conversation, of one day or of all days, by language, as CSV."""

    def write(activation: Activation, asked: Asked, now: datetime) -> HttpResponse:
        days = [asked.day] if asked.day else civil_days(activation=activation, now=now)
        cut = edges(asked.interval, days=days, timezone=activation.timezone)
        zone = ZoneInfo(activation.timezone)
        return csv_file(
            activation,
            name=f"survey-{asked.interval}-{asked.day or ALL_DAYS}",
            columns=SURVEY_COLUMNS,
            rows=[survey_row_cells(row, zone=zone) for row in survey_rows(activation=activation.pk, cut=cut)],
        )

    return _file(request, key, write)


def _file(
    request: PersonRequest, key: int, write: Callable[[Activation, Asked, datetime], HttpResponse]
) -> HttpResponse:
    """What is written for what was asked; where that makes no sense, the page that says why."""
    activation = visible_activation(person=request.user, key=key)
    now = timezone.now()
    days = civil_days(activation=activation, now=now)
    form = IntervalsForm(request.GET, days=days, first=None)
    if not form.is_valid():
        return _page(request, activation, form, days=days, now=now)
    return write(activation, form.asked, now)


def _cells(activation: Activation, asked: Asked, *, now: datetime) -> list[Cells]:
    rows = history(activation=activation, interval=asked.interval, by=asked.by, day=asked.day, now=now)
    zone = ZoneInfo(activation.timezone)
    return [interval_cells(row, zone=zone, by=asked.by) for row in rows]


def _page(
    request: HttpRequest, activation: Activation, form: IntervalsForm, *, days: Sequence[date], now: datetime
) -> HttpResponse:
    """The page; where what is asked does not exist, it says so and shows nothing else."""
    context: dict[str, object] = {
        "activation": activation,
        "is_final": activation.state == State.CLOSED,
        "now": now,
        "form": form,
        "target_seconds": int(activation.target_within.total_seconds()),
        "short_seconds": int(SHORT.total_seconds()),
    }
    if form.is_valid():
        context |= _counted(activation, form.asked, days=days, now=now)
    return render(request, "console/intervals.html", context, status=422 if form.errors else 200)


@dataclass(frozen=True, slots=True)
class RowShown:
    """A row with its start on the local clock and its shares and means as people read them."""

    start: datetime
    value: str
    figures: Figures
    callers: Callers
    service_level: str
    mean_wait: str
    mean_wait_of_all: str

    @property
    def is_repeated(self) -> bool:
        """Whether the clock showed this time before on the same day."""
        return bool(self.start.fold)


def _counted(activation: Activation, asked: Asked, *, days: Sequence[date], now: datetime) -> dict[str, object]:
    zone = ZoneInfo(activation.timezone)
    rows = history(activation=activation, interval=asked.interval, by=asked.by, day=asked.day, now=now)
    totals = [
        shown_row(row, zone=zone, by=by)
        for by in dict.fromkeys((asked.by, Dimension.NOTHING))
        for row in in_all(activation=activation, by=by, day=asked.day, now=now)
    ]
    shown_days = [asked.day] if asked.day else days
    starts = edges(asked.interval, days=shown_days, timezone=activation.timezone)[:-1]
    bars = dict.fromkeys(starts, Figures())
    for row in rows:
        bars[row.start] += row.figures
    return {
        "asked": asked,
        "apart": DIMENSIONS[asked.by].column,
        "rows": [shown_row(row, zone=zone, by=asked.by) for row in rows if row.callers.attempts],
        "totals": totals,
        "chart": chart_of(list(bars.values()), labels=_labels(asked, starts, zone=zone, days=shown_days)),
        "this": asked.query(day=asked.day),
        "all": asked.query(day=None) if asked.day and len(days) > 1 else None,
        **_neighbours(asked, days=days),
    }


def _neighbours(asked: Asked, *, days: Sequence[date]) -> dict[str, object]:
    """The days before and after the one that is shown, with what to ask for them."""
    if asked.day is None:
        return {}
    at = days.index(asked.day)
    around = {"earlier": days[at - 1] if at else None, "later": days[at + 1] if at + 1 < len(days) else None}
    return {name: (day, asked.query(day=day)) for name, day in around.items() if day}


def shown_row(row: Row, *, zone: ZoneInfo, by: Dimension = Dimension.NOTHING) -> RowShown:
    """A row as people read it, on the local clock."""
    return RowShown(
        start=row.start.astimezone(zone),
        value=DIMENSIONS[by].name(row.value),
        figures=row.figures,
        callers=row.callers,
        service_level=shown.share(row.figures.service_level),
        mean_wait=shown.clock(row.figures.mean_wait_of_answered),
        mean_wait_of_all=shown.clock(row.figures.mean_wait_of_all),
    )


def _labels(asked: Asked, starts: Sequence[datetime], *, zone: ZoneInfo, days: Sequence[date]) -> dict[int, str]:
    """Some hours of a day; where a bar is a day, some days."""
    if asked.interval is Interval.DAY:
        return day_labels(days)
    local = [start.astimezone(zone) for start in starts]
    return {
        bar: shown.hour(at)
        for bar, at in enumerate(local)
        if at.minute == 0 and at.hour % HOURS_BETWEEN_LABELS == 0 and at.fold == 0
    }
