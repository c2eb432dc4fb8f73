"""supervisord, which keeps the parts running: its configuration, its life, and what it answers."""

import contextlib
import os
import signal
import subprocess
import sys
import time
import xmlrpc.client
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psutil
from supervisor.xmlrpc import SupervisorTransport

from tocsin.project.instance import Instance
from tocsin.project.parts import Part, parts_of
from tocsin.project.processes import LEASH, command, stop_with_parent, surroundings
from tocsin.refusals import Refusal

LOG_BYTES = "5MB"
LOGS_KEPT = 3
# A part that ends earlier failed to start; it is tried again so often, each time a second later, then given up.
SECONDS_TO_PROVE_ITSELF = 5
RETRIES = 30
SECONDS_TO_ANSWER = 15
SECONDS_TO_STOP = 120
SECONDS_FOR_LEFTOVERS = 20


@dataclass(frozen=True)
class State:
    """What supervisord says of one part."""

    name: str
    state: str
    pid: int | None
    seconds_up: int


@dataclass(frozen=True)
class Files:
    """Where an instance keeps what belongs to its supervisord."""

    configuration: Path
    socket: Path
    pid: Path
    logs: Path


def files_of(instance: Instance) -> Files:
    """The paths of the supervisord of an instance."""
    return Files(
        configuration=instance.home / "run" / "supervisord.conf",
        socket=instance.sockets / "supervisor.sock",
        pid=instance.home / "run" / "supervisord.pid",
        logs=instance.home / "log",
    )


def log_of(instance: Instance, part: str) -> Path:
    """The log of a part."""
    return files_of(instance).logs / f"{part}.log"


def quoted(text: object) -> str:
    """A value as supervisord's configuration wants it, which expands percent signs."""
    return str(text).replace("%", "%%")


def configuration(*, parts: tuple[Part, ...], files: Files, password: str) -> str:
    """The text of supervisord's configuration for these parts; nothing starts by itself."""
    lines = [
        "[supervisord]",
        "nodaemon=true",
        "silent=true",
        f"logfile={quoted(files.logs / 'supervisord.log')}",
        f"logfile_maxbytes={LOG_BYTES}",
        f"logfile_backups={LOGS_KEPT}",
        f"childlogdir={quoted(files.logs)}",
        f"pidfile={quoted(files.pid)}",
        "umask=077",
        "[unix_http_server]",
        f"file={quoted(files.socket)}",
        "chmod=0600",
        "username=tocsin",
        f"password={quoted(password)}",
        "[rpcinterface:supervisor]",
        "supervisor.rpcinterface_factory=supervisor.rpcinterface:make_main_rpcinterface",
    ]
    for place, part in enumerate(parts):
        words = " ".join(f'"{quoted(word)}"' for word in command("run", *(part.words or (part.name,))))
        lines += [
            f"[program:{part.name}]",
            f"command={words}",
            "autostart=false",
            "autorestart=true",
            f"priority={place}",
            f"startsecs={SECONDS_TO_PROVE_ITSELF}",
            f"startretries={RETRIES}",
            f"stopsignal={part.stop_signal}",
            f"stopwaitsecs={part.stop_seconds}",
            "killasgroup=true",
            "redirect_stderr=true",
            f"stdout_logfile={quoted(files.logs / (part.name + '.log'))}",
            f"stdout_logfile_maxbytes={LOG_BYTES}",
            f"stdout_logfile_backups={LOGS_KEPT}",
        ]
    return "\n".join(lines) + "\n"


class Supervisor:
    """A running supervisord, asked over its Unix socket; one that is gone raises ConnectionError."""

    def __init__(self, instance: Instance) -> None:
        # Each question has a connection of its own: one that supervisord closed would fail the next.
        self._address = f"unix://{files_of(instance).socket}"
        self._password = instance.secret("supervisor")

    def ask(self, method: str, *arguments: object) -> Any:
        """Call one of supervisord's methods."""
        transport = SupervisorTransport("tocsin", self._password, self._address)
        server = xmlrpc.client.ServerProxy("http://127.0.0.1", transport=transport)
        try:
            return getattr(server.supervisor, method)(*arguments)
        except FileNotFoundError as gone:
            raise ConnectionRefusedError(self._address) from gone
        finally:
            transport.close()

    def start(self, part: str) -> None:
        """Start a part without waiting for it; one that runs or is starting is left alone."""
        with contextlib.suppress(xmlrpc.client.Fault):
            self.ask("startProcess", part, False)

    def states(self) -> dict[str, State]:
        """Every part by its name."""
        return {
            said["name"]: State(
                name=said["name"],
                state=said["statename"].lower(),
                pid=said["pid"] or None,
                seconds_up=said["now"] - said["start"] if said["pid"] else 0,
            )
            for said in self.ask("getAllProcessInfo")
        }


@contextlib.contextmanager
def supervised(instance: Instance) -> Iterator[tuple[Supervisor, subprocess.Popen[bytes]]]:
    """Run supervisord around the block; at its end every part is stopped, the last started first.

    It also stops when this process is killed. Raises Refusal where it does not answer.
    """
    files = files_of(instance)
    instance.make_sockets()
    for folder in (files.configuration.parent, files.logs):
        folder.mkdir(mode=0o700, exist_ok=True)
    password = instance.secret("supervisor")
    files.configuration.touch(mode=0o600)
    files.configuration.write_text(
        configuration(parts=parts_of(instance), files=files, password=password), encoding="utf-8"
    )
    process = subprocess.Popen(
        [sys.executable, "-m", "tocsin.project.attentive", "-c", str(files.configuration)],
        env=surroundings(instance),
        cwd="/",
        stdin=subprocess.DEVNULL,
        # Its own session: a Ctrl-C at the terminal reaches this process alone, which then stops it in order.
        start_new_session=True,
        preexec_fn=lambda: stop_with_parent(signal.SIGTERM),  # noqa: PLW1509 - one thread
    )
    try:
        supervisor = Supervisor(instance)
        wait_for_answer(supervisor, process, log=files.logs / "supervisord.log")
        yield supervisor, process
    finally:
        process.terminate()
        try:
            process.wait(timeout=SECONDS_TO_STOP)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def wait_for_answer(supervisor: Supervisor, process: subprocess.Popen[bytes], *, log: Path) -> None:
    """Return when supervisord answers; raise Refusal where it ends or stays silent."""
    deadline = time.monotonic() + SECONDS_TO_ANSWER
    while process.poll() is None and time.monotonic() < deadline:
        try:
            supervisor.ask("getState")
        except (ConnectionError, xmlrpc.client.ProtocolError):
            time.sleep(0.05)
        else:
            return
    raise Refusal(f"The supervisor of the processes does not start; {log} says why.")


def stop_leftovers(instance: Instance) -> bool:
    """Stop what outlives a `tocsin up` of this instance; say whether there was anything."""
    left = leftovers(instance)
    for process in left:
        with contextlib.suppress(psutil.NoSuchProcess):
            process.terminate()
    _, stubborn = psutil.wait_procs(left, timeout=SECONDS_FOR_LEFTOVERS)
    for process in stubborn:
        with contextlib.suppress(psutil.NoSuchProcess):
            process.kill()
    psutil.wait_procs(stubborn)
    return bool(left)


def leftovers(instance: Instance) -> list[psutil.Process]:
    """The processes, other than this one, that carry the mark of what `tocsin up` starts in this home."""
    marks = {"TOCSIN_HOME": str(instance.home), LEASH: "1"}.items()
    found = []
    for process in psutil.process_iter():
        with contextlib.suppress(psutil.Error):
            if process.pid != os.getpid() and marks <= process.environ().items():
                found.append(process)
    return found
