"""A benchmark ends with its line whatever happens, and leaves nothing behind."""

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import psutil

from tests.rush.alone import TOLD_FAILURE
from tests.rush.rounds import MOST_FAILED, Rounds, rounds_of, worst_ratio

ROOT = Path(__file__).resolve().parents[2]
# One process whose parent is gone, and one that stands still; both are told.
LEAVES_SOMETHING = """
import subprocess, psutil
from tests.rush.below import adopt_orphans, end_all_below
adopt_orphans()
orphan = subprocess.run(["sh", "-c", "sleep 1000 >&- 2>&- & echo $!"], capture_output=True, text=True).stdout
still = subprocess.Popen(["sleep", "1000"])
psutil.Process(still.pid).suspend()
end_all_below()
print(orphan, still.pid)
"""


def python(*words: str, home: Path) -> subprocess.CompletedProcess[str]:
    surroundings = {"TOCSIN_HOME": str(home), "DJANGO_SETTINGS_MODULE": "tocsin.project.settings"}
    return subprocess.run(
        [sys.executable, *words], cwd=ROOT, env=surroundings, capture_output=True, text=True, check=False
    )


def taking(*rounds: float | None) -> Callable[[], float]:
    """A round that takes so many seconds, or fails, one after the other."""
    left = iter(rounds)

    def once() -> float:
        seconds = next(left)
        assert seconds is not None, "nobody heard anything"
        return seconds

    return once


def test_of_fewer_than_twenty_rounds_the_longest_counts() -> None:
    assert Rounds((0.5, 6.0, 0.4)).p95 == 6.0
    assert Rounds(tuple(range(1, 21))).p95 == 19
    assert Rounds(()).p95 is None


def test_a_round_that_fails_is_counted_and_the_others_are_measured() -> None:
    told: list[str] = []
    found = rounds_of("reload", taking(1.0, None, 2.0), times=3, tell=told.append)
    assert found == Rounds((1.0, 2.0), failed=1)
    assert told[1] == "reload 2 of 3 failed: AssertionError"


def test_rounds_end_when_nothing_works_any_more() -> None:
    found = rounds_of("reload", taking(1.0, *[None] * 20), times=20, tell=lambda _: None)
    assert found == Rounds((1.0,), failed=MOST_FAILED)


def test_what_was_not_measured_has_no_ratio() -> None:
    bars = {"database": 5.0, "switchboard": 2.0}
    assert worst_ratio({"database": Rounds((2.0,)), "switchboard": Rounds((1.0,))}, bars) == 0.5
    assert worst_ratio({"database": Rounds((2.0,)), "switchboard": Rounds((), failed=3)}, bars) is None


def test_a_benchmark_that_cannot_be_measured_says_so_in_its_line(tmp_path: Path) -> None:
    outcome = python("-m", "tests.rush.alone", "no-such", home=tmp_path)
    assert outcome.returncode == TOLD_FAILURE
    line = json.loads(outcome.stdout.splitlines()[-1])
    assert (line["bench"], line["holds"]) == ("no-such", False)
    assert line["failed"].startswith("ModuleNotFoundError")


def test_nothing_below_a_benchmark_outlives_it(tmp_path: Path) -> None:
    outcome = python("-c", LEAVES_SOMETHING, home=tmp_path)
    assert outcome.returncode == 0, outcome.stderr
    left = [int(pid) for pid in outcome.stdout.split()]
    assert len(left) == 2
    assert not any(psutil.pid_exists(pid) for pid in left)
