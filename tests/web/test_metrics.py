"""What a monitoring system reads: who may, which figures, and that they are those of the screens."""

import re
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from django.db import DatabaseError
from django.test import Client
from django.utils import timezone
from prometheus_client.parser import text_string_to_metric_families

from tests import world
from tests.web.floods import closed_activation, keep_call
from tocsin.accounts.models import Person
from tocsin.activations.models import Activation
from tocsin.activations.rules import Kind
from tocsin.authorities.models import Authority
from tocsin.calls.models import Call, CallStep, Pulse
from tocsin.calls.rules.states import CallState
from tocsin.insights.queries.board import board
from tocsin.insights.queries.report import report
from tocsin.insights.rules.tables import COUNTS, counts
from tocsin.project.instance import instance
from tocsin.web import metrics
from tocsin.workforce.models import Agent
from tocsin.workforce.rules import AgentState

pytestmark = pytest.mark.django_db
Browser = Callable[[Person], Client]
RUNBOOK = Path(__file__).resolve().parents[2] / "docs" / "runbooks" / "metrics.md"


@pytest.fixture
def flood(rivaal: Authority) -> Activation:
    return world.activation(rivaal, kind=Kind.REAL)


@pytest.fixture
def monitor() -> Client:
    """A client that says the instance's secret with every request."""
    return Client(headers={"Authorization": f"Bearer {instance.secret('metrics')}"})


def wait_in_line(activation: Activation, *, leg: str, seconds: float) -> None:
    since = timezone.now() - timedelta(seconds=seconds)
    call = Call.objects.create(
        leg=leg,
        number="1771",
        caller_mark=f"mark-{leg}",
        activation=activation,
        language="nl",
        state=CallState.WAITING,
        since=since,
        arrived_at=since,
    )
    CallStep.objects.create(
        call=call, activation=activation, before="", after=CallState.WAITING, at=since, language="nl", why=""
    )


def read(client: Client) -> dict[str, float]:
    """The samples by their names, with what tells them apart besides the activation behind a colon."""
    response = client.get("/metrics")
    assert response.status_code == 200
    assert response["Content-Type"] == "text/plain; version=0.0.4; charset=utf-8"
    return {
        ":".join(filter(None, [sample.name, sample.labels.get("state")])): sample.value
        for family in text_string_to_metric_families(response.content.decode())
        for sample in family.samples
    }


# --- For whom


@pytest.mark.parametrize(
    "said", ["", "Bearer", "Bearer ", "Bearer wrong", "Basic {secret}", "{secret}", "Bearer {secret}x", "Bearer é"]
)
def test_who_does_not_say_the_secret_reads_nothing(client: Client, flood: Activation, said: str) -> None:
    response = client.get("/metrics", headers={"Authorization": said.format(secret=instance.secret("metrics"))})

    assert (response.status_code, response["WWW-Authenticate"]) == (401, "Bearer")
    assert b"tocsin_" not in response.content


def test_being_signed_in_opens_nothing(otto: Person, dirk: Person, ada: Person, browser_of: Browser) -> None:
    for person in (otto, dirk, ada):
        assert browser_of(person).get("/metrics").status_code == 401


def test_the_secret_is_asked_of_this_machine_too(client: Client) -> None:
    assert client.get("/metrics", REMOTE_ADDR="127.0.0.1").status_code == 401


def test_nothing_is_kept_on_the_way_and_nothing_can_be_sent(monitor: Client) -> None:
    assert "no-store" in monitor.get("/metrics")["Cache-Control"]
    assert monitor.post("/metrics").status_code == 405


def test_the_secret_is_for_its_owner_alone(monitor: Client) -> None:
    assert (instance.home / "secrets" / "metrics").stat().st_mode & 0o077 == 0


# --- What it says


def test_the_totals_are_those_of_the_report_and_the_board(monitor: Client, flood: Activation) -> None:
    # Within a minute, so that midnight does not come between them.
    arrived_at = timezone.now() - timedelta(seconds=50)
    keep_call(flood, arrived_at=arrived_at, leg="answered", waited=3)
    keep_call(flood, arrived_at=arrived_at, leg="late", waited=30)
    keep_call(flood, arrived_at=arrived_at, leg="left", waited=20, answered=False)
    keep_call(flood, arrived_at=arrived_at, leg="short", waited=2, answered=False)
    wait_in_line(flood, leg="waits", seconds=40)
    samples = read(monitor)
    told = report(activation=flood, now=timezone.now()).total

    assert tuple(samples[f"tocsin_calls_{name}"] for name in COUNTS) == counts(told)
    assert counts(told) == (5, 2, 1, 2, 1, 0, 0, 0, 0, 1, 0, 0, 0, 0)
    assert samples["tocsin_live_calls:waiting"] == board(activation=flood, now=timezone.now()).moment.in_line == 1


def test_the_longest_wait_is_that_of_the_board(
    monitor: Client, flood: Activation, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert read(monitor)["tocsin_longest_wait_seconds"] == 0

    now = timezone.now()
    wait_in_line(flood, leg="long", seconds=100)
    wait_in_line(flood, leg="short", seconds=10)
    monkeypatch.setattr(metrics.timezone, "now", lambda: now)
    longest_since = board(activation=flood, now=now).moment.longest_since

    assert longest_since
    assert read(monitor)["tocsin_longest_wait_seconds"] == (now - longest_since).total_seconds()


def test_each_activation_that_is_not_closed_is_told_apart(
    monitor: Client, rivaal: Authority, elsewhere: Authority
) -> None:
    closed_activation(rivaal)
    open_ones = [world.activation(rivaal, kind=Kind.REAL), world.activation(elsewhere)]
    answer = monitor.get("/metrics").content.decode()

    found = re.findall(
        r'tocsin_calls_offered\{activation="(\d+)",authority="(\w+)",kind="(\w+)",number="(\d+)"', answer
    )
    assert found == [
        (str(open_ones[0].pk), "rivaal", "real", "1771"),
        (str(open_ones[1].pk), "elders", "exercise", "1772"),
    ]


def test_agents_are_counted_by_state(monitor: Client, ann: Agent, bram: Agent) -> None:
    Agent.objects.filter(pk=ann.pk).update(state=AgentState.READY)
    samples = read(monitor)

    assert (samples["tocsin_agents:ready"], samples["tocsin_agents:signed_out"]) == (1, 1)
    assert samples["tocsin_agents:paused"] == 0


def test_the_switchboard_is_told_by_its_own_pulse(monitor: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    assert "tocsin_switchboard_pulse_age_seconds" not in read(monitor), "none ever ran"

    now = timezone.now()
    Pulse.objects.create(at=now - timedelta(seconds=30), switch_connected=False, backlog=7, decision_ms=12.5)
    monkeypatch.setattr(metrics.timezone, "now", lambda: now)
    samples = read(monitor)

    assert samples["tocsin_switchboard_pulse_age_seconds"] == 30
    assert samples["tocsin_switchboard_backlog"] == 7
    assert samples["tocsin_switchboard_decision_seconds"] == 0.0125
    assert samples["tocsin_switch_connected"] == 0


def test_nothing_personal_is_told(monitor: Client, flood: Activation, ann: Agent) -> None:
    wait_in_line(flood, leg="leg-1", seconds=1)
    answer = monitor.get("/metrics").content.decode()

    for secret in ("mark-", "leg-1", "Ann", "ann@", flood.title):
        assert secret not in answer


def test_without_a_database_it_says_so(monitor: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(**_: object) -> None:
        raise DatabaseError

    monkeypatch.setattr(metrics, "readings", broken)

    assert monitor.get("/metrics").status_code == 503


def test_the_runbook_lists_every_metric_and_no_other(monitor: Client, flood: Activation) -> None:
    Pulse.objects.create(at=timezone.now(), switch_connected=True, backlog=0, decision_ms=1)
    told = {name.partition(":")[0] for name in read(monitor)}
    listed = re.findall(r"^\| `(tocsin_\w+)`", RUNBOOK.read_text(encoding="utf-8"), re.MULTILINE)

    assert sorted(told) == sorted(listed)
