"""A trunk that sends what no carrier should: nothing of it stops the next caller from being served."""

import random
import socket
from collections.abc import Callable, Iterator
from contextlib import suppress

import pytest

from tests.patience import PATIENCE_SECONDS
from tests.telephony.line import House
from tests.telephony.people import caller
from tocsin.calls.rules.states import CallState
from tocsin.gateways.asterisk.engine.settings import CALLERS_ADDRESS

pytestmark = pytest.mark.telephony

UNALLOCATED_NUMBER = 1
SDP = """v=0
o=- 1 1 IN IP4 127.0.0.10
s=-
c=IN IP4 127.0.0.10
t=0 0
m=audio 9 RTP/AVP 8
a=rtpmap:8 PCMA/8000
"""


def request(method: str, *, to: str, transport: str, port: int, branch: object, body: str = "") -> bytes:
    """A SIP request as a carrier sends it, but for what the test has wrong in it."""
    content = body.replace("\n", "\r\n")
    return (
        f"{method} sip:{to}@127.0.0.1 SIP/2.0\r\n"
        f"Via: SIP/2.0/{transport} {CALLERS_ADDRESS}:{port};branch=z9hG4bK-{branch}\r\n"
        f"From: <sip:+32470999999@{CALLERS_ADDRESS}>;tag={branch}\r\nTo: <sip:{to}@127.0.0.1>\r\n"
        f"Call-ID: {branch}\r\nCSeq: 1 {method}\r\nContact: <sip:x@{CALLERS_ADDRESS}:{port}>\r\n"
        f"Max-Forwards: 70\r\nContent-Type: application/sdp\r\nContent-Length: {len(content)}\r\n\r\n{content}"
    ).encode()


def garbage(transport: str) -> Iterator[bytes]:
    """Noise, then a good request cut off, changed at random, or wrong in one place.

    The good request asks what the switch can do, so that nothing of it would be a call if it were understood.
    """
    chance = random.Random(1771)  # noqa: S311 - the same garbage each time
    good = request("OPTIONS", to="1771", transport=transport, port=9, branch="good", body=SDP)
    yield from (b"\r\n" * 1000, bytes(range(256)) * 100, b"INVITE " + b"x" * 60_000)
    yield from (good[:size] for size in range(1, len(good), 40))
    for _ in range(100):
        changed = bytearray(good)
        for _ in range(8):
            changed[chance.randrange(len(changed))] = chance.randrange(256)
        yield bytes(changed)
    for right, wrong in (
        (b"CSeq: 1", b"CSeq: 99999999999999999999"),
        (b"Content-Length: ", b"Content-Length: -"),
        (b"Max-Forwards", b"Via: " + b";" * 5000 + b"\r\nMax-Forwards"),
        (b"From: ", b'From: "' + b"\\" * 3000),
        (b"Max-Forwards", b"X-Long: " + b"y" * 20_000 + b"\r\nMax-Forwards"),
    ):
        yield good.replace(right, wrong)


def send_garbage_over_udp(house: House) -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as trunk:
        trunk.bind((CALLERS_ADDRESS, 0))
        for datagram in garbage("UDP"):
            trunk.sendto(datagram, ("127.0.0.1", house.centre.instance.ports.sip))


def send_garbage_over_tcp(house: House) -> None:
    for stream in garbage("TCP"):
        with connected(house) as trunk, suppress(ConnectionError):
            trunk.sendall(stream)


def connected(house: House) -> socket.socket:
    """A connection over TCP from the trunk to the switch."""
    switch = ("127.0.0.1", house.centre.instance.ports.sip)
    return socket.create_connection(switch, timeout=PATIENCE_SECONDS, source_address=(CALLERS_ADDRESS, 0))


@pytest.mark.parametrize("send", [send_garbage_over_udp, send_garbage_over_tcp])
def test_after_a_trunk_sent_garbage_the_next_caller_is_served_by_the_same_switch(
    house: House, send: Callable[[House], None]
) -> None:
    before = house.centre.supervisor.states()["engine"].pid
    send(house)
    caller(house.centre).waits()
    assert house.centre.supervisor.states()["engine"].pid == before


@pytest.mark.parametrize(
    ("wrong", "status"),
    [
        (SDP.replace("RTP/AVP 8", "RTP/AVP 3").replace("8 PCMA", "3 GSM"), "488"),
        (SDP.replace("m=audio", "m=video"), "488"),
        ("m=audio 99999999 RTP/AVP " + "8 " * 500, "400"),
        ("v=0\n" * 1000, "400"),
    ],
)
def test_a_call_whose_description_of_its_sound_is_of_no_use_is_refused(
    house: House, wrong: str, status: str
) -> None:
    with connected(house) as trunk:
        port = trunk.getsockname()[1]
        trunk.sendall(request("INVITE", to="1771", transport="TCP", port=port, branch=port, body=wrong))
        answers = trunk.makefile("rb")
        lines = (line for line in answers if line.startswith(b"SIP/2.0") and b" 100 " not in line)
        assert next(lines).split()[1].decode() == status
    caller(house.centre).passed(CallState.GREETING)


def test_what_is_no_number_is_not_found(house: House) -> None:
    telephone = house.centre.outside.dial("caller-astray", endpoint="PJSIP/nobody@callers", caller="+32470999999")
    assert telephone.ended() == UNALLOCATED_NUMBER
