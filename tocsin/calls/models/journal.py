"""Calls as the switchboard decided them, and each change of one."""

from datetime import timedelta
from typing import ClassVar

from django.db import models

from tocsin.activations.models import Activation, HearingTerms, KeypadAnswer, SurveyQuestion
from tocsin.activations.rules import Stream
from tocsin.calls.rules.states import CallState, Rank
from tocsin.calls.rules.tapes import Taping
from tocsin.workforce.models import Agent


class Call(models.Model):
    """A call as the switchboard last decided it; figures are counted from the steps, not from here."""

    leg = models.CharField(primary_key=True, max_length=80)
    number = models.CharField(max_length=20)
    # Tells callers apart: a keyed hash of the number, and after the retention a mark drawn by chance, which begins
    # with a dash. Empty for a hidden number.
    caller_mark = models.CharField(max_length=32, blank=True)
    # Empty where nothing was open on the number.
    activation = models.ForeignKey(Activation, null=True, on_delete=models.PROTECT, related_name="calls")
    language = models.CharField(max_length=2)
    state = models.CharField(max_length=12, choices=[(state.value, state.value) for state in CallState])
    # While choosing or in line: what is asked.
    question = models.CharField(max_length=12, blank=True, db_default="")
    # The keypad answer that is being told, and the last that was heard to its end.
    answer = models.ForeignKey(KeypadAnswer, null=True, on_delete=models.PROTECT, related_name="+", db_index=False)
    heard = models.ForeignKey(KeypadAnswer, null=True, on_delete=models.PROTECT, related_name="+", db_index=False)
    since = models.DateTimeField()
    arrived_at = models.DateTimeField()
    queued_at = models.DateTimeField(null=True)
    place_since = models.DateTimeField(null=True)
    stream = models.CharField(
        max_length=2,
        choices=[(stream.value, stream.value) for stream in Stream],
        default=Stream.D5,
        db_default=Stream.D5.value,
    )
    rank = models.PositiveSmallIntegerField(default=Rank.ORDINARY, db_default=Rank.ORDINARY.value)
    # Who spoke with the caller before on the same day.
    known_to = models.ForeignKey(Agent, null=True, on_delete=models.SET_NULL, related_name="+")
    heard_before = models.BooleanField(default=False, db_default=False)
    # What was told last of the wait, and the place in line that was told with it.
    told_by = models.DateTimeField(null=True)
    told_place = models.PositiveIntegerField(null=True)
    # Asked for the SMS of the line.
    texted = models.BooleanField(default=False, db_default=False)
    # When news were told last.
    news_at = models.DateTimeField(null=True)
    answered = models.BooleanField(default=False)
    agent = models.ForeignKey(Agent, null=True, on_delete=models.SET_NULL, related_name="calls")
    # By when the caller, who hung up, will be called back; the number is the caller's.
    promised_by = models.DateTimeField(null=True)
    attempts = models.PositiveSmallIntegerField(default=0, db_default=0)
    # Of these, those that did not come to the number's network.
    outages = models.PositiveSmallIntegerField(default=0, db_default=0)
    # Whether that number is being dialled, or was answered.
    dialled = models.BooleanField(default=False, db_default=False)
    # The leg that was dialled last.
    dialled_leg = models.CharField(max_length=100, blank=True, db_default="")
    due_at = models.DateTimeField(null=True)
    messages = models.PositiveIntegerField(default=0)
    consulted = models.PositiveSmallIntegerField(default=0, db_default=0)
    # By how much the clock was put forward since the call arrived; its steps are by the clock of its arrival.
    ahead = models.DurationField(default=timedelta(), db_default=timedelta())
    # Whether the caller agreed by a key to be recorded, empty before being asked, and the terms that were told.
    agrees = models.BooleanField(null=True)
    terms = models.ForeignKey(HearingTerms, null=True, on_delete=models.PROTECT, related_name="+", db_index=False)
    # What was asked for since, and how many tapes there are.
    taping = models.CharField(
        max_length=10,
        choices=[(taping.value, taping.value) for taping in Taping],
        blank=True,
        default="",
        db_default="",
    )
    taped = models.PositiveSmallIntegerField(default=0, db_default=0)
    # The tape that runs.
    tape = models.CharField(max_length=100, blank=True, default="", db_default="")
    # The question of the survey that is asked.
    survey = models.ForeignKey(
        SurveyQuestion, null=True, on_delete=models.PROTECT, related_name="+", db_index=False
    )

    class Meta:
        indexes: ClassVar = [
            models.Index(fields=["activation", "arrived_at"]),
            # Who arrives is looked up: the last call from the same number.
            models.Index(fields=["activation", "caller_mark", "-arrived_at"], name="calls_last_call"),
            models.Index(
                fields=["state"], condition=~models.Q(state=CallState.ENDED.value), name="calls_live_state"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.leg} {self.state}"

    @property
    def first_in_line(self) -> bool:
        """Whether the caller goes before all others because an agent was lost."""
        return self.rank == Rank.RETURNED


class CallStep(models.Model):
    """One transition of a call: the journal that every figure is counted from."""

    call = models.ForeignKey(Call, on_delete=models.CASCADE, related_name="steps", db_constraint=False)
    activation = models.ForeignKey(Activation, null=True, on_delete=models.PROTECT, related_name="+")
    before = models.CharField(max_length=12, blank=True)
    after = models.CharField(max_length=12)
    at = models.DateTimeField()
    agent = models.ForeignKey(Agent, null=True, on_delete=models.SET_NULL, related_name="+")
    language = models.CharField(max_length=2)
    why = models.CharField(max_length=60)
    stream = models.CharField(max_length=2, default=Stream.D5, db_default=Stream.D5.value)
    # Of an offer: why this call went first, and to this agent. Of a transfer: who passed whom on, and whereto.
    # Of an answer to the survey: which question, and the key.
    reason = models.JSONField(null=True)
    # The keypad answer that was heard to its end; of the last step, the one that the caller left with.
    answer = models.ForeignKey(KeypadAnswer, null=True, on_delete=models.PROTECT, related_name="+", db_index=False)

    class Meta:
        indexes: ClassVar = [models.Index(fields=["activation", "at"])]

    def __str__(self) -> str:
        return f"{self.before or 'nothing'} → {self.after}"
