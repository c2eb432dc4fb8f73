"""An agent calls somebody outside about a caller, through the trunk."""

import secrets
from datetime import UTC, datetime

import pytest

from tests.telephony.line import AGENT_HZ, CALLER_HZ, COLLEAGUE_HZ, MUSIC_HZ, House, tone
from tests.telephony.outside import Telephone
from tests.telephony.people import Caller, Desk, conversation, hears, hears_just
from tocsin.calls.actions import add_outside_number, call_outside
from tocsin.calls.models import Consultation
from tocsin.calls.ports import Verb
from tocsin.calls.queries.passing import directory
from tocsin.calls.rules.states import CallState
from tocsin.workforce.rules import AgentState

pytestmark = pytest.mark.telephony
BUSY = 17


def calling_the_hospital(house: House) -> tuple[Caller, Desk, Telephone]:
    """A caller with music, an agent, and the telephone of a hospital that rings."""
    now, number = datetime.now(UTC), f"+323{secrets.randbelow(10**7):07}"
    add_outside_number(authority=house.authority, name=number, number=number, practice="", by=None, at=now)
    zoe, ann = conversation(house)
    ann.agent.refresh_from_db()
    known = {each.name: each for each in directory(authority=house.authority.pk, exercise=False)}
    call_outside(agent=ann.agent, call=ann.agent.call, outside=known[number], consent=True, at=now)
    return zoe, ann, house.centre.outside.rings_at(number)


def test_a_hospital_is_called_then_all_three_speak_and_then_it_has_the_caller(house: House) -> None:
    zoe, ann, hospital = calling_the_hospital(house)
    hospital.answer().sound(tone(COLLEAGUE_HZ))
    hears(zoe.telephone, *MUSIC_HZ, share=0.3)
    hears_just(ann.telephone, COLLEAGUE_HZ)
    hears_just(hospital, AGENT_HZ)
    hears_just(zoe.telephone)
    ann.asks(Verb.JOIN)
    zoe.comes_to(CallState.TALKING)
    hears_just(zoe.telephone, AGENT_HZ, COLLEAGUE_HZ)
    hears_just(hospital, CALLER_HZ, AGENT_HZ)
    ann.asks(Verb.HAND_OVER)
    zoe.comes_to(CallState.OUTSIDE)
    ann.comes_to(AgentState.WRAP_UP)
    hears_just(zoe.telephone, COLLEAGUE_HZ)
    hears_just(hospital, CALLER_HZ)
    hospital.leave()
    zoe.comes_to(CallState.ENDED)
    zoe.telephone.ended()


def test_a_hospital_that_is_busy_leaves_the_caller_with_the_agent(house: House) -> None:
    zoe, ann, hospital = calling_the_hospital(house)
    hospital.leave(cause=BUSY)
    zoe.comes_to(CallState.TALKING)
    hears_just(zoe.telephone, AGENT_HZ)
    hears_just(ann.telephone, CALLER_HZ)
    assert Consultation.objects.get(call=zoe.call).why == "outside busy"
