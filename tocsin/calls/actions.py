"""The only writer of calls: what agents ask, their telephones, notes, and what the switchboard decided."""

import hashlib
import json
import secrets
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime, timedelta

from django.conf import settings
from django.db import connection, transaction

from tocsin.accounts.models import Person
from tocsin.authorities.actions import acting_as_centre
from tocsin.authorities.models import Authority
from tocsin.calls import models
from tocsin.calls.ports import AgentAsked, Verb
from tocsin.calls.rules.numbers import caller_mark
from tocsin.calls.rules.switchboard import Decision
from tocsin.logbook.actions import note
from tocsin.refusals import Refusal
from tocsin.workforce.actions import store_agents
from tocsin.workforce.models import Agent

# PostgreSQL refuses notifications of 8,000 bytes; this many keys stay well below.
_KEYS_PER_NOTIFICATION = 400


def ask(*, agent: Agent, verb: Verb, call: str = "", reason: str = "", at: datetime) -> None:
    """Put what an agent asks before the switchboard, which decides it within milliseconds."""
    with transaction.atomic():
        models.DeskOrder.objects.create(agent=agent, verb=verb, call=call, reason=reason, at=at)
        _wake_switchboard("orders")


def issue_login(*, session: str, agent: Agent | None, at: datetime) -> tuple[models.TelephoneLogin, str]:
    """Let the browser of a web session register as a telephone; answers the login and its password.

    A session has one login: an older one of the same session ends. The password is stored nowhere.
    """
    username = f"{'desk' if agent else 'citizen'}-{secrets.token_hex(8)}"
    password = secrets.token_urlsafe(24)
    digest = hashlib.md5(f"{username}:{settings.SIP_REALM}:{password}".encode(), usedforsecurity=False).hexdigest()
    with transaction.atomic():
        models.TelephoneLogin.objects.filter(session=session).delete()
        login = models.TelephoneLogin.objects.create(
            username=username, digest=digest, agent=agent, session=session, made_at=at
        )
        note(
            kind="telephone.admitted",
            subject=f"telephone:{username}",
            by=agent.person if agent else None,
            at=at,
        )
        _wake_switchboard("logins")
    return login, password


def end_logins(*, session: str, at: datetime) -> None:
    """The web session is over: its telephone may register no more."""
    with transaction.atomic():
        for username in models.TelephoneLogin.objects.filter(session=session).values_list("username", flat=True):
            note(kind="telephone.dismissed", subject=f"telephone:{username}", by=None, at=at)
        models.TelephoneLogin.objects.filter(session=session).delete()
        _wake_switchboard("logins")


def write_note(
    *, agent: Agent, call: models.Call, topic: models.Topic | None, text: str, at: datetime
) -> models.Note:
    """Keep what an agent writes about a call taken by that agent; saved again and again while writing."""
    if call.agent_id != agent.pk or call.activation is None:
        raise Refusal("A note belongs to a call you took yourself.")
    authority = call.activation.authority
    if topic and topic.authority_id != authority.pk:
        raise Refusal("That topic belongs to another authority.")
    with acting_as_centre():
        written, new = models.Note.objects.update_or_create(
            call=call,
            defaults={"authority": authority, "agent": agent, "topic": topic, "text": text, "at": at},
        )
        if new:
            note(kind="note.begun", subject=f"call:{call.pk}", by=agent.person, at=at, authority=authority.pk)
    return written


def add_topics(*, authority: Authority, names: Iterable[str], by: Person | None, at: datetime) -> None:
    """Add what calls to an authority can be about; names it has already stay as they are."""
    with transaction.atomic():
        added = models.Topic.objects.bulk_create(
            [models.Topic(authority=authority, name=name) for name in names], ignore_conflicts=True
        )
        note(
            kind="topics.added",
            subject=f"authority:{authority.pk}",
            by=by,
            at=at,
            authority=authority.pk,
            facts={"names": [topic.name for topic in added]},
        )


def decide_and_record(
    *, decide: Callable[[Sequence[AgentAsked]], Decision], at: datetime, max_order_age: timedelta
) -> Decision:
    """Take what agents asked, have it decided with the rest, and keep everything in one transaction.

    Where the transaction fails nothing was decided: the same events can be decided again. What was asked longer
    than `max_order_age` ago is dropped, because whoever asked has seen that nothing happened.
    """
    with acting_as_centre():
        orders = list(models.DeskOrder.objects.select_for_update().order_by("id"))
        decision = decide(
            [
                AgentAsked(agent=o.agent_id, verb=Verb(o.verb), call=o.call, reason=o.reason)
                for o in orders
                if at - o.at <= max_order_age
            ]
        )
        if orders:
            models.DeskOrder.objects.filter(pk__in=[order.pk for order in orders]).delete()
        _store_calls(decision)
        store_agents(agents=[agent.standing() for agent in decision.agents], changes=decision.changes)
        if decision.steps or decision.changes:
            _note_batch(decision, at=at)
            _tell_screens(decision)
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
            _notify("tocsin_live", json.dumps({"everybody": True}))


def forget_callers(*, before: datetime) -> int:
    """Delete callers' numbers and the notes on calls that arrived before an instant; answers how many numbers."""
    with acting_as_centre():
        models.Note.objects.filter(call__arrived_at__lt=before).delete()
        forgotten, _ = models.Caller.objects.filter(at__lt=before).delete()
    return forgotten


_CALL_COLUMNS = (
    "activation",
    "language",
    "state",
    "since",
    "queued_at",
    "first_in_line",
    "answered",
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
                first_in_line=call.first_in_line,
                answered=call.answered,
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
    models.CallStep.objects.bulk_create(
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
            )
            for step in decision.steps
        ]
    )


def _note_batch(decision: Decision, *, at: datetime) -> None:
    """One line for the whole batch, with the digest of its steps: the chain covers every step."""
    content = repr((decision.steps, decision.changes))
    note(
        kind="calls.decided",
        subject="switchboard",
        by=None,
        at=at,
        facts={
            "calls": len(decision.steps),
            "agents": len(decision.changes),
            "digest": hashlib.sha256(content.encode()).hexdigest(),
        },
    )


def _tell_screens(decision: Decision) -> None:
    agents = {agent.id for agent in decision.agents} | {c.agent for c in decision.calls if c.agent is not None}
    activations = sorted({call.activation for call in decision.calls if call.activation is not None})
    for first in range(0, max(len(agents), 1), _KEYS_PER_NOTIFICATION):
        some = sorted(agents)[first : first + _KEYS_PER_NOTIFICATION]
        _notify("tocsin_live", json.dumps({"agents": some, "activations": activations}))


def _wake_switchboard(what: str) -> None:
    _notify("tocsin_switchboard", what)


def _notify(channel: str, payload: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_notify(%s, %s)", [channel, payload])
