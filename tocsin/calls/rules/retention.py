"""How long callers can be told apart by their numbers, and what a restore puts aside."""

from datetime import datetime, timedelta

# A restore keeps the database it replaces under this ending of its name, with the instant as its comment.
SET_ASIDE = "_previous"
SET_ASIDE_KEPT = timedelta(days=7)


def set_aside_at(comment: str | None) -> datetime | None:
    """When a database was put aside, as its comment says; None where no restore wrote that.

    >>> set_aside_at("2026-03-07T12:00:00+00:00")
    datetime.datetime(2026, 3, 7, 12, 0, tzinfo=datetime.timezone.utc)
    >>> set_aside_at("kept by hand")
    """
    try:
        at = datetime.fromisoformat(comment or "")
    except ValueError:
        return None
    return at if at.tzinfo else None
