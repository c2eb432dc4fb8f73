"""Conversations and questions that were recorded, and the proof that they were deleted."""

from typing import ClassVar

from django.conf import settings
from django.db import models

from tocsin.activations.models import Activation, HearingTerms
from tocsin.activations.rules import Stream
from tocsin.authorities.models import Authority
from tocsin.calls.models.journal import Call
from tocsin.calls.models.orders import LONGEST_REASON
from tocsin.calls.rules.question_claims import Claim, QuestionOutcome
from tocsin.workforce.models import Agent

# What is kept of the answer to a question that was left by voice.
LONGEST_NOTE_ON_QUESTION = 500


class Tape(models.Model):
    """PERSONAL. What was said in a conversation, in one stream, by a caller who agreed, or was left as a question;
    the sound is a file.

    The row goes with the file, and both into a certificate.
    """

    name = models.CharField(primary_key=True, max_length=100)
    call = models.ForeignKey(Call, on_delete=models.CASCADE, related_name="tapes", db_constraint=False)
    activation = models.ForeignKey(Activation, on_delete=models.PROTECT, related_name="+")
    authority = models.ForeignKey(Authority, on_delete=models.PROTECT, related_name="+")
    stream = models.CharField(max_length=2, choices=[(stream.value, stream.value) for stream in Stream])
    language = models.CharField(max_length=2)
    # With whom the conversation began; nobody where the caller left a question.
    agent = models.ForeignKey(Agent, null=True, on_delete=models.PROTECT, related_name="+")
    question = models.BooleanField(default=False, db_default=False)
    # What the caller was told, and agreed to.
    terms = models.ForeignKey(HearingTerms, on_delete=models.PROTECT, related_name="+")
    began_at = models.DateTimeField()
    paused = models.BooleanField(default=False)
    ended_at = models.DateTimeField(null=True)
    # As the switch, or the file itself, tells it; not whole where the disk was full.
    seconds = models.PositiveIntegerField(null=True)
    whole = models.BooleanField(null=True)
    # When the file was brought to where tapes are kept, and its SHA-256; without one, no file was found.
    kept_at = models.DateTimeField(null=True)
    sha256 = models.CharField(max_length=64, blank=True)
    # Of a question: which agent has it before them, and until when nobody else may take it.
    claimed_by = models.ForeignKey(Agent, null=True, on_delete=models.PROTECT, related_name="+")
    claimed_until = models.DateTimeField(null=True)
    # Of a question, too: whether nothing was said, so that nothing is kept; who answered it when, how and what.
    silent = models.BooleanField(default=False, db_default=False)
    answered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    answered_at = models.DateTimeField(null=True)
    outcome = models.CharField(
        max_length=10,
        blank=True,
        default="",
        db_default="",
        choices=[(outcome.value, outcome.value) for outcome in QuestionOutcome],
    )
    answer = models.CharField(max_length=LONGEST_NOTE_ON_QUESTION, blank=True, default="", db_default="")

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["call"], condition=models.Q(ended_at=None), name="one_tape_at_a_time")
        ]
        indexes: ClassVar = [
            models.Index(fields=["began_at"], condition=models.Q(kept_at=None), name="calls_tape_to_keep"),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def claim(self) -> Claim | None:
        """Who has the question, where somebody does."""
        if self.claimed_by_id is None or self.claimed_until is None:
            return None
        return Claim(self.claimed_by_id, self.claimed_until)


class DeletionCertificate(models.Model):
    """That tapes were deleted: by whom, when, why, how many, and what each of them was. Never deleted."""

    activation = models.ForeignKey(Activation, on_delete=models.PROTECT, related_name="deletion_certificates")
    # Empty where the retention was over.
    by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    why = models.CharField(max_length=LONGEST_REASON)
    at = models.DateTimeField()
    # Of each: name, stream, from, until, seconds, sha256.
    tapes = models.JSONField()
    # SHA-256 of the list, as the logbook has it.
    digest = models.CharField(max_length=64)

    def __str__(self) -> str:
        return f"{len(self.tapes)} tapes of {self.activation}"
