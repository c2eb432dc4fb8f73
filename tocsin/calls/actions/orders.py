"""What coordinators ask, of the line and of those who work there: each is a row, which the switchboard decides and
answers."""

from collections.abc import Iterable, Mapping
from datetime import datetime

from django.db import transaction

from tocsin.accounts.models import Person
from tocsin.accounts.rules import Role
from tocsin.activations.models import Activation
from tocsin.activations.rules import Stream
from tocsin.authorities.queries import acts_for
from tocsin.calls.actions.reasons import reason_in_words
from tocsin.calls.actions.screens import tell_screens
from tocsin.calls.models import LineOrder
from tocsin.calls.ports import Answer, LineVerb, SupervisorVerb
from tocsin.logbook.actions import note, notify
from tocsin.refusals import Refusal
from tocsin.workforce.models import Agent


def open_orders() -> list[LineOrder]:
    """What coordinators asked and nobody decided yet, in order; locked until the transaction ends."""
    return list(LineOrder.objects.select_for_update().filter(answer="").order_by("id"))


def answer_orders(orders: Iterable[LineOrder], answers: Mapping[int, Answer], *, at: datetime) -> None:
    """Keep what was answered, inside the transaction of the decision; what was not decided came too late."""
    for order in orders:
        order.answer = answers.get(order.pk, Answer.TOO_LATE)
        order.save(update_fields=["answer"])
        _note("call.order_answered", order, by=None, at=at, facts={"call": order.call, "answer": order.answer})


def place_order(
    verb: LineVerb | SupervisorVerb,
    activation: Activation,
    *,
    call: str,
    by: Person,
    why: str,
    at: datetime,
    agent: Agent | None = None,
    language: str = "",
    stream: Stream | None = None,
) -> LineOrder:
    """Put an order before the switchboard and in the logbook; Refusal where `by` leads no line of this authority,
    or says no reason."""
    if not acts_for(by, activation.authority, Role.COORDINATOR):
        raise Refusal("Only a coordinator of this authority may ask for this.")
    why = reason_in_words(why)
    with transaction.atomic():
        order = LineOrder.objects.create(
            activation=activation,
            verb=verb,
            call=call,
            agent=agent,
            language=language,
            stream=stream or "",
            reason=why,
            by=by,
            at=at,
        )
        where = {"language": language, "stream": stream, "agent": agent.person.name if agent else ""}
        facts = {"call": call, "why": why} | {name: value for name, value in where.items() if value}
        _note(f"call.{verb}_ordered", order, by=by, at=at, facts=facts)
        notify("tocsin_switchboard", "orders")
    return order


def _note(kind: str, order: LineOrder, *, by: Person | None, at: datetime, facts: Mapping[str, object]) -> None:
    activation = order.activation
    subject = f"activation:{activation.pk}"
    note(kind=kind, subject=subject, by=by, at=at, authority=activation.authority_id, facts=facts)
    tell_screens(activations=[activation.pk])
