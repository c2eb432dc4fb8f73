"""Figures by stretches of civil time: days, open days, weekends."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo

from tocsin.activations.rules import Hours
from tocsin.insights.rules import days
from tocsin.insights.rules.days import Peak, Tally
from tocsin.insights.rules.figures import Figures
from tocsin.insights.rules.intervals import Interval, edges, touched

BRUSSELS = "Europe/Brussels"
SATURDAY, SUNDAY, MONDAY = date(2026, 3, 7), date(2026, 3, 8), date(2026, 3, 9)
THREE_DAYS = [SATURDAY, SUNDAY, MONDAY]


def at(day: date, clock: str) -> datetime:
    """An instant by the clock in Brussels."""
    return datetime.combine(day, time.fromisoformat(clock), ZoneInfo(BRUSSELS)).astimezone(UTC)


def called(instant: datetime, offered: int = 1, language: str = "nl") -> Tally:
    return Tally(days.quarter_of(instant), language, Figures(offered=offered))


def open_days(
    *, spans: Sequence[tuple[datetime, datetime]], hours: Sequence[Hours] = (), over: Sequence[date]
) -> list[date]:
    """The days, of some that follow each other, on which the line was open."""
    stretches = days.open_stretches(spans=spans, hours=hours, timezone=BRUSSELS)
    starts = touched(edges(Interval.DAY, days=over, timezone=BRUSSELS), stretches=stretches)
    return [days.day_of(start, BRUSSELS) for start in sorted(starts)]


def test_a_call_just_after_local_midnight_belongs_to_the_new_day() -> None:
    tallies = [called(at(SATURDAY, "23:59")), called(at(SUNDAY, "00:00"), 2)]
    found = days.figures_by(tallies, lambda tally: days.day_of(tally.start, BRUSSELS))

    assert {day: figures.offered for day, figures in found.items()} == {SATURDAY: 1, SUNDAY: 2}


def test_a_part_in_which_nobody_called_is_told_where_it_is_asked_for() -> None:
    found = days.figures_by([called(at(SUNDAY, "12:00"))], lambda tally: SUNDAY, parts=[SATURDAY, SUNDAY])

    assert [(day, figures.offered) for day, figures in found.items()] == [(SATURDAY, 0), (SUNDAY, 1)]


def test_the_line_is_open_on_every_day_that_it_touches() -> None:
    spans = [(at(SATURDAY, "23:00"), at(MONDAY, "00:30"))]

    assert open_days(spans=spans, over=THREE_DAYS) == THREE_DAYS


def test_a_line_that_closes_at_midnight_was_not_open_on_the_day_that_begins() -> None:
    spans = [(at(SATURDAY, "12:00"), at(SUNDAY, "00:00"))]

    assert open_days(spans=spans, over=THREE_DAYS) == [SATURDAY]


def test_the_line_is_not_open_on_a_day_without_opening_hours_or_after_them() -> None:
    hours = [Hours(5, time(9), time(17)), Hours(0, time(20), time(0))]
    spans = [(at(SATURDAY, "17:00"), at(MONDAY, "23:59"))]

    assert open_days(spans=spans, hours=hours, over=THREE_DAYS) == [MONDAY]


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
    tallies = [called(noon, 1, "fr"), called(noon, 2, "nl"), called(noon, 2, "fr"), called(noon, 2, "de")]
    found = days.most_called_first(days.figures_by(tallies, lambda tally: tally.value))

    assert [(language, figures.offered) for language, figures in found.items()] == [
        ("fr", 3),
        ("de", 2),
        ("nl", 2),
    ]
