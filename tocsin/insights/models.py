"""Figures that no call can change any more, counted once from the journal; all of it can be counted again."""

from typing import ClassVar

from django.db import models

from tocsin.activations.models import Activation
from tocsin.workforce.rules import LONGEST_TEAM


class KeptSpan(models.Model):
    """Up to when the figures of an activation are kept, and the newest step that was in the journal then."""

    activation = models.OneToOneField(Activation, primary_key=True, on_delete=models.CASCADE, related_name="kept")
    until = models.DateTimeField()
    step = models.BigIntegerField()
    # What was aimed at when they were counted.
    target = models.DurationField()

    def __str__(self) -> str:
        return f"{self.activation} until {self.until}"


class KeptTally(models.Model):
    """The figures of the calls that arrived within five minutes and have language, stream and team in common."""

    activation = models.ForeignKey(Activation, on_delete=models.CASCADE, related_name="+", db_index=False)
    start = models.DateTimeField()
    language = models.CharField(max_length=2)
    stream = models.CharField(max_length=2)
    team = models.CharField(max_length=LONGEST_TEAM, blank=True)
    # As rules.figures.Figures has them, in its order.
    offered = models.PositiveIntegerField()
    answered = models.PositiveIntegerField()
    in_target = models.PositiveIntegerField()
    abandoned = models.PositiveIntegerField()
    short = models.PositiveIntegerField()
    before_line = models.PositiveIntegerField()
    called_back = models.PositiveIntegerField()
    reached = models.PositiveIntegerField()
    lost = models.PositiveIntegerField()
    in_progress = models.PositiveIntegerField()
    turned_away = models.PositiveIntegerField()
    self_served = models.PositiveIntegerField()
    diverted = models.PositiveIntegerField()
    left_question = models.PositiveIntegerField(default=0, db_default=0)
    wait_of_answered = models.DurationField()
    wait_of_all = models.DurationField()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["activation", "start", "language", "stream", "team"], name="insights_kept_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.activation} {self.start} {self.language} {self.stream} {self.team}"
