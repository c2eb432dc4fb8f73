"""Two authorities have something open on one number: a caller chooses by key, and reaches the agent of that."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from tests.telephony.line import AGENT_HZ, CALLER_HZ, House, tone
from tests.telephony.people import caller, desk, hear_each_other
from tocsin.accounts.rules import Role
from tocsin.activations.rules import State
from tocsin.authorities.actions import add_authority, add_person
from tocsin.calls.rules.states import CallState, Question
from tocsin.workforce.rules import AgentState

pytestmark = pytest.mark.telephony
NUMBER = "1790"


def neighbours_of(house: House) -> House:
    """Another authority, with an officer of its own."""
    now = datetime.now(UTC)
    authority = add_authority(by=None, name="Zeehaven", languages=("nl",), timezone="Europe/Brussels", at=now)
    officer = add_person(
        by=None,
        email="nele@example.org",
        name="Nele",
        roles=(Role.DUTY_OFFICER,),
        language="nl",
        authorities=[authority],
        at=now,
    )
    return replace(house, authority=authority, officer=officer)


def test_a_caller_chooses_the_second_incident_by_key_and_speaks_with_its_agent(house: House) -> None:
    neighbours = neighbours_of(house)
    smoke = house.order(NUMBER, languages=("nl",), names={"nl": "De rook."})
    house.comes_to(State.OPEN, smoke)
    flood = neighbours.order(NUMBER, languages=("nl",), names={"nl": "De overstroming."})
    neighbours.comes_to(State.OPEN, flood)
    bram = desk(house.centre, "nl", serves=house.authority).comes_to(AgentState.READY)

    zoe = caller(house.centre, NUMBER).comes_to(CallState.CHOOSING)
    assert zoe.call is not None
    assert (zoe.call.question, zoe.call.activation) == (Question.INCIDENT, smoke)
    zoe.telephone.press("2")
    zoe.comes_to(CallState.WAITING)
    assert zoe.call.activation == flood
    ann = desk(house.centre, "nl", serves=neighbours.authority)
    ann.takes(zoe)
    zoe.telephone.sound(tone(CALLER_HZ))
    ann.telephone.sound(tone(AGENT_HZ))
    hear_each_other(zoe, ann)
    assert bram.state == AgentState.READY

    # The one is closed, and the other goes on: whoever calls now is asked nothing.
    house.close(smoke)
    house.comes_to(State.CLOSED, smoke)
    maud = caller(house.centre, NUMBER).comes_to(CallState.WAITING)
    assert {step.activation for step in maud.steps} == {flood}
    assert CallState.CHOOSING not in {step.after for step in maud.steps}
