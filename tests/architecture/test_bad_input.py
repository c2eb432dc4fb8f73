"""Each thing that goes wrong has an outcome that is written down, and tests that exist."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
TEXT = (ROOT / "docs" / "runbooks" / "bad-input.md").read_text(encoding="utf-8")
ROWS = [
    [cell.strip() for cell in row.strip("|").split("|")]
    for row in re.findall(r"^\| .*", TEXT, re.MULTILINE)
    if not row.startswith("| what happens")
]
TESTS = {
    name
    for file in (ROOT / "tests").rglob("test_*.py")
    for name in re.findall(r"^(?:async )?def (test_\w+)\(", file.read_text(encoding="utf-8"), re.MULTILINE)
}
# What the line has to bear at least.
EXPECTED = [
    "presses nothing",
    "presses everything",
    "speaks",
    "no number",
    "answers twice",
    "Two agents",
    "hangs up, in any state",
    "is missing",
    "cannot be played",
    "refuses a command",
    "answers late",
    "is gone",
    "disk of PostgreSQL",
    "disk of the spoken texts",
    "clock is put",
]


@pytest.mark.parametrize("row", ROWS, ids=[row[0] for row in ROWS])
def test_what_goes_wrong_has_an_outcome_and_tests_that_exist(row: list[str]) -> None:
    _, outcome, shown_by = row
    named = re.findall(r"`(\w+)`", shown_by)
    assert outcome
    assert named
    assert set(named) <= TESTS


@pytest.mark.parametrize("what", EXPECTED)
def test_nothing_that_was_asked_for_is_left_out(what: str) -> None:
    assert any(what in row[0] for row in ROWS)
