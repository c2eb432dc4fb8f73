"""Runs the benchmarks in an instance of their own: `python -m tests.rush [NAME]`.

Each in a process of its own: whatever becomes of that, a line of JSON is its end, and nothing of it is left.
"""

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

from tests.rush.alone import MEASURED, TOLD_FAILURE
from tests.rush.below import adopt_orphans, end_all_below
from tocsin.project.processes import stop_with_parent

HOME = Path(__file__).resolve().parents[2] / ".tocsin" / "rush"
# About how many minutes each takes on two cores that have nothing else to do.
MINUTES = {
    "calls": 25,
    "conversations": 25,
    "activation": 5,
    "desk": 2,
    "junk": 3,
    "back": 10,
    "offers": 5,
    "flood": 6,
    "call-backs": 5,
    "histories": 100,
    "kills": 16,
}
# It is given up when it took so many times as long, and then has so long to put everything away.
PATIENCE = 3
SECONDS_TO_END = 90


def main(names: list[str]) -> None:
    """Run the benchmarks named, or all; each ends with one JSON object on a line of its own.

    One that could not be measured says why in `failed`, and the exit status is 1.
    """
    if unknown := set(names) - set(MINUTES):
        sys.exit(f"No benchmark {', '.join(sorted(unknown))}; there is {', '.join(MINUTES)}.")
    # So that what was started is ended, too.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
    adopt_orphans()
    measured = [_run(name) for name in MINUTES if not names or name in names]
    sys.exit(0 if all(measured) else 1)


def _run(name: str) -> bool:
    """Whether this benchmark was measured."""
    limit = MINUTES[name] * PATIENCE
    _say(f"{name}: takes about {MINUTES[name]} minutes, and is given up after {limit}")
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.rush.alone", name],
        env=_surroundings(),
        start_new_session=True,
        preexec_fn=lambda: stop_with_parent(signal.SIGTERM),  # noqa: PLW1509 - one thread
    )
    failed = "stopped from outside"
    try:
        failed = f"it ended with status {process.wait(limit * 60)}"
    except subprocess.TimeoutExpired:
        failed = f"not done after {limit} minutes"
    finally:
        _end(process)
        end_all_below()
        if process.returncode not in (MEASURED, TOLD_FAILURE):
            _say(json.dumps({"bench": name, "failed": failed, "holds": False}))
    return process.returncode == MEASURED


def _end(process: subprocess.Popen[bytes]) -> None:
    process.terminate()
    try:
        process.wait(SECONDS_TO_END)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def _surroundings() -> dict[str, str]:
    elsewhere = ("TOCSIN_BIND", "TOCSIN_HOSTS", "DATABASE_URL")
    return {
        "TOCSIN_HOME": str(HOME),
        "TOCSIN_PORT": "17000",
        **{name: value for name, value in os.environ.items() if name not in elsewhere},
        "DJANGO_SETTINGS_MODULE": "tocsin.project.settings",
    }


def _say(line: str) -> None:
    print(line, flush=True)  # noqa: T201


if __name__ == "__main__":
    main(sys.argv[1:])
