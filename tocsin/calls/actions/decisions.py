"""What the switchboard decided, and its pulse."""

import json
from collections.abc import Callable, Sequence
from dataclasses import asdict
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction

from tocsin.authorities.actions import acting_as_centre
from tocsin.calls import models
from tocsin.calls.actions.line_orders import answer_orders, open_orders
from tocsin.calls.ports import AgentAsked, CoordinatorAsked, Verb
from tocsin.calls.queries import BATCH
from tocsin.calls.rules.numbers import caller_mark
from tocsin.calls.rules.seal import steps_digest
from tocsin.calls.rules.states import CallState
from tocsin.calls.rules.switchboard import Decision
from tocsin.logbook.actions import note, notify
from tocsin.workforce.actions import store_agents
from tocsin.workforce.models import AgentStep

# PostgreSQL refuses notifications of 8,000 bytes; this many keys stay well below.
_KEYS_PER_NOTIFICATION = 400


def decide_and_record(
    *,
    decide: Callable[[Sequence[AgentAsked | CoordinatorAsked]], Decision],
    at: datetime,
    max_order_age: timedelta,
    with_orders: bool = True,
) -> Decision:
    """Take what agents and coordinators asked, have it decided with the rest, and keep all in one transaction.

    Where the transaction fails nothing was decided: the same events can be decided again. What was asked longer
    than `max_order_age` ago is dropped, because whoever asked has seen that nothing happened. Without
    `with_orders`, what was asked stays as it is.
    """
    with acting_as_centre():
        waiting = models.DeskOrder.objects.select_for_update().order_by("id")
        orders = list(waiting) if with_orders else []
        line_orders = open_orders() if with_orders else []
        decision = decide(
            [
                *(
                    AgentAsked(agent=o.agent_id, verb=Verb(o.verb), call=o.call, reason=o.reason)
                    for o in orders
                    if at - o.at <= max_order_age
                ),
                *(order.asked() for order in line_orders if at - order.at <= max_order_age),
            ]
        )
        if orders:
            models.DeskOrder.objects.filter(pk__in=[order.pk for order in orders]).delete()
        _store_calls(decision)
        call_steps = _store_steps(decision)
        agent_steps = store_agents(
            agents=[agent.standing() for agent in decision.agents], changes=decision.changes
        )
        if call_steps or agent_steps:
            _note_batch(call_steps, agent_steps, at=at)
            _tell_screens_of(decision)
        answer_orders(line_orders, decision.answers, at=at)
    return decision


def record_pulse(*, at: datetime, switch_connected: bool, backlog: int, decision_ms: float) -> None:
    """The switchboard says how it is; screens are told when the switch comes or goes."""
    with transaction.atomic():
        before = models.Pulse.objects.values_list("switch_connected", flat=True).first()
        models.Pulse.objects.update_or_create(
            id=1,
            defaults={
                "at": at,
                "switch_connected": switch_connected,
                "backlog": backlog,
                "decision_ms": decision_ms,
            },
        )
        if before != switch_connected:
            notify("tocsin_live", json.dumps({"everybody": True}))


_CALL_COLUMNS = (
    "activation",
    "language",
    "state",
    "since",
    "queued_at",
    "place_since",
    "stream",
    "rank",
    "question",
    "known_to",
    "heard_before",
    "answered",
    "promised_by",
    "attempts",
    "dialled",
    "agent",
    "due_at",
    "messages",
)


def _store_calls(decision: Decision) -> None:
    models.Call.objects.bulk_create(
        [
            models.Call(
                leg=call.leg,
                number=call.number,
                caller_mark=caller_mark(call.caller, key=settings.CALLER_HASH_KEY),
                activation_id=call.activation,
                language=call.language,
                state=call.state,
                since=call.since,
                arrived_at=call.arrived_at,
                queued_at=call.queued_at,
                place_since=call.place_since,
                stream=call.stream,
                rank=call.rank,
                question=call.question or "",
                known_to_id=call.known_to,
                heard_before=call.heard_before,
                answered=call.answered,
                promised_by=call.call_back.promised_by if call.call_back else None,
                attempts=call.call_back.attempts if call.call_back else 0,
                dialled=call.call_back.live if call.call_back else False,
                agent_id=call.agent,
                due_at=call.due_at,
                messages=call.messages,
            )
            for call in decision.calls
        ],
        update_conflicts=True,
        unique_fields=["leg"],
        update_fields=_CALL_COLUMNS,
    )
    new = {step.leg for step in decision.steps if not step.before}
    models.Caller.objects.bulk_create(
        [
            models.Caller(call_id=c.leg, authority_id=c.authority, number=c.caller, at=c.arrived_at)
            for c in decision.calls
            if c.leg in new and c.caller and c.authority is not None
        ],
        ignore_conflicts=True,
    )
    promised = {step.leg for step in decision.steps if step.after is CallState.PROMISED}
    models.Caller.objects.bulk_create(
        [
            models.Caller(
                call_id=c.leg,
                authority_id=c.authority,
                number=c.caller,
                call_back=c.call_back.number,
                at=c.arrived_at,
            )
            for c in decision.calls
            if c.leg in promised and c.call_back and c.authority is not None
        ],
        update_conflicts=True,
        unique_fields=["call"],
        update_fields=["call_back"],
    )


def _store_steps(decision: Decision) -> list[models.CallStep]:
    return models.CallStep.objects.bulk_create(
        [
            models.CallStep(
                call_id=step.leg,
                activation_id=step.activation,
                before=step.before,
                after=step.after,
                at=step.at,
                agent_id=step.agent,
                language=step.language,
                why=step.why,
                stream=step.stream,
                reason=asdict(step.reason) if step.reason else None,
            )
            for step in decision.steps
        ]
    )


def _note_batch(call_steps: Sequence[models.CallStep], agent_steps: Sequence[AgentStep], *, at: datetime) -> None:
    """One line for the whole batch, with the digest of its steps: the chain covers every step."""
    note(
        kind=BATCH,
        subject="switchboard",
        by=None,
        at=at,
        facts={
            "calls": len(call_steps),
            "agents": len(agent_steps),
            "call_steps": _first_and_last(call_steps),
            "agent_steps": _first_and_last(agent_steps),
            "digest": steps_digest(call_steps=call_steps, agent_steps=agent_steps),
        },
    )


def _first_and_last(steps: Sequence[models.CallStep] | Sequence[AgentStep]) -> list[int]:
    return [steps[0].pk, steps[-1].pk] if steps else []


def _tell_screens_of(decision: Decision) -> None:
    agents = {agent.id for agent in decision.agents} | {c.agent for c in decision.calls if c.agent is not None}
    activations = sorted({call.activation for call in decision.calls if call.activation is not None})
    for first in range(0, max(len(agents), 1), _KEYS_PER_NOTIFICATION):
        some = sorted(agents)[first : first + _KEYS_PER_NOTIFICATION]
        notify("tocsin_live", json.dumps({"agents": some, "activations": activations}))
