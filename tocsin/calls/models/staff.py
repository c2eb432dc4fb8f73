"""What agents and whoever leads the line tell each other."""

from django.conf import settings
from django.db import models

from tocsin.activations.models import Activation
from tocsin.calls.rules.help import Help
from tocsin.workforce.models import Agent

LONGEST_BROADCAST = 300


class HelpStep(models.Model):
    """One change of the help that an agent asked for in a conversation; it ends with that without a step."""

    activation = models.ForeignKey(Activation, on_delete=models.PROTECT, related_name="+")
    agent = models.ForeignKey(Agent, on_delete=models.CASCADE, related_name="help_steps")
    call = models.CharField(max_length=80, db_index=True)
    after = models.CharField(max_length=10, choices=[(help.value, help.value) for help in Help])
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    def __str__(self) -> str:
        return f"help for {self.agent}: {self.after}"


class Broadcast(models.Model):
    """What whoever leads a line has to tell all agents who take its calls, until each has read it."""

    activation = models.ForeignKey(Activation, on_delete=models.PROTECT, related_name="broadcasts")
    text = models.CharField(max_length=LONGEST_BROADCAST)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()
    read_by = models.ManyToManyField(Agent, related_name="+")

    def __str__(self) -> str:
        return self.text
