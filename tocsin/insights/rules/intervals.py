"""How figures are cut up: into intervals of civil time, and by what the calls have in common."""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Sequence
from datetime import date, datetime, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from tocsin.insights.rules.days import start_of

# In minutes. Offsets from UTC change by whole quarters of an hour, and at a quarter of an hour.
_GRAIN = 15


# Of a call that somebody in no team answered; a call that nobody answered has an empty one.
NO_TEAM = "–"


class Interval(StrEnum):
    """How long an interval is: so many minutes, or a civil day."""

    FIVE_MINUTES = "5"
    QUARTER = "15"
    HALF_HOUR = "30"
    HOUR = "60"
    DAY = "day"


class Dimension(StrEnum):
    """What calls are told apart by; `queries.journal` says where the journal has it."""

    NOTHING = "nothing"
    LANGUAGE = "language"
    STREAM = "stream"
    # Of the agent who spoke with the caller first.
    TEAM = "team"


def edges(interval: Interval, *, days: Sequence[date], timezone: str) -> list[datetime]:
    """The starts, in UTC, of all intervals of consecutive local civil days, and last the end of the last one.

    Intervals of minutes begin at whole multiples on the clock, and anew where the clock is put forward or back:
    the hour that is repeated in autumn is two hours.
    """
    midnights = [start_of(day, timezone) for day in (*days, days[-1] + timedelta(days=1))]
    if interval is Interval.DAY:
        return midnights
    minutes, zone = int(interval), ZoneInfo(timezone)
    starts, offset = [], None
    instant = midnights[0]
    while instant < midnights[-1]:
        local = instant.astimezone(zone)
        if (local.hour * 60 + local.minute) % minutes == 0 or local.utcoffset() != offset:
            starts.append(instant)
        offset = local.utcoffset()
        instant += timedelta(minutes=min(minutes, _GRAIN))
    return [*starts, midnights[-1]]


def touched(edges: Sequence[datetime], *, stretches: Iterable[tuple[datetime, datetime]]) -> frozenset[datetime]:
    """The starts of the intervals that share a part with one of the stretches, from a start to before an end."""
    starts = edges[:-1]
    return frozenset(
        start
        for begins, ends in stretches
        for start in starts[max(bisect_right(edges, begins) - 1, 0) : bisect_left(edges, ends)]
    )
