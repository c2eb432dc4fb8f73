"""What the switchboard decided, and its pulse."""

import json
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta

from django.db import connection, transaction

from tocsin.authorities.actions import acting_as_centre
from tocsin.calls import models
from tocsin.calls.actions.journal import store_calls
from tocsin.calls.actions.orders import answer_orders, open_orders
from tocsin.calls.actions.screens import tell_screens
from tocsin.calls.actions.sms import order_sms
from tocsin.calls.actions.supervision import store_supervisions
from tocsin.calls.actions.tapes import store_tapes
from tocsin.calls.actions.telephones import store_called_telephones
from tocsin.calls.actions.text_callers import text_who_arrives
from tocsin.calls.ports import AgentAsked, CoordinatorAsked, Verb
from tocsin.calls.queries import BATCH
from tocsin.calls.rules.seal import Row, steps_digest
from tocsin.calls.rules.switchboard import Decision
from tocsin.logbook.actions import note, notify
from tocsin.workforce.actions import store_agents

# Of what agents asked, after key and instant, the columns in the order of the fields of AgentAsked.
_TAKE_ORDERS = """
DELETE FROM calls_deskorder
RETURNING id, at, agent_id, verb, call, reason, "to", consent, topic_id, number, colleague_id;
SELECT EXISTS (SELECT FROM calls_lineorder WHERE answer = '')
"""


def decide_and_record(
    *,
    decide: Callable[[Sequence[AgentAsked | CoordinatorAsked]], Decision],
    at: datetime,
    max_order_age: timedelta,
    with_orders: bool = True,
    clock_put: timedelta = timedelta(),
) -> Decision:
    """Take what agents and coordinators asked, have it decided with the rest, and keep all in one transaction.

    Where the transaction fails nothing was decided: the same events can be decided again. What was asked longer
    than `max_order_age` ago is dropped, because whoever asked has seen that nothing happened. Without
    `with_orders`, what was asked stays as it is. That the clock was put forward or back is kept in the logbook.
    """
    with acting_as_centre():
        if clock_put:
            seconds = round(clock_put.total_seconds())
            note(kind="switchboard.clock_put", subject="switchboard", by=None, at=at, facts={"seconds": seconds})
        asked, coordinators_asked = _take_orders(at - max_order_age) if with_orders else ([], False)
        line_orders = open_orders() if coordinators_asked else []
        asked_of_lines = [order.asked() for order in line_orders if at - order.at <= max_order_age]
        decision = decide([*asked, *asked_of_lines])
        call_steps = store_calls(decision)
        _store_consultations(decision)
        store_supervisions(decision.supervisions, at=at)
        store_tapes(decision.tapes, decision.recorded, at=at)
        store_called_telephones(decision.called_telephones)
        order_sms(decision.steps, at=at)
        text_who_arrives(decision.steps, at=at)
        agent_steps = store_agents(
            agents=[agent.standing() for agent in decision.agents], changes=decision.changes
        )
        if call_steps or agent_steps:
            _note_batch(call_steps, agent_steps, at=at)
        more = (decision.consultations, decision.supervisions, decision.tapes, decision.called_telephones)
        if call_steps or agent_steps or any(more):
            _tell_screens_of(decision)
        answer_orders(line_orders, decision.answers, at=at)
    return decision


def _take_orders(oldest: datetime) -> tuple[list[AgentAsked], bool]:
    """What agents asked since then, in order, and whether coordinators asked something; the rows of the former go
    with the transaction, or stay where it fails."""
    with connection.cursor() as cursor:
        cursor.execute(_TAKE_ORDERS)
        orders = sorted(cursor.fetchall())
        cursor.nextset()
        (coordinators_asked,) = cursor.fetchone()
    asked = [AgentAsked(agent, Verb(verb), *rest) for _, at, agent, verb, *rest in orders if at >= oldest]
    return asked, coordinators_asked


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


def _store_consultations(decision: Decision) -> None:
    models.Consultation.objects.bulk_create(
        [
            models.Consultation(
                name=consultation.name,
                call_id=consultation.call,
                by_id=consultation.by,
                agent_id=consultation.agent,
                to=consultation.to,
                number=consultation.number,
                consent=consultation.consent,
                topic_id=consultation.topic,
                stage=consultation.stage,
                began_at=consultation.began_at,
                since=consultation.since,
                why=consultation.why,
            )
            for consultation in decision.consultations
        ],
        update_conflicts=True,
        unique_fields=["name"],
        update_fields=("stage", "since", "why"),
    )


def _note_batch(call_steps: Sequence[Row], agent_steps: Sequence[Row], *, at: datetime) -> None:
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


def _first_and_last(steps: Sequence[Row]) -> list[int]:
    return [steps[0]["id"], steps[-1]["id"]] if steps else []


def _tell_screens_of(decision: Decision) -> None:
    agents = {agent.id for agent in decision.agents} | {c.agent for c in decision.calls if c.agent is not None}
    agents |= {consultation.by for consultation in decision.consultations if consultation.by is not None}
    agents |= {telephone.agent for telephone in decision.called_telephones}
    agents |= {key for supervision in decision.supervisions for key in (supervision.by, supervision.agent)}
    # A caller who chose another incident is gone from the screens of the one before.
    touched = {call.activation for call in decision.calls} | {step.activation for step in decision.steps}
    tell_screens(agents=agents, activations={key for key in touched if key is not None})
