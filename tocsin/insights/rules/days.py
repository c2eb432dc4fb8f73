"""Figures by stretches of civil time: quarters of an hour as counted, then hours, days, weekends.

A quarter of an hour is the grain because every time zone in use is a whole number of quarters from UTC.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from tocsin.activations.rules import Hours
from tocsin.insights.rules.figures import Figures

QUARTER = timedelta(minutes=15)
_SATURDAY = 5


@dataclass(frozen=True, slots=True)
class Tally:
    """The figures of the calls that arrived in one quarter of an hour and were held in one language."""

    quarter: datetime
    language: str
    figures: Figures


def quarter_of(instant: datetime) -> datetime:
    """The start, in UTC, of the quarter of an hour that an instant is in."""
    instant = instant.astimezone(UTC)
    return instant.replace(minute=instant.minute // 15 * 15, second=0, microsecond=0)


def hour_of(instant: datetime, timezone: str) -> datetime:
    """The start, in UTC, of an instant's local hour; the hour repeated in autumn is two hours."""
    quarter = quarter_of(instant)
    return quarter - timedelta(minutes=quarter.astimezone(ZoneInfo(timezone)).minute)


def day_of(instant: datetime, timezone: str) -> date:
    """The local civil day of an instant."""
    return instant.astimezone(ZoneInfo(timezone)).date()


def start_of(day: date, timezone: str) -> datetime:
    """The first instant, in UTC, of a local civil day; the next day's is 23, 24 or 25 hours later.

    >>> start_of(date(2022, 3, 28), "Europe/Brussels") - start_of(date(2022, 3, 27), "Europe/Brussels")
    datetime.timedelta(seconds=82800)
    """
    return datetime.combine(day, time(), ZoneInfo(timezone)).astimezone(UTC)


def total(tallies: Iterable[Tally]) -> Figures:
    """The figures of all."""
    return sum((tally.figures for tally in tallies), Figures())


def by_language(tallies: Iterable[Tally]) -> dict[str, Figures]:
    """Figures per language, the most called first."""
    found: dict[str, Figures] = {}
    for tally in tallies:
        found[tally.language] = found.get(tally.language, Figures()) + tally.figures
    return dict(sorted(found.items(), key=lambda item: (-item[1].offered, item[0])))


def days_from(first: date, last: date) -> list[date]:
    """All civil days from the first to the last, both included."""
    return [first + timedelta(days=i) for i in range((last - first).days + 1)]


def by_day(tallies: Iterable[Tally], *, days: Iterable[date], timezone: str) -> dict[date, Figures]:
    """Figures of each of the local civil days given; they must cover the tallies."""
    found = dict.fromkeys(days, Figures())
    for tally in tallies:
        found[day_of(tally.quarter, timezone)] += tally.figures
    return found


def quarters_of(day: date, timezone: str) -> list[datetime]:
    """The starts, in UTC, of the quarters of a local civil day: 92, 96 or 100."""
    start, end = start_of(day, timezone), start_of(day + timedelta(days=1), timezone)
    return [start + QUARTER * i for i in range((end - start) // QUARTER)]


def by_quarter(tallies: Iterable[Tally], *, quarters: Iterable[datetime]) -> dict[datetime, Figures]:
    """Figures of each of the quarters given; they must cover the tallies."""
    found = dict.fromkeys(quarters, Figures())
    for tally in tallies:
        found[tally.quarter] += tally.figures
    return found


def by_hour(tallies: Iterable[Tally], *, days: Iterable[date], timezone: str) -> dict[datetime, Figures]:
    """Figures of each local hour, by its start in UTC, of the days given; they must cover the tallies.

    In UTC, because local times that differ in nothing but their fold are equal to Python.
    """
    hours = (hour_of(quarter, timezone) for day in days for quarter in quarters_of(day, timezone))
    found = dict.fromkeys(hours, Figures())
    for tally in tallies:
        found[hour_of(tally.quarter, timezone)] += tally.figures
    return found


def open_days(*, spans: Iterable[tuple[datetime, datetime]], hours: Sequence[Hours], timezone: str) -> list[date]:
    """The local civil days on which calls were taken: open, and within the opening hours where there are any.

    `spans` are the stretches, start and end, during which the activation was open.
    """
    days: set[date] = set()
    for start, end in spans:
        for day in days_from(day_of(start, timezone), day_of(end, timezone)):
            stretches = stretches_of(day, hours, timezone)
            if any(begins < end and start < ends for begins, ends in stretches):
                days.add(day)
    return sorted(days)


def stretches_of(day: date, hours: Sequence[Hours], timezone: str) -> list[tuple[datetime, datetime]]:
    """The stretches of a local civil day in which calls are taken; the whole day where there are no hours."""
    midnight = start_of(day + timedelta(days=1), timezone)
    if not hours:
        return [(start_of(day, timezone), midnight)]
    zone = ZoneInfo(timezone)
    return [
        (
            datetime.combine(day, stretch.start, zone),
            datetime.combine(day, stretch.until, zone) if stretch.until != time() else midnight,
        )
        for stretch in hours
        if stretch.weekday == day.weekday()
    ]


@dataclass(frozen=True, slots=True)
class Peak:
    """The day with the most calls; the first of them where several have as many."""

    day: date
    offered: int


def peak_day(days: Mapping[date, Figures]) -> Peak | None:
    """The day with the most calls; None where nobody called."""
    day = max(days, key=lambda day: days[day].offered, default=None)
    return Peak(day, days[day].offered) if day and days[day].offered else None


def mean_per_day(days: Mapping[date, Figures]) -> float | None:
    """Calls per day, over the days given."""
    return sum(counted.offered for counted in days.values()) / len(days) if days else None


def weekend_mean(days: Mapping[date, Figures]) -> float | None:
    """Calls per day, over the Saturdays and Sundays among the days given; None where there are none."""
    return mean_per_day({day: counted for day, counted in days.items() if day.weekday() >= _SATURDAY})
