"""Parts are killed under load: who talks elsewhere goes on, and everybody is accounted for.

The same every time, and little of it; `make bench only=kills` does so at random and for longer.
"""

import random

import pytest

from tests.telephony.crowd import Crowd
from tests.telephony.journal import check_journal
from tests.telephony.line import House
from tests.telephony.people import hear_each_other
from tests.telephony.two_nodes import FIRST, SECOND, agent_on, caller_on, conversation_between
from tocsin.calls.models import Call, CallStep
from tocsin.calls.ports import node_of
from tocsin.calls.rules.states import UNSEEN_ENDS, CallState
from tocsin.workforce.rules import AgentState

pytestmark = pytest.mark.telephony

KILLED = ("switchboard", "web", SECOND, "postgres")
SEED, ACTS = 1771, (2, 5)


def test_whatever_is_killed_who_talks_elsewhere_goes_on_and_everybody_is_accounted_for(
    house_of_two: House,
) -> None:
    chance = random.Random(SEED)  # noqa: S311 - a play, no secret
    ann = agent_on(house_of_two, FIRST)
    zoe = caller_on(house_of_two, FIRST)
    conversation_between(zoe, ann)
    crowd = Crowd(house_of_two, chance, [agent_on(house_of_two, node) for node in (FIRST, SECOND)], acts=ACTS)
    for part in KILLED:
        crowd.sees_killed(part)
        hear_each_other(zoe, ann)
    crowd.is_known_whoever_is_there()
    nobody_on_a_node_that_lived_was_cut_off(crowd)
    ann.finishes(zoe)
    crowd.desks = (ann, *crowd.desks)
    crowd.comes_to_rest()
    for desk in crowd.desks:
        desk.comes_to(AgentState.READY)
    outcomes = check_journal()
    assert outcomes["in progress"] == 0
    print(f"{len(crowd.callers)} called, {len(crowd.left)} of them left: {dict(outcomes)}")  # noqa: T201


def nobody_on_a_node_that_lived_was_cut_off(crowd: Crowd) -> None:
    """Of those who did not hang up, calls are lost on the killed node alone."""
    marks = [somebody.mark for somebody in crowd.callers if somebody.shown not in crowd.left]
    lost = CallStep.objects.filter(call__caller_mark__in=marks, why__in=UNSEEN_ENDS)
    # Of a call-back it is the node of the agent, which the journal does not have.
    legs = lost.exclude(before=CallState.DIALLING).values_list("call_id", flat=True)
    called_back = Call.objects.filter(attempts__gt=0).values_list("leg", flat=True)
    assert {node_of(leg) for leg in set(legs) - set(called_back)} <= {SECOND}
