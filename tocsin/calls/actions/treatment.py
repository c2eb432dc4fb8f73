"""What agents remark of callers, and how coordinators have them treated."""

from datetime import datetime, timedelta

from django.db import transaction

from tocsin.accounts.models import Person
from tocsin.accounts.rules import Role
from tocsin.authorities.queries import acts_for
from tocsin.calls import models
from tocsin.calls.actions.reasons import reason_in_words
from tocsin.calls.actions.screens import tell_screens
from tocsin.calls.queries.passing import stream_for
from tocsin.calls.rules.treatment import SPANS, Conduct, Treatment
from tocsin.logbook.actions import note
from tocsin.refusals import Refusal
from tocsin.workforce.models import Agent


def remark(*, agent: Agent, call: models.Call, conduct: Conduct, at: datetime) -> models.Remark:
    """Keep what an agent says of how a caller behaved; nothing follows from it by itself."""
    if call.activation is None or stream_for(call=call, agent=agent.pk) is None:
        raise Refusal("Only a call that you took yourself can be remarked upon.")
    with transaction.atomic():
        made = models.Remark.objects.create(call=call, agent=agent, conduct=conduct.value, at=at)
        activation = call.activation
        note(
            kind="caller.remarked",
            subject=f"activation:{activation.pk}",
            by=agent.person,
            at=at,
            authority=activation.authority_id,
            facts={"call": call.pk, "conduct": conduct.value},
        )
        tell_screens(agents=[agent.pk], activations=[activation.pk])
    return made


def treat_caller(
    *, call: models.Call, by: Person, treatment: Treatment, span: timedelta, why: str, at: datetime
) -> models.Treatment:
    """Have the next calls of whoever made this call taken so, by this activation and for a while; ORDINARY undoes
    what was decided before.

    Nobody is treated whom no agent remarked upon, nor whoever hides the number. Raises Refusal.
    """
    activation = call.activation
    if activation is None or not acts_for(by, activation.authority, Role.COORDINATOR):
        raise Refusal("Only a coordinator of this authority decides how a caller is treated.")
    why = reason_in_words(why)
    if not call.caller_mark or call.caller_mark.startswith("-"):
        raise Refusal("Nobody knows who made this call: the number was hidden, or is forgotten.")
    if span not in SPANS:
        raise Refusal("Choose for how long.")
    if treatment is not Treatment.ORDINARY and not _is_remarked(call):
        raise Refusal("No agent remarked anything of this caller, who is served like everybody.")
    with transaction.atomic():
        made = models.Treatment.objects.create(
            activation=activation,
            caller_mark=call.caller_mark,
            treatment=treatment.value,
            until=at + span,
            reason=why,
            by=by,
            at=at,
        )
        facts = {"call": call.pk, "treatment": treatment.value, "until": made.until.isoformat(), "why": why}
        note(
            kind="caller.treatment_decided",
            subject=f"activation:{activation.pk}",
            by=by,
            at=at,
            authority=activation.authority_id,
            facts=facts,
        )
    return made


def _is_remarked(call: models.Call) -> bool:
    """Whether a remark upon whoever made a call stands: of those of an agent about one call the newest counts."""
    of_caller = models.Remark.objects.filter(
        call__activation=call.activation_id, call__caller_mark=call.caller_mark
    )
    newest = of_caller.order_by("call", "agent", "-id").distinct("call", "agent")
    return any(remark.conduct != Conduct.NONE for remark in newest)
