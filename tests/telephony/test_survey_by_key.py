"""The survey on a real switch: the agent hangs up, the caller hears the question, and a key or silence ends it."""

from datetime import UTC, datetime

import pytest
from django.db import transaction

from tests.telephony.line import House
from tests.telephony.people import Caller, Desk, caller, desk
from tocsin.activations.actions import change_survey
from tocsin.activations.models import SurveyQuestion
from tocsin.activations.queries import survey_in_force
from tocsin.activations.rules import State
from tocsin.calls.ports import Verb
from tocsin.calls.rules import survey_words as words
from tocsin.calls.rules.states import RATED, CallState
from tocsin.workforce.rules import AgentState

pytestmark = pytest.mark.telephony

NUMBER = "1770"


@pytest.fixture
def asked(house: House) -> SurveyQuestion:
    # At once, so that nobody is answered before the question is there.
    with transaction.atomic():
        line = house.order(NUMBER, languages=("nl",))
        change_survey(
            activation=line.pk, by=house.officer, language="nl", text="Hoe was het?", at=datetime.now(UTC)
        )
    house.comes_to(State.OPEN, line)
    return survey_in_force(line)["nl"]


def spoken_with(house: House) -> tuple[Caller, Desk]:
    ann = desk(house.centre, "nl", serves=house.authority)
    zoe = caller(house.centre, NUMBER)
    ann.takes(zoe)
    return zoe, ann


def test_a_caller_answers_by_key_and_is_thanked_while_the_agent_is_free_for_others(
    house: House, asked: SurveyQuestion
) -> None:
    zoe, ann = spoken_with(house)
    with zoe.telephone.recording() as heard:
        ann.asks(Verb.HANG_UP)
        zoe.passed(CallState.SURVEYED).telephone.press("4")
        ann.comes_to(AgentState.WRAP_UP)
        zoe.telephone.ended()
    assert heard.contains(house.recording(words.thanks("nl")[0]))
    zoe.comes_to(CallState.ENDED)
    [rated] = [step.reason for step in zoe.steps if step.why == RATED]
    assert (rated, zoe.steps[-1].why) == ({"question": asked.pk, "value": 4}, "thanked")
    ann.asks(Verb.DONE)
    ann.comes_to(AgentState.READY).asks(Verb.SIGN_OUT)


def test_a_caller_who_says_nothing_hears_all_of_it_and_is_let_go(house: House, asked: SurveyQuestion) -> None:
    zoe, ann = spoken_with(house)
    with zoe.telephone.recording() as heard:
        ann.asks(Verb.HANG_UP)
        zoe.telephone.ended()
    question = words.question("nl", words.Wording(asked.pk, asked.text))
    assert [heard.contains(house.recording(name)) for name in question] == [True, True]
    assert zoe.comes_to(CallState.ENDED).steps[-1].why == "no key pressed"
    ann.asks(Verb.SIGN_OUT)
