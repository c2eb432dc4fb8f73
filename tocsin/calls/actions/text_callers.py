"""Callers who asked for text: put on the list by agents, sent an SMS when they call, taken off it again.

Known by the mark of the number; the number itself is that of each call, and goes with it.
"""

from collections.abc import Iterable
from datetime import datetime

from django.conf import settings
from django.db import connection

from tocsin.accounts.models import Person
from tocsin.accounts.rules import Role
from tocsin.activations.models import Activation, KeypadAnswer
from tocsin.activations.queries import answers_in_force, front_in_force, sms_in_force
from tocsin.activations.rules import Kind
from tocsin.authorities.actions import acting_as_centre
from tocsin.authorities.models import Authority
from tocsin.authorities.queries import acts_for
from tocsin.calls import models
from tocsin.calls.actions.screens import tell_screens
from tocsin.calls.queries.passing import stream_for
from tocsin.calls.queries.text_callers import ASKED, ENDED, texting
from tocsin.calls.rules.sms import SmsState
from tocsin.calls.rules.states import NOT_SERVED, CallStep
from tocsin.calls.rules.text_callers import FROM_NOW_ON, ONCE_IN, worded
from tocsin.logbook.actions import note
from tocsin.refusals import Refusal
from tocsin.workforce.models import Agent

# Not by the models: to word this takes them longer than PostgreSQL to answer, and each decision asks it.
_WHO_ARRIVES = """
SELECT call.leg, listed.id
  FROM calls_call AS call
  JOIN activations_activation AS activation ON activation.id = call.activation_id
  JOIN calls_textcaller AS listed
    ON listed.authority_id = activation.authority_id AND listed.caller_mark = call.caller_mark
 WHERE call.leg = ANY(%s)
"""


def ask_for_text(*, agent: Agent, call: models.Call, at: datetime) -> None:
    """Put whoever made a call on the authority's list: an SMS is sent now, and whenever they call again.

    Raises Refusal where the call is not the agent's, or no SMS can be sent to the number.
    """
    activation = _checked(agent, call)
    with acting_as_centre():
        check_can_have_text(call)
        _, new = models.TextCaller.objects.update_or_create(
            authority=activation.authority,
            caller_mark=call.caller_mark,
            defaults={"language": call.language, "agent": agent, "at": at, "last_at": at},
        )
        # Of two clicks, one sends.
        if new:
            texts = [*_message(activation, call.language), FROM_NOW_ON[call.language]]
            _order(call, activation, *texts, language=call.language, agent=agent, at=at)
            _tell(ASKED, call, activation, agent=agent, at=at)


def end_text(*, agent: Agent, call: models.Call, at: datetime) -> None:
    """Take whoever made a call off the list; nothing is noted of who was not on it. Raises Refusal."""
    activation = _checked(agent, call)
    with acting_as_centre():
        listed = models.TextCaller.objects.filter(authority=activation.authority_id, caller_mark=call.caller_mark)
        if listed.delete()[0]:
            _tell(ENDED, call, activation, agent=agent, at=at)


def send_text(*, agent: Agent, call: models.Call, answer: int | None, at: datetime) -> None:
    """Send a caller who asked for text an approved answer in force, or (None) the message of the line again.

    Raises Refusal where the same is on its way, or the answer is not in force any more.
    """
    activation = _checked(agent, call)
    with acting_as_centre():
        # Of two clicks, one waits, and is refused.
        models.Call.objects.select_for_update(no_key=True).get(pk=call.pk)
        if not texting(call=call.pk).asked:
            raise Refusal("Only who asked for text is sent an SMS from the desk.")
        order_text(agent=agent, call=call, activation=activation, answer=answer, at=at)


def check_can_have_text(call: models.Call) -> None:
    """Raise Refusal where no SMS can be sent to whoever made a call."""
    if not texting(call=call.pk).possible:
        raise Refusal("No SMS can be sent to this caller: the number is hidden, or no mobile telephone's.")


def order_text(
    *, agent: Agent, call: models.Call, activation: Activation, answer: int | None, at: datetime
) -> None:
    """Have an approved text sent to a caller, inside the transaction that decided so. Raises Refusal as above."""
    in_force = answers_in_force(activation).get(call.language, [])
    chosen = next((each for each in in_force if each.pk == answer), None)
    if answer is not None and chosen is None:
        raise Refusal("This answer was changed meanwhile: choose it anew.")
    if models.Sms.objects.filter(call=call, answer=chosen, state=SmsState.ORDERED).exists():
        raise Refusal("It is on its way already.")
    texts = [chosen.question, chosen.text] if chosen else _message(activation, call.language)
    _order(call, activation, *texts, language=call.language, answer=chosen, agent=agent, at=at)
    _tell("text.ordered", call, activation, agent=agent, at=at, question=chosen.question if chosen else "")


def remove_text_caller(*, key: int, authority: Authority, by: Person, at: datetime) -> None:
    """Take somebody off an authority's list, by the key of the row, as a coordinator of it. Raises Refusal."""
    if not acts_for(by, authority, Role.COORDINATOR):
        raise Refusal("Only a coordinator of this authority takes callers off the list.")
    with acting_as_centre():
        if models.TextCaller.objects.filter(pk=key, authority=authority).delete()[0]:
            subject = f"authority:{authority.pk}"
            note(kind=ENDED, subject=subject, by=by, at=at, authority=authority.pk, facts={})


def text_who_arrives(steps: Iterable[CallStep], *, at: datetime) -> None:
    """Order an SMS for each caller on the list whose call begins with these steps, in the decision's transaction.

    In the language of the call in which they were put there, where the line has it.
    """
    # Whom a coordinator has not served for a while is sent nothing either.
    begun = [step.leg for step in steps if not step.before and step.why != NOT_SERVED]
    if not begun or not settings.GATEWAYS.get("sms"):
        return
    with connection.cursor() as cursor:
        cursor.execute(_WHO_ARRIVES, [begun])
        listed = cursor.fetchall()
    for leg, key in listed:
        call = models.Call.objects.select_related("activation").get(pk=leg)
        row = models.TextCaller.objects.get(pk=key)
        row.last_at = at
        row.save(update_fields=["last_at"])
        lately = models.Sms.objects.filter(
            call__activation=call.activation, call__caller_mark=call.caller_mark, answer=None, at__gt=at - ONCE_IN
        )
        if call.activation and not lately.exclude(state=SmsState.FAILED).exists():
            language = row.language if row.language in call.activation.languages else call.language
            _order(call, call.activation, *_message(call.activation, language), language=language, at=at)


def _checked(agent: Agent, call: models.Call) -> Activation:
    if call.activation is None or agent.call != call.pk or stream_for(call=call, agent=agent.pk) is None:
        raise Refusal("The call is not on your desk any more.")
    return call.activation


def _message(activation: Activation, language: str) -> list[str]:
    """What is in force: the front message, and the SMS with the link."""
    front = front_in_force(activation).get(language)
    return [front.text if front else "", sms_in_force(activation).get(language, "")]


def _order(
    call: models.Call,
    activation: Activation,
    *texts: str,
    language: str,
    at: datetime,
    answer: KeypadAnswer | None = None,
    agent: Agent | None = None,
) -> None:
    """Freeze what is sent; nothing is where there are no words."""
    text = worded(*texts, language=language, exercise=activation.kind == Kind.EXERCISE)
    if text:
        models.Sms.objects.create(
            call=call, language=language, text=text, state=SmsState.ORDERED, at=at, answer=answer, agent=agent
        )


def _tell(
    kind: str, call: models.Call, activation: Activation, *, agent: Agent, at: datetime, **facts: object
) -> None:
    tell_screens(agents=[agent.pk], activations=[activation.pk])
    subject, facts = f"activation:{activation.pk}", {"call": call.pk, **facts}
    note(kind=kind, subject=subject, by=agent.person, at=at, authority=activation.authority_id, facts=facts)
