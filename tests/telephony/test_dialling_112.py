"""Somebody in danger dials 112 on the keypad while waiting, through the trunk."""

import pytest

from tests.telephony.journal import check_journal
from tests.telephony.line import CALLER_HZ, COLLEAGUE_HZ, MUSIC_HZ, House, tone
from tests.telephony.people import caller, hears, hears_just
from tocsin.activations.rules import State
from tocsin.calls.rules import emergency_words as words
from tocsin.calls.rules.states import CallState

pytestmark = pytest.mark.telephony
BUSY = 17


def test_whoever_dials_112_is_told_so_if_it_is_busy_and_speaks_with_it_once_it_answers(house: House) -> None:
    house.comes_to(State.OPEN, house.order("1778", languages=("nl",)))
    zoe = caller(house.centre, "1778").comes_to(CallState.WAITING)
    with zoe.telephone.recording() as heard:
        zoe.telephone.press("112")
        zoe.comes_to(CallState.EMERGENCY)
        house.centre.outside.rings_at("112").leave(cause=BUSY)
        zoe.comes_to(CallState.WAITING)
        hears(zoe.telephone, *MUSIC_HZ, share=0.3)
    assert heard.contains(house.recording(words.not_reached("nl")[0]))
    zoe.telephone.press("112")
    zoe.telephone.sound(tone(CALLER_HZ))
    emergency = house.centre.outside.rings_at("112")
    emergency.answer().sound(tone(COLLEAGUE_HZ))
    zoe.comes_to(CallState.OUTSIDE)
    hears_just(zoe.telephone, COLLEAGUE_HZ)
    hears_just(emergency, CALLER_HZ)
    emergency.leave()
    zoe.comes_to(CallState.ENDED)
    zoe.telephone.ended()
    assert check_journal("1778")["diverted"] == 1
