"""A coordinator whose telephone is on another node than the conversation."""

from dataclasses import replace

import pytest

from tests.rules.hearing_story import BARGE, CARL, LISTEN, TOLD, WHISPER, Floor
from tests.rules.story import ANN
from tocsin.calls import ports
from tocsin.calls.ports import Answer, SupervisorVerb
from tocsin.calls.rules.supervision import ELSEWHERE, MANNERS

ELSEWHERE_LEG = "engine-2-1763800000.3"


def on_two_nodes(*, carl: str = ELSEWHERE_LEG) -> Floor:
    """Ann's telephone and the caller's leg are on one node, and Carl's telephone is where it says."""
    floor = Floor()
    call = replace(floor.call(), leg="engine-1-1763800000.7")
    ann = replace(floor.agent(ANN), leg="engine-1-1763800000.1", call=call.leg)
    carl_there = replace(floor.agent(CARL), leg=carl)
    agents = {**floor.floor.agents, ANN: ann, CARL: carl_there}
    floor.floor = replace(floor.floor, calls={call.leg: call}, agents=agents)
    return floor


@pytest.mark.parametrize("verb", [LISTEN, WHISPER])
def test_a_coordinator_on_another_node_is_told_that_nothing_would_be_heard(verb: SupervisorVerb) -> None:
    floor = on_two_nodes()
    assert floor.order(verb, "engine-1-1763800000.7") is Answer.ELSEWHERE
    assert (floor.heard, floor.last.moves) == (None, ())


def test_a_coordinator_on_another_node_can_join_and_then_cannot_go_on_listening() -> None:
    floor = on_two_nodes()
    leg = "engine-1-1763800000.7"
    assert floor.order(BARGE, leg) is Answer.DONE
    floor.later(TOLD)
    assert floor.last.moves == (ports.Connect(leg, ELSEWHERE_LEG),)
    assert floor.order(WHISPER, leg) is Answer.ELSEWHERE
    assert floor.heard
    assert floor.heard.manner is MANNERS[BARGE]


def test_listening_in_ends_where_the_telephone_of_the_agent_comes_back_on_another_node() -> None:
    floor = on_two_nodes(carl="engine-1-1763800000.9")
    leg = "engine-1-1763800000.7"
    assert floor.order(LISTEN, leg) is Answer.DONE
    floor.later(TOLD)
    floor.tell(ports.LegEnded("engine-1-1763800000.1"))
    floor.tell(ports.AgentLegUp(ELSEWHERE_LEG, "ann"))
    assert floor.ended == ELSEWHERE
