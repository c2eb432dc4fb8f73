"""docs/settings.md is the whole truth about the environment variables."""

import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
READ = re.compile(r"""["'](TOCSIN_[A-Z_]+|DATABASE_URL)["']""")
# Set by Tocsin for its own processes, never by people.
INTERNAL = {"TOCSIN_STOPS_WITH_PARENT"}


def test_every_variable_that_is_read_is_documented_and_no_other() -> None:
    code = (ROOT / "tocsin").rglob("*.py")
    read = {name for path in code for name in READ.findall(path.read_text(encoding="utf-8"))} - INTERNAL
    rows = re.findall(r"^\| `([A-Z_]+)` \|", (ROOT / "docs" / "settings.md").read_text(), re.MULTILINE)
    assert len(rows) == len(set(rows))
    assert read == set(rows)
