"""The only way to write a line."""

from collections.abc import Mapping
from datetime import UTC, datetime

from django.db import connection, transaction

from tocsin.accounts.models import Person
from tocsin.logbook.models import Line
from tocsin.logbook.rules import BEGINNING, line_digest

# Any constant will do, as long as everyone who appends takes the same one.
CHAIN_LOCK = 0x70C51


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
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [CHAIN_LOCK])
        last = Line.objects.order_by("-id").values_list("digest", flat=True).first() or BEGINNING
        digest = line_digest(
            previous=last,
            at=at,
            kind=kind,
            by=by.pk if by else None,
            authority=authority,
            subject=subject,
            facts=facts,
        )
        line = Line.objects.create(
            at=at,
            kind=kind,
            by=by,
            authority=authority,
            subject=subject,
            facts=facts,
            previous=last,
            digest=digest,
        )
    notify("tocsin_logbook", kind)
    return line


def notify(channel: str, payload: str) -> None:
    """Tell the processes that listen on a channel of PostgreSQL, once the open transaction has succeeded."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_notify(%s, %s)", [channel, payload])
