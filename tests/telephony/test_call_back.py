"""A caller asks to be called back, hangs up, and speaks with the agent who calls."""

import pytest

from tests.telephony.line import AGENT_HZ, CALLER_HZ, House, tone
from tests.telephony.people import caller, desk, hears
from tocsin.calls.ports import Verb
from tocsin.calls.rules.states import CallState, Question

pytestmark = pytest.mark.telephony


def test_whoever_hangs_up_with_a_promise_is_called_back_before_those_who_came_later(house: House) -> None:
    zoe = caller(house.centre).waits("1")
    maud = caller(house.centre).waits("1")
    zoe.telephone.press("1")
    zoe.comes_to(CallState.CHOOSING)
    zoe.telephone.press("1")
    zoe.comes_to(CallState.PROMISED)
    zoe.telephone.hang_up()
    ann = desk(house.centre, "nl", serves=house.authority)
    ann.is_offered(zoe).asks(Verb.ACCEPT)
    zoe.comes_to(CallState.DIALLING)
    called_back = house.centre.outside.answer(zoe.shown)
    called_back.press("1")
    zoe.comes_to(CallState.TALKING)
    called_back.sound(tone(CALLER_HZ))
    ann.telephone.sound(tone(AGENT_HZ))
    hears(called_back, AGENT_HZ)
    hears(ann.telephone, CALLER_HZ)
    maud.comes_to(CallState.WAITING)
    ann.finishes(zoe)
    ann.takes(maud)
    ann.finishes(maud)


def test_who_asks_while_an_agents_telephone_rings_is_called_back_by_that_agent(house: House) -> None:
    zoe = caller(house.centre).waits("1")
    ann = desk(house.centre, "nl", serves=house.authority)
    ann.is_offered(zoe)
    zoe.telephone.press("1")
    house.centre.until(lambda: zoe.call and zoe.call.question == Question.CALL_BACK, "the number to be read")
    assert zoe.state == CallState.OFFERED
    zoe.telephone.press("1")
    zoe.passed(CallState.PROMISED)
    zoe.telephone.hang_up()
    ann.is_offered(zoe).asks(Verb.ACCEPT)
    zoe.comes_to(CallState.DIALLING)
    called_back = house.centre.outside.answer(zoe.shown)
    called_back.press("1")
    zoe.comes_to(CallState.TALKING)
    ann.finishes(zoe)
