"""More callers than places in line: all hear the message, and busy comes only beyond what the trunk brings."""

import pytest

from tests.telephony.journal import check_journal
from tests.telephony.line import FRONT_HZ, House
from tests.telephony.people import caller, desk, hears
from tocsin.calls.rules.full_line import FULL
from tocsin.calls.rules.states import CallState

pytestmark = pytest.mark.telephony

# A normal end, of Q.850.
HUNG_UP = 16


def test_who_finds_the_line_full_is_offered_a_call_back_and_nobody_hears_busy_whom_the_trunk_brings(
    small_house: House,
) -> None:
    centre = small_house.centre
    waiting = caller(centre).waits("2")

    zoe = caller(centre)
    with zoe.telephone.recording() as heard:
        zoe.chooses("2").passed(CallState.CHOOSING).telephone.press("1")
        assert zoe.telephone.ended() == HUNG_UP
    zoe.comes_to(CallState.PROMISED)
    assert ("choosing", FULL) in [(step.after, step.why) for step in zoe.steps]
    assert heard.contains(small_house.recording(small_house.recordings["fr"]))

    # As many are inside as may be: an agent is free for one who needs no place.
    ann = desk(centre, "nl", serves=small_house.authority)
    nora = caller(centre).chooses("1")
    ann.takes(nora)
    maud = caller(centre)
    hears(maud.telephone, *FRONT_HZ.values(), share=0.2)
    maud.comes_to(CallState.FALLBACK)
    # The switch itself takes as many legs as the trunk brings, and one telephone of an agent.
    beyond = caller(centre)
    assert beyond.telephone.ended() != HUNG_UP
    assert not beyond.telephone.is_answered

    nora.telephone.hang_up()
    maud.chooses("2").passed(CallState.CHOOSING).telephone.press("0")
    maud.comes_to(CallState.FALLBACK)
    waiting.telephone.hang_up()
    maud.comes_to(CallState.WAITING)
    maud.telephone.hang_up()

    for somebody in (waiting, nora, maud):
        somebody.comes_to(CallState.ENDED)
    outcomes = check_journal()
    assert {outcome: count for outcome, count in outcomes.items() if count} == {
        "answered": 1,
        "abandoned": 2,
        "in progress": 1,
    }
