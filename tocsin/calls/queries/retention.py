"""What is kept about callers, and should have been forgotten."""

from datetime import datetime

from django.db import connection

from tocsin.calls.models import Caller, Note, TextCaller, Treatment
from tocsin.calls.rules.retention import SET_ASIDE, set_aside_at


def keeps_callers(*, since_before: datetime) -> bool:
    """PERSONAL. Whether a number, a note, a treatment or a wish for text from before an instant is kept."""
    return (
        Caller.objects.filter(at__lt=since_before).exists()
        or Note.objects.filter(call__arrived_at__lt=since_before).exists()
        or Treatment.objects.filter(at__lt=since_before).exists()
        or TextCaller.objects.filter(last_at__lt=since_before).exists()
    )


def set_aside_databases(*, before: datetime) -> list[str]:
    """The names of the databases, one at most, that a restore put aside before an instant."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT datname, shobj_description(oid, 'pg_database') FROM pg_database "
            "WHERE datname = current_database() || %s",
            [SET_ASIDE],
        )
        return [name for name, comment in cursor.fetchall() if (at := set_aside_at(comment)) and at < before]
