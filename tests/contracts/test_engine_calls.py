"""The real switch, called by the real outside network: how it starts and stops, and what it does by itself."""

import json
import multiprocessing
import os
import re
import shutil
import socket
import tempfile
import urllib.error
import urllib.parse
import urllib.request
import wave
from base64 import b64encode
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from multiprocessing.process import BaseProcess
from pathlib import Path
from threading import Event
from typing import Any

import psutil
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from websockets.sync.client import connect

from tocsin.gateways.asterisk.engine import (
    Certificate,
    Engine,
    EngineSettings,
    Trunk,
    outside_trunk,
    run,
    run_outside,
)
from tocsin.gateways.asterisk.engine.configuration import log_folder
from tocsin.project.instance import instance
from tocsin.project.telephony import ensure_engine
from tocsin.refusals import Refusal

pytestmark = pytest.mark.telephony

PASSWORD = "only-in-this-test-0123456789"
PATIENCE_SECONDS = 30
MESSAGE_SECONDS = 1


def free_port() -> int:
    """A port that nobody uses at this moment."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        return int(server.getsockname()[1])


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
            with urllib.request.urlopen(request, timeout=5) as response:  # noqa: S310
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
        lines = (self.log / "messages.log").read_text().splitlines()
        return [line for line in lines if "WARNING[" in line or "ERROR[" in line]

    def doing(self, channel: str) -> dict[str, Any]:
        """Where a channel is in the dial plan; empty when it is gone."""
        found = self.ask("GET", f"channels/{channel}")
        return dict(found["dialplan"], state=found["state"]) if found else {}


@pytest.fixture(scope="module")
def engine() -> Engine:
    return ensure_engine(instance)


@pytest.fixture(scope="module")
def home() -> Iterator[Path]:
    # Not pytest's own folder, which is closed to other users: the switch gives up being root.
    folder = Path(tempfile.mkdtemp(prefix="tocsin-test-"))
    folder.chmod(0o711)
    yield folder
    shutil.rmtree(folder)


@pytest.fixture(scope="module")
def settings(home: Path) -> EngineSettings:
    outside_sip = free_port()
    return EngineSettings(
        home=home,
        bind="127.0.0.1",
        http_port=free_port(),
        sip_port=free_port(),
        sip_tls_port=free_port(),
        outside_http_port=free_port(),
        outside_sip_port=outside_sip,
        rtp_first=19300,
        rtp_last=19399,
        password=PASSWORD,
        trunks=(outside_trunk(sip_port=outside_sip),),
        rehearsal=True,
    )


@contextmanager
def running(
    start: Callable[[Engine, EngineSettings], Any], engine: Engine, settings: EngineSettings
) -> Iterator[Node]:
    """The switch, or the outside network, until the end of the block."""
    outside = start is run_outside
    folder = settings.outside_folder if outside else settings.run_folder
    process = multiprocessing.get_context("spawn").Process(target=start, args=(engine, settings))
    node = Node(
        process=process,
        port=settings.outside_http_port if outside else settings.http_port,
        user="outside" if outside else "switchboard",
        log=log_folder(folder),
    )
    process.start()
    try:
        eventually(lambda: is_up(node), "Asterisk")
        yield node
    finally:
        process.terminate()
        process.join(PATIENCE_SECONDS)
        process.kill()


def is_up(node: Node) -> bool:
    assert node.process.is_alive(), "Asterisk ended while it started"
    try:
        return node.ask("GET", "asterisk/ping") is not None
    except urllib.error.URLError:
        return False


@pytest.fixture(scope="module")
def switch(engine: Engine, settings: EngineSettings) -> Iterator[Node]:
    with running(run, engine, settings) as node:
        yield node


@pytest.fixture(scope="module")
def outside(engine: Engine, settings: EngineSettings) -> Iterator[Node]:
    with running(run_outside, engine, settings) as node:
        yield node


@pytest.fixture
def message(settings: EngineSettings) -> Iterator[None]:
    """A message for callers to 1771 while nobody is in charge: silence will do."""
    file = settings.media / "fallback/1771.wav"
    file.parent.mkdir(exist_ok=True)
    with wave.open(str(file), "wb") as sound:
        sound.setnchannels(1)
        sound.setsampwidth(2)
        sound.setframerate(8000)
        sound.writeframes(bytes(2 * 8000 * MESSAGE_SECONDS))
    yield
    file.unlink()


@contextmanager
def call(outside: Node, endpoint: str, *, caller: str = "+3225550123") -> Iterator[str]:
    """A call from the outside network, until the end of the block; answers the outside's channel."""
    with outside.listening("outside"):
        channel = outside.ask("POST", "channels", endpoint=endpoint, app="outside", callerId=caller)["id"]
        yield channel
        outside.ask("DELETE", f"channels/{channel}")


def only_channel(switch: Node, **where: str) -> Any:
    """The switch's one channel, once it is there in this place of the dial plan."""

    def look() -> Any:
        return [
            channel
            for channel in switch.ask("GET", "channels")
            if all(channel["dialplan"][name] == value for name, value in where.items())
        ]

    (channel,) = eventually(look, f"a call at {where}")
    return channel


def send_back(switch: Node, channel: str) -> None:
    """What the switchboard does with a caller it cannot take now."""
    switch.ask("POST", f"channels/{channel}/continue", context="fallback", extension="1771", priority="1")


@pytest.fixture(autouse=True)
def quiet(request: pytest.FixtureRequest) -> Iterator[None]:
    """Each test leaves the switch as it found it."""
    yield
    if "switch" in request.fixturenames:
        switch = request.getfixturevalue("switch")
        eventually(lambda: switch.ask("GET", "channels") == [], "all calls to end")


def test_the_switch_starts_without_a_complaint(switch: Node) -> None:
    assert switch.trouble() == []


def test_the_outside_network_starts_without_a_complaint(outside: Node) -> None:
    assert outside.trouble() == []


def test_the_switch_loads_no_library_of_the_machine(engine: Engine, settings: EngineSettings) -> None:
    """What it borrows here, if only for a moment, may be absent or another version on the next machine.

    Only how names of hosts are looked up (libnss_*) is the machine's own affair.
    """
    home = settings.home / "traced"
    home.mkdir()
    other = replace(settings, home=home, http_port=free_port(), sip_port=free_port(), sip_tls_port=free_port())
    told = other.run_folder / "loaded"
    traced = replace(
        engine, asterisk=("/usr/bin/env", "LD_DEBUG=files", f"LD_DEBUG_OUTPUT={told}", *engine.asterisk)
    )
    with running(run, traced, other) as node:
        text = told.with_suffix(f".{node.process.pid}").read_text()
    libraries = {Path(path) for path in re.findall(r"calling init: (/\S+)", text)}
    assert len(libraries) > len(engine.module_names)
    strange = {path for path in libraries if engine.modules.parent.parent not in path.parents}
    assert {path for path in strange if not path.name.startswith("libnss_")} == set()


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can stop being root")
def test_the_switch_does_not_run_as_root(switch: Node) -> None:
    assert 0 not in psutil.Process(switch.process.pid).uids()


def test_the_switch_listens_on_this_machine_only(switch: Node, settings: EngineSettings) -> None:
    listening = psutil.Process(switch.process.pid).net_connections(kind="inet")
    ours = {one.laddr for one in listening if one.laddr.port in (settings.http_port, settings.sip_port)}
    others = [one for one in listening if one.laddr not in ours]
    assert {address for address, _ in ours} == {"127.0.0.1"}
    # PJSIP's own DNS resolver asks from two; nobody can reach anything through them.
    assert all(one.type == socket.SOCK_DGRAM for one in others)
    assert len(others) <= 2


def test_the_switch_answers_to_its_password_only(switch: Node) -> None:
    with pytest.raises(urllib.error.HTTPError) as refused:
        urllib.request.urlopen(f"http://127.0.0.1:{switch.port}/ari/asterisk/info", timeout=5)
    assert refused.value.code == 401


def test_a_caller_hears_the_message_once_and_then_music_while_nobody_is_in_charge(
    switch: Node, outside: Node, message: None
) -> None:
    with call(outside, "PJSIP/1771@callers"):
        playing = only_channel(switch, app_name="Playback")
        assert playing["dialplan"]["app_data"] == "tocsin/fallback/1771"
        assert playing["state"] == "Up"
        only_channel(switch, app_name="MusicOnHold")
        with switch.listening("tocsin") as next_event:
            told = next_event("StasisStart")
            send_back(switch, told["channel"]["id"])
            assert only_channel(switch, context="fallback")["dialplan"]["app_name"] == "MusicOnHold"


def test_a_waiting_caller_is_handed_over_with_the_time_of_arrival(
    switch: Node, outside: Node, message: None
) -> None:
    with call(outside, "PJSIP/1771@callers"):
        waiting = only_channel(switch, app_name="MusicOnHold")
        with switch.listening("tocsin") as next_event:
            told = next_event("StasisStart")
    assert told["args"] == ["caller", "1771"]
    assert told["channel"]["id"] == waiting["id"]
    assert told["channel"]["creationtime"] == waiting["creationtime"]
    assert told["channel"]["caller"]["number"] == "+3225550123"


def test_a_caller_without_any_message_waits_with_music(switch: Node, outside: Node) -> None:
    with call(outside, "PJSIP/112@callers"):
        assert only_channel(switch, app_name="MusicOnHold")["state"] == "Up"


def test_a_call_is_told_to_whoever_is_in_charge_before_it_is_answered(switch: Node, outside: Node) -> None:
    with switch.listening("tocsin") as next_event, call(outside, "PJSIP/+3225551771@callers"):
        told = next_event("StasisStart")
    assert told["args"] == ["caller", "+3225551771"]
    assert told["channel"]["state"] == "Ring"


def test_a_caller_sent_back_returns_by_itself(switch: Node, outside: Node) -> None:
    with switch.listening("tocsin") as next_event, call(outside, "PJSIP/1771@callers"):
        first = next_event("StasisStart")["channel"]
        send_back(switch, first["id"])
        again = next_event("StasisStart")["channel"]
    assert (again["id"], again["creationtime"]) == (first["id"], first["creationtime"])


@pytest.mark.parametrize("dialled", ["abc", "1771x", "1", "agent-ann", "1234567890123456", "fallback", "17%2F71"])
def test_what_is_no_number_is_not_found(switch: Node, outside: Node, dialled: str) -> None:
    with outside.listening("outside") as next_event:
        outside.ask("POST", "channels", endpoint=f"PJSIP/{dialled}@callers", app="outside")
        assert next_event("ChannelDestroyed")["cause"] == 1


def test_a_synthetic_agent_is_known_by_its_login(switch: Node, outside: Node) -> None:
    with switch.listening("tocsin") as next_event, call(outside, "PJSIP/agent-ann@agents"):
        assert next_event("StasisStart")["args"] == ["agent", "ann"]


def test_an_agent_who_calls_while_nobody_is_in_charge_is_told_to_try_again(switch: Node, outside: Node) -> None:
    with outside.listening("outside") as next_event:
        outside.ask("POST", "channels", endpoint="PJSIP/agent-ann@agents", app="outside")
        assert next_event("ChannelDestroyed")["cause"] == 34


def sip_request(method: str, *, to: str, source: str, port: int) -> bytes:
    return (
        f"{method} sip:{to}@127.0.0.1 SIP/2.0\r\nVia: SIP/2.0/UDP {source}:{port};branch=z9hG4bK-test\r\n"
        f"From: <sip:x@{source}>;tag=1\r\nTo: <sip:{to}@127.0.0.1>\r\n"
        f"Call-ID: test-{method}\r\nCSeq: 1 {method}\r\n"
        f"Contact: <sip:x@{source}:{port}>\r\nMax-Forwards: 70\r\nContent-Length: 0\r\n\r\n"
    ).encode()


def answer_to(method: str, *, source: str, settings: EngineSettings, before: tuple[bytes, ...] = ()) -> str:
    """The first line of what the switch answers to a request from an address of this machine."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender:
        sender.bind((source, 0))
        sender.settimeout(PATIENCE_SECONDS)
        for packet in before:
            sender.sendto(packet, ("127.0.0.1", settings.sip_port))
        request = sip_request(method, to="1771", source=source, port=sender.getsockname()[1])
        sender.sendto(request, ("127.0.0.1", settings.sip_port))
        while True:
            line = sender.recv(65536).split(b"\r\n")[0].decode()
            if not line.startswith("SIP/2.0 100"):
                return line


def test_a_stranger_cannot_call(switch: Node, settings: EngineSettings) -> None:
    assert answer_to("INVITE", source="127.0.0.30", settings=settings).startswith("SIP/2.0 401")


def test_a_trunk_that_sends_garbage_is_still_served(switch: Node, settings: EngineSettings) -> None:
    valid = sip_request("OPTIONS", to="1771", source="127.0.0.10", port=9)
    garbage = (
        bytes(range(256)) * 100,
        b"",
        b"INVITE " + b"x" * 60_000,
        valid[:50],
        valid.replace(b"CSeq: 1", b"CSeq: 99999999999999999999"),
        valid.replace(b"Content-Length: 0", b"Content-Length: -7"),
        valid.replace(b"\r\n\r\n", b"\r\nVia: " + b";" * 5000 + b"\r\n\r\n"),
    )
    assert answer_to("OPTIONS", source="127.0.0.10", settings=settings, before=garbage) == "SIP/2.0 200 OK"


# From here on the switch is stopped: each test starts its own.


def test_a_port_that_is_taken_is_told_in_one_line(engine: Engine, settings: EngineSettings) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(Refusal, match=f"127.0.0.1 port {port} .* TOCSIN_PORT"):
            run(engine, replace(settings, http_port=port))


def elsewhere(settings: EngineSettings, home: Path) -> EngineSettings:
    """The same settings for a switch with its own folder and ports."""
    return replace(
        settings,
        home=home / "elsewhere",
        http_port=free_port(),
        sip_port=free_port(),
        sip_tls_port=free_port(),
    )


def test_a_switch_that_was_killed_starts_again(engine: Engine, settings: EngineSettings, home: Path) -> None:
    other = elsewhere(settings, home)
    with running(run, engine, other) as node:
        node.process.kill()
        node.process.join()
    with running(run, engine, other) as node:
        assert node.trouble() == []


def test_a_switch_told_to_stop_stops_by_itself(engine: Engine, settings: EngineSettings, home: Path) -> None:
    with running(run, engine, elsewhere(settings, home)) as node:
        node.process.terminate()
        node.process.join(PATIENCE_SECONDS)
        assert node.process.exitcode == 0


def test_a_carrier_over_tls_that_is_registered_with_and_the_peer_of_benchmarks_start_without_a_complaint(
    engine: Engine, settings: EngineSettings, home: Path
) -> None:
    carrier = Trunk(
        name="carrier",
        peers=("192.0.2.0/24", "2001:db8::/32"),
        contact="127.0.0.1:9",
        transport="tls",
        user="tocsin",
        password="with;semicolon",
        register=True,
        encrypted=True,
        check_seconds=0,
    )
    other = replace(
        elsewhere(settings, home),
        trunks=(*settings.trunks, carrier),
        certificate=self_signed(home),
        peer_queue=3,
    )
    with running(run, engine, other) as node:
        modules = {module["name"] for module in node.ask("GET", "asterisk/modules")}
        assert {"app_queue.so", "res_pjsip_outbound_registration.so"} <= modules
        with socket.create_connection(("127.0.0.1", other.sip_tls_port), timeout=PATIENCE_SECONDS):
            pass
        complaints = [line for line in node.trouble() if "res_pjsip_outbound_registration" not in line]
        assert complaints == []


def test_a_certificate_that_cannot_be_read_is_told_in_one_line(
    engine: Engine, settings: EngineSettings, home: Path
) -> None:
    lost = Certificate(certificate=home / "gone.pem", key=home / "gone.key")
    with pytest.raises(Refusal, match=r"gone\.pem.* cannot be read"):
        run(engine, replace(elsewhere(settings, home), certificate=lost))


def self_signed(folder: Path) -> Certificate:
    """A certificate that nobody but a test would believe, with a key that its owner alone may read."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "tocsin.example")])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .sign(key, hashes.SHA256())
    )
    files = Certificate(certificate=folder / "certificate.pem", key=folder / "key.pem")
    files.certificate.write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    files.key.touch(mode=0o600)
    files.key.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )
    return files
