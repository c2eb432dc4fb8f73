"""The telephones that may register, and the word of the switchboard on how it is."""

from typing import ClassVar

from django.db import models

from tocsin.calls.rules.called_telephone import Calling
from tocsin.workforce.models import Agent


class TelephoneLogin(models.Model):
    """A telephone that may register with the switch; the row goes when the session ends.

    Only the digest is kept: the password is known to the telephone alone.
    """

    username = models.CharField(primary_key=True, max_length=40)
    digest = models.CharField(max_length=32)
    # Empty for a citizen's telephone of the demonstration.
    agent = models.ForeignKey(Agent, null=True, on_delete=models.CASCADE, related_name="logins")
    # Whether it is the browser itself, or a telephone beside it.
    browser = models.BooleanField(default=True)
    # Of a telephone that the switch calls at the agent's own number, which does not register: how far that is, the
    # leg that was dialled, and how it ended. Empty for all others.
    stage = models.CharField(max_length=12, blank=True, choices=[(s.value, s.value) for s in Calling])
    leg = models.CharField(max_length=80, blank=True)
    why = models.CharField(max_length=40, blank=True)
    session = models.CharField(max_length=40, db_index=True)
    made_at = models.DateTimeField()

    def __str__(self) -> str:
        return self.username


class Pulse(models.Model):
    """The switchboard's own word on how it is: a single row, renewed every few seconds."""

    id = models.PositiveSmallIntegerField(primary_key=True, default=1)
    at = models.DateTimeField()
    switch_connected = models.BooleanField()
    backlog = models.PositiveIntegerField()
    # How long the last decision took from the first event to the commit, in milliseconds.
    decision_ms = models.FloatField()

    class Meta:
        constraints: ClassVar = [models.CheckConstraint(condition=models.Q(id=1), name="one_pulse")]

    def __str__(self) -> str:
        return f"pulse at {self.at:%H:%M:%S}"
