"""Figures by stretches of civil time: quarters of an hour, hours, days, weekends."""

from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import TypeVar
from zoneinfo import ZoneInfo

from tocsin.activations.rules import Hours
from tocsin.insights.rules.figures import Figures

Part = TypeVar("Part", bound=Hashable)

QUARTER = timedelta(minutes=15)
_SATURDAY = 5


@dataclass(frozen=True, slots=True)
class Tally:
    """The figures of the calls that arrived in one interval; `value` is what these calls have in common."""

    start: datetime
    value: str
    figures: Figures


def quarter_of(instant: datetime) -> datetime:
    """The start, in UTC, of the quarter of an hour that an instant is in."""
    instant = instant.astimezone(UTC)
    return instant.replace(minute=instant.minute // 15 * 15, second=0, microsecond=0)


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


def days_from(first: date, last: date) -> list[date]:
    """All civil days from the first to the last, both included."""
    return [first + timedelta(days=i) for i in range((last - first).days + 1)]


def figures_by(
    tallies: Iterable[Tally], part: Callable[[Tally], Part], *, parts: Iterable[Part] = ()
) -> dict[Part, Figures]:
    """Figures of each part of the tallies; of the `parts` given also where nobody called, in their order."""
    found = dict.fromkeys(parts, Figures())
    for tally in tallies:
        found[part(tally)] = found.get(part(tally), Figures()) + tally.figures
    return found


def most_called_first(parts: Mapping[str, Figures]) -> dict[str, Figures]:
    """The same figures, the most called first; where two were called as much, by name."""
    return dict(sorted(parts.items(), key=lambda item: (-item[1].offered, item[0])))


def open_stretches(
    *, spans: Iterable[tuple[datetime, datetime]], hours: Sequence[Hours], timezone: str
) -> list[tuple[datetime, datetime]]:
    """The stretches in which calls were taken: open, and within the opening hours where there are any.

    `spans` are the stretches, start and end, during which the activation was open.
    """
    return [
        (max(start, begins), min(end, ends))
        for start, end in spans
        for day in days_from(day_of(start, timezone), day_of(end, timezone))
        for begins, ends in stretches_of(day, hours, timezone)
        if begins < end and start < ends
    ]


def stretches_of(day: date, hours: Sequence[Hours], timezone: str) -> list[tuple[datetime, datetime]]:
    """The stretches, in UTC, of a civil day in which calls are taken; the whole day where there are no hours."""
    midnight = start_of(day + timedelta(days=1), timezone)
    if not hours:
        return [(start_of(day, timezone), midnight)]
    zone = ZoneInfo(timezone)
    return [
        (
            datetime.combine(day, stretch.start, zone).astimezone(UTC),
            datetime.combine(day, stretch.until, zone).astimezone(UTC) if stretch.until != time() else midnight,
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
