"""What a monitoring system reads of the centre at one moment; nothing in it is about a person."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count

from tocsin.activations.models import Activation
from tocsin.activations.queries import live_activations
from tocsin.calls.models import Pulse
from tocsin.calls.rules import timing
from tocsin.calls.rules.states import CallState
from tocsin.insights.queries import journal, settled
from tocsin.insights.rules.days import total
from tocsin.insights.rules.figures import Figures
from tocsin.insights.rules.moment import moment
from tocsin.workforce.models import Agent
from tocsin.workforce.rules import AT_WORK, AgentState


@dataclass(frozen=True, slots=True)
class LineReading:
    """One activation that is not closed: its live calls by state, and its figures since it was opened."""

    activation: Activation
    live: Mapping[CallState, int]
    longest_since: datetime | None
    figures: Figures


@dataclass(frozen=True, slots=True)
class Readings:
    """The centre at one moment. There is no pulse before a switchboard first ran."""

    lines: tuple[LineReading, ...]
    agents: Mapping[AgentState, int]
    agents_in_d2_break: int
    pulse: Pulse | None


def readings(*, now: datetime) -> Readings:
    """The centre now; whoever asks every few seconds does not have everything counted each time."""
    lines = live_activations().select_related("authority", "number").order_by("id")
    states = Agent.objects.values_list("state").annotate(agents=Count("pk")).order_by()
    return Readings(
        lines=tuple(_line_reading(line, now=now) for line in lines),
        agents={AgentState(state): agents for state, agents in states},
        agents_in_d2_break=Agent.objects.filter(state__in=AT_WORK, d2_time__gte=timing.D2_LIMIT).count(),
        pulse=Pulse.objects.first(),
    )


def _line_reading(activation: Activation, *, now: datetime) -> LineReading:
    live = journal.live_calls(activation=activation.pk)
    since, until = journal.EVER
    tallies = settled.tallies(activation=activation, since=since, until=until, now=now, cut=settled.as_a_whole)
    return LineReading(
        activation=activation,
        live=Counter(call.state for call in live),
        longest_since=moment(live, agents=(), languages=()).longest_since,
        figures=total(tallies),
    )
