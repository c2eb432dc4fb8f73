"""Who called, how they are treated, and the text messages they asked for."""

from typing import ClassVar

from django.conf import settings
from django.db import models

from tocsin.activations.models import Activation, KeypadAnswer
from tocsin.authorities.models import Authority
from tocsin.calls.models.journal import Call
from tocsin.calls.models.orders import LONGEST_REASON
from tocsin.calls.rules.sms import SmsState
from tocsin.calls.rules.treatment import Conduct
from tocsin.calls.rules.treatment import Treatment as Treated
from tocsin.workforce.models import Agent


class Caller(models.Model):
    """PERSONAL. The number somebody called from, kept for as long as the retention says."""

    call = models.OneToOneField(Call, primary_key=True, on_delete=models.CASCADE, db_constraint=False)
    authority = models.ForeignKey(Authority, on_delete=models.PROTECT, related_name="+")
    # Empty where it is hidden, and the caller gave another to be called back at.
    number = models.CharField(max_length=20, db_index=True, blank=True)
    # Where the caller is to be called back; empty where nothing was promised.
    call_back = models.CharField(max_length=20, blank=True, db_default="")
    at = models.DateTimeField()

    def __str__(self) -> str:
        return f"caller of {self.call_id}"


class Sms(models.Model):
    """A text message that a caller asked for, frozen as it is sent, and what became of it; the number is the
    caller's."""

    call = models.ForeignKey(Call, on_delete=models.CASCADE, related_name="sms", db_constraint=False)
    # The keypad answer that is sent, where it is one; and the agent, where one had it sent.
    answer = models.ForeignKey(KeypadAnswer, null=True, on_delete=models.PROTECT, related_name="+", db_index=False)
    agent = models.ForeignKey(Agent, null=True, on_delete=models.PROTECT, related_name="+", db_index=False)
    language = models.CharField(max_length=2)
    text = models.TextField()
    state = models.CharField(max_length=10, choices=[(state.value, state.value) for state in SmsState])
    at = models.DateTimeField()
    # When it was sent or given up, and why the latter.
    settled_at = models.DateTimeField(null=True)
    why = models.CharField(max_length=200, blank=True)

    class Meta:
        indexes: ClassVar = [
            models.Index(fields=["id"], condition=models.Q(state="ordered"), name="calls_sms_to_send"),
        ]

    def __str__(self) -> str:
        return f"SMS of {self.call_id} {self.state}"


class TextCaller(models.Model):
    """PERSONAL. That somebody asked an authority for text instead of speech, known by the mark of the number: each
    call of theirs is answered by an SMS. Forgotten when the retention is over since the last of them."""

    authority = models.ForeignKey(Authority, on_delete=models.PROTECT, related_name="+", db_index=False)
    caller_mark = models.CharField(max_length=32)
    language = models.CharField(max_length=2)
    # Who put the caller on the list, and when.
    agent = models.ForeignKey(Agent, on_delete=models.PROTECT, related_name="+", db_index=False)
    at = models.DateTimeField()
    # When the caller called last.
    last_at = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["authority", "caller_mark"], name="text_caller_once"),
            models.CheckConstraint(condition=~models.Q(caller_mark=""), name="nobody_unknown_gets_text"),
        ]

    def __str__(self) -> str:
        return f"text for a caller of {self.authority_id}"


class Remark(models.Model):
    """What an agent remarks of how a caller behaved, at the end of a call; the newest of an agent counts."""

    call = models.ForeignKey(Call, on_delete=models.CASCADE, related_name="remarks", db_constraint=False)
    agent = models.ForeignKey(Agent, on_delete=models.PROTECT, related_name="+")
    conduct = models.CharField(max_length=10, choices=[(each.value, each.value) for each in Conduct])
    at = models.DateTimeField()

    class Meta:
        ordering: ClassVar = ["id"]

    def __str__(self) -> str:
        return f"{self.call_id}: {self.conduct}"


class Treatment(models.Model):
    """How a coordinator has the calls of one caller to an activation taken, until a time; the newest is in force.
    Deleted with the retention, for it has the mark."""

    activation = models.ForeignKey(Activation, on_delete=models.PROTECT, related_name="treatments")
    caller_mark = models.CharField(max_length=32)
    treatment = models.CharField(max_length=10, choices=[(each.value, each.value) for each in Treated])
    until = models.DateTimeField()
    reason = models.CharField(max_length=LONGEST_REASON)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        ordering: ClassVar = ["id"]
        indexes: ClassVar = [
            models.Index(fields=["activation", "caller_mark", "-id"], name="calls_treatment_of_a_caller"),
        ]
        constraints: ClassVar = [
            models.CheckConstraint(condition=~models.Q(caller_mark=""), name="nobody_unknown_is_treated"),
        ]

    def __str__(self) -> str:
        return f"{self.treatment} until {self.until}"
