"""Reading the logbook, and checking that nobody rewrote it."""

from django.db.models import QuerySet

from tocsin.logbook.models import Line
from tocsin.logbook.rules import BEGINNING, line_digest


def lines_about(*, subject: str) -> QuerySet[Line]:
    """What was done to one thing, in order."""
    return Line.objects.filter(subject=subject).select_related("by").order_by("id")


def first_broken_line() -> Line | None:
    """The first line whose digest does not follow from its content and the line before it, if any."""
    previous = BEGINNING
    for line in Line.objects.order_by("id").iterator():
        expected = line_digest(
            previous=previous,
            at=line.at,
            kind=line.kind,
            by=line.by_id,
            authority=line.authority,
            subject=line.subject,
            facts=line.facts,
        )
        if line.previous != previous or line.digest != expected:
            return line
        previous = line.digest
    return None
