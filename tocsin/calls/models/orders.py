"""What agents and coordinators ask of the switchboard, and who heard whom."""

from typing import ClassVar

from django.conf import settings
from django.db import models

from tocsin.activations.models import Activation
from tocsin.activations.rules import Stream
from tocsin.calls.models.journal import Call
from tocsin.calls.models.notes import Topic
from tocsin.calls.ports import Answer, CoordinatorAsked, LineVerb, SupervisorVerb, Verb
from tocsin.calls.rules.hearing import Manner
from tocsin.workforce.models import Agent

LONGEST_REASON = 200


class DeskOrder(models.Model):
    """What an agent asked at the desk, until the switchboard has decided it; the row goes with the decision."""

    agent = models.ForeignKey(Agent, on_delete=models.CASCADE, related_name="orders")
    verb = models.CharField(max_length=10, choices=[(verb.value, verb.value) for verb in Verb])
    call = models.CharField(max_length=80, blank=True)
    reason = models.CharField(max_length=40, blank=True)
    # Of a transfer: whereto, whether the caller agrees, and what the call is about.
    to = models.CharField(max_length=40, blank=True, db_default="")
    number = models.CharField(max_length=20, blank=True, db_default="")
    consent = models.BooleanField(default=False, db_default=False)
    topic = models.ForeignKey(Topic, null=True, on_delete=models.SET_NULL, related_name="+")
    # The coordinator who is asked.
    colleague = models.ForeignKey(Agent, null=True, on_delete=models.CASCADE, related_name="+")
    at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.agent} asks {self.verb}"


class LineOrder(models.Model):
    """What a coordinator asked about a caller or an agent, and what the switchboard answered; it stays, as a part
    of the call's story."""

    activation = models.ForeignKey(Activation, on_delete=models.PROTECT, related_name="line_orders")
    verb = models.CharField(
        max_length=10, choices=[(verb.value, verb.value) for verb in (*LineVerb, *SupervisorVerb)]
    )
    # Empty where an agent is concerned, and no caller.
    call = models.CharField(max_length=80, db_index=True, blank=True)
    # To whom, and to which queue, where the verb says so; of a conversation, the coordinator as an agent.
    agent = models.ForeignKey(Agent, null=True, on_delete=models.PROTECT, related_name="+")
    language = models.CharField(max_length=2, blank=True)
    stream = models.CharField(max_length=2, blank=True)
    reason = models.CharField(max_length=LONGEST_REASON)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()
    # Empty until the switchboard has decided it.
    answer = models.CharField(max_length=20, blank=True, choices=[(each.value, each.value) for each in Answer])

    class Meta:
        indexes: ClassVar = [
            models.Index(fields=["id"], condition=models.Q(answer=""), name="calls_open_line_orders"),
        ]

    def __str__(self) -> str:
        return f"{self.by} asks to {self.verb} {self.call}"

    def asked(self) -> CoordinatorAsked:
        """The same, as the rules take it."""
        return CoordinatorAsked(
            order=self.pk,
            verb=LineVerb(self.verb) if self.verb in list(LineVerb) else SupervisorVerb(self.verb),
            activation=self.activation_id,
            call=self.call,
            agent=self.agent_id,
            language=self.language,
            stream=Stream(self.stream) if self.stream else None,
        )


class Supervision(models.Model):
    """That a coordinator heard somebody else's conversation: how, since when, and how it ended. Never deleted."""

    # What the coordinator asked first.
    order = models.OneToOneField(LineOrder, primary_key=True, on_delete=models.PROTECT, related_name="supervision")
    call = models.ForeignKey(Call, on_delete=models.CASCADE, related_name="supervisions", db_constraint=False)
    agent = models.ForeignKey(Agent, on_delete=models.PROTECT, related_name="+")
    # The coordinator, as an agent.
    by = models.ForeignKey(Agent, on_delete=models.PROTECT, related_name="+")
    manner = models.CharField(max_length=10, choices=[(manner.value, manner.value) for manner in Manner])
    began_at = models.DateTimeField()
    # When the ear is opened: the agent was told before.
    opens_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    why = models.CharField(max_length=40, blank=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["by"], condition=models.Q(ended_at=None), name="one_conversation_heard_at_a_time"
            )
        ]

    def __str__(self) -> str:
        return f"{self.by} hears {self.agent}"
