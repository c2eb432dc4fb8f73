"""What is said of a journal by others than the product: by who read it meanwhile, by its tables, by who called."""

from collections import Counter
from collections.abc import Collection
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

from django.db import connection

from tests.telephony.centre import DATABASE_GONE
from tocsin.calls.models import Call

_STEPS = "SELECT id, call_id, before, after, at, agent_id, why FROM calls_callstep WHERE id > %s ORDER BY id"
_LINES = "SELECT id, kind, subject, at, previous, digest FROM logbook_line WHERE id > %s ORDER BY id"
# A row here is something that is wrong.
_FAULTS = {
    "a call is not in the state to which its last step brought it": """
        SELECT leg, state, after FROM calls_call LEFT JOIN LATERAL (
            SELECT after FROM calls_callstep WHERE call_id = leg ORDER BY id DESC LIMIT 1) AS last ON true
        WHERE after IS DISTINCT FROM state AND activation_id = %(activation)s""",
    "a step is of no call": """
        SELECT id, call_id FROM calls_callstep
        WHERE NOT EXISTS (SELECT FROM calls_call WHERE leg = call_id) AND activation_id = %(activation)s""",
    "an agent spoke with two callers at once": """
        WITH stretch AS (
            SELECT call_id, agent_id, after, at AS began,
                coalesce(lead(at) OVER (PARTITION BY call_id ORDER BY id), 'infinity') AS over
            FROM calls_callstep WHERE activation_id = %(activation)s),
        talk AS (SELECT * FROM stretch WHERE after = 'talking')
        SELECT one.call_id, other.call_id FROM talk AS one JOIN talk AS other USING (agent_id)
        WHERE one.call_id < other.call_id AND one.began < other.over AND other.began < one.over""",
    "a line of the logbook does not follow the one before it": """
        SELECT id FROM (SELECT id, previous, lag(digest, 1, repeat('0', 64)) OVER (ORDER BY id) AS before
        FROM logbook_line) AS line WHERE previous <> before""",
}


@dataclass
class Reader:
    """Reads what is new in the journal and the logbook, and remembers: what could be read once was kept."""

    _read: dict[str, dict[int, tuple[Any, ...]]] = field(
        default_factory=lambda: {_STEPS: {}, _LINES: {}}, init=False
    )

    def reads_on(self) -> None:
        """Read what came since the last time; nothing while the database is away."""
        with suppress(*DATABASE_GONE):
            for question, known in self._read.items():
                known.update(_rows(question, [max(known, default=0)]))

    def check_kept(self) -> None:
        """Whatever was read is there as it was."""
        for question, known in self._read.items():
            there = _rows(question, [0])
            assert known == {key: there.get(key) for key in known}


def check_tables(activation: int) -> None:
    """The rows of the journal of one activation, and of the logbook, agree with each other."""
    with connection.cursor() as cursor:
        for fault, question in _FAULTS.items():
            cursor.execute(question, {"activation": activation})
            assert not (rows := cursor.fetchall()), f"{fault}: {rows}"


def calls_by_mark(marks: Collection[str]) -> Counter[str]:
    """How many calls are known of each of these callers."""
    return Counter(Call.objects.filter(caller_mark__in=marks).values_list("caller_mark", flat=True))


def _rows(question: str, values: list[int]) -> dict[int, tuple[Any, ...]]:
    """By their keys."""
    try:
        with connection.cursor() as cursor:
            cursor.execute(question, values)
            return {row[0]: row for row in cursor.fetchall()}
    except DATABASE_GONE:
        connection.close()
        raise
