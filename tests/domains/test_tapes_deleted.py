"""Tapes are deleted when their days are over, or before by an officer, and each leaves a certificate."""

import hashlib
import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tests.domains.taped import DAYS, keep_row, row, sound, terms_of, train
from tests.domains.test_tapes import stuck
from tests.world import NOON
from tocsin.accounts.models import Person
from tocsin.activations.models import Activation
from tocsin.authorities.actions import acting_as_centre
from tocsin.calls import actions
from tocsin.calls.actions import tapes
from tocsin.calls.actions.tapes import RETENTION_OVER, file_of
from tocsin.calls.models import DeletionCertificate, Tape
from tocsin.logbook.models import Line
from tocsin.project.doctor import look_at_recordings
from tocsin.project.instance import instance
from tocsin.refusals import Refusal
from tocsin.workforce.models import Agent


@pytest.fixture
def kept(folders: Path, fire: Activation, ann: Agent) -> Callable[[str], Tape]:
    def keep(name: str) -> Tape:
        keep_row(fire, ann, name)
        sound(folders, name)
        actions.keep_tapes(at=NOON + timedelta(minutes=3))
        return row(name)

    return keep


class RemovedOnce:
    """Removes one tape as ever; of the next, the file is gone when the process is killed."""

    def __init__(self) -> None:
        self.remove = tapes._removed
        self.removed = 0

    def __call__(self, tape: Tape) -> dict[str, object] | None:
        self.removed += 1
        listed = self.remove(tape)
        if self.removed > 1:
            raise SystemExit
        return listed


@pytest.mark.django_db
def test_a_tape_is_deleted_when_its_days_are_over_and_leaves_a_certificate(
    fire: Activation, kept: Callable[[str], Tape]
) -> None:
    tape = kept("c1-tape-1")
    assert tape.ended_at
    over = tape.ended_at + timedelta(days=DAYS)
    assert actions.delete_tapes(at=over) == 0
    assert actions.delete_tapes(at=over + timedelta(seconds=1)) == 1
    assert not file_of(tape).exists()
    with acting_as_centre():
        assert not Tape.objects.exists()
    certificate = DeletionCertificate.objects.get()
    assert (certificate.activation, certificate.by, certificate.why) == (fire, None, RETENTION_OVER)
    (listed,) = certificate.tapes
    assert (listed["name"], listed["sha256"], listed["stream"]) == ("c1-tape-1", tape.sha256, "d5")
    assert certificate.digest == hashlib.sha256(json.dumps(certificate.tapes, sort_keys=True).encode()).hexdigest()
    noted = Line.objects.get(kind="tapes.deleted")
    assert (noted.facts["tapes"], noted.facts["digest"]) == (1, certificate.digest)
    assert actions.delete_tapes(at=over + timedelta(days=1)) == 0


@pytest.mark.django_db
def test_many_tapes_are_deleted_a_few_at_a_time_and_what_was_deleted_stays_so(
    fire: Activation, kept: Callable[[str], Tape], monkeypatch: pytest.MonkeyPatch
) -> None:
    first, second = kept("c1-tape-1"), kept("c2-tape-1")
    assert first.ended_at
    over = first.ended_at + timedelta(days=DAYS, seconds=1)
    monkeypatch.setattr(tapes, "MOST_AT_ONCE", 1)
    with monkeypatch.context() as killed:
        # The process ends in the middle of the second.
        killed.setattr(tapes, "_removed", RemovedOnce())
        with pytest.raises(SystemExit):
            actions.delete_tapes(at=over)
    assert [file_of(tape).exists() for tape in (first, second)] == [False, False]
    assert [each["name"] for each in DeletionCertificate.objects.get().tapes] == ["c1-tape-1"]
    assert actions.delete_tapes(at=over) == 1
    assert [line.facts["tapes"] for line in Line.objects.filter(kind="tapes.deleted")] == [1, 1]
    with acting_as_centre():
        assert not Tape.objects.exists()


@pytest.mark.django_db
def test_a_tape_that_cannot_be_deleted_keeps_no_other_back_is_told_and_tried_again(
    fire: Activation, kept: Callable[[str], Tape], dirk: Person, caplog: pytest.LogCaptureFixture
) -> None:
    first, second = kept("c1-tape-1"), kept("c2-tape-1")
    assert first.ended_at
    over = first.ended_at + timedelta(days=DAYS, seconds=1)
    # A folder cannot be unlinked, whoever asks.
    file_of(first).unlink()
    file_of(first).mkdir()
    assert actions.delete_tapes(at=over) == 1
    assert not file_of(second).exists()
    assert [each["name"] for each in DeletionCertificate.objects.get().tapes] == ["c2-tape-1"]
    assert "The recording c1-tape-1 cannot be deleted" in caplog.text
    assert stuck(at=over + timedelta(hours=3)) == (0, 1)
    with pytest.raises(Refusal, match="nothing was changed"):
        actions.delete_tape(tape="c1-tape-1", by=dirk, why="Asked for.", at=over)
    assert not actions.delete_tapes(at=over)
    assert DeletionCertificate.objects.count() == 1
    assert row("c1-tape-1").sha256
    file_of(first).rmdir()
    assert actions.delete_tapes(at=over + timedelta(hours=1)) == 1
    assert stuck(at=over + timedelta(hours=3)) == (0, 0)


@pytest.mark.django_db
def test_the_doctor_counts_the_tapes_that_are_left_behind(fire: Activation, kept: Callable[[str], Tape]) -> None:
    # By the clock of the machine, after the noon of the tapes.
    tape = kept("c1-tape-1")
    with acting_as_centre():
        Tape.objects.update(ended_at=datetime.now(UTC))
    assert look_at_recordings(instance).fine
    with acting_as_centre():
        Tape.objects.update(ended_at=datetime.now(UTC) - timedelta(days=tape.terms.days, hours=3))
    finding = look_at_recordings(instance)
    assert (finding.fine, "1 not be deleted" in finding.words) == (False, True)


@pytest.mark.django_db
def test_later_terms_do_not_change_how_long_a_tape_is_kept(fire: Activation, kept: Callable[[str], Tape]) -> None:
    tape = kept("c1-tape-1")
    terms_of(fire, days=1)
    assert tape.ended_at
    assert actions.delete_tapes(at=tape.ended_at + timedelta(days=2)) == 0


@pytest.mark.django_db
def test_an_officer_deletes_one_tape_before_its_time_and_says_why(
    kept: Callable[[str], Tape], dirk: Person
) -> None:
    tape, other = kept("c1-tape-1"), kept("c2-tape-1")
    actions.delete_tape(tape=tape.name, by=dirk, why="The caller asked for it", at=NOON)
    assert not file_of(tape).exists()
    assert file_of(other).exists()
    certificate = DeletionCertificate.objects.get()
    assert (certificate.by, certificate.why, len(certificate.tapes)) == (dirk, "The caller asked for it", 1)


@pytest.mark.django_db
def test_only_an_officer_of_the_authority_deletes_a_tape_before_its_time(
    kept: Callable[[str], Tape], carl: Person, otto: Person
) -> None:
    tape = kept("c1-tape-1")
    for person in (carl, otto):
        with pytest.raises(Refusal, match="duty officer"):
            actions.delete_tape(tape=tape.name, by=person, why="The caller asked for it", at=NOON)
    assert file_of(tape).exists()
    assert not DeletionCertificate.objects.exists()


@pytest.mark.django_db
def test_tapes_of_victims_and_relatives_are_deleted_by_an_officer_trained_for_them(
    folders: Path, fire: Activation, ann: Agent, dirk: Person
) -> None:
    keep_row(fire, ann, "c1-tape-1", stream="d2")
    sound(folders, "c1-tape-1")
    actions.keep_tapes(at=NOON + timedelta(minutes=3))
    tape = row("c1-tape-1")
    with pytest.raises(Refusal, match="may hear"):
        actions.delete_tape(tape=tape.name, by=dirk, why="The caller asked for it", at=NOON)
    assert file_of(tape).exists()
    train(dirk)
    actions.delete_tape(tape=tape.name, by=dirk, why="The caller asked for it", at=NOON)
    assert not file_of(tape).exists()
