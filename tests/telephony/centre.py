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

from tests.patience import PATIENCE_SECONDS
from tests.telephony.outside import Ari, Outside, watching_outside
from tests.what_happened import what_happened
from tocsin.calls.models import Call
from tocsin.calls.rules.states import CallState
from tocsin.project.health import switchboards_by_lead, trouble_of
from tocsin.project.instance import Instance
from tocsin.project.nodes import nodes_of
from tocsin.project.parts import SWITCHBOARD, standby_of
from tocsin.project.processes import command, stop_with_parent, surroundings
from tocsin.project.rehearsal import outside_network
from tocsin.project.supervision import Supervisor, log_of

T = TypeVar("T")
# Between two looks where nobody tells of a change.
LOOK_SECONDS = 0.2
DATABASE_GONE = (django.db.OperationalError, django.db.InterfaceError, psycopg.OperationalError)


@dataclass(frozen=True)
class Centre:
    """The centre that runs, and the outside network that calls it."""

    instance: Instance
    outside: Outside

    @property
    def switch(self) -> Ari:
        """The centre's own Asterisk, to look at; the first where it has several."""
        return next(iter(self.nodes.values()))

    @property
    def nodes(self) -> dict[str, Ari]:
        """Each Asterisk of the centre, by its name."""
        password = self.instance.secret("ari")
        return {
            node.name: Ari(port=node.http_port, user="switchboard", password=password)
            for node in nodes_of(self.instance)
        }

    @property
    def supervisor(self) -> Supervisor:
        """What keeps the parts running."""
        return Supervisor(self.instance)

    def kill(self, part: str) -> None:
        """Kill a part, which its supervisor then starts again; of the switchboards, the one that leads."""
        kill(part, of=self.instance)

    def kill_every(self, part: str) -> None:
        """Kill a part; of the switchboards, the one that stands by as well."""
        states = self.supervisor.states()
        for pid in filter(None, (states[name].pid for name in self._every(part))):
            os.kill(pid, signal.SIGKILL)

    def _every(self, part: str) -> list[str]:
        standby = standby_of(self.instance) if part == SWITCHBOARD.name else ()
        return [part, *(each.name for each in standby)]

    @contextmanager
    def halted(self, part: str) -> Iterator[None]:
        """Have a part do nothing for as long as the block runs, and go on afterwards as if no time had passed.

        The switchboard that stands by does as little as the one that leads.
        """
        states = self.supervisor.states()
        with suspended(*filter(None, (states[name].pid for name in self._every(part)))):
            yield

    @contextmanager
    def hanging_switchboard(self) -> Iterator[int]:
        """Have the switchboard that leads do nothing for as long as the block runs; gives its process."""
        pid = pid_of(SWITCHBOARD.name, self.instance)
        with suspended(pid):
            yield pid

    @contextmanager
    def without(self, part: str) -> Iterator[None]:
        """Kill a part and keep it away for as long as the block runs; then wait until it is back.

        The switchboard is away with the one that stands by.
        """
        names = self._every(part)
        self.kill_every(part)
        # Its supervisor is about to start it again, and refuses to stop what does not run at that very moment.
        while running := [name for name in names if self.supervisor.states()[name].state != "stopped"]:
            for name in running:
                with suppress(xmlrpc.client.Fault):
                    self.supervisor.ask("stopProcess", name)
        try:
            yield
        finally:
            for name in names:
                self.supervisor.start(name)
            self.wait_healthy(part)

    @property
    def leader(self) -> int | None:
        """The process of the switchboard that leads."""
        return leader_of(self.instance)

    def stands_by(self) -> bool:
        """Whether a switchboard waits for the lead that another one has."""
        return sorted(switchboards_by_lead(self.instance).values()) == [False, True]

    def wait_healthy(self, part: str) -> None:
        """Return when a part does its work, whoever runs it."""
        self.until(lambda: not trouble_of(part, self.instance), f"{part} to be healthy")

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
            except DATABASE_GONE:
                connection.close()
                threading.Event().wait(LOOK_SECONDS)
        raise AssertionError(f"Waited {PATIENCE_SECONDS} s in vain for {what}.\n{what_happened()}")


def live_calls() -> list[Call]:
    """The calls that have not ended, in the order in which they reached the number."""
    return list(Call.objects.exclude(state=CallState.ENDED).order_by("arrived_at"))


def kill(part: str, *, of: Instance) -> None:
    """Kill a part so that it cannot put anything in order first; of the switchboards, the one that leads."""
    os.kill(pid_of(part, of), signal.SIGKILL)


def pid_of(part: str, instance: Instance) -> int:
    """The process of a part; of the switchboards, the one that leads."""
    pid = leader_of(instance) if part == SWITCHBOARD.name else Supervisor(instance).states()[part].pid
    assert pid is not None, f"{part} does not run; {log_of(instance, part)} says why."
    return pid


def leader_of(instance: Instance) -> int | None:
    """The process of the switchboard that leads, where one does."""
    return next((pid for pid, leads in switchboards_by_lead(instance).items() if leads), None)


@contextmanager
def suspended(*pids: int) -> Iterator[None]:
    """Have processes stand still for as long as the block runs."""
    processes = [psutil.Process(pid) for pid in pids]
    for process in processes:
        process.suspend()
    try:
        yield
    finally:
        for process in processes:
            process.resume()


@contextmanager
def running_centre(instance: Instance) -> Iterator[Centre]:
    """A new demo centre with every part, and the outside network, for as long as the block runs."""
    watching = watching_outside(
        port=instance.ports.outside_http, password=instance.secret("ari"), log=log_of(instance, "outside")
    )
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
