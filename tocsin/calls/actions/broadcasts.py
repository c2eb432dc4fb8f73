"""What all agents of a line are told, and that each has read it."""

from datetime import datetime

from django.db import transaction

from tocsin.accounts.models import Person
from tocsin.accounts.rules import Role
from tocsin.activations.models import Activation
from tocsin.activations.rules import LIVE_STATES
from tocsin.authorities.queries import acts_for
from tocsin.calls.actions.screens import tell_screens
from tocsin.calls.models import LONGEST_BROADCAST, Broadcast
from tocsin.logbook.actions import note
from tocsin.refusals import Refusal
from tocsin.workforce.models import Agent


def broadcast(*, activation: Activation, text: str, by: Person, at: datetime) -> Broadcast:
    """Have every desk of the authority's agents show a text until it is read there."""
    if not acts_for(by, activation.authority, Role.COORDINATOR):
        raise Refusal("Only a coordinator of this authority tells all its agents.")
    if activation.state not in LIVE_STATES:
        raise Refusal("This line is closed: no agent takes its calls.")
    text = " ".join(text.split())
    if not text or len(text) > LONGEST_BROADCAST:
        raise Refusal("Tell agents something, in %(longest)d characters at most.", longest=LONGEST_BROADCAST)
    with transaction.atomic():
        told = Broadcast.objects.create(activation=activation, text=text, by=by, at=at)
        _note("broadcast.sent", told, by=by, at=at)
        agents = Agent.objects.filter(serves=activation.authority_id).values_list("pk", flat=True)
        tell_screens(agents=agents)
    return told


def read_broadcast(*, broadcast: Broadcast, agent: Agent, at: datetime) -> None:
    """The agent has read it; the desk shows it no more."""
    with transaction.atomic():
        if broadcast.read_by.filter(pk=agent.pk).exists():
            return
        broadcast.read_by.add(agent)
        _note("broadcast.read", broadcast, by=agent.person, at=at)
        tell_screens(agents=[agent.pk])


def _note(kind: str, told: Broadcast, *, by: Person, at: datetime) -> None:
    activation = told.activation
    subject = f"activation:{activation.pk}"
    note(kind=kind, subject=subject, by=by, at=at, authority=activation.authority_id, facts={"text": told.text})
