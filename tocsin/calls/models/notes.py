"""What agents wrote about calls, and the topics they chose from."""

from typing import ClassVar

from django.db import models

from tocsin.activations.rules import Stream
from tocsin.authorities.models import Authority
from tocsin.calls.models.journal import Call
from tocsin.workforce.models import Agent

LONGEST_TOPIC = 80
LONGEST_NOTE = 10_000


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
    """PERSONAL. What an agent wrote about a call, and its topic; saved while writing, one per call,
    agent and stream."""

    # Looked up by the constraint's index.
    call = models.ForeignKey(Call, on_delete=models.CASCADE, related_name="notes", db_index=False)
    authority = models.ForeignKey(Authority, on_delete=models.PROTECT, related_name="+")
    agent = models.ForeignKey(Agent, on_delete=models.PROTECT, related_name="notes")
    topic = models.ForeignKey(Topic, null=True, on_delete=models.PROTECT, related_name="+")
    # In which stream the agent had the caller: what is written about victims is not shown with information.
    stream = models.CharField(max_length=2, default=Stream.D5, db_default=Stream.D5.value)
    text = models.CharField(max_length=LONGEST_NOTE, blank=True)
    at = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["call", "agent", "stream"], name="note_once")]

    def __str__(self) -> str:
        return f"note on {self.call_id}"
