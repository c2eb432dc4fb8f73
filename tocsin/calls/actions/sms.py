"""SMS that callers asked for: ordered with the decision, sent once by a sweep."""

from collections.abc import Iterable
from datetime import datetime

from django.db import transaction

from tocsin.activations.queries import last_closed, sms_in_force
from tocsin.activations.rules import Kind
from tocsin.authorities.actions import acting_as_centre
from tocsin.calls import models
from tocsin.calls.actions.screens import tell_screens
from tocsin.calls.ports import SmsCarrier, SmsRefusedError
from tocsin.calls.rules.phrases import PHRASES
from tocsin.calls.rules.sms import GIVEN_UP, ONCE_IN, SmsState
from tocsin.calls.rules.states import ASKED_FOR_SMS, CallStep
from tocsin.logbook.actions import note


def order_sms(steps: Iterable[CallStep], *, at: datetime) -> None:
    """Freeze what is sent to those who asked for it by these steps, inside the transaction of the decision.

    Whoever had one from the same activation lately is sent none.
    """
    wanted = [step.leg for step in steps if step.why == ASKED_FOR_SMS]
    if not wanted:
        return
    for call in models.Call.objects.filter(pk__in=wanted).select_related("activation"):
        text = _text_for(call)
        had = models.Sms.objects.filter(
            call__activation=call.activation,
            call__number=call.number,
            call__caller_mark=call.caller_mark,
            at__gt=at - ONCE_IN,
        ).exclude(state=SmsState.FAILED)
        if text and not had.exists() and not call.sms.exists():
            models.Sms.objects.create(call=call, language=call.language, text=text, state=SmsState.ORDERED, at=at)


def _text_for(call: models.Call) -> str:
    """The text in force in the caller's language, or that was when the line closed; in an exercise it says so
    first."""
    activation = call.activation or last_closed().filter(number__digits=call.number).first()
    text = sms_in_force(activation).get(call.language, "") if activation else ""
    if text and activation and activation.kind == Kind.EXERCISE:
        return f"{PHRASES[call.language].exercise} {text}"
    return text


def send_next_sms(*, carrier: SmsCarrier, at: datetime) -> bool | None:
    """Send the oldest SMS that was ordered; answers whether it is settled, None where there is nothing to send.

    One that the carrier does not take now stays ordered, and is given up when it would be of no use any more.
    Where we die after the carrier took it, it is sent again under the same key, which the carrier delivers once.
    """
    with acting_as_centre(), transaction.atomic():
        ordered = models.Sms.objects.select_for_update(of=("self",), skip_locked=True, no_key=True)
        sms = ordered.filter(state=SmsState.ORDERED).select_related("call__activation").order_by("id").first()
        if sms is None:
            return None
        caller = models.Caller.objects.filter(pk=sms.call_id).first()
        if caller is None or at - sms.at > GIVEN_UP:
            _settle(sms, SmsState.FAILED, at=at, why="too late")
            return True
        try:
            carrier.send(key=f"sms-{sms.pk}", number=caller.number, text=sms.text)
        except SmsRefusedError as refused:
            _settle(sms, SmsState.FAILED, at=at, why=str(refused)[:200])
        except OSError:
            return False
        else:
            _settle(sms, SmsState.SENT, at=at)
        return True


def _settle(sms: models.Sms, state: SmsState, *, at: datetime, why: str = "") -> None:
    sms.state, sms.settled_at, sms.why = state.value, at, why
    sms.save(update_fields=["state", "settled_at", "why"])
    authority = sms.call.activation.authority_id if sms.call.activation else None
    facts = {"why": why} if why else {}
    if sms.agent_id:
        tell_screens(agents=[sms.agent_id])
    note(kind=f"sms.{state}", subject=f"call:{sms.call_id}", by=None, at=at, authority=authority, facts=facts)
