"""What coordinators ask about callers in line."""

from datetime import datetime

from tocsin.accounts.models import Person
from tocsin.activations.models import Activation
from tocsin.activations.rules import Stream
from tocsin.calls.actions.orders import place_order
from tocsin.calls.models import Call, LineOrder
from tocsin.calls.ports import LineVerb
from tocsin.calls.rules.states import IN_LINE
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
