"""How much the switchboard takes on, and how long it waits: what is beyond is left to the switch's fallback."""

from dataclasses import dataclass
from datetime import timedelta


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """`most_calls` is how many callers may be in line or in conversation at once, and `most_taken_in` how many may
    be inside with those who find the line full.

    PostgreSQL gives up waiting for a lock after `lock`, and a statement after `statement`; where it says nothing,
    whatever was asked of it, the switchboard gives it up after `answer`.
    """

    most_calls: int
    most_taken_in: int
    lock: timedelta = timedelta(seconds=3)
    statement: timedelta = timedelta(seconds=5)
    answer: timedelta = timedelta(seconds=8)
