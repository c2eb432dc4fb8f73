"""A line opens and closes, and who calls a number that lets nobody in hears so."""

from datetime import UTC, datetime, time
from zoneinfo import ZoneInfo

import pytest

from tests.telephony.line import House
from tests.telephony.outside import Tape
from tests.telephony.people import Caller, caller, desk, recorded_call
from tocsin.activations.actions import add_language
from tocsin.activations.rules import Hours, State
from tocsin.calls.daemon.memory import load_closed
from tocsin.calls.rules import closed_words
from tocsin.calls.rules import script as words
from tocsin.calls.rules.script import Script
from tocsin.calls.rules.states import CallState

pytestmark = pytest.mark.telephony

NORMAL_END = 16


def who_calls_is_told_and_let_go(house: House, number: str, recordings: tuple[str, ...]) -> Caller:
    """A caller, who hears the recordings, and then the call is ended."""
    with recorded_call(house.centre, number) as (zoe, heard):
        assert zoe.telephone.ended() == NORMAL_END
    assert_heard(house, heard, recordings)
    assert zoe.passed(CallState.TURNED_AWAY).comes_to(CallState.ENDED).steps[-1].why == "informed"
    return zoe


def assert_heard(house: House, heard: Tape, recordings: tuple[str, ...]) -> None:
    assert recordings
    assert [name for name in recordings if heard.contains(house.recording(name))] == list(recordings)


def test_where_nothing_is_open_a_caller_hears_so_in_several_languages_and_is_let_go(house: House) -> None:
    who_calls_is_told_and_let_go(house, "1773", words.nothing_open(words.HOUSE_LANGUAGES))


def test_outside_the_opening_hours_a_caller_hears_so_in_the_languages_of_the_line_and_is_let_go(
    house: House,
) -> None:
    today = datetime.now(ZoneInfo(house.authority.timezone)).weekday()
    another_day = Hours(weekday=(today + 3) % 7, start=time(9), until=time(12))
    activation = house.comes_to(State.OPEN, house.order("1774", languages=["nl"], hours=[another_day]))
    zone, now = house.authority.timezone, datetime.now(UTC)
    script = Script(
        activation.pk, house.authority.pk, ("nl",), exercise=False, hours=(another_day,), timezone=zone
    )
    recordings = words.turned_away(script, now=now) + closed_words.call_back("nl")
    who_calls_is_told_and_let_go(house, "1774", recordings)


def test_an_ordered_line_answers_with_the_menu_once_it_is_open(house: House) -> None:
    activation = house.comes_to(State.OPEN, house.order("1775"))
    menu = words.menu(Script(activation.pk, house.authority.pk, ("nl", "fr"), exercise=False))
    with recorded_call(house.centre, "1775") as (zoe, heard):
        zoe.comes_to(CallState.WAITING)
    assert_heard(house, heard, menu)
    assert zoe.call is not None
    assert zoe.call.activation == activation


def test_a_language_that_is_added_is_offered_to_the_next_callers_and_whoever_waits_goes_on(
    house: House,
) -> None:
    activation = house.comes_to(State.OPEN, house.order("1781", languages=["nl"]))
    early = caller(house.centre, "1781")
    early.comes_to(CallState.WAITING)
    add_language(
        activation=activation.pk,
        by=house.officer,
        language="fr",
        text="",
        recording=house.recordings["fr"],
        at=datetime.now(UTC),
    )
    house.centre.until(lambda: first_state(house, "1781") == CallState.GREETING, "the menu to be told")
    late = caller(house.centre, "1781").waits("2")
    assert late.call is not None
    assert (late.call.language, early.steps[-1].after) == ("fr", CallState.WAITING)


def test_a_closing_line_serves_those_who_wait_lets_nobody_new_in_and_then_is_closed(house: House) -> None:
    activation = house.comes_to(State.OPEN, house.order("1776"))
    zoe = caller(house.centre, "1776").waits()
    house.close(activation)
    house.comes_to(State.CLOSING, activation)
    house.centre.until(lambda: turns_away(house, "1776"), "callers to be turned away")
    ann = desk(house.centre, "nl", serves=house.authority)
    ann.takes(zoe)
    assert activation.state == State.CLOSING
    ann.finishes(zoe)
    house.comes_to(State.CLOSED, activation)
    script = load_closed()["1776"]
    assert script.activation == activation.pk
    late = who_calls_is_told_and_let_go(house, "1776", words.turned_away(script, now=datetime.now(UTC)))
    assert late.call is not None
    assert (late.call.activation, late.steps[0].why) == (None, "nothing open")


def turns_away(house: House, number: str) -> bool:
    """Whether somebody who calls now is not let in."""
    return first_state(house, number) == CallState.TURNED_AWAY


def first_state(house: House, number: str) -> str:
    """How somebody who calls now is received."""
    late = caller(house.centre, number)
    (first, *_) = house.centre.until(lambda: late.steps, "the caller to be noticed")
    late.telephone.hang_up()
    return first.after
