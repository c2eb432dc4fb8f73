"""Agents, their languages, and the state each is in."""

from datetime import timedelta
from typing import ClassVar

from django.conf import settings
from django.db import models

from tocsin.authorities.models import Authority
from tocsin.workforce.rules import LONGEST_TEAM, AgentState


class Agent(models.Model):
    """A person who takes calls, for the authorities they may serve, in the languages they speak."""

    person = models.OneToOneField(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="agent")
    # By language, and by any other skill, the level of it.
    languages = models.JSONField()
    skills = models.JSONField(default=dict, db_default={})
    serves = models.ManyToManyField(Authority, related_name="agents")
    state = models.CharField(
        max_length=12, choices=[(s.value, s.value) for s in AgentState], default=AgentState.SIGNED_OUT
    )
    since = models.DateTimeField()
    # When the agent was last made free: the longest idle is offered the next call.
    idle_since = models.DateTimeField()
    # Spent with victims and relatives since the last break from them.
    d2_time = models.DurationField(default=timedelta, db_default=timedelta())
    # Away from them since, until the last conversation with one; when that makes a break if no other comes before.
    d2_away = models.DurationField(default=timedelta, db_default=timedelta())
    d2_rested_at = models.DateTimeField(null=True)
    # Why paused; empty in every other state.
    reason = models.CharField(max_length=40, blank=True)
    # Offers in a row that were not answered.
    missed = models.PositiveSmallIntegerField(default=0)
    # The call offered, spoken with or being wrapped up, by the key calls have; calls are above the workforce.
    call = models.CharField(max_length=80, blank=True)
    # Whether the agent's telephone is connected, as the switchboard last saw it.
    connected = models.BooleanField(default=False)
    due_at = models.DateTimeField(null=True)
    # Where the agent may be called instead of speaking through the browser, E.164; empty: nowhere.
    own_number = models.CharField(max_length=16, blank=True, db_default="", default="")

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(condition=~models.Q(languages={}), name="agent_speaks"),
        ]

    def __str__(self) -> str:
        return str(self.person)


class AgentStep(models.Model):
    """One change of an agent's state."""

    agent = models.ForeignKey(Agent, on_delete=models.CASCADE, related_name="steps")
    before = models.CharField(max_length=12)
    after = models.CharField(max_length=12)
    at = models.DateTimeField()
    why = models.CharField(max_length=40, blank=True)

    class Meta:
        indexes: ClassVar = [models.Index(fields=["agent", "at"])]

    def __str__(self) -> str:
        return f"{self.before} → {self.after}"


class TeamStep(models.Model):
    """An agent comes into a team of an authority, or leaves it; the newest says which team it is.

    A team is its name. The figures of an earlier time stay with the team of that time.
    """

    agent = models.ForeignKey(Agent, on_delete=models.CASCADE, related_name="team_steps")
    authority = models.ForeignKey(Authority, on_delete=models.CASCADE, related_name="+")
    # Empty: in no team any more.
    team = models.CharField(max_length=LONGEST_TEAM, blank=True)
    at = models.DateTimeField()

    class Meta:
        indexes: ClassVar = [models.Index(fields=["agent", "authority", "id"], name="workforce_team_of_agent")]

    def __str__(self) -> str:
        return f"{self.agent}: {self.team}"
