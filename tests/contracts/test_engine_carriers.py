"""The real switch and its carriers: who proves what to whom before there is a call."""

import secrets
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from tests.contracts.nodes import Node, free_ports, running
from tests.contracts.sip import Speaker, digest, header, named_values, proof, speaking, status
from tocsin.gateways.asterisk.engine import Engine, EngineSettings, Trunk, run

pytestmark = pytest.mark.telephony

CARRIER, GUARDED, ELSEWHERE = "127.0.0.41", "127.0.0.42", "127.0.0.9"
PASSWORD = secrets.token_hex(16)


Call = Callable[..., list[int]]


@dataclass(frozen=True)
class Connected:
    """A switch and three carriers: registered with, with a password beside an address, with a password alone."""

    node: Node
    settings: EngineSettings
    registrar: Speaker


@pytest.fixture(scope="module")
def connected(engine: Engine, settings: EngineSettings, home: Path) -> Iterator[Connected]:
    folder = home / "connected"
    folder.mkdir()
    http_port, sip_port, sip_tls_port = free_ports(3)
    with ExitStack() as stack:
        registrar = stack.enter_context(speaking(CARRIER, to_port=sip_port))
        trunks = (
            Trunk(
                name="carrier",
                peers=(CARRIER,),
                contact=f"{CARRIER}:{registrar.port}",
                user="tocsin",
                password=PASSWORD,
                register=True,
                check_seconds=0,
            ),
            Trunk(
                name="guarded",
                peers=(GUARDED,),
                contact=f"{GUARDED}:9",
                their_password=PASSWORD,
                check_seconds=0,
            ),
            Trunk(name="anywhere", peers=(), contact="127.0.0.43:9", their_password=PASSWORD, check_seconds=0),
        )
        changed = replace(
            settings, home=folder, http_port=http_port, sip_port=sip_port, sip_tls_port=sip_tls_port, trunks=trunks
        )
        yield Connected(stack.enter_context(running(run, engine, changed)), changed, registrar)


def told(speaker: Speaker, *, user: str, password: str) -> list[int]:
    """What a caller is told: of the call, and where a proof is asked, of the call with that proof."""
    calling = speaker.sender()
    first = speaker.ask(calling.message("INVITE"), by=calling)
    asked = header(first, "WWW-Authenticate")
    if not asked:
        return [status(first)]
    again = speaker.sender()
    proven = proof(asked, method="INVITE", uri=again.callee, user=user, password=password)
    second = speaker.ask(again.message("INVITE", {"Authorization": proven}), by=again)
    return [status(first), status(second)]


@pytest.fixture
def callers(connected: Connected) -> Iterator[Call]:
    """Somebody calls from an address with a proof; answers what they are told. No call is left."""

    def call(address: str, *, user: str, password: str) -> list[int]:
        with speaking(address, to_port=connected.settings.sip_port) as speaker:
            return told(speaker, user=user, password=password)

    yield call
    for channel in connected.node.ask("GET", "channels"):
        connected.node.ask("DELETE", f"channels/{channel['id']}")


def test_a_carrier_is_registered_with_by_a_proof_and_calls_from_its_addresses_only(connected: Connected) -> None:
    registrar = connected.registrar
    asked = 'Digest realm="carrier",nonce="once",algorithm=MD5,qop="auth"'
    registrar.reply(registrar.hear(is_registration), "401 Unauthorized", {"WWW-Authenticate": asked})
    proven = registrar.hear(is_registration)
    said = named_values(header(proven, "Authorization"))
    assert said["username"] == "tocsin"
    assert said["response"] == digest(said, method="REGISTER", password=PASSWORD)
    registrar.reply(proven, "200 OK", {"Contact": header(proven, "Contact"), "Expires": "300"})

    where = header(proven, "Contact").partition("@")[2].rstrip(">")
    with speaking(ELSEWHERE, to_port=connected.settings.sip_port) as stranger:
        calling = stranger.sender()
        invitation = calling.message("INVITE", uri=f"sip:1771@{where}")
        assert status(stranger.ask(invitation, by=calling)) == 401


def is_registration(said: bytes) -> bool:
    return said.startswith(b"REGISTER")


def test_a_carrier_that_must_prove_itself_can_call_with_its_password_only(callers: Call) -> None:
    assert callers(GUARDED, user="guarded", password=PASSWORD) == [401, 200]
    assert callers(GUARDED, user="guarded", password="wrong") == [401, 401]
    assert callers(GUARDED, user="anywhere", password=PASSWORD) == [401, 401]


def test_a_carrier_with_an_address_cannot_call_from_another_not_even_with_its_password(callers: Call) -> None:
    assert callers(ELSEWHERE, user="guarded", password=PASSWORD) == [401, 401]


def test_a_carrier_without_an_address_can_call_from_anywhere_with_its_password_only(callers: Call) -> None:
    assert callers(ELSEWHERE, user="anywhere", password=PASSWORD) == [401, 200]
    assert callers(ELSEWHERE, user="anywhere", password="wrong") == [401, 401]
    assert callers(ELSEWHERE, user="carrier", password=PASSWORD) == [401, 401]
