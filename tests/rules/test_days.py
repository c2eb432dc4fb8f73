"""Figures by quarters, hours and days of civil time, also where a day has 23 or 25 hours."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tocsin.activations.rules import Hours
from tocsin.insights.rules import days
from tocsin.insights.rules.days import Peak, Tally
from tocsin.insights.rules.figures import Figures

BRUSSELS = "Europe/Brussels"
SPRING, AUTUMN = date(2026, 3, 29), date(2026, 10, 25)
SATURDAY, SUNDAY, MONDAY = date(2026, 3, 7), date(2026, 3, 8), date(2026, 3, 9)


def at(day: date, clock: str, *, fold: int = 0) -> datetime:
    """An instant by the clock in Brussels."""
    local = datetime.combine(day, time.fromisoformat(clock), ZoneInfo(BRUSSELS)).replace(fold=fold)
    return local.astimezone(UTC)


def called(instant: datetime, offered: int = 1, language: str = "nl") -> Tally:
    return Tally(days.quarter_of(instant), language, Figures(offered=offered))


@pytest.mark.parametrize(("day", "hours"), [(SPRING, 23), (AUTUMN, 25), (SATURDAY, 24)])
def test_a_civil_day_has_as_many_hours_as_the_clock_gives_it(day: date, hours: int) -> None:
    assert len(days.quarters_of(day, BRUSSELS)) == hours * 4
    assert len(days.by_hour([], days=[day], timezone=BRUSSELS)) == hours


def test_the_hour_that_the_clock_repeats_is_two_hours() -> None:
    first, second = at(AUTUMN, "02:30"), at(AUTUMN, "02:30", fold=1)
    found = days.by_hour([called(first), called(second, 2)], days=[AUTUMN], timezone=BRUSSELS)

    assert second - first == timedelta(hours=1)
    assert [(hour, figures.offered) for hour, figures in found.items() if figures.offered] == [
        (at(AUTUMN, "02:00"), 1),
        (at(AUTUMN, "02:00", fold=1), 2),
    ]


def test_a_call_just_after_local_midnight_belongs_to_the_new_day() -> None:
    found = days.by_day(
        [called(at(SATURDAY, "23:59")), called(at(SUNDAY, "00:00"), 2)], days=[SATURDAY, SUNDAY], timezone=BRUSSELS
    )

    assert [figures.offered for figures in found.values()] == [1, 2]


@given(st.timedeltas(timedelta(0), timedelta(days=3650)).map(datetime(2020, 1, 1, tzinfo=UTC).__add__))
def test_every_instant_is_in_a_quarter_of_its_day_and_hour(instant: datetime) -> None:
    for timezone in (BRUSSELS, "Asia/Kathmandu", "Australia/Lord_Howe", "America/St_Johns"):
        quarter = days.quarter_of(instant)
        assert timedelta(0) <= instant - quarter < days.QUARTER
        day = days.day_of(quarter, timezone)
        assert day == days.day_of(instant, timezone)
        assert quarter in days.quarters_of(day, timezone)
        assert days.by_hour([called(instant)], days=[day], timezone=timezone)[days.hour_of(instant, timezone)]


def test_the_line_is_open_on_every_day_that_it_touches() -> None:
    spans = [(at(SATURDAY, "23:00"), at(MONDAY, "00:30"))]

    assert days.open_days(spans=spans, hours=(), timezone=BRUSSELS) == [SATURDAY, SUNDAY, MONDAY]


def test_a_line_that_closes_at_midnight_was_not_open_on_the_day_that_begins() -> None:
    spans = [(at(SATURDAY, "12:00"), at(SUNDAY, "00:00"))]

    assert days.open_days(spans=spans, hours=(), timezone=BRUSSELS) == [SATURDAY]


def test_the_line_is_not_open_on_a_day_without_opening_hours_or_after_them() -> None:
    hours = [Hours(5, time(9), time(17)), Hours(0, time(20), time(0))]
    spans = [(at(SATURDAY, "17:00"), at(MONDAY, "23:59"))]

    assert days.open_days(spans=spans, hours=hours, timezone=BRUSSELS) == [MONDAY]


def test_the_weekend_mean_is_over_saturdays_and_sundays_alone() -> None:
    figures = {SATURDAY: Figures(offered=60), SUNDAY: Figures(offered=72), MONDAY: Figures(offered=300)}

    assert (days.weekend_mean(figures), days.mean_per_day(figures)) == (66, 144)
    assert days.peak_day(figures) == Peak(MONDAY, 300)


def test_there_is_no_mean_and_no_peak_of_nothing() -> None:
    assert (days.mean_per_day({}), days.weekend_mean({MONDAY: Figures()}), days.peak_day({})) == (None, None, None)
    assert days.peak_day({MONDAY: Figures()}) is None


def test_the_first_of_equal_days_is_the_peak() -> None:
    assert days.peak_day({SATURDAY: Figures(offered=5), SUNDAY: Figures(offered=5)}) == Peak(SATURDAY, 5)


def test_languages_are_told_the_most_called_first() -> None:
    noon = at(MONDAY, "12:00")
    found = days.by_language([called(noon, 1, "fr"), called(noon, 2, "nl"), called(noon, 2, "fr")])

    assert [(language, figures.offered) for language, figures in found.items()] == [("fr", 3), ("nl", 2)]
