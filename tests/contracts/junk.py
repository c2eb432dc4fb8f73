"""A flood of junk from one address: malformed messages, a scan for names that may register, and calls."""

import socket
import threading
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import replace
from itertools import count, cycle

from tests.contracts.sip import Sender, status
from tests.contracts.torture import SECTIONS

# Names that scanners try, and those that our own trunks have.
NAMES = ("100", "1001", "admin", "agent-ann", "outside", "agents-trunk", "carrier", "trunk", "1771")
# What those who look for somebody to pay for their calls dial.
NUMBERS = ("1771", "+3225551771", "00441135550100", "9011441135550100", "112")
# Where the machine does not let us send in time, we make up for so much and no more: a flood, not a wave.
CATCH_UP_SECONDS = 0.1
_GUESSED = (
    'Digest username="{0}",realm="tocsin",nonce="1/0",uri="sip:127.0.0.1",response="{1:032x}",algorithm=MD5,'
    'qop=auth,nc=00000001,cnonce="x"'
)


def junk(sender: Sender, *, numbers: Sequence[str]) -> Iterator[bytes]:
    """One message of each of the three kinds after the other, without an end and never the same."""
    for place, section, name, number in zip(
        count(), cycle(SECTIONS.values()), cycle(NAMES), cycle(numbers), strict=False
    ):
        each = replace(sender, mark=f"{sender.mark}-{place}", number=number)
        known_as = {"From": f"<sip:{name}@127.0.0.1>;tag={each.mark}"}
        registers = {"To": f"<sip:{name}@127.0.0.1>", "Call-ID": f"register-{each.mark}"}
        guess = {"Authorization": _GUESSED.format(name, place)} if place % 2 else {}
        yield section(each)
        yield each.message("REGISTER", {**known_as, **registers, **guess}, uri="sip:127.0.0.1")
        yield each.message("INVITE", {**known_as, "Call-ID": f"invite-{each.mark}"})


class Flood:
    """Junk from an address of this machine to a SIP port of it, so many messages of each kind a second.

    `sent` is how many went out so far, `told` how often which status came back.
    """

    def __init__(
        self, *, address: str, port: int, per_second: int = 200, numbers: Sequence[str] = NUMBERS
    ) -> None:
        self.sent = 0
        self.told: Counter[int] = Counter()
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._socket.bind((address, 0))
        self._socket.setblocking(False)
        own = self._socket.getsockname()[1]
        self._messages = junk(Sender(address=address, port=own, mark=str(own)), numbers=numbers)
        self._to = ("127.0.0.1", port)
        self._pause_seconds = 1 / per_second

    def pour(self, *, until: threading.Event) -> None:
        """Send, and count what is answered, until told to stop."""
        due = time.monotonic()
        while not until.wait(due - time.monotonic()):
            for _ in range(3):
                with suppress(BlockingIOError):
                    self._socket.sendto(next(self._messages), self._to)
                    self.sent += 1
            self._read()
            due = max(due + self._pause_seconds, time.monotonic() - CATCH_UP_SECONDS)
        self._socket.close()

    def _read(self) -> None:
        with suppress(BlockingIOError):
            while answer := self._socket.recv(65536):
                self.told[status(answer)] += 1


@contextmanager
def flooding(flood: Flood) -> Iterator[Flood]:
    """The flood goes on until the end of the block."""
    until = threading.Event()
    pouring = threading.Thread(target=flood.pour, kwargs={"until": until}, name="junk")
    pouring.start()
    try:
        yield flood
    finally:
        until.set()
        pouring.join()
