"""Who waits on the line of an activation, in the order in which they are served, and what calls went through."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import islice

from django.db.models import Q

from tocsin.activations.models import Activation
from tocsin.activations.rules import Stream
from tocsin.calls import models
from tocsin.calls.rules.line import Line
from tocsin.calls.rules.routing import order_of_service
from tocsin.calls.rules.states import QUEUED, WITH_AGENT, Call, CallState, Rank
from tocsin.workforce.models import Agent
from tocsin.workforce.rules import AgentState

# What coordinators asked is shown beside the line for this long.
RECENT = timedelta(minutes=10)
MOST_RECENT = 5


@dataclass(frozen=True, slots=True)
class InLine:
    """A caller in line; `agent` is at whose telephone the call rings, or empty."""

    leg: str
    language: str
    stream: Stream
    rank: Rank
    arrived_at: datetime
    # Since when the place counts: earlier than the call where the caller came back soon enough.
    place_since: datetime
    queued_at: datetime
    # Hung up, and will be called back.
    promised: bool
    agent: str


@dataclass(frozen=True, slots=True)
class LineNow:
    """The line at one moment: whose call rings, who waits, the first of them, and what was asked lately."""

    ringing: tuple[InLine, ...]
    waiting: tuple[InLine, ...]
    # How many wait behind these.
    others: int
    orders: tuple[models.LineOrder, ...]


def line_now(*, activation: Activation, now: datetime, most: int) -> LineNow:
    """The line of an activation, with the first `most` who wait."""
    # Those of the authority's other activations, too: the agents are shared with them.
    rows = models.Call.objects.filter(
        Q(state__in=QUEUED | WITH_AGENT), activation__authority=activation.authority_id
    ).select_related("agent__person")
    calls = {row.leg: row for row in rows}
    line = Line.of((_as_decided(row, activation.authority_id) for row in calls.values()), ())
    served = (calls[place.leg] for queue, place in order_of_service(line) if queue.activation == activation.pk)
    waiting = tuple(_in_line(row) for row in islice(served, most))
    own = [row for row in calls.values() if row.activation_id == activation.pk]
    ringing = sorted((row for row in own if row.state == CallState.OFFERED), key=lambda row: row.arrived_at)
    recent = models.LineOrder.objects.filter(activation=activation, at__gte=now - RECENT)
    return LineNow(
        ringing=tuple(_in_line(row) for row in ringing),
        waiting=waiting,
        others=sum(row.state in QUEUED for row in own) - len(waiting),
        orders=tuple(recent.select_related("by", "agent__person").order_by("-id")[:MOST_RECENT]),
    )


def _as_decided(row: models.Call, authority: int) -> Call:
    """What the order of calls depends on."""
    return Call(
        leg=row.leg,
        number=row.number,
        caller="",
        arrived_at=row.arrived_at,
        state=CallState(row.state),
        since=row.since,
        activation=row.activation_id,
        authority=authority,
        language=row.language,
        stream=Stream(row.stream),
        place_since=row.place_since,
        rank=Rank(row.rank),
        agent=row.agent_id,
    )


def _in_line(row: models.Call) -> InLine:
    return InLine(
        leg=row.leg,
        language=row.language,
        stream=Stream(row.stream),
        rank=Rank(row.rank),
        arrived_at=row.arrived_at,
        place_since=row.place_since or row.arrived_at,
        queued_at=row.queued_at or row.arrived_at,
        promised=row.state == CallState.PROMISED,
        agent=row.agent.person.name if row.agent else "",
    )


def agents_for(call: models.Call, *, activation: Activation) -> list[Agent]:
    """The agents whom a coordinator can give a call to now, the longest idle first; also who has a break from
    victims and relatives."""
    ready = Agent.objects.filter(
        serves=activation.authority_id,
        state=AgentState.READY,
        connected=True,
        languages__has_key=call.language,
    )
    if call.stream == Stream.D2:
        ready = ready.filter(skills__has_key=Stream.D2.value)
    return list(ready.select_related("person").order_by("idle_since", "pk"))


def steps_of(call: models.Call) -> list[models.CallStep]:
    """What happened to a call, in order."""
    return list(call.steps.select_related("agent__person").order_by("id"))


def orders_about(call: models.Call) -> list[models.LineOrder]:
    """What coordinators asked about a call, in order."""
    orders = models.LineOrder.objects.filter(call=call.pk, activation=call.activation_id)
    return list(orders.select_related("by", "agent__person").order_by("id"))


def helps_in(call: models.Call) -> list[models.HelpStep]:
    """When help was asked for in the conversations of a call, and who came."""
    steps = models.HelpStep.objects.filter(call=call.pk, activation=call.activation_id)
    return list(steps.select_related("by").order_by("id"))


def arrivals_of(legs: Iterable[str], *, activation: int) -> dict[str, datetime]:
    """When calls of an activation arrived, by leg; those of others are not told."""
    known = models.Call.objects.filter(pk__in=list(legs), activation=activation)
    return dict(known.values_list("pk", "arrived_at"))
