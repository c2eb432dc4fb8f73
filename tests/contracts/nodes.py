"""Asterisk as the switch and as its outside network, in a folder and on ports of a test's own."""

import json
import multiprocessing
import os
import secrets
import socket
import sys
import urllib.error
import urllib.parse
import urllib.request
import wave
from base64 import b64encode
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from multiprocessing.process import BaseProcess
from pathlib import Path
from threading import Event
from typing import Any

import pytest
from websockets.sync.client import connect

from tests.home import PLACE
from tests.patience import PATIENCE_SECONDS
from tocsin.gateways.asterisk.engine import Engine, EngineSettings, outside_trunk, run_outside

PASSWORD = "only-in-this-test-0123456789"
# Those of this process among all that test side by side. The system gives none of them to a connection that goes
# out, as it would with higher ones while a switch that was killed is started again.
_FIRST_PORT = 10_000 + 250 * PLACE
_PORTS = range(_FIRST_PORT, _FIRST_PORT + 250)


def settings_in(home: Path, *, rtp_first: int = 19300) -> EngineSettings:
    """The switch and its outside network, on ports that nobody uses at this moment; a hundred are for media."""
    http_port, sip_port, sip_tls_port, outside_http_port, outside_sip_port = free_ports(5)
    return EngineSettings(
        home=home,
        bind="127.0.0.1",
        http_port=http_port,
        sip_port=sip_port,
        sip_tls_port=sip_tls_port,
        outside_http_port=outside_http_port,
        outside_sip_port=outside_sip_port,
        rtp_first=rtp_first,
        rtp_last=rtp_first + 99,
        password=PASSWORD,
        trunks=(outside_trunk(sip_port=outside_sip_port),),
        rehearsal=True,
    )


def free_ports(number: int) -> list[int]:
    """Ports that are free over TCP and UDP, each another."""
    with ExitStack() as stack:
        found: list[int] = []
        while len(found) < number:
            port = secrets.choice(_PORTS)
            if port not in found and _is_free(port, stack):
                found.append(port)
        return found


def _is_free(port: int, stack: ExitStack) -> bool:
    """Whether nobody has a port; it is held until the end of `stack`."""
    for kind in (socket.SOCK_STREAM, socket.SOCK_DGRAM):
        held = stack.enter_context(socket.socket(socket.AF_INET, kind))
        held.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, kind == socket.SOCK_STREAM)
        try:
            held.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True


def write_silence(path: Path, *, seconds: float) -> None:
    """A recording as the switch plays them: 8 kHz, 16 bit, mono."""
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(8000)
        file.writeframes(bytes(2 * round(8000 * seconds)))


def eventually(look: Callable[[], Any], what: str) -> Any:
    """What is looked for, once it is there."""
    for _ in range(PATIENCE_SECONDS * 20):
        if found := look():
            return found
        Event().wait(0.05)
    return pytest.fail(f"Waited {PATIENCE_SECONDS} s for {what}.")


@dataclass(frozen=True)
class Node:
    """An Asterisk that runs, as ARI shows it."""

    process: BaseProcess
    port: int
    user: str
    log: Path

    def ask(self, method: str, path: str, *, body: object = None, **query: str) -> Any:
        """An ARI request; None where what it is about does not exist."""
        address = f"http://127.0.0.1:{self.port}/ari/{path}?{urllib.parse.urlencode(query)}"
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(address, method=method, data=data, headers=self.credentials)
        request.add_header("Content-Type", "application/json")
        try:
            with urllib.request.urlopen(request, timeout=PATIENCE_SECONDS) as response:  # noqa: S310
                text = response.read()
                return json.loads(text) if text else True
        except urllib.error.HTTPError as error:
            if error.code == 404:
                return None
            raise

    @property
    def credentials(self) -> dict[str, str]:
        return {"Authorization": "Basic " + b64encode(f"{self.user}:{PASSWORD}".encode()).decode()}

    @contextmanager
    def listening(self, app: str) -> Iterator[Callable[[str], dict[str, Any]]]:
        """In charge of an application: answers a function that waits for the next event of a type."""
        address = f"ws://127.0.0.1:{self.port}/ari/events?app={app}&subscribeAll=true"
        with connect(address, additional_headers=self.credentials, proxy=None, close_timeout=1) as socket_:

            def next_event(kind: str) -> dict[str, Any]:
                while True:
                    event = json.loads(socket_.recv(timeout=PATIENCE_SECONDS))
                    if event["type"] == kind:
                        return dict(event)

            yield next_event

    def trouble(self) -> list[str]:
        """What the log complains of."""
        lines = self.log.read_text().splitlines()
        return [line for line in lines if "WARNING[" in line or "ERROR[" in line]

    def doing(self, channel: str) -> dict[str, Any]:
        """Where a channel is in the dial plan; empty when it is gone."""
        found = self.ask("GET", f"channels/{channel}")
        return dict(found["dialplan"], state=found["state"]) if found else {}


@contextmanager
def running(
    start: Callable[[Engine, EngineSettings], Any], engine: Engine, settings: EngineSettings
) -> Iterator[Node]:
    """The switch, or the outside network, until the end of the block."""
    outside = start is run_outside
    log = (settings.outside_folder if outside else settings.run_folder).with_suffix(".log")
    process = multiprocessing.get_context("spawn").Process(target=_logged, args=(start, engine, settings, log))
    node = Node(
        process=process,
        port=settings.outside_http_port if outside else settings.http_port,
        user="outside" if outside else "switchboard",
        log=log,
    )
    process.start()
    try:
        eventually(lambda: is_up(node), "Asterisk")
        yield node
    finally:
        process.terminate()
        process.join(PATIENCE_SECONDS)
        process.kill()


def _logged(
    start: Callable[[Engine, EngineSettings], Any], engine: Engine, settings: EngineSettings, log: Path
) -> None:
    """In the node's own process: what it says goes into a file."""
    with log.open("ab") as file:
        os.dup2(file.fileno(), sys.stdout.fileno())
    start(engine, settings)


def is_up(node: Node) -> bool:
    assert node.process.is_alive(), "Asterisk ended while it started"
    try:
        return node.ask("GET", "asterisk/ping") is not None
    except urllib.error.URLError:
        return False


@contextmanager
def call(outside: Node, endpoint: str, *, caller: str = "+3225550123") -> Iterator[str]:
    """A call from the outside network, until the end of the block; answers the outside's channel."""
    with outside.listening("outside"):
        channel = outside.ask("POST", "channels", endpoint=endpoint, app="outside", callerId=caller)["id"]
        try:
            yield channel
        finally:
            outside.ask("DELETE", f"channels/{channel}")
