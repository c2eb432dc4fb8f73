"""The switch is behind with what it was told: callers are taken in later, and keep when they came."""

import signal
import sys
from pathlib import Path

import pytest

from tests.telephony.line import FRONT_HZ, House
from tests.telephony.people import caller, desk, hears
from tocsin.calls.rules.states import CallState

pytestmark = pytest.mark.telephony

CONGESTED = Path(__file__).with_name("congested_switchboard.py")


def test_callers_who_cannot_be_taken_in_hear_the_fallback_keep_when_they_came_and_are_taken_in_later(
    house: House,
) -> None:
    centre = house.centre
    earlier = caller(centre).waits()
    with centre.without("switchboard"), centre.running(sys.executable, str(CONGESTED)) as congested:
        centre.wait_healthy("switchboard")
        zoe = caller(centre)
        hears(zoe.telephone, *FRONT_HZ.values(), share=0.2)
        zoe.comes_to(CallState.FALLBACK)
        assert zoe.call is not None
        arrived_at = zoe.call.arrived_at
        ann = desk(centre, "nl", serves=house.authority)
        ann.takes(earlier)
        assert zoe.state == CallState.FALLBACK
        congested.send_signal(signal.SIGUSR1)
        zoe.waits()
        assert zoe.call.arrived_at == arrived_at
        ann.finishes(earlier)
        ann.takes(zoe)
