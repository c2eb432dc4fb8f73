"""The conversations of an activation that go on now, and who hears them."""

from dataclasses import dataclass
from datetime import datetime

from tocsin.activations.models import Activation
from tocsin.activations.rules import Stream
from tocsin.calls.models import Call, Supervision
from tocsin.calls.queries.supervision import supervisions_in
from tocsin.calls.rules.states import CallState
from tocsin.calls.rules.tapes import Taping

# Whoever hears conversations chooses one of them by its agent.
SPOKEN = (CallState.TALKING, CallState.HELD)


@dataclass(frozen=True, slots=True)
class InConversation:
    """A caller with an agent, since when, and the coordinators who hear them."""

    leg: str
    language: str
    stream: Stream
    agent: str
    since: datetime
    on_hold: bool
    heard_by: tuple[Supervision, ...]
    # Whether it is recorded, and whether it should be and cannot be written.
    recorded: bool
    not_written: bool


def in_conversation(*, activation: Activation, most: int) -> tuple[InConversation, ...]:
    """The conversations that go on now, the longest first, `most` of them."""
    calls = Call.objects.filter(activation=activation, state__in=SPOKEN, agent__isnull=False)
    heard = supervisions_in(activation=activation.pk)
    return tuple(
        InConversation(
            leg=call.leg,
            language=call.language,
            stream=Stream(call.stream),
            agent=str(call.agent),
            since=call.since,
            on_hold=call.state == CallState.HELD,
            heard_by=tuple(heard.get(call.leg, ())),
            recorded=bool(call.tape) and call.taping != Taping.PAUSED,
            not_written=call.taping == Taping.FAILED,
        )
        for call in calls.select_related("agent__person").order_by("since")[:most]
    )


def supervisions_of(call: Call) -> list[Supervision]:
    """When a conversation of this call was heard, by whom, in order."""
    return list(call.supervisions.select_related("order__by", "agent__person").order_by("began_at"))
