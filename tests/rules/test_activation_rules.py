"""An activation's states and opening hours."""

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tocsin.activations.rules import SPOKEN_LANGUAGES, Event, Hours, State, is_staffed, next_state, spoken_name
from tocsin.calls.rules.phrases import PHRASES
from tocsin.refusals import Refusal

ALLOWED = {
    (State.ORDERED, Event.LINE_ANSWERS): State.OPEN,
    (State.ORDERED, Event.CLOSE_ORDERED): State.CLOSED,
    (State.OPEN, Event.CLOSE_ORDERED): State.CLOSING,
    (State.CLOSING, Event.LAST_CALLER_LEFT): State.CLOSED,
}
BRUSSELS = ZoneInfo("Europe/Brussels")
INSTANTS = st.integers(0, 3 * 366 * 86400).map(
    lambda second: datetime(2025, 1, 1, tzinfo=UTC) + timedelta(seconds=second)
)
ZONES = st.sampled_from(["Europe/Brussels", "UTC", "America/New_York", "Asia/Kathmandu", "Pacific/Apia"])
TIMES = st.times().filter(lambda clock: clock != time(0))


@pytest.mark.parametrize("state", State)
@pytest.mark.parametrize("event", Event)
def test_every_event_in_every_state_leads_where_the_table_says_or_is_refused(state: State, event: Event) -> None:
    if (state, event) in ALLOWED:
        assert next_state(state, event) is ALLOWED[state, event]
    else:
        says = "closed already" if event is Event.CLOSE_ORDERED else "moved on"
        with pytest.raises(Refusal, match=says):
            next_state(state, event)


def test_nothing_leads_out_of_closed() -> None:
    assert State.CLOSED not in {state for state, _event in ALLOWED}


@given(INSTANTS, ZONES)
def test_no_hours_at_all_means_day_and_night(now: datetime, zone: str) -> None:
    assert is_staffed([], now=now, timezone=zone)


@given(INSTANTS, ZONES, TIMES)
def test_a_day_cut_in_two_at_any_time_is_staffed_at_every_instant_of_the_year(
    now: datetime, zone: str, cut: time
) -> None:
    halves = [half for day in range(7) for half in (Hours(day, time(0), cut), Hours(day, cut, time(0)))]
    assert is_staffed(halves, now=now, timezone=zone)


@given(INSTANTS, ZONES, TIMES)
def test_hours_of_other_weekdays_staff_nothing_today(now: datetime, zone: str, start: time) -> None:
    today = now.astimezone(ZoneInfo(zone)).weekday()
    others = [Hours(day, start, time(0)) for day in range(7) if day != today]
    assert not is_staffed(others, now=now, timezone=zone)


def test_the_start_is_inside_and_the_end_is_not() -> None:
    hours = [Hours(0, time(9), time(20))]
    monday = datetime(2026, 3, 2, tzinfo=BRUSSELS)
    staffed = [
        is_staffed(hours, now=monday + timedelta(hours=hour, seconds=second), timezone="Europe/Brussels")
        for hour, second in ((8, 3599), (9, 0), (19, 3599), (20, 0))
    ]
    assert staffed == [False, True, True, False]


def test_until_midnight_includes_the_last_second_of_the_day_and_not_the_next_day() -> None:
    hours = [Hours(4, time(18), time(0))]
    friday = datetime(2026, 3, 6, 23, 59, 59, 999999, tzinfo=BRUSSELS)
    assert is_staffed(hours, now=friday, timezone="Europe/Brussels")
    assert not is_staffed(hours, now=friday + timedelta(microseconds=1), timezone="Europe/Brussels")


def test_hours_follow_the_clock_on_the_wall_when_summer_begins() -> None:
    # On 29 March 2026 the clock goes from 02:00 to 03:00: 01:30 UTC is 03:30 on the wall.
    hours = [Hours(6, time(3), time(4))]
    assert not is_staffed(hours, now=datetime(2026, 3, 29, 0, 59, tzinfo=UTC), timezone="Europe/Brussels")
    assert is_staffed(hours, now=datetime(2026, 3, 29, 1, 0, tzinfo=UTC), timezone="Europe/Brussels")
    assert not is_staffed(hours, now=datetime(2026, 3, 29, 2, 0, tzinfo=UTC), timezone="Europe/Brussels")


def test_an_hour_that_the_clock_shows_twice_is_staffed_twice() -> None:
    # On 25 October 2026 the wall shows 02:00 to 03:00 at 00:00 UTC and again at 01:00 UTC.
    hours = [Hours(6, time(2), time(3))]
    staffed = [
        is_staffed(hours, now=datetime(2026, 10, 25, hour, 30, tzinfo=UTC), timezone="Europe/Brussels")
        for hour in (0, 1, 2)
    ]
    assert staffed == [True, True, False]


@pytest.mark.parametrize(
    ("weekday", "start", "until"),
    [
        (7, time(9), time(17)),
        (-1, time(9), time(17)),
        (0, time(17), time(9)),
        (0, time(9), time(9)),
    ],
)
def test_hours_that_cannot_be_are_refused(weekday: int, start: time, until: time) -> None:
    with pytest.raises(Refusal):
        Hours(weekday, start, until)


@given(st.text(), st.text())
def test_a_text_has_one_recording_per_language_and_another_text_another(one: str, other: str) -> None:
    assert (spoken_name("nl", one) == spoken_name("nl", other)) is (one == other)
    assert spoken_name("nl", one) != spoken_name("fr", one)


def test_the_languages_with_a_voice_are_those_the_line_itself_has_sentences_in() -> None:
    assert set(SPOKEN_LANGUAGES) == set(PHRASES)
