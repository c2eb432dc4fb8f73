"""The switch or the database is killed: what can be saved is saved, and nothing is recorded twice."""

from itertools import pairwise
from time import monotonic

import pytest

from tests.telephony.line import AGENT_HZ, CALLER_HZ, FRONT_HZ, House, tone
from tests.telephony.people import caller, conversation, hear_each_other, hears
from tocsin.calls.ports import Verb
from tocsin.calls.rules.states import CallState
from tocsin.logbook.queries import first_broken_line
from tocsin.workforce.rules import AgentState

pytestmark = pytest.mark.telephony
# Of the time in which a part is away, what a busy machine may lose of a conversation that goes on.
MOST_SILENT = 0.5


def test_a_killed_switch_calls_its_callers_back_and_serves_new_ones_as_soon_as_it_is_back(house: House) -> None:
    zoe, ann = conversation(house)
    waiting = caller(house.centre).waits()
    house.centre.kill("engine")
    for somebody in (waiting, zoe):
        assert somebody.comes_to(CallState.PROMISED).steps[-1].why == "cut off when the switch went down"
    ann.comes_to(AgentState.WRAP_UP)
    ann.connect()
    max_ = caller(house.centre).waits("1")
    ann.asks(Verb.DONE)
    for somebody in (zoe, waiting):
        ann.is_offered(somebody).asks(Verb.ACCEPT)
        house.centre.outside.answer(somebody.shown).press("1")
        somebody.comes_to(CallState.TALKING)
        ann.finishes(somebody)
    ann.takes(max_)
    max_.telephone.sound(tone(CALLER_HZ))
    ann.telephone.sound(tone(AGENT_HZ))
    hear_each_other(max_, ann)


def test_a_killed_database_interrupts_no_conversation_and_nothing_is_recorded_twice(house: House) -> None:
    zoe, ann = conversation(house)
    waiting = caller(house.centre).waits()
    with zoe.telephone.recording() as at_zoe, ann.telephone.recording() as at_ann:
        begun = monotonic()
        with house.centre.without("postgres"):
            newcomer = caller(house.centre)
            hears(newcomer.telephone, *FRONT_HZ.values(), share=0.2)
        away = monotonic() - begun
        newcomer.waits()
    assert at_zoe.longest_without(AGENT_HZ) < MOST_SILENT * away
    assert at_ann.longest_without(CALLER_HZ) < MOST_SILENT * away
    ann.finishes(zoe)
    for somebody in (waiting, newcomer):
        ann.takes(somebody)
        ann.finishes(somebody)
    for somebody in (zoe, waiting, newcomer):
        steps = somebody.steps
        assert [step.before for step in steps] == ["", *(step.after for step in steps[:-1])]
        assert all(earlier.after != later.after for earlier, later in pairwise(steps))
    assert first_broken_line() is None
