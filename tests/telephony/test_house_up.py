"""`tocsin up` with everything real: ready, repaired, stopped, and nothing left behind."""

import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from threading import Event

import pytest

from tests.instances import instance_in
from tests.telephony.centre import LOOK_SECONDS
from tocsin.project.health import healths
from tocsin.project.instance import Instance
from tocsin.project.postgres import serving
from tocsin.project.processes import surroundings
from tocsin.project.supervision import files_of, leftovers

pytestmark = pytest.mark.telephony
PARTS = ["postgres", "engine", "switchboard", "work", "web", "switchboard-2"]


@pytest.fixture(scope="module")
def instance() -> Iterator[Instance]:
    """A new instance with ports of its own; its engine is made of the packages that the machine has cached."""
    folder = Path(tempfile.mkdtemp(prefix="tocsin-"))
    found = instance_in(folder)
    yield found
    # Whatever a failed test left running.
    for process in leftovers(found):
        process.kill()
    shutil.rmtree(folder)


def tocsin(instance: Instance, *words: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", "tocsin.project.cli", *words],
        # Marked as what `tocsin up` starts, so that it is found when a test fails.
        env=surroundings(instance),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )


def read_until(process: subprocess.Popen[str], beginning: str) -> None:
    assert process.stdout is not None
    said = []
    for line in process.stdout:
        said.append(line)
        if line.startswith(beginning):
            return
    pytest.fail("".join(said))


def stop(process: subprocess.Popen[str], how: signal.Signals) -> int:
    process.send_signal(how)
    process.communicate()
    return process.returncode


def pids(instance: Instance) -> dict[str, int | None]:
    """The process of each part, None while it is not healthy."""
    return {health.part: None if health.trouble else health.pid for health in healths(instance)}


def all_healthy(instance: Instance, up: subprocess.Popen[str]) -> dict[str, int | None]:
    """The process of each part, once all are healthy together."""
    while None in (found := pids(instance)).values():
        assert up.poll() is None
        # What is looked at needs the processor to get well.
        Event().wait(LOOK_SECONDS)
    return found


def test_everything_gets_ready_is_repaired_when_killed_and_stops_without_a_trace(instance: Instance) -> None:
    up = tocsin(instance, "up", "--demo")
    read_until(up, f"ready http://127.0.0.1:{instance.ports.web}")
    all_healthy(instance, up)
    status = json.loads(tocsin(instance, "status", "--json").communicate()[0])
    assert status["ready"]
    assert [part["part"] for part in status["parts"]] == PARTS
    for part in PARTS:
        pid = all_healthy(instance, up)[part]
        assert pid is not None
        os.kill(pid, signal.SIGKILL)
        while all_healthy(instance, up)[part] == pid:
            assert up.poll() is None
    assert stop(up, signal.SIGINT) == 0
    assert leftovers(instance) == []
    assert set(pids(instance).values()) == {None}


@pytest.mark.parametrize("said", ["starting postgres", "bringing the database", "starting switchboard"])
def test_it_stops_cleanly_whenever_it_is_interrupted(instance: Instance, said: str) -> None:
    up = tocsin(instance, "up", "--demo")
    read_until(up, said)
    assert stop(up, signal.SIGTERM) == 0
    assert leftovers(instance) == []


INTERRUPTED_AS_IT_STARTS = """
import signal, subprocess
from tocsin.project.cli import tocsin

start = subprocess.Popen.__init__

def start_and_be_interrupted(self, words, **how):
    start(self, words, **how)
    if "migrate" in words:
        signal.raise_signal(signal.SIGTERM)

subprocess.Popen.__init__ = start_and_be_interrupted
tocsin(["up", "--demo"])
"""


def test_a_process_that_was_being_started_when_the_interruption_came_is_stopped_too(instance: Instance) -> None:
    up = subprocess.Popen([sys.executable, "-c", INTERRUPTED_AS_IT_STARTS], env=surroundings(instance))
    assert up.wait() == 0
    assert leftovers(instance) == []


def test_a_killed_supervisor_is_replaced_with_all_its_parts(instance: Instance) -> None:
    up = tocsin(instance, "up", "--demo")
    read_until(up, "ready")
    before = all_healthy(instance, up)
    os.kill(int(files_of(instance).pid.read_text()), signal.SIGKILL)
    read_until(up, "ready")
    after = all_healthy(instance, up)
    assert not set(before.values()) & set(after.values())
    assert stop(up, signal.SIGTERM) == 0
    assert leftovers(instance) == []


def test_what_a_killed_run_leaves_is_cleaned_up_by_the_next_one(instance: Instance) -> None:
    killed = tocsin(instance, "up", "--demo")
    read_until(killed, "ready")
    stop(killed, signal.SIGKILL)
    up = tocsin(instance, "up", "--demo")
    read_until(up, "ready")
    all_healthy(instance, up)
    assert stop(up, signal.SIGTERM) == 0
    assert leftovers(instance) == []


def test_a_second_run_in_the_same_home_says_who_has_it(instance: Instance) -> None:
    up = tocsin(instance, "up", "--demo")
    read_until(up, "starting postgres")
    second = tocsin(instance, "up", "--demo")
    assert f"(process {up.pid})" in second.communicate()[0]
    assert second.returncode == 1
    assert stop(up, signal.SIGTERM) == 0


def test_the_doctor_finds_nothing_wrong_with_a_stopped_instance(instance: Instance) -> None:
    answer = tocsin(instance, "doctor", "--json")
    findings = json.loads(answer.communicate()[0])
    assert findings["fine"], findings
    assert answer.returncode == 0


def test_a_rehearsal_of_a_stopped_instance_is_refused_in_one_line(instance: Instance) -> None:
    instance.create(demo=True)
    answer = tocsin(instance, "rehearse", "--calls", "1")
    said, _ = answer.communicate()
    assert answer.returncode == 1
    assert said.startswith(f"tocsin: Nothing runs in {instance.home}")
    assert said.count("\n") == 1


def test_a_verb_that_asked_the_database_ends_with_its_answer(instance: Instance) -> None:
    """Python 3.14 complains of threads that are left at the end, as those of a pool of connections are."""
    question = "from tocsin.accounts.models import Person; print(Person.objects.exists())"
    with serving(instance):
        said, _ = tocsin(instance, "manage", "shell", "--verbosity", "0", "--command", question).communicate()
    assert said == "True\n"
