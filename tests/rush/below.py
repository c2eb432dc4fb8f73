"""The processes below this one, also those whose own parent is gone."""

import ctypes
from contextlib import suppress

import psutil

_PR_SET_CHILD_SUBREAPER = 36
_SECONDS_TO_END = 10


def adopt_orphans() -> None:
    """From now on, what is started below this process and loses its parent is a child of ours; Linux only."""
    ctypes.CDLL(None).prctl(_PR_SET_CHILD_SUBREAPER, 1)


def end_all_below() -> None:
    """End every process below this one, in the end by force."""
    left = psutil.Process().children(recursive=True)
    for process in left:
        with suppress(psutil.NoSuchProcess):
            # Who stands still hears of nothing else.
            process.resume()
            process.terminate()
    _, stubborn = psutil.wait_procs(left, timeout=_SECONDS_TO_END)
    for process in stubborn:
        with suppress(psutil.NoSuchProcess):
            process.kill()
    psutil.wait_procs(stubborn, timeout=_SECONDS_TO_END)
