"""What coordinators ask of those who work: to hear a conversation, to have the caller, that an agent pauses."""

from collections.abc import Iterable
from datetime import datetime

from tocsin.accounts.models import Person
from tocsin.activations.models import Activation
from tocsin.calls import models
from tocsin.calls.actions.orders import place_order
from tocsin.calls.ports import SupervisorVerb
from tocsin.calls.queries.supervision import supervision_of
from tocsin.calls.queries.tapes import streams_heard_by
from tocsin.calls.rules.hearing import Supervision
from tocsin.logbook.actions import note
from tocsin.refusals import Refusal
from tocsin.workforce.models import Agent


def hear(*, verb: SupervisorVerb, call: models.Call, by: Person, why: str, at: datetime) -> models.LineOrder:
    """Have a coordinator hear a conversation: alone, whispering to the agent, or with both.

    The agent is told before. Raises Refusal where the coordinator has no telephone, or says no reason.
    """
    activation = call.activation
    if activation is None:
        raise Refusal("This conversation is over.")
    telephone = _telephone_of(by, activation)
    return place_order(verb, activation, call=call.pk, by=by, why=why, at=at, agent=telephone)


def record(*, verb: SupervisorVerb, call: models.Call, by: Person, why: str, at: datetime) -> models.LineOrder:
    """Have a conversation recorded (TAPE), whose caller agreed by a key, or recorded no more (STOP_TAPE).

    Raises Refusal where whoever asks is not trained to hear what is recorded.
    """
    if call.activation is None or not call.agrees:
        raise Refusal("The caller did not agree by key to be recorded.")
    if verb is SupervisorVerb.TAPE and call.stream not in streams_heard_by(by):
        raise Refusal("Only somebody trained for calls of victims and relatives has them recorded.")
    return place_order(verb, call.activation, call=call.pk, by=by, why=why, at=at)


def change_hearing(*, verb: SupervisorVerb, agent: Agent, at: datetime) -> models.LineOrder:
    """Have a coordinator who hears a conversation be heard by others than before, have the caller, or leave."""
    hears = supervision_of(agent=agent)
    if hears is None:
        raise Refusal("You hear no conversation any more.")
    first = hears.order
    return place_order(
        verb, first.activation, call=hears.call_id, by=agent.person, why=first.reason, at=at, agent=agent
    )


def dismiss(
    *, verb: SupervisorVerb, agent: Agent, activation: Activation, by: Person, why: str, at: datetime
) -> models.LineOrder:
    """Have an agent paused (PAUSE) or signed out (SIGN_OUT); the agent reads who asked, and why."""
    if not agent.serves.filter(pk=activation.authority_id).exists():
        raise Refusal("This agent does not work for your authority. Nothing was changed.")
    return place_order(verb, activation, call="", by=by, why=why, at=at, agent=agent)


def _telephone_of(person: Person, activation: Activation) -> Agent:
    """The coordinator as the agent they are, too, whose desk is open."""
    agent = Agent.objects.filter(person=person, serves=activation.authority_id).first()
    if agent is None:
        raise Refusal("You hear conversations at a desk of your own: ask an administrator to make you an agent.")
    if not agent.connected:
        raise Refusal("Open your desk in another window first: it is your telephone.")
    return agent


def store_supervisions(supervisions: Iterable[Supervision], *, at: datetime) -> None:
    """Keep what the switchboard decided about conversations that are heard, inside its transaction."""
    for each in supervisions:
        decided = {
            "manner": each.manner,
            "opens_at": each.opens_at,
            "ended_at": each.ended_at,
            "why": each.why,
        }
        row, new = models.Supervision.objects.update_or_create(
            order_id=each.order,
            defaults=decided,
            create_defaults=decided
            | {"call_id": each.call, "agent_id": each.agent, "by_id": each.by, "began_at": each.began_at},
        )
        if new or each.ended_at:
            _note(row, began=new, at=at)


def _note(row: models.Supervision, *, began: bool, at: datetime) -> None:
    activation = row.order.activation
    facts = {"call": row.call_id, "by": row.order.by.name, "agent": row.agent.person.name}
    note(
        kind="conversation.heard" if began else "conversation.left",
        subject=f"activation:{activation.pk}",
        by=None,
        at=at,
        authority=activation.authority_id,
        facts=facts | ({"purpose": row.order.reason} if began else {"why": row.why}),
    )
