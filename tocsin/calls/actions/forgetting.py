"""Forgetting callers when the retention is over, so that nothing that stays can tell who they were."""

from datetime import datetime

from django.db import connection

from tocsin.authorities.actions import acting_as_centre
from tocsin.calls import models
from tocsin.calls.queries.retention import set_aside_databases

# The keyed hash of a number can be found again by trying every number, for whoever has the key. What takes its
# place is drawn by chance, one for each caller of an activation, so that distinct callers and redials stay what
# they were. A caller's calls are changed together, after the last of them: changed on different nights they would
# be several callers. A hash has no dash. Materialized: drawn once, however often the planner reads it.
_CHANGE_MARKS = """
WITH forgotten AS MATERIALIZED (
    SELECT activation_id, caller_mark, left('-' || replace(gen_random_uuid()::text, '-', ''), 32) AS mark
    FROM calls_call
    WHERE caller_mark <> '' AND NOT starts_with(caller_mark, '-')
    GROUP BY activation_id, caller_mark
    HAVING max(arrived_at) < %s
)
UPDATE calls_call AS call SET caller_mark = forgotten.mark
FROM forgotten
WHERE call.caller_mark = forgotten.caller_mark AND call.activation_id IS NOT DISTINCT FROM forgotten.activation_id
"""


def forget_callers(*, before: datetime) -> int:
    """Forget whose calls arrived before an instant: numbers, notes and marks; answers how many numbers.

    The mark of a caller who called the same activation again later stays as long as that later call's.
    """
    with acting_as_centre():
        models.Note.objects.filter(call__arrived_at__lt=before).delete()
        # They have the mark by which a number can be found.
        models.Treatment.objects.filter(at__lt=before).delete()
        models.TextCaller.objects.filter(last_at__lt=before).delete()
        forgotten, _ = models.Caller.objects.filter(at__lt=before).delete()
        with connection.cursor() as cursor:
            cursor.execute(_CHANGE_MARKS, [before])
    return forgotten


def drop_set_aside(*, before: datetime) -> None:
    """Drop the database that a restore put aside before an instant: it remembers what the centre has forgotten."""
    for name in set_aside_databases(before=before):
        with connection.cursor() as cursor:
            cursor.execute(f"DROP DATABASE {connection.ops.quote_name(name)}")
