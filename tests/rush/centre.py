"""The centre that a benchmark measures: database, engine and switchboard, in an instance of their own."""

import contextlib
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from django.core.management import call_command
from django.db import connection

from tocsin.activations.models import Activation
from tocsin.activations.rules import State
from tocsin.calls.models import Call
from tocsin.calls.rules.states import CallState
from tocsin.project.instance import instance
from tocsin.project.postgres import serving
from tocsin.project.processes import command, surroundings
from tocsin.project.telephony import ensure_engine

SCENARIOS = Path(__file__).parent / "scenarios"
CALLERS, AGENTS = "127.0.0.10", "127.0.0.20"

Tell = Callable[[str], None]


@contextlib.contextmanager
def database() -> Iterator[None]:
    """The database, for as long as the block runs; nothing is open. The engine is there and does not run."""
    with serving(instance):
        call_command("migrate", verbosity=0)
        ensure_engine(instance)
        Activation.objects.exclude(state=State.CLOSED).update(state=State.CLOSED)
        # What an earlier run left behind, which nobody would find again.
        Call.objects.exclude(state=CallState.ENDED).update(state=CallState.ENDED)
        (instance.home / "log").mkdir(exist_ok=True)
        try:
            yield
        finally:
            connection.close()


@contextlib.contextmanager
def centre(*, queue_members: int = 0, prepare: Callable[[], object] = lambda: None) -> Iterator[None]:
    """Database, engine and switchboard, for as long as the block runs; nothing is open but what `prepare` orders.

    `prepare` runs once the database is there and before the switchboard reads it.
    """
    with contextlib.ExitStack() as stack:
        stack.enter_context(database())
        prepare()
        stack.enter_context(process("engine", [sys.executable, "-m", "tests.rush.engine", str(queue_members)]))
        stack.enter_context(process("switchboard", command("run", "switchboard")))
        wait_until(_connected, "the switchboard to reach the engine")
        yield


def sipp(scenario: str, *options: str, address: str, port: int) -> subprocess.Popen[bytes]:
    """A SIPp that plays a scenario against the engine, from an address and port of its own."""
    return subprocess.Popen(
        [
            *("sipp", "-sf", str(SCENARIOS / scenario), "-i", address, "-mi", address, "-p", str(port)),
            *(*options, "-nostdin", "-nd", f"127.0.0.1:{instance.ports.sip}"),
        ],
        cwd=instance.home,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )


@contextlib.contextmanager
def process(name: str, words: list[str]) -> Iterator[None]:
    """A process of the centre, ended with the block; what it says is in the log folder."""
    with (instance.home / "log" / f"{name}.log").open("wb") as log:
        started = subprocess.Popen(words, env=surroundings(instance), stdout=log, stderr=log)
        try:
            yield
        finally:
            end(started)


def end(started: subprocess.Popen[bytes]) -> None:
    """End a process, in the end by force."""
    started.terminate()
    try:
        started.wait(10)
    except subprocess.TimeoutExpired:
        started.kill()
        started.wait()


def wait_until(happened: Callable[[], object], what: str) -> None:
    """Look again and again until it happened; TimeoutError after a minute."""
    deadline = time.monotonic() + 60
    while not happened():
        if time.monotonic() > deadline:
            raise TimeoutError(f"Waited in vain for {what}; the logs are in {instance.home / 'log'}.")
        time.sleep(0.02)


def _connected() -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM calls_pulse WHERE switch_connected AND at > now() - interval '10 s'")
        return bool(cursor.fetchone()[0])
