"""Who stands by tells one who stands still from one who leads, whatever the clocks show."""

from datetime import UTC, datetime, timedelta

from tocsin.calls.daemon.vigil import Sign, Vigil

NOON = datetime(2026, 3, 7, 12, tzinfo=UTC)
LOOK, BEAT = timedelta(seconds=0.1), timedelta(seconds=1)
LOOKS_A_BEAT = BEAT // LOOK
Beats = list[datetime | None]


def first_found_still(vigil: Vigil, beats: Beats, *, holder: int | None = 7, begin: int = 0) -> int | None:
    """At which look the switchboard is found to stand still that is seen to have stirred then, look by look."""
    for number, stirred_at in enumerate(beats, start=begin):
        if vigil.stands_still(Sign(holder, stirred_at), at=number * LOOK):
            return number
    return None


def beating(seconds: int) -> Beats:
    """What is seen of one that stirs every second."""
    return [NOON + number // LOOKS_A_BEAT * BEAT for number in range(seconds * LOOKS_A_BEAT)]


def test_one_that_goes_on_stirring_is_left_alone() -> None:
    assert first_found_still(Vigil(), beating(60)) is None


def test_one_that_stops_is_noticed_three_seconds_after_it_last_stirred() -> None:
    seen = beating(5)
    last = seen.index(seen[-1])
    still = first_found_still(Vigil(), seen + [seen[-1]] * 100)
    assert still is not None
    assert (still - last) * LOOK == timedelta(seconds=3)


def test_one_that_stood_still_before_anybody_looked_is_noticed_after_three_seconds() -> None:
    assert first_found_still(Vigil(), [NOON] * 100, begin=500) == 530


def test_whoever_has_no_connection_to_record_on_has_fifteen_seconds_to_have_one() -> None:
    assert first_found_still(Vigil(), [None] * 151) == 150
    assert first_found_still(Vigil(), [None] * 150 + beating(5)) is None


def test_another_one_who_leads_is_judged_by_itself() -> None:
    vigil = Vigil()
    assert first_found_still(vigil, [NOON] * 29) is None
    assert first_found_still(vigil, [NOON] * 29, holder=8, begin=29) is None


def test_where_nobody_leads_nobody_stands_still() -> None:
    assert first_found_still(Vigil(), [NOON] * 1000, holder=None) is None


def test_who_stood_still_as_well_looks_anew() -> None:
    vigil = Vigil()
    seen = beating(5)
    assert first_found_still(vigil, seen) is None
    # The machine stood still for a minute, and whoever leads has not come to stir yet.
    assert first_found_still(vigil, seen[-1:] * 29, begin=650) is None


def test_a_clock_that_is_put_back_changes_nothing() -> None:
    hour = timedelta(hours=1)
    assert first_found_still(Vigil(), beating(5) + [each and each - hour for each in beating(5)]) is None
