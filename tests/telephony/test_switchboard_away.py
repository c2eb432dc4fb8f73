"""The switchboard is killed in the middle of everything: who talks goes on, who waits keeps the place."""

from datetime import UTC, datetime, timedelta
from time import monotonic

import pytest

from tests.telephony.centre import pid_of
from tests.telephony.line import AGENT_HZ, CALLER_HZ, FRONT_HZ, House
from tests.telephony.people import caller, conversation, desk, hear_each_other, hears
from tocsin.calls.models import DeskOrder
from tocsin.calls.ports import Verb
from tocsin.calls.rules.states import CallState
from tocsin.workforce.rules import AgentState

pytestmark = pytest.mark.telephony
# Of the time in which a part is away, what a busy machine may lose of a conversation that goes on.
MOST_SILENT = 0.5


def test_a_conversation_goes_on_without_a_gap_while_the_switchboard_is_away(house: House) -> None:
    zoe, ann = conversation(house)
    with zoe.telephone.recording() as at_zoe, ann.telephone.recording() as at_ann:
        begun = monotonic()
        with house.centre.without("switchboard"):
            pass
        away = monotonic() - begun
    assert at_zoe.longest_without(AGENT_HZ) < MOST_SILENT * away
    assert at_ann.longest_without(CALLER_HZ) < MOST_SILENT * away
    assert (zoe.state, ann.state) == (CallState.TALKING, AgentState.TALKING)


def test_nobody_loses_the_place_in_line_while_the_switchboard_is_away(house: House) -> None:
    first, second = caller(house.centre).waits(), caller(house.centre).waits()
    with house.centre.without("switchboard"):
        third = caller(house.centre)
        hears(third.telephone, *FRONT_HZ.values(), share=0.2)
        back = datetime.now(UTC)
    third.waits()
    assert third.call is not None
    assert third.call.arrived_at < back
    ann = desk(house.centre, "nl", serves=house.authority)
    for somebody in (first, second, third):
        ann.takes(somebody)
        ann.finishes(somebody)


def test_who_hung_up_while_the_switchboard_was_away_is_ended_in_the_journal(house: House) -> None:
    zoe, ann = conversation(house)
    waiting = caller(house.centre).waits()
    with house.centre.without("switchboard"):
        waiting.telephone.hang_up()
        zoe.telephone.hang_up()
    for somebody in (waiting, zoe):
        somebody.comes_to(CallState.ENDED)
        assert somebody.steps[-1].why == "gone while the switchboard was away"
    ann.comes_to(AgentState.WRAP_UP)


def test_a_hang_up_asked_while_the_switchboard_is_away_is_carried_out_on_its_return(house: House) -> None:
    zoe, ann = conversation(house)
    with house.centre.without("switchboard"):
        # As if it took no time to come back.
        ann.asks(Verb.HANG_UP, ago=-timedelta(minutes=1))
    assert zoe.comes_to(CallState.ENDED).steps[-1].why == "agent hung up"
    ann.comes_to(AgentState.WRAP_UP)


def test_a_hang_up_asked_too_long_ago_is_dropped_and_the_next_one_is_carried_out(house: House) -> None:
    zoe, ann = conversation(house)
    with house.centre.without("switchboard"):
        ann.asks(Verb.HANG_UP, ago=timedelta(minutes=1))
    house.centre.until(lambda: not DeskOrder.objects.exists(), "the old order to be dropped")
    hear_each_other(zoe, ann)
    ann.finishes(zoe)
    ann.comes_to(AgentState.READY)


def test_a_second_switchboard_stands_by_and_takes_over_when_the_first_is_killed(house: House) -> None:
    zoe = caller(house.centre).waits()
    house.centre.until(house.centre.stands_by, "the second switchboard to stand by")
    before = pid_of("switchboard", house.centre.instance)
    house.centre.kill("switchboard")
    desk(house.centre, "nl", serves=house.authority).takes(zoe)
    caller(house.centre).passed(CallState.GREETING)
    assert pid_of("switchboard", house.centre.instance) != before
