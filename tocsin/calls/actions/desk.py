"""What agents do at the desk: they ask the switchboard, and write notes."""

from datetime import datetime

from django.db import transaction

from tocsin.authorities.actions import acting_as_centre
from tocsin.calls import models
from tocsin.calls.ports import Verb
from tocsin.calls.queries import last_note
from tocsin.logbook.actions import note, notify
from tocsin.refusals import Refusal
from tocsin.workforce.models import Agent


def ask(*, agent: Agent, verb: Verb, call: str = "", reason: str = "", at: datetime) -> None:
    """Put what an agent asks before the switchboard, which decides it within milliseconds."""
    with transaction.atomic():
        models.DeskOrder.objects.create(agent=agent, verb=verb, call=call, reason=reason, at=at)
        notify("tocsin_switchboard", "orders")


def write_note(
    *, agent: Agent, call: models.Call, topic: models.Topic | None, text: str, at: datetime
) -> models.Note:
    """Keep what an agent writes about a call taken by that agent; saved again and again while writing.

    What another agent wrote about it before stays as it is.
    """
    if call.agent_id != agent.pk or call.activation is None:
        raise Refusal("A note belongs to a call you took yourself.")
    authority = call.activation.authority
    if topic and topic.authority_id != authority.pk:
        raise Refusal("That topic belongs to another authority.")
    # As the screen counts them: browsers send two characters for a new line.
    text = text.replace("\r\n", "\n")
    if len(text) > models.LONGEST_NOTE:
        raise Refusal(
            "A note has %(longest)d characters at most. What was saved before is kept: make this shorter.",
            longest=models.LONGEST_NOTE,
        )
    with acting_as_centre():
        topic = topic or _retired_topic_on(call, agent=agent)
        written, new = models.Note.objects.update_or_create(
            call=call,
            agent=agent,
            defaults={"authority": authority, "topic": topic, "text": text, "at": at},
        )
        if new:
            note(kind="note.begun", subject=f"call:{call.pk}", by=agent.person, at=at, authority=authority.pk)
    return written


def _retired_topic_on(call: models.Call, *, agent: Agent) -> models.Topic | None:
    """A topic that was retired while the note was written: it is not offered again, so nobody chose another."""
    written = last_note(call=call.pk, agent=agent.pk)
    return written.topic if written and written.topic and written.topic.retired else None
