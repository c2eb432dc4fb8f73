"""How a line is chained to the one before it."""

import hashlib
import json
from collections.abc import Mapping
from datetime import datetime

BEGINNING = "0" * 64


def line_digest(
    *,
    previous: str,
    at: datetime,
    kind: str,
    by: int | None,
    authority: int | None,
    subject: str,
    facts: Mapping[str, object],
) -> str:
    """The SHA-256, in hexadecimal, of a line and the digest before it.

    The content is serialised as JSON with sorted keys, so that the digest does not depend on key order.
    """
    content = json.dumps(
        [previous, at.isoformat(), kind, by, authority, subject, facts], sort_keys=True, separators=(",", ":")
    )
    return hashlib.sha256(content.encode()).hexdigest()
