"""Agents in networks that let nothing through but a TURN server: a real coturn, with passwords that run out."""

import secrets
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.instances import instance_in
from tests.journeys.conftest import Centre
from tests.journeys.people import Citizen, Desk
from tests.journeys.test_first_call import ENGLISH
from tests.telephony.centre import demonstration

# Nothing goes but over the server. A switch that listens on the loopback address names all others, and browsers
# learn that one from its packets; a TURN server must be told.
RELAYED = """
  const Direct = window.RTCPeerConnection;
  window.RTCPeerConnection = class extends Direct {
    constructor(options) {
      super({ ...options, iceTransportPolicy: "relay" });
    }
    setRemoteDescription({ type, sdp }) {
      const here = sdp.replace(/(a=candidate:\\S+ 1 UDP \\d+) [0-9.]+ (\\d+ typ host)/gi, "$1 127.0.0.1 $2");
      return super.setRemoteDescription({ type, sdp: here });
    }
  };
"""


@dataclass(frozen=True)
class TurnServer:
    """A coturn on this machine."""

    port: int
    secret: str


@contextmanager
def running_coturn(folder: Path, *, port: int) -> Iterator[TurnServer]:
    """A coturn with a shared secret for as long as the block runs.

    Its port is none that the system gives away: whoever asks such a port again and again whether somebody is there
    is given it as their own one day, answers themselves, and keeps coturn from it.
    """
    program = shutil.which("turnserver")
    if program is None:
        pytest.skip("there is no coturn on this machine: install coturn")
    folder.mkdir(parents=True)
    server = TurnServer(port=port, secret=secrets.token_hex(16))
    words = [
        *(program, "-n", "--no-cli", "--no-tls", "--no-dtls", "--allow-loopback-peers", "--realm=tocsin"),
        *("--listening-ip=127.0.0.1", "--relay-ip=127.0.0.1", f"--listening-port={server.port}"),
        # As the runbook says: nothing but the switch is to be reached through it.
        *("--denied-peer-ip=0.0.0.0-255.255.255.255", "--allowed-peer-ip=127.0.0.1"),
        *("--use-auth-secret", f"--static-auth-secret={server.secret}", f"--userdb={folder / 'users'}"),
        *(f"--pidfile={folder / 'pid'}", "--log-file=stdout", "--verbose"),
    ]
    # What it says is shown where a test fails.
    process = subprocess.Popen(words)
    try:
        while not _answers(server.port):
            assert process.poll() is None
        yield server
    finally:
        process.terminate()
        process.wait()


def _answers(port: int) -> bool:
    try:
        with socket.create_connection(("127.0.0.1", port), timeout=1):
            return True
    except OSError:
        return False


@pytest.fixture(scope="module")
def centre() -> Iterator[Centre]:
    """A demonstration whose telephones are told of a TURN server."""
    home = Path(tempfile.mkdtemp(prefix="tocsin-journeys-"))
    its_own = instance_in(home)
    try:
        coturn = running_coturn(home / "coturn", port=its_own.ports.outside_http + 1)
        with coturn as server, pytest.MonkeyPatch.context() as environment:
            environment.setenv("TOCSIN_TURN", f"127.0.0.1:{server.port}")
            environment.setenv("TOCSIN_TURN_SECRET", server.secret)
            with demonstration(its_own):
                yield Centre(its_own)
    finally:
        shutil.rmtree(home, ignore_errors=True)


def test_agent_and_caller_hear_each_other_where_only_the_turn_server_gets_through(
    a_desk: Callable[..., Desk], a_citizen: Callable[..., Citizen]
) -> None:
    desk, citizen = a_desk(), a_citizen()
    desk.page.add_init_script(RELAYED)
    desk.page.reload()
    desk.page.get_by_role("button", name="Check the microphone").click()
    expect(desk.page.get_by_text("Through the TURN server")).to_be_visible()
    desk.page.reload()
    desk.is_ready()
    citizen.call(key=ENGLISH)
    desk.answers()
    desk.hears_the_citizen()
    citizen.hears_the_agent()


def test_where_the_turn_server_does_not_take_the_password_the_agent_is_told_before_the_first_call(
    a_desk: Callable[..., Desk],
) -> None:
    desk = a_desk()
    desk.page.add_init_script(
        RELAYED.replace(
            "...options,", '...options, iceServers: [{ ...options.iceServers[0], credential: "of yesterday" }],'
        )
    )
    desk.page.reload()
    desk.page.get_by_role("button", name="Check the microphone").click()
    expect(desk.page.get_by_text("The test call did not get through.")).to_be_visible()
