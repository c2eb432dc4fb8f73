"""Activations, their steps, and what callers hear first."""

from typing import ClassVar

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models

from tocsin.activations.rules import LIVE_STATES, Kind, State, Stream, spoken_name
from tocsin.authorities.models import Authority, Number


def only_information() -> list[str]:
    """The streams of an activation that says nothing of them."""
    return [Stream.D5.value]


class Activation(models.Model):
    """An authority opens the centre on a number, for one event, real or exercise."""

    authority = models.ForeignKey(Authority, on_delete=models.PROTECT, related_name="activations")
    number = models.ForeignKey(Number, on_delete=models.PROTECT, related_name="activations")
    title = models.CharField(max_length=120)
    kind = models.CharField(max_length=10, choices=[(kind.value, kind.value) for kind in Kind])
    languages = ArrayField(models.CharField(max_length=2))
    streams = ArrayField(models.CharField(max_length=2), default=only_information, db_default=[Stream.D5.value])
    # What is asked of an agent for its callers, and after how long a wait no more.
    language_level = models.PositiveSmallIntegerField(default=1, db_default=1)
    skills = models.JSONField(default=dict, db_default={})
    relaxed_after = models.DurationField(null=True)
    # Whether callers may ask to be called back, and whether numbers are then dialled without asking the agent.
    call_backs = models.BooleanField(default=True, db_default=False)
    dials_itself = models.BooleanField(default=False, db_default=False)
    # Copied from the authority when ordered, so that later figures keep the day they were counted in.
    timezone = models.CharField(max_length=60)
    state = models.CharField(max_length=10, choices=[(state.value, state.value) for state in State])
    ordered_at = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["number"],
                condition=models.Q(state__in=[state.value for state in LIVE_STATES]),
                name="one_live_activation_per_number",
            ),
            models.CheckConstraint(condition=~models.Q(languages=[]), name="activation_speaks"),
            models.CheckConstraint(
                condition=models.Q(streams__contains=[Stream.D5.value]), name="activation_informs"
            ),
        ]

    def __str__(self) -> str:
        return self.title


class ActivationStep(models.Model):
    """One transition of an activation: who, when, why. The order itself goes from nothing to `ordered`."""

    activation = models.ForeignKey(Activation, on_delete=models.CASCADE, related_name="steps")
    before = models.CharField(max_length=10, blank=True)
    after = models.CharField(max_length=10)
    at = models.DateTimeField()
    # Empty where the centre itself took the step: the line answers, the last caller left.
    by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    why = models.TextField(blank=True)

    class Meta:
        ordering: ClassVar = ["id"]

    def __str__(self) -> str:
        return f"{self.before or 'nothing'} → {self.after}"


class FrontMessage(models.Model):
    """What every caller hears before waiting, in one language; the newest of a language is the one in force.

    `recording` is the media name of an uploaded recording that is played instead of the spoken text.
    """

    activation = models.ForeignKey(Activation, on_delete=models.CASCADE, related_name="front_messages")
    language = models.CharField(max_length=2)
    text = models.TextField()
    recording = models.CharField(max_length=80, blank=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        ordering: ClassVar = ["id"]

    def __str__(self) -> str:
        return f"{self.language}: {self.text[:40]}"

    @property
    def media_name(self) -> str:
        """The recording that callers hear: the one uploaded, or the text, spoken."""
        return self.recording or spoken_name(self.language, self.text)


class OpeningHours(models.Model):
    """A stretch of a weekday on which calls are taken, in the activation's local time; none means always."""

    activation = models.ForeignKey(Activation, on_delete=models.CASCADE, related_name="hours")
    weekday = models.PositiveSmallIntegerField()
    start = models.TimeField()
    until = models.TimeField()

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(condition=models.Q(weekday__lte=6), name="weekday_of_seven"),
        ]

    def __str__(self) -> str:
        return f"{self.weekday} {self.start:%H:%M}-{self.until:%H:%M}"
