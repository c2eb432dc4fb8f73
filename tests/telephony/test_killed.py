"""The switch or the database is killed: what can be saved is saved, and nothing is recorded twice."""

from itertools import pairwise

import pytest

from tests.telephony.line import AGENT_HZ, CALLER_HZ, FRONT_HZ, House, tone
from tests.telephony.people import caller, conversation, hear_each_other, hears
from tocsin.calls.ports import Verb
from tocsin.calls.rules.states import CallState
from tocsin.logbook.queries import first_broken_line
from tocsin.workforce.rules import AgentState

pytestmark = pytest.mark.telephony


def test_a_killed_switch_ends_its_calls_and_serves_new_ones_as_soon_as_it_is_back(house: House) -> None:
    zoe, ann = conversation(house)
    waiting = caller(house.centre).waits()
    house.centre.kill("engine")
    for somebody in (waiting, zoe):
        somebody.comes_to(CallState.ENDED)
        assert somebody.steps[-1].why == "gone while the switchboard was away"
    ann.comes_to(AgentState.WRAP_UP)
    ann.connect()
    ann.asks(Verb.DONE)
    max_ = caller(house.centre).chooses("1")
    ann.takes(max_)
    max_.telephone.sound(tone(CALLER_HZ))
    ann.telephone.sound(tone(AGENT_HZ))
    hear_each_other(max_, ann)


def test_a_killed_database_interrupts_no_conversation_and_nothing_is_recorded_twice(house: House) -> None:
    zoe, ann = conversation(house)
    waiting = caller(house.centre).waits()
    with zoe.telephone.recording() as at_zoe, ann.telephone.recording() as at_ann:
        with house.centre.without("postgres"):
            newcomer = caller(house.centre)
            hears(newcomer.telephone, *FRONT_HZ.values(), share=0.2)
        newcomer.waits()
    assert at_zoe.share_of(AGENT_HZ) > 0.95
    assert at_ann.share_of(CALLER_HZ) > 0.95
    ann.finishes(zoe)
    for somebody in (waiting, newcomer):
        ann.takes(somebody)
        ann.finishes(somebody)
    for somebody in (zoe, waiting, newcomer):
        steps = somebody.steps
        assert [step.before for step in steps] == ["", *(step.after for step in steps[:-1])]
        assert all(earlier.after != later.after for earlier, later in pairwise(steps))
    assert first_broken_line() is None
