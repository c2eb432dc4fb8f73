"""What `tocsin status` says of the switchboard: whether it leads, and whether it gets anything done."""

import os
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import psycopg
import pytest
from click.testing import CliRunner

from tests.switchboards import dsn, in_thread, play, switchboard, until
from tocsin.calls.actions import record_pulse
from tocsin.calls.daemon.leadership import leadership
from tocsin.gateways.rehearsal.switch import RehearsalSwitch
from tocsin.project import doctor, health
from tocsin.project.health import SECONDS_OF_SILENCE, Health, trouble_of, trouble_of_switchboard
from tocsin.project.instance import Instance, instance

pytestmark = pytest.mark.django_db(transaction=True)


def here() -> Instance:
    """The instance with the tests' own database."""
    return replace(instance, database_url=dsn())


def pulse(*, seconds_ago: float) -> None:
    at = datetime.now(UTC) - timedelta(seconds=seconds_ago)
    record_pulse(at=at, switch_connected=True, backlog=0, decision_ms=1)


def test_a_switchboard_that_leads_and_records_is_healthy() -> None:
    async def story() -> None:
        async with switchboard(RehearsalSwitch()):
            await until(lambda: trouble_of_switchboard(here()) == "")

    play(story)


def test_a_switchboard_that_stands_by_is_healthy_while_another_leads() -> None:
    another = os.getpid() + 1

    def trouble() -> str:
        return trouble_of("switchboard-2", here(), process=another)

    async def story() -> None:
        async with switchboard(RehearsalSwitch()):
            await until(lambda: trouble_of("switchboard", here(), process=os.getpid()) == "")
            assert await in_thread(trouble) == "does not stand by yet"
            with psycopg.connect(dsn(), application_name=f"tocsin-switchboard {another}"):
                assert await in_thread(trouble) == ""
        # The other one has not taken the lead.
        with psycopg.connect(dsn(), application_name=f"tocsin-switchboard {another}"):
            assert await in_thread(trouble) == "does not lead yet"

    play(story)


def test_where_nobody_leads_an_earlier_pulse_does_not_count() -> None:
    pulse(seconds_ago=0)
    assert trouble_of_switchboard(here()) == "does not lead yet"


@pytest.mark.parametrize("before", [True, False], ids=["silent for long", "silent from the first"])
def test_a_switchboard_that_leads_and_records_nothing_is_not_healthy(before: bool) -> None:
    if before:
        pulse(seconds_ago=SECONDS_OF_SILENCE + 1)

    async def story() -> None:
        async with leadership(dsn()):
            assert await in_thread(lambda: trouble_of_switchboard(here())) == "leads, but cannot record"

    play(story)


def test_status_and_doctor_say_it_in_one_line(monkeypatch: pytest.MonkeyPatch) -> None:
    ill = [Health(part="switchboard", state="running", pid=7, seconds_up=9, trouble="leads, but cannot record")]
    monkeypatch.setattr(health, "healths", lambda _: ill)
    monkeypatch.setattr(doctor, "healths", lambda _: ill)
    said = CliRunner().invoke(health.status)
    assert said.exit_code == 1
    assert "switchboard  leads, but cannot record" in said.output.splitlines()[0]
    finding = doctor.look_at_parts(instance)
    assert not finding.fine
    assert finding.words.startswith("switchboard leads, but cannot record: see ")
    assert "\n" not in finding.words
