"""What a long-running process needs beside its work: it never outlives the process that started it."""

import ctypes
import os
import signal
import sys
from pathlib import Path

from tocsin.project.instance import Instance

LEASH = "TOCSIN_STOPS_WITH_PARENT"
PR_SET_PDEATHSIG = 1


def command(*words: str) -> list[str]:
    """The command line of `tocsin WORDS` under this same Python."""
    return [sys.executable, "-m", "tocsin.project.cli", *words]


def surroundings(instance: Instance) -> dict[str, str]:
    """The environment of a process of this instance that is to stop when its parent does."""
    return {**os.environ, **instance.variables, LEASH: "1"}


def stop_with_parent(stop: signal.Signals) -> None:
    """Have the kernel send this process `stop` when its parent dies, even by SIGKILL; Linux only.

    Survives exec, but not a change of user, after which it is to be called again.
    """
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, stop)


def leashed() -> bool:
    """Whether the process that started this one asked that it stops with it."""
    return os.environ.get(LEASH) == "1"


def last_line(log: Path) -> str:
    """The last thing that a log says, or nothing."""
    if not log.exists():
        return ""
    lines = log.read_text(encoding="utf-8", errors="replace")[-4000:].strip().splitlines()
    return lines[-1].strip() if lines else ""


def close_pool() -> None:
    """End the threads of Django's pool where it was used.

    They would try to reach a server that was stopped, and Python 3.14 cannot wait for them on its way out.
    """
    if "django.db.backends.postgresql.base" in sys.modules:
        from django.db import connections  # noqa: PLC0415 - most verbs never come here
        from django.db.backends.postgresql.base import DatabaseWrapper  # noqa: PLC0415

        for connection in connections.all():
            if isinstance(connection, DatabaseWrapper):
                connection.close_pool()
