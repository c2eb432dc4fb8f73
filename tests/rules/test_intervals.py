"""Intervals of civil time: of minutes and of days, also where the clock is put forward or back."""

from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tocsin.insights.rules.days import days_from
from tocsin.insights.rules.intervals import Interval, edges, touched

BRUSSELS, LORD_HOWE, KATHMANDU, BEIRUT = "Europe/Brussels", "Australia/Lord_Howe", "Asia/Kathmandu", "Asia/Beirut"
SPRING, ORDINARY, AUTUMN = date(2026, 3, 29), date(2026, 3, 7), date(2026, 10, 25)


def clocks(interval: Interval, day: date, timezone: str = BRUSSELS) -> list[str]:
    """What the clock shows when each interval of a day begins."""
    starts = edges(interval, days=[day], timezone=timezone)[:-1]
    return [start.astimezone(ZoneInfo(timezone)).strftime("%H:%M") for start in starts]


@pytest.mark.parametrize(("day", "hours"), [(SPRING, 23), (ORDINARY, 24), (AUTUMN, 25)])
@pytest.mark.parametrize("interval", Interval)
def test_a_civil_day_has_as_many_intervals_as_the_clock_gives_it(
    interval: Interval, day: date, hours: int
) -> None:
    expected = 1 if interval is Interval.DAY else hours * 60 // int(interval)

    assert len(clocks(interval, day)) == expected


def test_the_hour_that_is_repeated_is_two_hours_and_the_one_left_out_is_none() -> None:
    assert clocks(Interval.HOUR, AUTUMN)[:5] == ["00:00", "01:00", "02:00", "02:00", "03:00"]
    assert clocks(Interval.HOUR, SPRING)[:4] == ["00:00", "01:00", "03:00", "04:00"]


def test_where_the_clock_moves_by_half_an_hour_that_half_is_an_interval_of_its_own() -> None:
    assert clocks(Interval.HOUR, date(2026, 4, 5), LORD_HOWE)[:4] == ["00:00", "01:00", "01:30", "02:00"]
    assert clocks(Interval.HOUR, date(2026, 10, 4), LORD_HOWE)[:4] == ["00:00", "01:00", "02:30", "03:00"]


def test_hours_begin_on_the_local_clock_also_a_quarter_away_from_utc() -> None:
    assert clocks(Interval.HOUR, ORDINARY, KATHMANDU)[:3] == ["00:00", "01:00", "02:00"]


def test_a_day_that_begins_after_midnight_begins_when_the_clock_does() -> None:
    assert clocks(Interval.HOUR, SPRING, BEIRUT)[:2] == ["01:00", "02:00"]


@given(
    st.dates(date(2020, 1, 1), date(2030, 1, 1)),
    st.integers(0, 3),
    st.sampled_from(Interval),
    st.sampled_from([BRUSSELS, LORD_HOWE, KATHMANDU, BEIRUT, "America/St_Johns"]),
)
def test_intervals_follow_each_other_and_are_those_of_each_day(
    first: date, more: int, interval: Interval, timezone: str
) -> None:
    days = days_from(first, first + timedelta(days=more))
    found = edges(interval, days=days, timezone=timezone)
    longest = timedelta(hours=25) if interval is Interval.DAY else timedelta(minutes=int(interval))

    assert all(timedelta() < until - start <= longest for start, until in pairwise(found))
    assert found[:-1] == [start for day in days for start in edges(interval, days=[day], timezone=timezone)[:-1]]


def at(hour: int, minute: int = 0) -> datetime:
    return datetime(2026, 3, 7, hour, minute, tzinfo=UTC)


@pytest.mark.parametrize(
    ("stretch", "found"),
    [
        ((at(9), at(10)), [9]),
        ((at(9, 59), at(10, 1)), [9, 10]),
        ((at(8), at(9)), []),
        ((at(8), at(9, 1)), [9]),
        ((at(11), at(13)), [11]),
        ((at(12), at(13)), []),
        ((at(7), at(13)), [9, 10, 11]),
    ],
)
def test_an_interval_is_touched_by_a_stretch_that_shares_a_part_of_it(
    stretch: tuple[datetime, datetime], found: list[int]
) -> None:
    hours = [at(9), at(10), at(11), at(12)]

    assert sorted(start.hour for start in touched(hours, stretches=[stretch])) == found
