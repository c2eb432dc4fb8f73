"""What the programs of a centre cost: the time of processors, as Linux counts it."""

import os
from collections import Counter
from collections.abc import Callable
from pathlib import Path

_TICK_MS = 1000 / os.sysconf("SC_CLK_TCK")
# Of the first line of proc_stat(5): user, nice, system, idle, iowait, irq, softirq, steal.
_STEAL = 7


# What the command line of each has in it.
_PROGRAMS = {"switchboard": "run\0switchboard\0", "asterisk": "/asterisk.conf\0", "postgres": "postgres"}


def spent_ms() -> Counter[str]:
    """Milliseconds of a processor that the programs of the centre below this process have used, by program."""
    below: dict[int, list[tuple[int, str, float]]] = {}
    for process in Path("/proc").glob("[0-9]*"):
        try:
            stat, words = (process / "stat").read_text(), (process / "cmdline").read_text()
        except OSError:
            # Ended meanwhile.
            continue
        # Of proc_pid_stat(5), after the name: ppid; utime, stime, cutime, cstime: itself, and who ended below.
        fields = stat.rpartition(")")[2].split()
        ticks = sum(int(each) for each in fields[11:15])
        program = next((name for name, sign in _PROGRAMS.items() if sign in words), "others")
        below.setdefault(int(fields[1]), []).append((int(process.name), program, ticks * _TICK_MS))
    spent = Counter[str]()
    reached = [os.getpid()]
    while reached:
        for key, program, milliseconds in below.get(reached.pop(), ()):
            spent[program] += milliseconds
            reached.append(key)
    return spent


def stolen_share() -> Callable[[], float]:
    """What the host of this machine took of its processors since the last question, when asked."""
    before = _processor_ticks()

    def since() -> float:
        nonlocal before
        now = _processor_ticks()
        spent = [later - earlier for earlier, later in zip(before, now, strict=True)]
        before = now
        return spent[_STEAL] / max(sum(spent), 1)

    return since


def _processor_ticks() -> list[int]:
    first = Path("/proc/stat").read_text().partition("\n")[0]
    return [int(each) for each in first.split()[1 : _STEAL + 2]]
