"""Who gave up and calls again goes on where the first call ended."""

import pytest

from tests.telephony.line import House
from tests.telephony.people import caller, desk
from tocsin.calls.rules.states import CallState

pytestmark = pytest.mark.telephony


def test_who_calls_again_hears_the_same_language_skips_the_message_and_has_the_old_place(house: House) -> None:
    zoe = caller(house.centre).waits("2")
    maud = caller(house.centre).waits("2")
    zoe.telephone.hang_up()
    zoe.comes_to(CallState.ENDED)
    zoe = caller(house.centre, shown=zoe.shown)
    # What is to be skipped lasts some seconds, and begins with the answer: nothing stands before the key.
    zoe.telephone.press("#")
    zoe.comes_to(CallState.WAITING)
    assert zoe.call is not None
    assert (zoe.call.language, zoe.steps[-1].why) == ("fr", "pressed #")
    ann = desk(house.centre, "fr", serves=house.authority)
    ann.takes(zoe)
    maud.comes_to(CallState.WAITING)
