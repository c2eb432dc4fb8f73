"""Figures as files for other programs: CSV and JSON, with the same columns in both."""

import csv
from collections.abc import Iterable
from datetime import datetime
from zoneinfo import ZoneInfo

from django.http import HttpResponse, JsonResponse

from tocsin.activations.models import Activation
from tocsin.calls.rules.survey import RATINGS
from tocsin.insights.queries.history import Row
from tocsin.insights.queries.surveys import SurveyRow
from tocsin.insights.rules.figures import SHORT, Callers, Figures
from tocsin.insights.rules.intervals import Dimension
from tocsin.insights.rules.survey import Survey
from tocsin.insights.rules.tables import COLUMNS, plain, row

SURVEY_COLUMNS = (
    "day",
    "start",
    "until",
    "language",
    "asked",
    "answered",
    "answered_share",
    "mean",
    *(f"answered_{int(rating)}" for rating in RATINGS),
)
Cells = dict[str, str | bool | int | float | None]


def interval_cells(counted: Row, *, zone: ZoneInfo, by: Dimension = Dimension.NOTHING) -> Cells:
    """One row of a history by the names of its columns.

    Local time with its offset, so that the hour that is repeated in autumn is two.
    """
    start, until = counted.start.astimezone(zone), counted.until.astimezone(zone)
    apart: Cells = {by.value: counted.value} if by is not Dimension.NOTHING else {}
    return {
        "day": start.date().isoformat(),
        "start": start.isoformat(),
        "until": until.isoformat(),
        "open": counted.is_open,
        **apart,
        **figure_cells(counted.figures, counted.callers),
    }


def figure_cells(figures: Figures, callers: Callers) -> Cells:
    """Figures by the names of their columns."""
    return dict(zip(COLUMNS, row(figures, callers), strict=True))


def survey_cells(survey: Survey) -> Cells:
    """What callers answered to the survey; a share from 0 to 1, and None where there is none."""
    return {
        "asked": survey.asked,
        "answered": survey.answered,
        "answered_share": None if survey.share is None else round(survey.share, 4),
        "mean": None if survey.mean is None else round(survey.mean, 2),
    }


def survey_row_cells(counted: SurveyRow, *, zone: ZoneInfo) -> Cells:
    """One row of the survey by the names of its columns."""
    start, until = counted.start.astimezone(zone), counted.until.astimezone(zone)
    return {
        "day": start.date().isoformat(),
        "start": start.isoformat(),
        "until": until.isoformat(),
        "language": counted.language,
        **survey_cells(counted.survey),
        **{f"answered_{value}": count for value, count in counted.survey.answers.items()},
    }


def csv_file(activation: Activation, *, name: str, columns: Iterable[str], rows: Iterable[Cells]) -> HttpResponse:
    """A file by RFC 4180 in UTF-8. Each row says whose it is and whether it was real, wherever it is pasted."""
    response = HttpResponse(content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="activation-{activation.pk}-{name}.csv"'
    writer = csv.writer(response)
    writer.writerow(("activation", "kind", *columns))
    whose = (plain(activation.title), activation.kind)
    for cells in rows:
        writer.writerow((*whose, *(_written(cell) for cell in cells.values())))
    return response


def json_file(activation: Activation, *, now: datetime, **told: object) -> JsonResponse:
    """A file that begins with whose figures it holds, when they were counted and by which limits."""
    zone = ZoneInfo(activation.timezone)
    answer = {
        "activation": {
            "authority": activation.authority.name,
            "title": activation.title,
            "number": activation.number.digits,
            "kind": activation.kind,
            "state": activation.state,
            "timezone": activation.timezone,
            "ordered_at": activation.ordered_at.astimezone(zone).isoformat(),
        },
        "counted_at": now.astimezone(zone).isoformat(timespec="seconds"),
        "target_seconds": activation.target_within.total_seconds(),
        "target_percent": activation.target_percent,
        "short_seconds": SHORT.total_seconds(),
        **told,
    }
    return JsonResponse(answer, json_dumps_params={"ensure_ascii": False, "indent": 1})


def _written(cell: str | bool | int | float | None) -> str | int | float | None:
    if isinstance(cell, bool):
        return "yes" if cell else "no"
    return plain(cell) if isinstance(cell, str) else cell
