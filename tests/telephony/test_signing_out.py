"""An agent signs out in the middle of a call."""

from datetime import UTC, datetime

import pytest

from tests.telephony.line import AGENT_HZ, House, tone
from tests.telephony.people import conversation, desk, hear_each_other
from tocsin.calls.actions import end_logins
from tocsin.calls.models import TelephoneLogin
from tocsin.calls.rules.states import CallState
from tocsin.workforce.rules import AgentState

pytestmark = pytest.mark.telephony


def test_the_caller_speaks_with_another_agent_although_the_message_about_it_is_not_over(house: House) -> None:
    zoe, ann = conversation(house)
    end_logins(session=TelephoneLogin.objects.get(agent=ann.agent).session, at=datetime.now(UTC))
    zoe.comes_to(CallState.WAITING)
    ann.comes_to(AgentState.SIGNED_OUT)
    bea = desk(house.centre, "nl", "fr", serves=house.authority)
    bea.takes(zoe)
    bea.telephone.sound(tone(AGENT_HZ))
    hear_each_other(zoe, bea)
