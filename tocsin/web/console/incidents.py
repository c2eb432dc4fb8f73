"""The figures of all activations that a person may see, side by side: a page, and files."""

import csv
from collections.abc import Iterator
from datetime import datetime
from zoneinfo import ZoneInfo

from django.core.paginator import Paginator
from django.http import HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_GET

from tocsin.accounts.rules import Role
from tocsin.activations.models import Activation
from tocsin.activations.queries import activations_of
from tocsin.activations.rules import Kind
from tocsin.insights.queries.history import in_all
from tocsin.insights.rules.figures import SHORT
from tocsin.insights.rules.tables import COLUMNS, plain
from tocsin.web.console.files import Cells, figure_cells
from tocsin.web.console.intervals import shown_row
from tocsin.web.guards import PersonRequest, for_roles

ON_A_PAGE = 20


@for_roles(Role.COORDINATOR, Role.DUTY_OFFICER)
@require_GET
def page(request: PersonRequest) -> HttpResponse:
    """The newest first; real ones, or exercises: they are never side by side."""
    kind, now = _kind(request), timezone.now()
    pages = Paginator(activations_of(person=request.user).filter(kind=kind), ON_A_PAGE).get_page(
        request.GET.get("page")
    )
    rows = [
        (activation, shown_row(row, zone=ZoneInfo(activation.timezone)))
        for activation in pages
        for row in in_all(activation=activation, now=now)
    ]
    context = {"rows": rows, "page": pages, "kind": kind, "short_seconds": int(SHORT.total_seconds())}
    return render(request, "console/incidents.html", context)


@for_roles(Role.COORDINATOR, Role.DUTY_OFFICER)
@require_GET
def csv_of_incidents(request: PersonRequest) -> HttpResponse:
    """All of them as CSV, a line for each."""
    kind = _kind(request)
    response = HttpResponse(content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="activations-{kind}.csv"'
    writer = csv.DictWriter(
        response, ("activation", "authority", "kind", "state", "ordered_at", "target_seconds", *COLUMNS)
    )
    writer.writeheader()
    for cells in _cells(request, kind, now=timezone.now()):
        writer.writerow({name: plain(cell) if isinstance(cell, str) else cell for name, cell in cells.items()})
    return response


@for_roles(Role.COORDINATOR, Role.DUTY_OFFICER)
@require_GET
def json_of_incidents(request: PersonRequest) -> HttpResponse:
    """All of them as JSON."""
    now = timezone.now()
    rows = list(_cells(request, _kind(request), now=now))
    told = {"counted_at": now.isoformat(timespec="seconds"), "activations": rows}
    return JsonResponse(told, json_dumps_params={"ensure_ascii": False, "indent": 1})


def _kind(request: PersonRequest) -> Kind:
    return Kind.EXERCISE if request.GET.get("kind") == Kind.EXERCISE else Kind.REAL


def _cells(request: PersonRequest, kind: Kind, *, now: datetime) -> Iterator[Cells]:
    activation: Activation
    for activation in activations_of(person=request.user).filter(kind=kind):
        for row in in_all(activation=activation, now=now):
            yield {
                "activation": activation.title,
                "authority": activation.authority.name,
                "kind": activation.kind,
                "state": activation.state,
                "ordered_at": activation.ordered_at.astimezone(ZoneInfo(activation.timezone)).isoformat(),
                "target_seconds": activation.target_within.total_seconds(),
                **figure_cells(row.figures, row.callers),
            }
