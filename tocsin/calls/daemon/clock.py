"""Notices that the clock of the machine was put forward or back, by a second clock that nobody can put."""

import time
from datetime import UTC, datetime, timedelta

# What a clock is put right by without anybody noticing.
_SLIGHT = timedelta(seconds=2)
# Two clocks that are read one after the other are read at once where no more time than this went by.
_AT_ONCE = timedelta(seconds=0.1)


class Clock:
    """The time of day, and how far it was put since the clock was last followed.

    `seen` is the last time of day that was stored: a clock that is behind it was put back while nobody looked.
    """

    def __init__(self, *, seen: datetime | None = None) -> None:
        now, self._ticks = _both()
        self._began = max(now, seen) if seen else now

    def read(self) -> tuple[datetime, timedelta]:
        """What the clock shows, and by how much it was put forward; negative where it was put back."""
        now, ticks = _both()
        put = now - self._began - (ticks - self._ticks)
        return now, put if abs(put) >= _SLIGHT else timedelta()

    def follow(self, put: timedelta) -> None:
        """What the clock was put by has been decided: from here on that is the time."""
        self._began += put


def _both() -> tuple[datetime, timedelta]:
    """What both clocks show at one moment; read anew where the process stood still between the two."""
    while True:
        before, now, after = ticking(), wall(), ticking()
        if after - before <= _AT_ONCE:
            return now, after


def wall() -> datetime:
    """The time of day, as the machine has it."""
    return datetime.now(UTC)


def ticking() -> timedelta:
    """A time that only goes forward, and not while the machine sleeps."""
    return timedelta(seconds=time.monotonic())
