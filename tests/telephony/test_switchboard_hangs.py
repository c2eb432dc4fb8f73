"""The switchboard that leads stands still and does not die: the other one leads, and it gives up when it wakes."""

from itertools import pairwise

import pytest

from tests.telephony.journal import check_journal
from tests.telephony.line import House
from tests.telephony.people import caller, conversation, hear_each_other
from tocsin.calls.ports import Verb
from tocsin.calls.rules.states import CallState
from tocsin.logbook.queries import first_broken_line
from tocsin.project.health import switchboards_by_lead
from tocsin.workforce.rules import AgentState

pytestmark = pytest.mark.telephony


def test_a_switchboard_that_stands_still_loses_the_lead_and_records_nothing_when_it_wakes(house: House) -> None:
    centre = house.centre
    zoe, ann = conversation(house)
    waiting = caller(centre).waits()
    centre.until(centre.stands_by, "the second switchboard to stand by")
    with centre.hanging_switchboard() as hung:
        # The one that stands still hears of them when it wakes, as of callers who ring.
        early = caller(centre).waits()
        gone = caller(centre).waits()
        gone.telephone.hang_up()
        gone.comes_to(CallState.ENDED)
        hear_each_other(zoe, ann)
        ann.asks(Verb.HANG_UP)
        zoe.comes_to(CallState.ENDED)
        ann.comes_to(AgentState.WRAP_UP)
        assert centre.leader != hung
        newcomer = caller(centre).passed(CallState.GREETING)
    centre.until(lambda: switchboards_by_lead(centre.instance).get(hung) is False, "the one that hung to stand by")
    # The languages may have been told out meanwhile.
    newcomer.comes_to(CallState.WAITING)
    ann.asks(Verb.DONE)
    for somebody in (waiting, early, newcomer):
        ann.takes(somebody)
        ann.finishes(somebody)
    for somebody in (zoe, waiting, early, gone, newcomer):
        steps = somebody.steps
        assert [step.before for step in steps] == ["", *(step.after for step in steps[:-1])]
        assert all(earlier.after != later.after for earlier, later in pairwise(steps))
    assert check_journal()["in progress"] == 0
    assert first_broken_line() is None


def test_a_switchboard_that_stood_still_takes_over_again_when_the_other_one_hangs(house: House) -> None:
    centre = house.centre
    zoe, ann = conversation(house)
    centre.until(centre.stands_by, "the second switchboard to stand by")
    with centre.hanging_switchboard() as first:
        centre.until(lambda: centre.leader not in (None, first), "the second one to lead")
    centre.until(centre.stands_by, "the first one to stand by")
    with centre.hanging_switchboard() as second:
        centre.until(lambda: centre.leader == first, "the first one to lead again")
        ann.finishes(zoe)
    centre.until(lambda: switchboards_by_lead(centre.instance).get(second) is False, "the second one to stand by")
