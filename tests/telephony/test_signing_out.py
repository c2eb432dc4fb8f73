"""An agent signs out: in the middle of a call, and with a telephone whose password somebody else has read."""

import asyncio
from datetime import UTC, datetime

import pytest

from tests.contracts.registering import can_register
from tests.telephony.line import AGENT_HZ, House, tone
from tests.telephony.people import conversation, desk, hear_each_other
from tocsin.calls.actions import end_logins, issue_login
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


def test_the_password_of_a_browser_is_of_no_use_once_its_session_is_over(house: House) -> None:
    ann = desk(house.centre, "nl", serves=house.authority)
    session = TelephoneLogin.objects.get(agent=ann.agent).session
    login, password = issue_login(session=session, agent=ann.agent, at=datetime.now(UTC))
    port = house.centre.instance.ports.switch_http

    def registers() -> bool:
        return asyncio.run(can_register(port, login.username, password))

    house.centre.until(registers, "the telephone to be admitted")
    end_logins(session=session, at=datetime.now(UTC))
    house.centre.until(lambda: not registers(), "the telephone to be dismissed")
