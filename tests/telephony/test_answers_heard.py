"""Questions on keys, by tone: before the line, in it without losing the place, and until an agent answers."""

from datetime import UTC, datetime

import pytest
from django.db import transaction

from tests.telephony.line import AGENT_HZ, CALLER_HZ, House, tone
from tests.telephony.people import Caller, caller, desk, hears
from tocsin.activations.actions import change_keypad_answer
from tocsin.activations.models import Activation
from tocsin.activations.rules import State
from tocsin.calls.rules import script as words
from tocsin.calls.rules.states import CallState
from tocsin.insights.queries.report import report

pytestmark = pytest.mark.telephony


def put(house: House, line: Activation, *, key: int, text: str = "", recording: str = "") -> int:
    answer = change_keypad_answer(
        activation=line.pk,
        by=house.officer,
        language="nl",
        key=key,
        question="Mag ik het water drinken?",
        text=text,
        recording=recording,
        at=datetime.now(UTC),
    )
    return answer.pk


def has_heard(zoe: Caller, answer: int) -> bool:
    return answer in {step.answer_id for step in zoe.steps}


def test_a_caller_is_answered_by_key_before_the_line_and_in_it_and_an_agent_is_heard_at_once(
    house: House,
) -> None:
    # At once, so that nobody is received before the answers are there.
    with transaction.atomic():
        line = house.order("1777", languages=("nl",))
        yes = put(house, line, key=3, text="Ja.")
        put(house, line, key=4, recording=tone(CALLER_HZ))
    house.comes_to(State.OPEN, line)
    zoe = caller(house.centre, "1777").comes_to(CallState.CHOOSING)
    with zoe.telephone.recording() as heard:
        zoe.telephone.press("3")
        house.centre.until(lambda: has_heard(zoe, yes), "the answer to be heard")
        # Before the caller is asked what further, and has said nothing for too long.
        zoe.telephone.hang_up()
    zoe.comes_to(CallState.ENDED)
    assert zoe.steps[-1].answer_id == yes
    assert heard.contains(house.recording(words.spoken_name("nl", "Ja.")))

    zoe = caller(house.centre, "1777").comes_to(CallState.CHOOSING)
    zoe.telephone.press("0")
    zoe.comes_to(CallState.WAITING)
    zoe.telephone.press("9")
    zoe.telephone.press("3")
    house.centre.until(lambda: has_heard(zoe, yes), "the answer to be heard in line")
    assert zoe.state == CallState.WAITING
    # Asked for anew: nothing is asked any more where that took long.
    zoe.telephone.press("9")
    zoe.telephone.press("4")
    hears(zoe.telephone, CALLER_HZ)
    ann = desk(house.centre, "nl", serves=house.authority)
    ann.takes(zoe)
    ann.telephone.sound(tone(AGENT_HZ))
    hears(zoe.telephone, AGENT_HZ)
    ann.finishes(zoe)

    told = report(activation=line, now=datetime.now(UTC)).total
    assert (told.answered, told.self_served, told.abandoned) == (1, 1, 0)
