"""One number, two streams: who asks for D2 by key waits for an agent who is trained."""

import pytest

from tests.telephony.line import House
from tests.telephony.people import caller, desk
from tocsin.activations.rules import State, Stream
from tocsin.calls.rules.states import CallState, Rank
from tocsin.workforce.rules import AgentState

pytestmark = pytest.mark.telephony


def test_a_victim_is_offered_to_trained_agents_alone_and_it_is_kept_why(house: House) -> None:
    line = house.order("1776", languages=("nl",), streams=(Stream.D5, Stream.D2))
    house.comes_to(State.OPEN, line)
    victim = caller(house.centre, "1776").comes_to(CallState.CHOOSING)
    victim.telephone.press("2")
    victim.comes_to(CallState.WAITING)
    bram = desk(house.centre, "nl", serves=house.authority)
    bram.comes_to(AgentState.READY)
    ann = desk(house.centre, "nl", serves=house.authority, skills={Stream.D2: 1})
    ann.takes(victim)
    offer = next(step for step in victim.steps if step.after == CallState.OFFERED)
    assert (offer.stream, offer.agent_id) == (Stream.D2, ann.agent.pk)
    assert offer.reason == {
        "call": "alone",
        "before": "",
        "agent": "alone",
        "relaxed": False,
        "rank": Rank.ORDINARY,
    }
    informed = caller(house.centre, "1776").comes_to(CallState.CHOOSING)
    informed.telephone.press("1")
    bram.takes(informed)
