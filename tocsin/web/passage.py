"""The way of speech between a Firefox and a switch that is on the loopback address of the same machine alone.

Firefox never speaks to a loopback address. But the switch also names the machine's other addresses, at which it
does not listen, and there a socket of ours stands in for it. It is connected to that very browser, at an address
of the same machine, so it takes no packet from anybody else and opens the switch to nobody.
"""

import asyncio
import logging
import re
import socket
from contextlib import suppress

log = logging.getLogger(__name__)

_LONGEST_PACKET = 4096
# How Firefox names itself in what it offers; other browsers find their way without help.
_FIREFOX = re.compile(r"^o=mozilla", re.MULTILINE)
_LOOPBACK = re.compile(r"^c=IN IP4 (127\.[0-9.]+)", re.MULTILINE)
# Not port 0: a socket that is connected to it takes packets from everybody.
_CANDIDATE = re.compile(r"^a=candidate:\S+ 1 UDP \d+ ([0-9.]+) ([1-9]\d{0,4}) typ host", re.MULTILINE)


class Passage:
    """Reads the SIP of one call to learn who speaks where, and carries their packets until it is closed."""

    def __init__(self) -> None:
        self._browser: dict[str, int] = {}
        self._ends: tuple[socket.socket, ...] = ()

    def offered(self, frame: str | bytes) -> None:
        """Note where the browser listens, if it is a Firefox."""
        if isinstance(frame, str) and _FIREFOX.search(frame):
            self._browser = {address: int(port) for address, port in _CANDIDATE.findall(frame)}

    def answered(self, frame: str | bytes) -> None:
        """Open the way, if the switch listens on the loopback address alone and the browser is on this machine."""
        if not isinstance(frame, str) or self._ends or not (loopback := _LOOPBACK.search(frame)):
            return
        for address, port in _CANDIDATE.findall(frame):
            if address in self._browser:
                self._open(address, int(port), loopback=loopback[1])
                return

    def close(self) -> None:
        for end in self._ends:
            asyncio.get_running_loop().remove_reader(end)
            end.close()
        self._ends = ()

    def _open(self, address: str, port: int, *, loopback: str) -> None:
        to_browser, to_switch = (socket.socket(socket.AF_INET, socket.SOCK_DGRAM) for _ in range(2))
        self._ends = (to_browser, to_switch)
        try:
            to_browser.bind((address, port))
            to_browser.connect((address, self._browser[address]))
            # Not from a loopback address: the switch tells Firefox what it sees, and Firefox mistrusts that, too.
            to_switch.bind((address, 0))
            to_switch.connect((loopback, port))
        except (OSError, OverflowError) as error:
            log.warning("A Firefox on this machine hears nothing, for no way could be opened for it: %s", error)
            self.close()
            return
        for source, target in ((to_browser, to_switch), (to_switch, to_browser)):
            source.setblocking(False)
            asyncio.get_running_loop().add_reader(source, _pass_on, source, target)


def _pass_on(source: socket.socket, target: socket.socket) -> None:
    # Speech has no time for a second try: a packet that does not get through is lost, as on any network.
    with suppress(OSError):
        target.send(source.recv(_LONGEST_PACKET))
