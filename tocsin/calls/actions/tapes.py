"""Tapes: what was decided of them, where their files are kept, and how they are deleted."""

import hashlib
import json
import logging
import shutil
import wave
from collections.abc import Collection, Iterable
from contextlib import suppress
from datetime import datetime, timedelta
from itertools import groupby
from operator import itemgetter
from pathlib import Path

from django.conf import settings

from tocsin.accounts.models import Person
from tocsin.accounts.rules import Role
from tocsin.authorities.actions import acting_as_centre
from tocsin.calls import models
from tocsin.calls.ports import Recorded
from tocsin.calls.queries.tapes import streams_heard_by, tapes_over
from tocsin.calls.rules import tapes
from tocsin.calls.rules.voice_questions import is_question
from tocsin.logbook.actions import note
from tocsin.refusals import Refusal

log = logging.getLogger(__name__)

# A tape whose end was decided and of which there is still no file: there will be none.
FILE_APPEARS = timedelta(minutes=10)
# Kept or deleted in one transaction; the others wait for the next.
MOST_AT_ONCE = 100
RETENTION_OVER = "the retention is over"
_PRIVATE_FOLDER = 0o700


def store_tapes(decided: Iterable[tapes.Tape], recorded: Iterable[Recorded], *, at: datetime) -> None:
    """Keep what the switchboard decided of tapes, and what the switch told, inside its transaction."""
    models.Tape.objects.bulk_create(
        [
            models.Tape(
                name=tape.name,
                call_id=tape.call,
                activation_id=tape.activation,
                authority_id=tape.authority,
                stream=tape.stream,
                language=tape.language,
                agent_id=tape.agent,
                question=tape.question,
                terms_id=tape.terms,
                began_at=tape.began_at,
                paused=tape.paused,
                ended_at=tape.ended_at,
            )
            for tape in decided
        ],
        update_conflicts=True,
        unique_fields=["name"],
        update_fields=("paused", "ended_at"),
    )
    for told in recorded:
        found = models.Tape.objects.filter(name=told.tape)
        found.update(seconds=told.seconds, whole=told.whole)
        if not is_question(told):
            found.filter(question=True).update(silent=True)
        for tape in found if not told.whole else ():
            note_tape("tape.not_whole", tape, by=None, at=at)


def keep_tapes(*, at: datetime) -> int:
    """Bring the files of tapes that have ended from the switch's folder to where those of their stream are kept.

    Answers how many. A file that cannot be moved, on a disk that is full, is told in the log and tried again the
    next time, and keeps no other back.
    """
    with acting_as_centre():
        ended = models.Tape.objects.filter(ended_at__lt=at, kept_at=None).order_by("began_at")
        names = list(ended.values_list("name", flat=True))
    kept = 0
    for name in names:
        try:
            kept += _kept(name, at=at)
        except OSError:
            log.exception("The recording %s cannot be kept, and is tried again in a minute", name)
        if kept == MOST_AT_ONCE:
            break
    return kept


def _kept(name: str, *, at: datetime) -> bool:
    """Whether a tape was kept now, in a transaction of its own: a file that was moved is not moved back."""
    with acting_as_centre():
        tape = models.Tape.objects.select_for_update().filter(name=name, kept_at=None).first()
        if tape is None or tape.ended_at is None:
            return False
        # A sweep that was killed moved the file, and kept nothing of it.
        there = _source(tape).exists() or file_of(tape).exists()
        # Nobody heard of its end: the switchboard was away, or the switch went down.
        overdue = at - tape.ended_at > FILE_APPEARS
        if tape.silent:
            _drop(tape, at=at)
            return False
        if there and (tape.whole is not None or overdue):
            _keep(tape, at=at)
            return True
        if overdue:
            tape.whole, tape.kept_at = False, at
            tape.save(update_fields=["whole", "kept_at"])
            note_tape("tape.lost", tape, by=None, at=at)
        return False


def _drop(tape: models.Tape, *, at: datetime) -> None:
    """Nothing was said where a question could have been left: there is nothing to keep."""
    _source(tape).unlink(missing_ok=True)
    note_tape("question.silent", tape, by=None, at=at)
    tape.delete()


def _keep(tape: models.Tape, *, at: datetime) -> None:
    source, target = _source(tape), file_of(tape)
    for folder in (target.parent.parent, target.parent):
        folder.mkdir(mode=_PRIVATE_FOLDER, parents=True, exist_ok=True)
    if source.exists():
        shutil.move(source, target)
    with target.open("rb") as file:
        tape.sha256 = hashlib.file_digest(file, "sha256").hexdigest()
    if tape.seconds is None:
        with suppress(EOFError, wave.Error), wave.open(str(target)) as sound:
            tape.seconds = round(sound.getnframes() / sound.getframerate())
    if tape.seconds is None and tape.whole is not False:
        tape.whole = False
        note_tape("tape.not_whole", tape, by=None, at=at)
    tape.kept_at = at
    tape.save(update_fields=["sha256", "seconds", "whole", "kept_at"])


def _source(tape: models.Tape) -> Path:
    return Path(settings.TAPES / f"{Path(tape.name).name}.wav")


def file_of(tape: models.Tape) -> Path:
    """Where the file of a tape is kept: each stream, and each activation, in a folder of its own."""
    return Path(settings.KEPT_TAPES / tape.stream / str(tape.activation_id) / f"{Path(tape.name).name}.wav")


def delete_tapes(*, at: datetime) -> int:
    """Delete the tapes whose retention is over; what is left are certificates for each activation. Answers how
    many tapes. One whose file cannot be deleted stays, is told in the log and tried again the next time.

    A few at a time: whoever writes in the logbook waits for a transaction that has a line in it, and the
    switchboard waits for seconds only.
    """
    with acting_as_centre():
        over = list(tapes_over(at=at).order_by("activation", "began_at", "pk").values_list("activation", "pk"))
    deleted = 0
    for activation, some in groupby(over, key=itemgetter(0)):
        names = [name for _, name in some]
        for first in range(0, len(names), MOST_AT_ONCE):
            group = names[first : first + MOST_AT_ONCE]
            with acting_as_centre():
                deleted += _delete(activation, group, by=None, why=RETENTION_OVER, at=at)
    return deleted


def delete_tape(*, tape: str, by: Person, why: str, at: datetime) -> None:
    """Delete one tape before its time, as its caller may ask (GDPR, article 17).

    Raises Refusal for who is no duty officer of the authority, or may not hear the tape; and where the file cannot
    be deleted.
    """
    with acting_as_centre():
        theirs = models.Tape.objects.filter(authority__members=by, stream__in=streams_heard_by(by), name=tape)
        found = theirs.first()
        if found is None or not by.has_role(Role.DUTY_OFFICER):
            raise Refusal("Only a duty officer of this authority, who may hear a recording, deletes it.")
        if not _delete(found.activation_id, [tape], by=by, why=why, at=at):
            raise Refusal(
                "The file cannot be deleted, and nothing was changed. Tell whoever looks after the machines, then "
                "try again."
            )


def _delete(activation: int, names: Collection[str], *, by: Person | None, why: str, at: datetime) -> int:
    """Delete tapes of one activation. The line in the logbook comes last: until the end of the transaction nobody
    else writes one."""
    gone = models.Tape.objects.filter(activation=activation, pk__in=names).order_by("began_at")
    listed = [removed for tape in gone if (removed := _removed(tape))]
    if not listed:
        return 0
    digest = hashlib.sha256(json.dumps(listed, sort_keys=True).encode()).hexdigest()
    certificate = models.DeletionCertificate.objects.create(
        activation_id=activation, by=by, why=why, at=at, tapes=listed, digest=digest
    )
    note(
        kind="tapes.deleted",
        subject=f"activation:{activation}",
        by=by,
        at=at,
        authority=certificate.activation.authority_id,
        facts={"certificate": certificate.pk, "tapes": len(listed), "digest": digest, "why": why},
    )
    return len(listed)


def _removed(tape: models.Tape) -> dict[str, object] | None:
    """What was deleted; None where the file cannot be. It goes first: a row without a file is found again, a file
    without a row never."""
    try:
        file_of(tape).unlink(missing_ok=True)
    except OSError:
        log.exception("The recording %s cannot be deleted, and is tried again", tape.name)
        return None
    listed: dict[str, object] = {
        "name": tape.name,
        "stream": tape.stream,
        "from": tape.began_at.isoformat(),
        "until": tape.ended_at.isoformat() if tape.ended_at else "",
        "seconds": tape.seconds,
        "sha256": tape.sha256,
    }
    tape.delete()
    return listed


def note_tape(kind: str, tape: models.Tape, *, by: Person | None, at: datetime) -> None:
    """One line about a tape, inside the transaction in which it was changed."""
    note(
        kind=kind,
        subject=f"activation:{tape.activation_id}",
        by=by,
        at=at,
        authority=tape.authority_id,
        facts={"tape": tape.name, "call": tape.call_id},
    )
