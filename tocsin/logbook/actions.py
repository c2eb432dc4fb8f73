"""The only way to write a line."""

import json
from collections.abc import Mapping
from datetime import UTC, datetime

from django.db import connection, transaction

from tocsin.accounts.models import Person
from tocsin.logbook.models import Line
from tocsin.logbook.rules import BEGINNING, line_digest

# Any constant will do, as long as everyone who appends takes the same one.
CHAIN_LOCK = 0x70C51
# Two statements in one go: one alone would see what there was before it waited for the lock.
_LAST = """
SELECT pg_advisory_xact_lock(%s);
SELECT digest FROM logbook_line ORDER BY id DESC LIMIT 1
"""
_APPEND = """
INSERT INTO logbook_line (at, kind, by_id, authority, subject, facts, previous, digest)
VALUES (%s, %s, %s, %s, %s, %s, %s, %s)
RETURNING id, pg_notify('tocsin_logbook', %s)
"""


def note(
    *,
    kind: str,
    subject: str,
    by: Person | None,
    at: datetime,
    authority: int | None = None,
    facts: Mapping[str, object] | None = None,
) -> Line:
    """Append one line, inside the caller's transaction, and tell those who listen on `tocsin_logbook`.

    `kind` is a fact, past and dotted (`activation.opened`); `subject` names the thing (`activation:12`).
    Appends are serialised until the transaction ends, because each line carries the digest of the last.
    """
    if not connection.in_atomic_block:
        raise transaction.TransactionManagementError("A logbook line belongs to the transaction it describes")
    facts = dict(facts or {})
    at = at.astimezone(UTC)
    with connection.cursor() as cursor:
        cursor.execute(_LAST, [CHAIN_LOCK])
        cursor.nextset()
        last = (cursor.fetchone() or [BEGINNING])[0]
        line = Line(at=at, kind=kind, by=by, authority=authority, subject=subject, facts=facts, previous=last)
        line.digest = line_digest(
            previous=last, at=at, kind=kind, by=line.by_id, authority=authority, subject=subject, facts=facts
        )
        cursor.execute(
            _APPEND, [at, kind, line.by_id, authority, subject, json.dumps(facts), last, line.digest, kind]
        )
        line.id, _ = cursor.fetchone()
    return line


def notify(channel: str, payload: str) -> None:
    """Tell the processes that listen on a channel of PostgreSQL, once the open transaction has succeeded."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_notify(%s, %s)", [channel, payload])
