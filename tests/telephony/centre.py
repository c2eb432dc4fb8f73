"""A whole centre that runs for the tests, seen from outside: its processes, its switch, its journal."""

import os
import signal
import subprocess
import threading
import xmlrpc.client
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from time import monotonic
from typing import TypeVar

import django.db
import psutil
import psycopg
from django.db import connection, connections
from django.db.utils import ConnectionHandler

from tests.telephony.outside import PATIENCE_SECONDS, Ari, Outside, watching_outside
from tocsin.calls.models import Call, CallStep, Pulse
from tocsin.calls.rules.states import CallState
from tocsin.project.health import QUESTIONS
from tocsin.project.instance import Instance
from tocsin.project.processes import command, stop_with_parent, surroundings
from tocsin.project.rehearsal import outside_network
from tocsin.project.supervision import Supervisor, log_of
from tocsin.workforce.models import Agent
from tocsin.workforce.rules import AgentState

T = TypeVar("T")
# Between two looks where nobody tells of a change.
LOOK_SECONDS = 0.2
_DATABASE_GONE = (django.db.OperationalError, django.db.InterfaceError, psycopg.OperationalError)


@dataclass(frozen=True)
class Centre:
    """The centre that runs, and the outside network that calls it."""

    instance: Instance
    outside: Outside

    @property
    def switch(self) -> Ari:
        """The centre's own Asterisk, to look at."""
        password = self.instance.secret("ari")
        return Ari(port=self.instance.ports.switch_http, user="switchboard", password=password)

    @property
    def supervisor(self) -> Supervisor:
        """What keeps the parts running."""
        return Supervisor(self.instance)

    def kill(self, part: str) -> None:
        """Kill a part, which its supervisor then starts again."""
        kill(part, of=self.instance)

    @contextmanager
    def halted(self, part: str) -> Iterator[None]:
        """Have a part do nothing for as long as the block runs, and go on afterwards as if no time had passed."""
        process = psutil.Process(self.supervisor.states()[part].pid)
        process.suspend()
        try:
            yield
        finally:
            process.resume()

    @contextmanager
    def without(self, part: str) -> Iterator[None]:
        """Kill a part and keep it away for as long as the block runs; then wait until it is back."""
        self.kill(part)
        # Its supervisor is about to start it again, and refuses to stop what does not run at that very moment.
        while self.supervisor.states()[part].state != "stopped":
            with suppress(xmlrpc.client.Fault):
                self.supervisor.ask("stopProcess", part)
        try:
            yield
        finally:
            self.supervisor.start(part)
            self.wait_healthy(part)

    def wait_healthy(self, part: str) -> None:
        """Return when a part does its work, whoever runs it."""
        self.until(lambda: not QUESTIONS[part](self.instance), f"{part} to be healthy")

    @contextmanager
    def running(self, *words: str) -> Iterator[subprocess.Popen[bytes]]:
        """Another process of the centre, beside those that are supervised, until the end of the block."""
        with log_of(self.instance, "beside").open("ab") as output:
            process = subprocess.Popen(words, env=surroundings(self.instance), stdout=output, stderr=output)
        try:
            yield process
        finally:
            process.kill()
            process.wait()

    def until(self, look: Callable[[], T], what: str) -> T:
        """What is looked for, once it is there; the screens are told of every change, and so are we."""
        deadline = monotonic() + PATIENCE_SECONDS
        while monotonic() < deadline:
            try:
                with psycopg.connect(self.instance.database_dsn, autocommit=True) as listening:
                    listening.execute("LISTEN tocsin_live")
                    while monotonic() < deadline:
                        if found := look():
                            return found
                        # What is looked for may also be in the switch, of which nobody tells.
                        for _ in listening.notifies(timeout=LOOK_SECONDS, stop_after=1):
                            pass
            except _DATABASE_GONE:
                connection.close()
                threading.Event().wait(LOOK_SECONDS)
        raise AssertionError(f"Waited {PATIENCE_SECONDS} s in vain for {what}.\n{story()}")


def live_calls() -> list[Call]:
    """The calls that have not ended, in the order in which they reached the number."""
    return list(Call.objects.exclude(state=CallState.ENDED).order_by("arrived_at"))


def story() -> str:
    """The calls and agents of the moment and the last steps, for whoever reads why a test failed."""
    calls = [f"{call.leg} {call.state} since {call.since:%T}, agent {call.agent_id}" for call in live_calls()]
    agents = [f"agent {a.pk} {a.state} {a.call}" for a in Agent.objects.exclude(state=AgentState.SIGNED_OUT)]
    steps = [
        f"{step.at:%T.%f} {step.call_id} {step} ({step.why})" for step in CallStep.objects.order_by("-id")[:20]
    ]
    pulse = Pulse.objects.values("at", "switch_connected", "backlog", "decision_ms").first()
    return "\n".join([*calls, *agents, *reversed(steps), f"switchboard {pulse}"])


def kill(part: str, *, of: Instance) -> None:
    """Kill a part so that it cannot put anything in order first."""
    pid = Supervisor(of).states()[part].pid
    assert pid is not None, f"{part} does not run; {log_of(of, part)} says why."
    os.kill(pid, signal.SIGKILL)


@contextmanager
def running_centre(instance: Instance) -> Iterator[Centre]:
    """A new demo centre with every part, and the outside network, for as long as the block runs."""
    watching = watching_outside(port=instance.ports.outside_http, password=instance.secret("ari"))
    with demonstration(instance), outside_network(instance), watching as outside:
        yield Centre(instance=instance, outside=outside)


@contextmanager
def demonstration(instance: Instance) -> Iterator[None]:
    """`tocsin up --demo`, ready for as long as the block runs."""
    process = subprocess.Popen(
        command("up", "--demo"),
        env=surroundings(instance),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        preexec_fn=lambda: stop_with_parent(signal.SIGTERM),  # noqa: PLW1509 - before anything else runs
    )
    assert process.stdout is not None
    try:
        said = []
        for line in process.stdout:
            said.append(line)
            if line.startswith("ready "):
                break
        else:
            raise AssertionError("".join(said))
        yield
    finally:
        process.terminate()
        process.communicate()


@contextmanager
def connected_to(instance: Instance) -> Iterator[None]:
    """Django's connection of this process is to the database of another instance while the block runs."""
    # Without the pool, which is one for the whole process.
    options = {key: value for key, value in instance.database["OPTIONS"].items() if key != "pool"}
    databases = {"default": {**instance.database, "OPTIONS": options}}
    own = connections["default"]
    connections["default"] = ConnectionHandler(databases)["default"]
    try:
        yield
    finally:
        connections["default"].close()
        connections["default"] = own
