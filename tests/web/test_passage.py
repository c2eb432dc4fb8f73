"""A Firefox on the switch's own machine is heard by it, and nobody else is let through.

Here 127.0.0.2 plays the machine's address in its network.
"""

import asyncio
import socket
from collections.abc import Awaitable, Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field

import pytest

from tests.patience import PATIENCE_SECONDS
from tocsin.web.passage import Passage

LOOPBACK, OWN, ELSEWHERE = "127.0.0.1", "127.0.0.2", "127.0.0.3"
FIREFOX, CHROMIUM = "mozilla...THIS_IS_SDPARTA-99.0", "-"


def offer(*, port: int, browser: str = FIREFOX) -> str:
    return (
        "INVITE sip:1771@tocsin SIP/2.0\r\n\r\n"
        f"v=0\r\no={browser} 1 0 IN IP4 127.0.0.1\r\nm=audio 9 UDP/TLS/RTP/SAVPF 8\r\n"
        f"a=candidate:0 1 UDP 2122187007 {OWN} {port} typ host\r\n"
    )


def answer(*, port: int, spoken_to_at: str = LOOPBACK, named: str = OWN) -> str:
    return (
        "SIP/2.0 200 OK\r\n\r\n"
        f"v=0\r\no=- 1 2 IN IP4 127.0.0.1\r\nm=audio {port} UDP/TLS/RTP/SAVPF 8\r\nc=IN IP4 {spoken_to_at}\r\n"
        f"a=candidate:H1 1 UDP 2130706431 10.9.8.7 {port} typ host\r\n"
        f"a=candidate:H2 1 UDP 2130706431 {named} {port} typ host\r\n"
    )


@dataclass
class Machine:
    """A switch and a Firefox that both wait for packets, and the passage between them."""

    stack: ExitStack
    passage: Passage = field(default_factory=Passage)

    def __post_init__(self) -> None:
        self.switch = self.listener(LOOPBACK)
        self.firefox = self.listener(OWN)
        # Where Firefox is told to find the switch.
        self.door = (OWN, self.switch.getsockname()[1])

    def listener(self, address: str, port: int = 0) -> socket.socket:
        opened = self.stack.enter_context(socket.socket(socket.AF_INET, socket.SOCK_DGRAM))
        opened.setblocking(False)
        opened.bind((address, port))
        return opened

    def call(self) -> None:
        self.passage.offered(offer(port=self.firefox.getsockname()[1]))
        self.passage.answered(answer(port=self.door[1]))

    def nobody_is_at_the_door(self) -> None:
        self.listener(*self.door)


@pytest.fixture
def machine() -> Iterator[Machine]:
    with ExitStack() as stack:
        yield Machine(stack)


def run(story: Callable[[], Awaitable[None]]) -> None:
    async def patiently() -> None:
        await asyncio.wait_for(story(), PATIENCE_SECONDS)

    asyncio.run(patiently())


async def receive(listener: socket.socket) -> tuple[bytes, tuple[str, int]]:
    return await asyncio.get_running_loop().sock_recvfrom(listener, 100)


async def is_turned_away(machine: Machine, sender: socket.socket) -> None:
    sender.connect(machine.door)
    sender.send(b"Let me in")
    with pytest.raises(ConnectionRefusedError):
        await receive(sender)


def test_speech_goes_both_ways_and_seems_to_come_from_the_address_that_was_named(machine: Machine) -> None:
    async def story() -> None:
        machine.call()
        machine.firefox.sendto(b"Hello", machine.door)
        heard, seen_at = await receive(machine.switch)
        assert heard == b"Hello"
        assert seen_at[0] == OWN, "Firefox would mistrust a switch that sees it at a loopback address"
        machine.switch.sendto(b"Who is there?", seen_at)
        assert await receive(machine.firefox) == (b"Who is there?", machine.door)
        machine.passage.close()

    run(story)


def test_nobody_but_that_browser_is_let_through(machine: Machine) -> None:
    async def story() -> None:
        machine.call()
        for address in (OWN, LOOPBACK, ELSEWHERE):
            await is_turned_away(machine, machine.listener(address))
        machine.passage.close()

    run(story)


def test_the_way_is_shut_with_the_call(machine: Machine) -> None:
    async def story() -> None:
        machine.call()
        machine.passage.close()
        await is_turned_away(machine, machine.firefox)

    run(story)


def test_a_packet_that_nobody_takes_is_lost_and_the_next_one_is_heard(machine: Machine) -> None:
    async def story() -> None:
        machine.call()
        machine.switch.close()
        machine.firefox.sendto(b"Lost", machine.door)
        machine.switch = machine.listener(LOOPBACK, machine.door[1])
        machine.firefox.sendto(b"Lost, for it tells of the first", machine.door)
        machine.firefox.sendto(b"Heard", machine.door)
        while (await receive(machine.switch))[0] != b"Heard":
            pass
        machine.passage.close()

    run(story)


@pytest.mark.parametrize(
    ("offered", "answered"),
    [
        ({"browser": CHROMIUM}, {}),
        ({}, {"spoken_to_at": "192.0.2.9"}),
        ({}, {"named": ELSEWHERE}),
        ({"port": 99_999}, {}),
        ({"port": 0}, {}),
    ],
    ids=["for Chromium", "to a switch with an address", "to another machine", "to no port", "to port 0"],
)
def test_no_way_is_opened(machine: Machine, offered: dict[str, object], answered: dict[str, object]) -> None:
    async def story() -> None:
        machine.passage.offered(offer(**{"port": machine.firefox.getsockname()[1], **offered}))
        machine.passage.answered(answer(**{"port": machine.door[1], **answered}))
        machine.nobody_is_at_the_door()

    run(story)


def test_where_another_program_has_the_port_the_call_goes_on_without(
    machine: Machine, caplog: pytest.LogCaptureFixture
) -> None:
    async def story() -> None:
        machine.listener(*machine.door)
        machine.call()

    run(story)
    assert "no way could be opened" in caplog.text
