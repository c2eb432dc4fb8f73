"""The real switch by itself: how it starts, what it listens to, and how it stops."""

import os
import re
import socket
import urllib.error
import urllib.parse
import urllib.request
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import psutil
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from tests.contracts.nodes import Node, free_ports, running
from tests.patience import PATIENCE_SECONDS
from tocsin.gateways.asterisk.engine import Certificate, Engine, EngineSettings, Trunk, run
from tocsin.refusals import Refusal

pytestmark = pytest.mark.telephony


def elsewhere(settings: EngineSettings, home: Path) -> EngineSettings:
    """The same settings for a switch in another folder, with ports of its own."""
    home.mkdir(exist_ok=True)
    http_port, sip_port, sip_tls_port = free_ports(3)
    return replace(settings, home=home, http_port=http_port, sip_port=sip_port, sip_tls_port=sip_tls_port)


def test_the_switch_starts_without_a_complaint(switch: Node) -> None:
    assert switch.trouble() == []


def test_the_outside_network_starts_without_a_complaint(outside: Node) -> None:
    assert outside.trouble() == []


def test_the_switch_loads_no_library_of_the_machine(engine: Engine, settings: EngineSettings, home: Path) -> None:
    """What it borrows here, if only for a moment, may be absent or another version on the next machine.

    Only how names of hosts are looked up (libnss_*) is the machine's own affair.
    """
    other = elsewhere(settings, home / "traced")
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
        urllib.request.urlopen(f"http://127.0.0.1:{switch.port}/ari/asterisk/info", timeout=PATIENCE_SECONDS)
    assert refused.value.code == 401


def test_a_port_that_is_taken_is_told_in_one_line(engine: Engine, settings: EngineSettings) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(Refusal, match=f"127.0.0.1 port {port} .* TOCSIN_PORT"):
            run(engine, replace(settings, http_port=port))


def test_a_switch_that_was_killed_starts_again(engine: Engine, settings: EngineSettings, home: Path) -> None:
    other = elsewhere(settings, home / "elsewhere")
    with running(run, engine, other) as node:
        node.process.kill()
        node.process.join()
    with running(run, engine, other) as node:
        assert node.trouble() == []


def test_a_switch_told_to_stop_stops_by_itself(engine: Engine, settings: EngineSettings, home: Path) -> None:
    with running(run, engine, elsewhere(settings, home / "elsewhere")) as node:
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
        elsewhere(settings, home / "elsewhere"),
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
        run(engine, replace(elsewhere(settings, home / "elsewhere"), certificate=lost))


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
