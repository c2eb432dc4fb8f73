"""Whom agents ask during a call: other agents, and numbers outside."""

from typing import ClassVar

from django.db import models

from tocsin.authorities.models import Authority
from tocsin.calls.models.journal import Call
from tocsin.calls.models.notes import Topic
from tocsin.calls.rules.consultation import Stage
from tocsin.workforce.models import Agent

LONGEST_OUTSIDE_NAME = 40


class OutsideNumber(models.Model):
    """Somebody outside whom agents may call about a caller; every authority has its own directory."""

    authority = models.ForeignKey(Authority, on_delete=models.CASCADE, related_name="outside_numbers")
    name = models.CharField(max_length=LONGEST_OUTSIDE_NAME)
    number = models.CharField(max_length=20)
    # What is called in an exercise; empty: nothing is.
    practice = models.CharField(max_length=20, blank=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["authority", "name"], name="outside_number_once"),
            models.CheckConstraint(
                condition=models.Q(number__regex=r"^(\+[1-9][0-9]{6,14}|[1-9][0-9]{2,5})$")
                & models.Q(practice__regex=r"^(\+[1-9][0-9]{6,14}|[1-9][0-9]{2,5})?$"),
                name="outside_number_can_be_called",
            ),
        ]

    def __str__(self) -> str:
        return self.name


class Consultation(models.Model):
    """What an agent asked somebody else about a caller, or that a caller dialled 112; how far it is, and how it
    ended. Never deleted."""

    name = models.CharField(primary_key=True, max_length=100)
    call = models.ForeignKey(Call, on_delete=models.CASCADE, related_name="consultations", db_constraint=False)
    # Empty where the caller dialled 112.
    by = models.ForeignKey(Agent, null=True, on_delete=models.PROTECT, related_name="+")
    # Who is asked; empty where nobody was free, and where somebody outside is called.
    agent = models.ForeignKey(Agent, null=True, on_delete=models.PROTECT, related_name="+")
    to = models.CharField(max_length=40)
    number = models.CharField(max_length=20, blank=True, db_default="")
    consent = models.BooleanField()
    topic = models.ForeignKey(Topic, null=True, on_delete=models.SET_NULL, related_name="+")
    stage = models.CharField(max_length=10, choices=[(stage.value, stage.value) for stage in Stage])
    began_at = models.DateTimeField()
    since = models.DateTimeField()
    why = models.CharField(max_length=60, blank=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["call"], condition=~models.Q(stage=Stage.ENDED.value), name="one_consultation_at_a_time"
            )
        ]

    def __str__(self) -> str:
        return f"{self.name} {self.stage}"
