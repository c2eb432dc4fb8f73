"""A caller who waits leaves a question by voice, through real Asterisk."""

from datetime import UTC, datetime
from typing import Any

import pytest

from tests.telephony.hearing import read_wav, share_of, since_all
from tests.telephony.journal import check_journal
from tests.telephony.line import CALLER_HZ, House, tone
from tests.telephony.outside import Tape as Heard
from tests.telephony.people import Caller, caller
from tocsin.activations.actions import change_hearing_terms
from tocsin.activations.models import Activation
from tocsin.activations.rules import State
from tocsin.authorities.actions import acting_as_centre
from tocsin.calls import actions
from tocsin.calls.actions.tapes import file_of
from tocsin.calls.models import Tape
from tocsin.calls.rules import voice_question_words as words
from tocsin.calls.rules.states import CallState, Question

pytestmark = pytest.mark.telephony
DAYS = 30


@pytest.fixture
def line(house: House, settings: Any) -> Activation:
    """A line on which callers may leave a question, in one language."""
    home = house.centre.instance.home
    settings.TAPES, settings.KEPT_TAPES = home / "tapes", home / "kept-tapes"
    line = house.order("1779", languages=("nl",))
    change_hearing_terms(
        activation=line.pk,
        by=house.officer,
        tells_hearing=False,
        records=False,
        every=True,
        questions=True,
        basis="Public task",
        article="GDPR, article 6(1)(e)",
        notices={},
        days=DAYS,
        at=datetime.now(UTC),
    )
    return house.comes_to(State.OPEN, line)


def speaks(house: House, zoe: Caller) -> Heard:
    """What a caller heard before being asked to speak, having pressed the key."""
    zoe.comes_to(CallState.WAITING)
    with zoe.telephone.recording() as heard:
        zoe.telephone.press("8")
        recorded = lambda: zoe.call is not None and zoe.call.question == Question.SPEAKING  # noqa: E731
        house.centre.until(recorded, "the caller to be recorded")
    return heard


def says_something(house: House, zoe: Caller) -> None:
    """Return when some seconds of what a caller says are on the tape: of 16 bit, 8,000 times a second."""
    assert zoe.call is not None
    tape = house.centre.instance.home / "tapes" / f"{zoe.call.tape}.wav"
    house.centre.until(tape.exists, "the tape to be written")
    silent = tape.stat().st_size
    zoe.telephone.sound(tone(CALLER_HZ))
    house.centre.until(lambda: tape.stat().st_size > silent + 3 * 16_000, "some seconds to be on the tape")


def kept(house: House, line: Activation) -> Tape:
    """The one question that was left, once it is kept."""

    def found() -> Tape | None:
        actions.keep_tapes(at=datetime.now(UTC))
        with acting_as_centre():
            return Tape.objects.filter(activation=line).exclude(kept_at=None).first()

    return house.centre.until(found, "the question to be kept")


def test_what_a_caller_says_after_the_tone_is_kept_until_the_key_or_the_hang_up(
    house: House, line: Activation
) -> None:
    told = []
    for end in ("#", "hang up"):
        zoe = caller(house.centre, "1779")
        told.append(speaks(house, zoe))
        if end == "#":
            zoe.telephone.press("#")
            zoe.comes_to(CallState.WAITING)
            assert "left no question" in [step.why for step in zoe.steps]
            zoe.telephone.hang_up()
        else:
            says_something(house, zoe)
            zoe.telephone.hang_up()
        zoe.comes_to(CallState.ENDED)
    question = kept(house, line)
    assert (question.question, question.agent, question.terms.days) == (True, None, DAYS)
    said = since_all(read_wav(file_of(question).read_bytes()), CALLER_HZ)
    assert share_of(said, (CALLER_HZ,)) > 0.5
    outcomes = check_journal("1779")
    assert (outcomes["left a question"], outcomes["abandoned"]) == (1, 1)
    notice = house.recording(words.notice("nl", days=DAYS)[0])
    assert [heard.contains(notice) for heard in told] == [True, True]
