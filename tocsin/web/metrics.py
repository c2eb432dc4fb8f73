"""Figures of this moment for Prometheus, or whatever reads its text format (docs/runbooks/metrics.md)."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from django.db import DatabaseError
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.http import require_GET
from prometheus_client import generate_latest
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.exposition import CONTENT_TYPE_PLAIN_0_0_4
from prometheus_client.registry import Collector

from tocsin.calls.rules.states import CallState
from tocsin.insights.queries.readings import LineReading, Readings, readings
from tocsin.insights.rules.tables import COUNTS, counts
from tocsin.web.guards import for_monitoring
from tocsin.workforce.rules import AgentState

# What tells one activation from others; its title is not for a monitoring system.
LINE = ("activation", "authority", "number", "kind")


@for_monitoring
@require_GET
def metrics(request: HttpRequest) -> HttpResponse:  # noqa: ARG001 - a view takes the request
    """Everything that a monitoring system may know."""
    now = timezone.now()
    try:
        read = readings(now=now)
    except DatabaseError:
        return HttpResponse("no database\n", content_type="text/plain", status=503)
    return HttpResponse(generate_latest(Exposition(read, now)), content_type=CONTENT_TYPE_PLAIN_0_0_4)


@dataclass(frozen=True)
class Exposition(Collector):
    """Readings as the library takes them. Gauges all: a call that counted as left may still come back."""

    read: Readings
    now: datetime

    def collect(self) -> Iterator[GaugeMetricFamily]:
        yield from _of_lines(self.read.lines, now=self.now)
        agents = GaugeMetricFamily("tocsin_agents", "Agents of the whole centre by state.", labels=["state"])
        for state in AgentState:
            agents.add_metric([state], self.read.agents.get(state, 0))
        yield agents
        told = "Agents at work who have been with victims and relatives for long, and are offered none."
        yield _gauge("agents_in_d2_break", told, self.read.agents_in_d2_break)
        if pulse := self.read.pulse:
            age = (self.now - pulse.at).total_seconds()
            yield _gauge("switchboard_pulse_age_seconds", "Since the switchboard last said how it is.", age)
            yield _gauge("switchboard_backlog", "Requests to the switch that it has not confirmed.", pulse.backlog)
            seconds = pulse.decision_ms / 1000
            yield _gauge("switchboard_decision_seconds", "How long the last decision took to be kept.", seconds)
            yield _gauge("switch_connected", "1 while the switchboard reaches the switch.", pulse.switch_connected)


def _gauge(name: str, told: str, value: float) -> GaugeMetricFamily:
    return GaugeMetricFamily(f"tocsin_{name}", told, value=value)


def _of_lines(lines: tuple[LineReading, ...], *, now: datetime) -> Iterator[GaugeMetricFamily]:
    live = GaugeMetricFamily("tocsin_live_calls", "Calls that have not ended, by state.", labels=[*LINE, "state"])
    longest = GaugeMetricFamily(
        "tocsin_longest_wait_seconds", "How long the caller who waits the longest has waited.", labels=LINE
    )
    totals = {
        name: GaugeMetricFamily(f"tocsin_calls_{name}", f"Calls since the opening: {name}.", labels=LINE)
        for name in COUNTS
    }
    for line in lines:
        labels = _labels(line)
        for state in CallState:
            if state is not CallState.ENDED:
                live.add_metric([*labels, state], line.live.get(state, 0))
        waited = (now - line.longest_since).total_seconds() if line.longest_since else 0
        longest.add_metric(labels, waited)
        for name, count in zip(COUNTS, counts(line.figures), strict=True):
            totals[name].add_metric(labels, count)
    yield from (live, longest, *totals.values())


def _labels(line: LineReading) -> list[str]:
    activation = line.activation
    return [str(activation.pk), activation.authority.slug, activation.number.digits, activation.kind]
