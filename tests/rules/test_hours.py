"""When a line opens and closes, and spans in open time, also on the days on which the clock is put."""

from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tocsin.activations.rules import Hours
from tocsin.calls.rules.hours import closes_at, is_open, open_after, opens_at

STEP = timedelta(minutes=30)
ZONES = st.sampled_from(["Europe/Brussels", "UTC", "America/New_York", "Asia/Beirut"])
# Half an hour apart, around both days on which the clock is put in most of these places.
INSTANTS = st.sampled_from([(3, 27), (10, 23), (3, 7)]).flatmap(
    lambda day: st.integers(0, 2 * 24 * 4).map(lambda half: datetime(2026, *day, tzinfo=UTC) + half * STEP)
)
HALVES = st.integers(0, 47).map(lambda half: time(half // 2, half % 2 * 30))


@dataclass(frozen=True)
class Line:
    hours: tuple[Hours, ...]
    timezone: str = "Europe/Brussels"


@st.composite
def lines(draw: st.DrawFn) -> Line:
    """Hours on several days of the week, from half hour to half hour."""
    hours = []
    for day in draw(st.sets(st.integers(0, 6), min_size=1)):
        start, until = draw(HALVES), draw(HALVES)
        hours.append(Hours(day, start, until) if start < until else Hours(day, start, time(0)))
    return Line(tuple(hours), draw(ZONES))


def brussels(day: int, hour: int, minute: int = 0, *, month: int = 3) -> datetime:
    return datetime(2026, month, day, hour, minute, tzinfo=ZoneInfo("Europe/Brussels"))


@settings(max_examples=60)
@given(lines(), INSTANTS)
def test_what_is_found_is_the_first_change_that_is_seen_looking_every_half_hour(line: Line, now: datetime) -> None:
    seen = (now + half * STEP for half in range(48 * 8))
    opens = opens_at(line, now=now)
    assert next((at for at in seen if is_open(line, now=at)), opens) == opens
    if opens:
        closes = closes_at(line, now=opens)
        seen = (opens + half * STEP for half in range(48 * 8))
        assert next((at for at in seen if not is_open(line, now=at)), closes) == closes


@settings(max_examples=60)
@given(lines(), INSTANTS, st.integers(1, 12))
def test_a_span_in_open_time_is_over_when_it_was_open_for_so_many_half_hours(
    line: Line, now: datetime, halves: int
) -> None:
    seen = (now + half * STEP for half in range(48 * 7 * 14))
    was_open = [at for at in seen if is_open(line, now=at)][:halves]
    assert len(was_open) == halves
    assert open_after(line, halves * STEP, now=now) == was_open[-1] + STEP


def test_day_and_night_never_closes_and_counts_by_the_clock() -> None:
    now = brussels(28, 23)
    for line in (None, Line(())):
        assert (opens_at(line, now=now), closes_at(line, now=now)) == (now, None)
        assert open_after(line, timedelta(hours=4), now=now) == now + timedelta(hours=4)


@pytest.mark.parametrize(
    ("month", "day", "hours"), [(3, 28, 13), (10, 24, 15)], ids=["an hour is left out", "an hour comes twice"]
)
def test_the_night_in_which_the_clock_is_put_is_as_long_as_it_is(month: int, day: int, hours: int) -> None:
    line = Line(tuple(Hours(weekday, time(8), time(18)) for weekday in range(7)))
    evening = brussels(day, 18, month=month).astimezone(UTC)
    opens = opens_at(line, now=evening)
    assert opens == evening + timedelta(hours=hours)
    assert open_after(line, timedelta(hours=1), now=evening - timedelta(minutes=20)) == opens + timedelta(
        minutes=40
    )


def test_hours_that_are_left_out_come_a_week_later() -> None:
    line = Line((Hours(6, time(2), time(3)),))
    assert opens_at(line, now=brussels(28, 12)) == brussels(5, 2, month=4)


def test_hours_that_begin_in_the_hour_left_out_begin_when_it_is_over() -> None:
    line = Line((Hours(6, time(2, 30), time(5)),))
    assert opens_at(line, now=brussels(28, 12)) == brussels(29, 3)


def test_a_week_without_a_gap_is_never_closed() -> None:
    line = Line(
        tuple(
            Hours(day, start, until)
            for day in range(7)
            for start, until in ((time(0), time(9)), (time(9), time(0)))
        )
    )
    assert closes_at(line, now=brussels(28, 8)) is None
