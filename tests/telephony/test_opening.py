"""A line opens and closes, and who calls a number that lets nobody in hears so."""

from datetime import datetime, time
from zoneinfo import ZoneInfo

import pytest

from tests.telephony.line import House
from tests.telephony.people import Caller, caller, desk
from tocsin.activations.rules import Hours, State
from tocsin.calls.rules import script as words
from tocsin.calls.rules.floor import Floor
from tocsin.calls.rules.script import Script
from tocsin.calls.rules.states import CallState

pytestmark = pytest.mark.telephony

NORMAL_END = 16


def is_told_and_let_go(house: House, zoe: Caller, recordings: tuple[str, ...]) -> None:
    """The caller hears each of the recordings, and then the call is ended."""
    with zoe.telephone.recording() as heard:
        zoe.comes_to(CallState.TURNED_AWAY)
        assert zoe.telephone.ended() == NORMAL_END
    assert [name for name in recordings if heard.contains(house.recording(name))] == list(recordings)
    assert zoe.comes_to(CallState.ENDED).steps[-1].why == "informed"


def test_where_nothing_is_open_a_caller_hears_so_in_several_languages_and_is_let_go(house: House) -> None:
    is_told_and_let_go(house, caller(house.centre, "1773"), words.turned_away(None, Floor().house_languages))


def test_outside_the_opening_hours_a_caller_hears_so_in_the_languages_of_the_line_and_is_let_go(
    house: House,
) -> None:
    today = datetime.now(ZoneInfo(house.authority.timezone)).weekday()
    another_day = Hours(weekday=(today + 3) % 7, start=time(9), until=time(12))
    activation = house.comes_to(State.OPEN, house.order("1774", languages=["nl"], hours=[another_day]))
    script = Script(activation.pk, house.authority.pk, ("nl",), exercise=False)
    is_told_and_let_go(house, caller(house.centre, "1774"), words.turned_away(script, ()))


def test_an_ordered_line_answers_with_the_menu_once_it_is_open(house: House) -> None:
    activation = house.comes_to(State.OPEN, house.order("1775"))
    zoe = caller(house.centre, "1775")
    menu = words.menu(Script(activation.pk, house.authority.pk, ("nl", "fr"), exercise=False))
    zoe.telephone.answered()
    with zoe.telephone.recording() as heard:
        zoe.comes_to(CallState.INFORMING)
    assert [name for name in menu if heard.contains(house.recording(name))] == list(menu)
    assert zoe.call is not None
    assert zoe.call.activation == activation


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
    assert caller(house.centre, "1776").comes_to(CallState.TURNED_AWAY).steps[0].why == "nothing open"


def turns_away(house: House, number: str) -> bool:
    """Whether somebody who calls now is not let in."""
    late = caller(house.centre, number)
    (first, *_) = house.centre.until(lambda: late.steps, "the caller to be noticed")
    late.telephone.hang_up()
    return first.after == CallState.TURNED_AWAY
