"""The switchboard as a process: questions are spoken before they are asked, and who heard what is kept."""

import pytest

from tests import world
from tests.switchboards import Speech, call, in_thread, play, state_of, switchboard, until
from tocsin.activations.models import Activation, KeypadAnswer
from tocsin.activations.rules import State, spoken_name
from tocsin.authorities.models import Authority
from tocsin.calls.models import CallStep
from tocsin.calls.rules.phrases import PHRASES
from tocsin.gateways.rehearsal.switch import RehearsalSwitch
from tocsin.refusals import Refusal

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def answer(rivaal: Authority) -> KeypadAnswer:
    opened: Activation = world.activation(rivaal, languages=("nl",), state=State.ORDERED)
    return world.keypad_answer(opened)


class Hoarse(Speech):
    """Cannot speak one text."""

    def say(self, *, language: str, text: str) -> str:
        if text == "In hal 5.":
            raise Refusal("The text could not be spoken.")
        return super().say(language=language, text=text)


def test_a_question_is_spoken_asked_and_answered_and_the_answer_heard_is_kept(answer: KeypadAnswer) -> None:
    speech = Speech()
    # What is asked lasts until a key is pressed.
    asked = [PHRASES["nl"].questions, PHRASES["nl"].again]
    switch = RehearsalSwitch(endless=[spoken_name("nl", text) for text in asked])

    async def story() -> None:
        async with switchboard(switch, speech):
            await until(lambda: Activation.objects.get().state == State.OPEN)
            leg = call(switch)
            await until(lambda: state_of(leg) == "choosing")
            switch.press(leg, key="3")
            await until(lambda: CallStep.objects.filter(after="choosing", answer=answer).exists())
            switch.hang_up(leg)
            await until(lambda: state_of(leg) == "ended")

    play(story)
    assert {("nl", "Waar slapen?"), ("nl", "In hal 5.")} <= set(speech.said)
    last = CallStep.objects.latest("id")
    assert (last.after, last.why, last.answer) == ("ended", "caller hung up", answer)


def test_a_question_whose_answer_cannot_be_spoken_is_not_asked(answer: KeypadAnswer) -> None:
    switch = RehearsalSwitch()

    async def story() -> None:
        async with switchboard(switch, Hoarse()):
            await until(lambda: Activation.objects.get().state == State.OPEN)
            leg = call(switch)
            await until(lambda: state_of(leg) == "waiting")
            states = await in_thread(lambda: list(CallStep.objects.values_list("after", flat=True)))
            assert "choosing" not in states

    play(story)
