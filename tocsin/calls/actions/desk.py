"""What agents do at the desk: they ask the switchboard, and write notes."""

from datetime import datetime

from django.db import transaction

from tocsin.activations.rules import Stream
from tocsin.authorities.actions import acting_as_centre
from tocsin.calls import models
from tocsin.calls.ports import Verb
from tocsin.calls.queries import last_note
from tocsin.calls.queries.passing import Outside, stream_for
from tocsin.calls.rules.transfer import COORDINATOR, EMERGENCY, crosses_the_wall
from tocsin.logbook.actions import note, notify
from tocsin.refusals import Refusal
from tocsin.workforce.models import Agent


def ask(*, agent: Agent, verb: Verb, call: str = "", reason: str = "", at: datetime) -> None:
    """Put what an agent asks before the switchboard, which decides it within milliseconds."""
    with transaction.atomic():
        models.DeskOrder.objects.create(agent=agent, verb=verb, call=call, reason=reason, at=at)
        notify("tocsin_switchboard", "orders")


def pass_on(
    *,
    agent: Agent,
    verb: Verb,
    call: str,
    stream: Stream,
    to: str,
    consent: bool,
    topic: models.Topic | None,
    at: datetime,
) -> None:
    """Ask the switchboard to pass a caller of a stream on, at once (TRANSFER) or after speaking with a colleague
    (CONSULT): to a stream or a language.

    `topic` is what the call is about as far as the agent knows: it goes with the caller. What was
    written does not go to another stream. Raises Refusal where the caller does not agree to go to another stream.
    """
    if crosses_the_wall(stream, to) and not consent:
        raise Refusal("Ask the caller first: nobody is passed on without having agreed.")
    with transaction.atomic():
        models.DeskOrder.objects.create(
            agent=agent, verb=verb, call=call, to=to, consent=consent, topic=topic, at=at
        )
        notify("tocsin_switchboard", "orders")


def ask_coordinator(*, agent: Agent, call: str, coordinator: Agent, at: datetime) -> None:
    """Ask the switchboard for a word with a coordinator about a caller, who hears music meanwhile."""
    with transaction.atomic():
        models.DeskOrder.objects.create(
            agent=agent, verb=Verb.CONSULT, call=call, to=COORDINATOR, colleague=coordinator, at=at
        )
        notify("tocsin_switchboard", "orders")


def call_outside(*, agent: Agent, call: str, outside: Outside, consent: bool, at: datetime) -> None:
    """Ask the switchboard to call somebody outside about a caller, who hears music meanwhile.

    Raises Refusal where the caller does not agree and it is not 112.
    """
    if not consent and outside.number != EMERGENCY:
        raise Refusal("Ask the caller first: nobody is passed on without having agreed.")
    with transaction.atomic():
        models.DeskOrder.objects.create(
            agent=agent,
            verb=Verb.CONSULT,
            call=call,
            to=outside.name,
            number=outside.number,
            consent=consent,
            at=at,
        )
        notify("tocsin_switchboard", "orders")


def write_note(
    *, agent: Agent, call: models.Call, topic: models.Topic | None, text: str, at: datetime
) -> models.Note:
    """Keep what an agent writes about a call taken by that agent; saved again and again while writing.

    What another agent wrote about it before stays as it is, and so does what the agent wrote in another stream.
    """
    stream = stream_for(call=call, agent=agent.pk)
    if stream is None or call.activation is None:
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
        topic = topic or _retired_topic_on(call, agent=agent, stream=stream)
        written, new = models.Note.objects.update_or_create(
            call=call,
            agent=agent,
            stream=stream,
            defaults={"authority": authority, "topic": topic, "text": text, "at": at},
        )
        if new:
            note(kind="note.begun", subject=f"call:{call.pk}", by=agent.person, at=at, authority=authority.pk)
    return written


def _retired_topic_on(call: models.Call, *, agent: Agent, stream: Stream) -> models.Topic | None:
    """A topic that was retired while the note was written: it is not offered again, so nobody chose another."""
    written = last_note(call=call.pk, agent=agent.pk, stream=stream)
    return written.topic if written and written.topic and written.topic.retired else None
