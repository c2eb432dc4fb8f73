"""An agent's telephone disappears in the middle of a call."""

import pytest

from tests.telephony.line import AGENT_HZ, MUSIC_HZ, House, tone
from tests.telephony.people import caller, conversation, desk, hear_each_other, hears
from tocsin.calls.rules import script as words
from tocsin.calls.rules.states import CallState
from tocsin.workforce.rules import AgentState

pytestmark = pytest.mark.telephony


def test_the_caller_is_told_and_hears_the_agent_again_who_comes_back_in_time(house: House) -> None:
    zoe, ann = conversation(house)
    ann.telephone.hang_up()
    zoe.passed(CallState.RECONNECTING)
    with zoe.telephone.recording() as heard:
        hears(zoe.telephone, *MUSIC_HZ, share=0.3)
    # The time in which agents come back runs: what was heard is looked for later.
    ann.connect()
    zoe.comes_to(CallState.TALKING)
    ann.telephone.sound(tone(AGENT_HZ))
    hear_each_other(zoe, ann)
    assert heard.contains(house.recording(words.agent_lost("nl")[0]))


def test_the_caller_whose_agent_does_not_come_back_is_the_first_to_be_offered_to_another(house: House) -> None:
    earlier = caller(house.centre).waits("2")
    zoe, ann = conversation(house)
    ann.telephone.hang_up()
    zoe.comes_to(CallState.WAITING)
    ann.comes_to(AgentState.SIGNED_OUT)
    bea = desk(house.centre, "nl", "fr", serves=house.authority)
    bea.takes(zoe)
    bea.telephone.sound(tone(AGENT_HZ))
    hear_each_other(zoe, bea)
    assert earlier.state == CallState.WAITING
