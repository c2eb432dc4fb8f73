"""`tocsin rehearse` as an operator runs it: real SIP callers and agents, and the figures at its end."""

import json
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from pytest_django import DjangoDbBlocker

from tests.instances import instance_in
from tests.telephony.centre import Centre, connected_to, demonstration
from tests.telephony.outside import Ari, Outside
from tocsin.activations.queries import live_activation
from tocsin.activations.rules import Kind, State
from tocsin.calls.models import Call, TelephoneLogin
from tocsin.project.instance import Instance, instance, read_instance
from tocsin.project.processes import command, surroundings
from tocsin.workforce.models import Agent
from tocsin.workforce.rules import AgentState

pytestmark = pytest.mark.telephony
FIGURES = ["offered", "answered", "abandoned", "called_back", "lost", "mean_wait_seconds"]


def rehearse(where: Instance, *options: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        command("rehearse", *options), env=surroundings(where), capture_output=True, text=True, check=False
    )


@pytest.fixture
def demo(django_db_blocker: DjangoDbBlocker) -> Iterator[Centre]:
    """A new demo centre with its exercise open, beside the one that the other tests share."""
    instance.make_home()
    home = instance.home / "rehearsal"
    shutil.rmtree(home, ignore_errors=True)
    its_own = instance_in(home)
    # A rehearsal starts the outside network itself.
    outside = Outside(Ari(port=its_own.ports.outside_http, user="outside", password=its_own.secret("ari")))
    with demonstration(its_own), django_db_blocker.unblock(), connected_to(its_own):
        yield Centre(instance=its_own, outside=outside)


def nobody_is_at_work() -> bool:
    return not Agent.objects.exclude(state=AgentState.SIGNED_OUT).exists()


def exercise_is_open() -> bool:
    activation = live_activation(number="1771")
    return activation is not None and (activation.kind, activation.state) == (Kind.EXERCISE, State.OPEN)


def test_a_rehearsal_ends_with_its_figures_and_leaves_nobody_at_work(demo: Centre) -> None:
    demo.until(exercise_is_open, "the demo's exercise to be open")
    # The callers of this seed are all patient, and there is an agent for each.
    done = rehearse(demo.instance, "--calls=4", "--minutes=0.1", "--agents=4", "--seed=9", "--json")
    assert done.returncode == 0, done.stderr
    figures = json.loads(done.stdout)
    assert list(figures) == FIGURES
    assert figures.pop("mean_wait_seconds") > 0
    assert figures == {"offered": 4, "answered": 4, "abandoned": 0, "called_back": 0, "lost": 0}
    assert Call.objects.count() == 4
    demo.until(nobody_is_at_work, "the agents of the rehearsal to leave")
    assert not TelephoneLogin.objects.exists()


def test_no_synthetic_call_is_placed_outside_a_demo(tmp_path: Path) -> None:
    refused = rehearse(read_instance({"TOCSIN_HOME": str(tmp_path)}), "--json")
    assert refused.returncode == 1
    assert refused.stdout == ""
    assert "tocsin: Synthetic calls are for a demo" in refused.stderr
