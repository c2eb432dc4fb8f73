"""Calls and what happened to them, notes, what agents asked, and the telephones that may register.

Personal data (the caller's number, notes) stand in tables of their own behind row-level security.
"""

from typing import ClassVar

from django.conf import settings
from django.db import models

from tocsin.activations.models import Activation
from tocsin.activations.rules import Stream
from tocsin.authorities.models import Authority
from tocsin.calls.ports import Answer, CoordinatorAsked, LineVerb, Verb
from tocsin.calls.rules.help import Help
from tocsin.calls.rules.states import CallState, Rank
from tocsin.workforce.models import Agent

LONGEST_TOPIC = 80
LONGEST_NOTE = 10_000
LONGEST_REASON = 200
LONGEST_BROADCAST = 300


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
    # While choosing: what is asked.
    question = models.CharField(max_length=12, blank=True, db_default="")
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
    answered = models.BooleanField(default=False)
    agent = models.ForeignKey(Agent, null=True, on_delete=models.SET_NULL, related_name="calls")
    # By when the caller, who hung up, will be called back; the number is the caller's.
    promised_by = models.DateTimeField(null=True)
    attempts = models.PositiveSmallIntegerField(default=0, db_default=0)
    # Whether that number is being dialled, or was answered.
    dialled = models.BooleanField(default=False, db_default=False)
    due_at = models.DateTimeField(null=True)
    messages = models.PositiveIntegerField(default=0)

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
    # Of an offer: why this call went first, and to this agent.
    reason = models.JSONField(null=True)

    class Meta:
        indexes: ClassVar = [models.Index(fields=["activation", "at"])]

    def __str__(self) -> str:
        return f"{self.before or 'nothing'} → {self.after}"


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


class Topic(models.Model):
    """What a call can be about, chosen by the agent; every authority has its own list."""

    authority = models.ForeignKey(Authority, on_delete=models.CASCADE, related_name="topics")
    name = models.CharField(max_length=LONGEST_TOPIC)
    # Offered to agents no more; it stays because notes have it.
    retired = models.BooleanField(default=False, db_default=False)

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["authority", "name"], name="topic_once")]

    def __str__(self) -> str:
        return self.name


class Note(models.Model):
    """PERSONAL. What an agent wrote about a call, and its topic; saved while writing, one per call and agent."""

    # Looked up by the constraint's index.
    call = models.ForeignKey(Call, on_delete=models.CASCADE, related_name="notes", db_index=False)
    authority = models.ForeignKey(Authority, on_delete=models.PROTECT, related_name="+")
    agent = models.ForeignKey(Agent, on_delete=models.PROTECT, related_name="notes")
    topic = models.ForeignKey(Topic, null=True, on_delete=models.PROTECT, related_name="+")
    text = models.CharField(max_length=LONGEST_NOTE, blank=True)
    at = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["call", "agent"], name="note_once")]

    def __str__(self) -> str:
        return f"note on {self.call_id}"


class DeskOrder(models.Model):
    """What an agent asked at the desk, until the switchboard has decided it; the row goes with the decision."""

    agent = models.ForeignKey(Agent, on_delete=models.CASCADE, related_name="orders")
    verb = models.CharField(max_length=10, choices=[(verb.value, verb.value) for verb in Verb])
    call = models.CharField(max_length=80, blank=True)
    reason = models.CharField(max_length=40, blank=True)
    at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.agent} asks {self.verb}"


class LineOrder(models.Model):
    """What a coordinator asked about a caller in line, and what the switchboard answered; it stays, as a part of
    the call's story."""

    activation = models.ForeignKey(Activation, on_delete=models.PROTECT, related_name="line_orders")
    verb = models.CharField(max_length=10, choices=[(verb.value, verb.value) for verb in LineVerb])
    call = models.CharField(max_length=80, db_index=True)
    # To whom, and to which queue, where the verb says so.
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
            verb=LineVerb(self.verb),
            activation=self.activation_id,
            call=self.call,
            agent=self.agent_id,
            language=self.language,
            stream=Stream(self.stream) if self.stream else None,
        )


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


class TelephoneLogin(models.Model):
    """A telephone that may register with the switch; the row goes when the session ends.

    Only the digest is kept: the password is known to the telephone alone.
    """

    username = models.CharField(primary_key=True, max_length=40)
    digest = models.CharField(max_length=32)
    # Empty for a citizen's telephone of the demonstration.
    agent = models.ForeignKey(Agent, null=True, on_delete=models.CASCADE, related_name="logins")
    # Whether it is the browser itself, or a SIP telephone beside it.
    browser = models.BooleanField(default=True)
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
