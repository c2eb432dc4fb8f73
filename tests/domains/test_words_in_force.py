"""A changed front message is heard from when it is spoken, and the earlier one until then."""

import asyncio
import threading
from datetime import UTC, datetime

import pytest

from tests import world
from tests.patience import PATIENCE_SECONDS
from tests.switchboards import Speech, call, in_thread, play, state_of, switchboard, until
from tocsin.accounts.models import Person
from tocsin.activations.actions import change_front_message
from tocsin.activations.models import Activation
from tocsin.activations.rules import spoken_name
from tocsin.authorities.models import Authority
from tocsin.calls import ports
from tocsin.gateways.rehearsal.switch import RehearsalSwitch
from tocsin.logbook.actions import notify
from tocsin.refusals import Refusal

pytestmark = pytest.mark.django_db(transaction=True)

EARLIER, NEW = "Bericht (nl).", "Blijf nu buiten."


class Slow(Speech):
    """Speaks the new words when it is let, or refuses them."""

    def __init__(self) -> None:
        super().__init__()
        self.asked, self.may, self.refuses = threading.Event(), threading.Event(), False

    def say(self, *, language: str, text: str) -> str:
        if text == NEW:
            self.asked.set()
            assert self.may.wait(timeout=PATIENCE_SECONDS)
            if self.refuses:
                raise Refusal("The text could not be spoken.")
        return super().say(language=language, text=text)


class Remembering(RehearsalSwitch):
    """Remembers what it played."""

    def __init__(self) -> None:
        super().__init__()
        self.played: dict[str, set[str]] = {}

    async def carry_out(self, moves):
        for move in moves:
            if isinstance(move, ports.Play):
                self.played.setdefault(move.leg, set()).update(move.media)
        await super().carry_out(moves)


def heard(switch: Remembering, leg: str) -> set[str]:
    """Which of the two a caller heard."""
    return {text for text in (EARLIER, NEW) if spoken_name("nl", text) in switch.played[leg]}


async def hear(switch: Remembering) -> set[str]:
    leg = call(switch)
    await until(lambda: state_of(leg) == "waiting")
    return heard(switch, leg)


@pytest.fixture
def change(rivaal: Authority, dirk: Person):
    made = world.activation(rivaal, languages=["nl"])

    def put_in_force() -> None:
        now = datetime.now(UTC)
        change_front_message(activation=made.pk, by=dirk, language="nl", text=NEW, recording="", at=now)

    return put_in_force


def test_callers_hear_the_earlier_words_until_the_new_ones_are_spoken(change) -> None:
    switch, speech = Remembering(), Slow()

    async def story() -> None:
        async with switchboard(switch, speech):
            assert await hear(switch) == {EARLIER}
            await in_thread(change)
            await until(speech.asked.is_set)
            assert await hear(switch) == {EARLIER}
            speech.may.set()
            await until(lambda: ("nl", NEW) in speech.said)
            async with asyncio.timeout(PATIENCE_SECONDS):
                while await hear(switch) != {NEW}:
                    pass

    play(story)


def test_words_that_cannot_be_spoken_come_into_force_once_they_can(change) -> None:
    switch, speech = Remembering(), Slow()
    speech.refuses = True
    speech.may.set()

    async def story() -> None:
        async with switchboard(switch, speech):
            assert await hear(switch) == {EARLIER}
            await in_thread(change)
            await until(speech.asked.is_set)
            # Taken up twice: what is in force after the first time is kept for the second.
            speech.asked.clear()
            await in_thread(lambda: notify("tocsin_switchboard", "lines"))
            await until(speech.asked.is_set)
            assert await hear(switch) == {EARLIER}
            speech.refuses = False
            await in_thread(lambda: notify("tocsin_switchboard", "lines"))
            async with asyncio.timeout(PATIENCE_SECONDS):
                while await hear(switch) != {NEW}:
                    pass

    play(story)
    assert Activation.objects.get().front_messages.latest("pk").text == NEW
