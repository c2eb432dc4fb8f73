"""Opening hours as a line lives by them: when it is open next, when it closes, and spans counted in open time.

The clock on the wall jumps twice a year; `is_staffed` says what holds at an instant, and all of this follows it.
"""

from bisect import bisect_left
from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from typing import Protocol
from zoneinfo import ZoneInfo

from tocsin.activations.rules import Hours, is_staffed

# A stretch may fall into the hour that is left out once a year, and comes a week later.
_DAYS = 16
_MINUTE = timedelta(minutes=1)
# Why a call is not taken, or not made: as the journal has it.
CLOSED = "outside opening hours"


class Kept(Protocol):
    """What has opening hours, none of which means day and night, by the clock of a timezone."""

    @property
    def hours(self) -> tuple[Hours, ...]:
        """The stretches of the week."""

    @property
    def timezone(self) -> str:
        """By its name in the IANA database."""


def is_open(line: Kept | None, *, now: datetime) -> bool:
    """Whether it is within the hours; always where nobody knows of any."""
    return line is None or not line.hours or is_staffed(line.hours, now=now, timezone=line.timezone)


def opens_at(line: Kept | None, *, now: datetime) -> datetime | None:
    """When it is open next: now, where it is; None where it never is."""
    return _next(line, now=now, wanted=True)


def closes_at(line: Kept | None, *, now: datetime) -> datetime | None:
    """When it is closed next: now, where it is; None where it never is."""
    return _next(line, now=now, wanted=False)


def open_after(line: Kept | None, span: timedelta, *, now: datetime) -> datetime:
    """When it will have been open for so long, counted from now."""
    at = now
    while opens := opens_at(line, now=at):
        closes = closes_at(line, now=opens)
        if closes is None or closes - opens >= span:
            return opens + span
        span, at = span - (closes - opens), closes
    return now + span


def opens_next(line: Kept | None, *, now: datetime) -> datetime | None:
    """When it opens after it closes, or is closed now; None where it never does."""
    closes = closes_at(line, now=now)
    return opens_at(line, now=closes) if closes else None


def _next(line: Kept | None, *, now: datetime, wanted: bool) -> datetime | None:
    if is_open(line, now=now) is wanted:
        return now
    cuts = changes(line, after=now) if line and line.hours else ()
    return next((at for at in cuts if is_open(line, now=at) is wanted), None)


def changes(line: Kept, *, after: datetime) -> Iterator[datetime]:
    """The instants of two weeks at which hours may begin or end, in order, and every midnight."""
    zone = ZoneInfo(line.timezone)
    today = after.astimezone(zone).date()
    for day in (today + timedelta(days=days) for days in range(_DAYS)):
        begins, ends = _instant(day, time(), zone), _instant(day + timedelta(days=1), time(), zone)
        clocks = {
            clock for each in line.hours if each.weekday == day.weekday() for clock in (each.start, each.until)
        }
        # The wall may show a time twice.
        cuts = {_instant(day, clock, zone, fold=fold) for clock in clocks for fold in (0, 1)}
        cuts |= {begins, *_jumps(begins, ends, zone)}
        yield from sorted(cut for cut in cuts if begins <= cut < ends and cut > after)


def _jumps(begins: datetime, ends: datetime, zone: ZoneInfo) -> Iterator[datetime]:
    """When within a day the clock on the wall is put forward or back: on a minute."""
    before = begins.astimezone(zone).utcoffset()
    if before != ends.astimezone(zone).utcoffset():
        minutes = range((ends - begins) // _MINUTE + 1)
        put = bisect_left(
            minutes, True, key=lambda each: (begins + each * _MINUTE).astimezone(zone).utcoffset() != before
        )
        yield begins + put * _MINUTE


def _instant(day: date, clock: time, zone: ZoneInfo, *, fold: int = 0) -> datetime:
    return datetime.combine(day, clock.replace(fold=fold), zone).astimezone(UTC)
