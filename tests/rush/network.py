"""A network of its own for a benchmark, in which the machine goes from cable to Wi-Fi and back."""

import ctypes
import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import cycle

_CLONE_NEWNET = 0x40000000
# The machine's address in each.
_CABLES = {"wired": "10.77.1.2/24", "wireless": "10.77.2.2/24"}


class Network:
    """The machine is on one of two networks at a time."""

    def __init__(self) -> None:
        self._names = cycle(_CABLES)
        self._current = next(self._names)
        for name in _CABLES:
            _ip("link", "add", name, "type", "veth", "peer", "name", f"{name}-far")
            _ip("link", "set", f"{name}-far", "up")
            _ip("link", "set", name, "up")
        _ip("link", "set", "lo", "up")
        self._join(self._current)

    def change(self) -> None:
        """Leave one network and join the other, with nothing in between."""
        _ip("address", "flush", "dev", self._current)
        self._current = next(self._names)
        self._join(self._current)

    def _join(self, name: str) -> None:
        _ip("address", "add", _CABLES[name], "dev", name)


@contextmanager
def own_network() -> Iterator[Network]:
    """This thread, and every process it starts, are in a network of their own until the end of the block.

    Raises PermissionError where that is not allowed: it needs root.
    """
    libc = ctypes.CDLL(None, use_errno=True)
    before = os.open("/proc/thread-self/ns/net", os.O_RDONLY)
    if libc.unshare(_CLONE_NEWNET):
        raise PermissionError(ctypes.get_errno(), "A network of its own for this benchmark needs root.")
    try:
        yield Network()
    finally:
        libc.setns(before, _CLONE_NEWNET)
        os.close(before)


def _ip(*words: str) -> None:
    subprocess.run(["ip", *words], check=True)
