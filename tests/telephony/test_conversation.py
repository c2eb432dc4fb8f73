"""A call from the first ring to the wrap-up, with every sound that its two ends hear."""

from collections.abc import Callable

import pytest

from tests.telephony.line import AGENT_HZ, CALLER_HZ, FRONT_HZ, MUSIC_HZ, House
from tests.telephony.people import Caller, Desk, caller, desk, hears
from tocsin.calls.ports import Verb
from tocsin.calls.rules.states import CallState
from tocsin.workforce.rules import AgentState

pytestmark = pytest.mark.telephony

NORMAL_END = 16


def test_a_caller_chooses_a_language_hears_its_message_and_music_and_then_an_agent(house: House) -> None:
    zoe = caller(house.centre).comes_to(CallState.GREETING)
    with zoe.telephone.recording() as heard:
        zoe.telephone.press("2")
        zoe.comes_to(CallState.WAITING)
    assert heard.share_of(FRONT_HZ["fr"]) > 0
    assert heard.share_of(FRONT_HZ["nl"]) == 0
    hears(zoe.telephone, *MUSIC_HZ, share=0.3)
    ann = desk(house.centre, "fr", serves=house.authority)
    ann.takes(zoe)
    zoe.telephone.sound(CALLER_HZ)
    ann.telephone.sound(AGENT_HZ)
    hears(zoe.telephone, AGENT_HZ)
    hears(ann.telephone, CALLER_HZ)
    assert [step.after for step in zoe.steps] == ["greeting", "informing", "waiting", "offered", "talking"]


def test_the_agent_offered_is_the_longest_idle_of_those_who_speak_the_language(house: House) -> None:
    german = desk(house.centre, "de", serves=house.authority)
    first = desk(house.centre, "nl", "fr", serves=house.authority)
    second = desk(house.centre, "nl", serves=house.authority)
    caller(house.centre).waits(key="1")
    first.comes_to(AgentState.OFFERED)
    caller(house.centre).waits(key="1")
    second.comes_to(AgentState.OFFERED)
    assert german.state == AgentState.READY


def test_on_hold_a_caller_hears_music_and_not_the_agent_and_afterwards_the_agent_again(house: House) -> None:
    zoe, ann = conversation(house)
    ann.asks(Verb.HOLD)
    zoe.comes_to(CallState.HELD)
    hears(zoe.telephone, *MUSIC_HZ, share=0.3)
    assert zoe.telephone.listen().share_of(AGENT_HZ) == 0
    assert ann.telephone.listen().share_of(CALLER_HZ) == 0
    ann.asks(Verb.RESUME)
    hears(zoe.telephone, AGENT_HZ)
    hears(ann.telephone, CALLER_HZ)


@pytest.mark.parametrize("end", [lambda zoe, ann: ann.asks(Verb.HANG_UP), lambda zoe, ann: zoe.telephone.hang_up()])
def test_either_side_hangs_up_the_agent_wraps_up_and_takes_the_next_call(
    house: House, end: Callable[[Caller, Desk], None]
) -> None:
    zoe, ann = conversation(house)
    end(zoe, ann)
    assert zoe.telephone.ended() == NORMAL_END
    ann.comes_to(AgentState.WRAP_UP)
    next_one = caller(house.centre).waits()
    ann.asks(Verb.DONE)
    ann.takes(next_one)
    next_one.telephone.sound(CALLER_HZ)
    hears(ann.telephone, CALLER_HZ)


def conversation(house: House) -> tuple[Caller, Desk]:
    """A caller and an agent who hear each other."""
    ann = desk(house.centre, "nl", serves=house.authority)
    zoe = caller(house.centre)
    zoe.comes_to(CallState.GREETING).telephone.press("1")
    ann.takes(zoe)
    zoe.telephone.sound(CALLER_HZ)
    ann.telephone.sound(AGENT_HZ)
    hears(zoe.telephone, AGENT_HZ)
    hears(ann.telephone, CALLER_HZ)
    return zoe, ann
