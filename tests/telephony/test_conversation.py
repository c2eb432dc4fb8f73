"""A call from the first ring to the wrap-up, with every sound that its two ends hear."""

from collections.abc import Callable

import pytest

from tests.telephony.line import AGENT_HZ, CALLER_HZ, MUSIC_HZ, House, tone
from tests.telephony.people import Caller, Desk, caller, conversation, desk, hear_each_other, hears
from tocsin.calls.ports import Verb
from tocsin.calls.rules.states import CallState
from tocsin.workforce.rules import AgentState

pytestmark = pytest.mark.telephony

NORMAL_END = 16


def test_a_caller_chooses_a_language_hears_its_message_then_music_and_then_an_agent(house: House) -> None:
    zoe = caller(house.centre).comes_to(CallState.GREETING)
    with zoe.telephone.recording() as heard:
        zoe.telephone.press("2")
        zoe.comes_to(CallState.WAITING)
    hears(zoe.telephone, *MUSIC_HZ, share=0.3)
    ann = desk(house.centre, "fr", serves=house.authority)
    ann.takes(zoe)
    zoe.telephone.sound(tone(CALLER_HZ))
    ann.telephone.sound(tone(AGENT_HZ))
    hear_each_other(zoe, ann)
    assert [step.after for step in zoe.steps] == ["greeting", "informing", "waiting", "offered", "talking"]
    said = [language for language, name in house.recordings.items() if heard.contains(house.recording(name))]
    assert said == ["fr"]


def test_a_caller_who_speaks_and_presses_nothing_comes_to_the_line_in_the_first_language(house: House) -> None:
    zoe = caller(house.centre).comes_to(CallState.GREETING)
    zoe.telephone.sound(tone(CALLER_HZ))
    zoe.comes_to(CallState.WAITING)
    assert [step.after for step in zoe.steps] == ["greeting", "informing", "waiting"]
    assert {step.language for step in zoe.steps} == {"nl"}


def test_the_agent_offered_is_the_longest_idle_of_those_who_speak_the_language(house: House) -> None:
    german = desk(house.centre, "de", serves=house.authority)
    first = desk(house.centre, "nl", "fr", serves=house.authority)
    second = desk(house.centre, "nl", serves=house.authority)
    first.is_offered(caller(house.centre).chooses("1"))
    second.is_offered(caller(house.centre).chooses("1"))
    assert german.state == AgentState.READY


def test_on_hold_a_caller_hears_music_and_not_the_agent_and_afterwards_the_agent_again(house: House) -> None:
    zoe, ann = conversation(house)
    ann.asks(Verb.HOLD)
    zoe.comes_to(CallState.HELD)
    hears(zoe.telephone, *MUSIC_HZ, share=0.3)
    at_zoe, at_ann = zoe.telephone.listen(), ann.telephone.listen()
    assert at_zoe().share_of(AGENT_HZ) == 0
    assert at_ann().share_of(CALLER_HZ) == 0
    ann.asks(Verb.RESUME)
    hear_each_other(zoe, ann)


def agent_hangs_up(zoe: Caller, ann: Desk) -> None:
    ann.asks(Verb.HANG_UP)


def caller_hangs_up(zoe: Caller, ann: Desk) -> None:
    zoe.telephone.hang_up()


@pytest.mark.parametrize("end", [agent_hangs_up, caller_hangs_up])
def test_either_side_hangs_up_and_after_the_wrap_up_the_agent_talks_with_the_next_caller(
    house: House, end: Callable[[Caller, Desk], None]
) -> None:
    zoe, ann = conversation(house)
    end(zoe, ann)
    assert zoe.telephone.ended() == NORMAL_END
    ann.comes_to(AgentState.WRAP_UP)
    max_ = caller(house.centre).waits()
    ann.asks(Verb.DONE)
    ann.takes(max_)
    max_.telephone.sound(tone(CALLER_HZ))
    hear_each_other(max_, ann)
