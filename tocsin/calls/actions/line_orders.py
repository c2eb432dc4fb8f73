"""What coordinators ask: each is a row, which the switchboard decides and answers; here, about callers in line."""

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
from tocsin.calls.models import Call, LineOrder
from tocsin.calls.ports import Answer, LineVerb, SupervisorVerb
from tocsin.calls.rules.states import IN_LINE
from tocsin.logbook.actions import note, notify
from tocsin.refusals import Refusal
from tocsin.workforce.models import Agent


def raise_call(*, call: str, activation: Activation, by: Person, why: str, at: datetime) -> LineOrder:
    """Have a caller go before those who came earlier; after who was given back, call-backs and transfers."""
    return _order(LineVerb.RAISE, call, activation, by=by, why=why, at=at)


def lower_call(*, call: str, activation: Activation, by: Person, why: str, at: datetime) -> LineOrder:
    """Undo `raise_call`: the caller has the own place in line again."""
    return _order(LineVerb.LOWER, call, activation, by=by, why=why, at=at)


def move_call(
    *,
    call: str,
    activation: Activation,
    language: str,
    stream: Stream,
    by: Person,
    why: str,
    at: datetime,
) -> LineOrder:
    """Have a caller wait for an agent of another language or stream; the place in line stays."""
    if language not in activation.languages or stream not in activation.streams:
        raise Refusal("This line does not take such calls. Nothing was changed.")
    return _order(LineVerb.MOVE, call, activation, by=by, why=why, at=at, language=language, stream=stream)


def give_call(*, call: str, activation: Activation, agent: Agent, by: Person, why: str, at: datetime) -> LineOrder:
    """Have a caller offered to an agent who is ready and may take the call."""
    if not agent.serves.filter(pk=activation.authority_id).exists():
        raise Refusal("This agent does not work for your authority. The caller keeps the place in line.")
    return _order(LineVerb.GIVE, call, activation, by=by, why=why, at=at, agent=agent)


def open_orders() -> list[LineOrder]:
    """What coordinators asked and nobody decided yet, in order; locked until the transaction ends."""
    return list(LineOrder.objects.select_for_update().filter(answer="").order_by("id"))


def answer_orders(orders: Iterable[LineOrder], answers: Mapping[int, Answer], *, at: datetime) -> None:
    """Keep what was answered, inside the transaction of the decision; what was not decided came too late."""
    for order in orders:
        order.answer = answers.get(order.pk, Answer.TOO_LATE)
        order.save(update_fields=["answer"])
        _note("call.order_answered", order, by=None, at=at, facts={"call": order.call, "answer": order.answer})


def _order(
    verb: LineVerb,
    call: str,
    activation: Activation,
    *,
    by: Person,
    why: str,
    at: datetime,
    agent: Agent | None = None,
    language: str = "",
    stream: Stream | None = None,
) -> LineOrder:
    if not Call.objects.filter(pk=call, activation=activation, state__in=IN_LINE).exists():
        raise Refusal("This caller is in line no more: an agent answered, or the caller hung up.")
    return place_order(
        verb, activation, call=call, by=by, why=why, at=at, agent=agent, language=language, stream=stream
    )


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
        raise Refusal("Only a coordinator of this authority changes who is served when.")
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
