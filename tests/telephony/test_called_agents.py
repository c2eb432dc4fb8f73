"""Agents whom the switch calls at their own number, with a real telephone there."""

from datetime import UTC, datetime
from itertools import count

import pytest

from tests.telephony.line import AGENT_HZ, CALLER_HZ, House, tone
from tests.telephony.outside import Telephone
from tests.telephony.people import Desk, an_agent, caller, hear_each_other
from tests.telephony.two_nodes import FIRST, SECOND, all_nodes_answer, caller_on, conversation_between
from tocsin.calls.actions import call_agent, end_logins, keep_own_number
from tocsin.calls.models import TelephoneLogin
from tocsin.calls.rules.called_telephone import Calling
from tocsin.calls.rules.states import CallState
from tocsin.workforce.rules import AgentState

pytestmark = pytest.mark.telephony
_homes = count(1)


class Home:
    """An agent at home, who asks at the desk to be called there."""

    def __init__(self, house: House) -> None:
        self.house, self.number = house, f"+32471{next(_homes):06}"
        agent, self.session = an_agent("nl", serves=house.authority)
        person, now = agent.person, datetime.now(UTC)
        keep_own_number(agent=agent, raw=self.number, by=person, at=now)
        agent.refresh_from_db()
        self.desk = Desk(house.centre, agent, "")

    def is_called(self) -> Telephone:
        """The telephone at home, which rings and is answered."""
        call_agent(session=self.session, agent=self.desk.agent, at=datetime.now(UTC))
        self.desk.telephone = self.house.centre.outside.answer(self.number)
        return self.desk.telephone

    def works(self) -> Desk:
        """The desk, once the key was pressed at the telephone."""
        self.is_called().press("1")
        self.house.centre.until(lambda: self.desk.state != AgentState.SIGNED_OUT, "the agent to be at work")
        return self.desk

    def call_ends(self, why: str) -> None:
        """Return when the call home is over, for this reason."""
        ended = TelephoneLogin.objects.filter(session=self.session, stage=Calling.ENDED, why=why)
        self.house.centre.until(ended.exists, f"the call to the agent to end: {why}")


@pytest.fixture
def home(house: House) -> Home:
    return Home(house)


def test_who_presses_1_at_home_takes_a_caller_by_the_same_key_and_both_hear_each_other(home: Home) -> None:
    ann = home.works()
    for _ in range(2):
        zoe = caller(home.house.centre).chooses("1")
        ann.is_offered(zoe)
        ann.telephone.press("1")
        zoe.comes_to(CallState.TALKING)
        ann.finishes(zoe)
    zoe = caller(home.house.centre).chooses("1")
    ann.takes(zoe)
    zoe.telephone.sound(tone(CALLER_HZ))
    ann.telephone.sound(tone(AGENT_HZ))
    hear_each_other(zoe, ann)
    end_logins(session=home.session, at=datetime.now(UTC))
    ann.telephone.left()
    ann.comes_to(AgentState.SIGNED_OUT)


def test_a_telephone_at_which_nobody_presses_1_is_no_agent_and_is_hung_up(home: Home) -> None:
    home.is_called().left()
    home.call_ends("no key")
    home.desk.agent.refresh_from_db()
    assert (home.desk.agent.state, home.desk.agent.connected) == (AgentState.SIGNED_OUT, False)


def test_the_caller_of_an_agent_who_hangs_up_at_home_is_the_first_to_be_offered_to_another(home: Home) -> None:
    ann = home.works()
    zoe = caller(home.house.centre).chooses("1")
    ann.takes(zoe)
    ann.telephone.leave()
    zoe.comes_to(CallState.RECONNECTING)
    later = caller(home.house.centre).waits("1")
    home.call_ends("hung up")
    zoe.comes_to(CallState.WAITING)
    ann.comes_to(AgentState.SIGNED_OUT)
    bram = Home(home.house).works()
    bram.takes(zoe)
    assert later.state == CallState.WAITING


def test_agents_at_home_are_called_by_both_nodes_and_heard_from_either(house_of_two: House) -> None:
    all_nodes_answer(house_of_two)
    desks = [Home(house_of_two).works(), Home(house_of_two).works()]
    nodes = {leg.partition("-called-")[0] for leg in TelephoneLogin.objects.values_list("leg", flat=True)}
    assert nodes == {FIRST, SECOND}
    for ann in desks:
        conversation_between(caller_on(house_of_two, FIRST), ann)
