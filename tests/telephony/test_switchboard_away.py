"""The switchboard is killed in the middle of everything: who talks goes on, who waits keeps the place."""

from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection

from tests.telephony.line import AGENT_HZ, CALLER_HZ, FRONT_HZ, House
from tests.telephony.people import caller, conversation, desk, hear_each_other, hears
from tocsin.calls.models import DeskOrder
from tocsin.calls.ports import Verb
from tocsin.calls.rules.states import CallState
from tocsin.project.processes import command
from tocsin.workforce.rules import AgentState

pytestmark = pytest.mark.telephony


def test_a_conversation_goes_on_without_a_gap_while_the_switchboard_is_away(house: House) -> None:
    zoe, ann = conversation(house)
    with (
        zoe.telephone.recording() as at_zoe,
        ann.telephone.recording() as at_ann,
        house.centre.without("switchboard"),
    ):
        pass
    assert at_zoe.share_of(AGENT_HZ) > 0.95
    assert at_ann.share_of(CALLER_HZ) > 0.95
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
    with house.centre.running(*command("run", "switchboard")):
        house.centre.until(somebody_stands_by, "the second switchboard to stand by")
        assert zoe.state == CallState.WAITING
        with house.centre.without("switchboard"):
            desk(house.centre, "nl", serves=house.authority).takes(zoe)
            caller(house.centre).comes_to(CallState.GREETING)


def somebody_stands_by() -> bool:
    """Whether a switchboard waits for the lead that another one has."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FILTER (WHERE granted), count(*) FILTER (WHERE NOT granted) FROM pg_locks"
            " JOIN pg_stat_activity USING (pid)"
            " WHERE locktype = 'advisory' AND application_name = 'tocsin-switchboard'"
        )
        return bool(cursor.fetchone() == (1, 1))
