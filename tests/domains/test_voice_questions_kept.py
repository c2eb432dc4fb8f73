"""Questions left by voice: who is asked on what terms, what is kept of them, and who says that one is answered."""

import wave
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings

from tests import world
from tests.domains.taped import change
from tests.world import NOON
from tocsin.accounts.models import Person
from tocsin.activations.models import Activation, HearingTerms
from tocsin.activations.rules import State, Stream, VoiceQuestions
from tocsin.authorities.actions import acting_as_centre
from tocsin.authorities.models import Authority
from tocsin.calls import actions, models
from tocsin.calls.actions.tapes import file_of, store_tapes
from tocsin.calls.daemon import memory
from tocsin.calls.ports import Recorded
from tocsin.calls.rules.question_claims import QuestionOutcome
from tocsin.calls.rules.tapes import Tape
from tocsin.logbook.models import Line
from tocsin.refusals import Refusal
from tocsin.workforce.models import Agent

pytestmark = pytest.mark.django_db
SECOND = timedelta(seconds=1)
NAME = "q1-tape-1"


@pytest.fixture
def fire(rivaal: Authority) -> Activation:
    return world.activation(rivaal, languages=["nl"])


@pytest.fixture
def folders(settings: Any, tmp_path: Path) -> None:
    settings.TAPES, settings.KEPT_TAPES = tmp_path / "tapes", tmp_path / "kept"
    settings.TAPES.mkdir()


def on(fire: Activation, dirk: Person) -> HearingTerms:
    change(fire, dirk, records=False, questions=True, notices={})
    return HearingTerms.objects.get()


def left(fire: Activation, terms: HearingTerms, *, spoken: int | None = 3, stream: Stream = Stream.D5) -> None:
    """A caller spoke for some seconds, and the switch told so."""
    models.Call.objects.create(
        leg="q1", activation=fire, state="ended", since=NOON, arrived_at=NOON, number="1771", language="nl"
    )
    tape = Tape(NAME, "q1", fire.pk, fire.authority_id, stream, "nl", None, terms.pk, NOON, question=True)
    with acting_as_centre():
        store_tapes([tape], [], at=NOON)
        store_tapes([replace(tape, ended_at=NOON)], [Recorded("q1", NAME, 4, spoken_seconds=spoken)], at=NOON)
    with wave.open(str(settings.TAPES / f"{NAME}.wav"), "wb") as sound:
        sound.setparams((1, 2, 8000, 0, "NONE", ""))
        sound.writeframes(b"\0" * 64_000)


def row() -> models.Tape:
    with acting_as_centre():
        return models.Tape.objects.get()


def test_nobody_is_asked_unless_the_terms_say_so(fire: Activation, dirk: Person) -> None:
    (script,) = memory.load_scripts(State.OPEN).values()
    assert script.voice_questions is None
    terms = on(fire, dirk)
    (script,) = memory.load_scripts(State.OPEN).values()
    assert (script.voice_questions, script.tapes) == (VoiceQuestions(terms.pk, terms.days), None)
    change(fire, dirk)
    (script,) = memory.load_scripts(State.OPEN).values()
    assert script.voice_questions is None


@pytest.mark.parametrize("missing", [{"basis": " "}, {"article": ""}, {"days": 0}])
def test_no_question_is_recorded_without_a_basis_and_an_end(
    fire: Activation, dirk: Person, missing: dict[str, object]
) -> None:
    with pytest.raises(Refusal):
        change(fire, dirk, **{"records": False, "questions": True, "notices": {}, **missing})


@pytest.mark.usefixtures("folders")
def test_a_question_is_kept_like_any_tape_and_deleted_with_a_certificate(fire: Activation, dirk: Person) -> None:
    left(fire, on(fire, dirk))
    assert actions.keep_tapes(at=NOON + SECOND) == 1
    kept = row()
    assert (kept.question, kept.agent, kept.seconds, kept.whole) == (True, None, 4, True)
    assert file_of(kept).exists()
    assert actions.delete_tapes(at=NOON + timedelta(days=kept.terms.days) + SECOND) == 1
    assert not file_of(kept).exists()
    assert models.DeletionCertificate.objects.get().tapes[0]["name"] == NAME


@pytest.mark.usefixtures("folders")
def test_of_silence_nothing_is_kept_but_that_there_was_some(fire: Activation, dirk: Person, settings: Any) -> None:
    left(fire, on(fire, dirk), spoken=0)
    assert row().silent
    assert actions.keep_tapes(at=NOON + SECOND) == 0
    with acting_as_centre():
        assert not models.Tape.objects.exists()
    assert list(settings.TAPES.iterdir()) == []
    assert Line.objects.filter(kind="question.silent").exists()


@pytest.mark.usefixtures("folders")
def test_a_question_whose_end_nobody_heard_of_is_kept(fire: Activation, dirk: Person) -> None:
    left(fire, on(fire, dirk), spoken=None)
    assert actions.keep_tapes(at=NOON + SECOND) == 1
    assert not row().silent


@pytest.mark.usefixtures("folders")
def test_who_may_hear_a_question_says_how_it_was_answered(fire: Activation, dirk: Person, carl: Person) -> None:
    left(fire, on(fire, dirk))
    actions.answer_question(
        tape=NAME, by=carl, outcome=QuestionOutcome.CALLED, answer="Waar melden? Sporthal.", at=NOON
    )
    kept = row()
    assert (kept.answered_by, kept.answered_at, kept.outcome) == (carl, NOON, "called")
    line = Line.objects.get(kind="question.answered")
    assert line.by == carl
    assert "Sporthal" not in str(line.facts)


@pytest.mark.usefixtures("folders")
def test_nobody_else_does(fire: Activation, dirk: Person, otto: Person, ann: Agent, carl: Person) -> None:
    left(fire, on(fire, dirk), stream=Stream.D2)
    # Carl is of the authority, and not trained for victims and relatives.
    for person in (otto, ann.person, carl):
        with pytest.raises(Refusal):
            actions.answer_question(tape=NAME, by=person, outcome=QuestionOutcome.OTHERWISE, answer="", at=NOON)
    assert row().answered_at is None
