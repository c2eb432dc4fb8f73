"""The documents hang together: what they point at is there."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
DOCUMENTS = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")])


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda document: str(document.relative_to(ROOT)))
def test_every_link_to_a_file_of_ours_leads_somewhere(document: Path) -> None:
    text = re.sub(r"```.*?```", "", document.read_text(encoding="utf-8"), flags=re.DOTALL)
    for target in re.findall(r"\[[^\]]*\]\(([^)#\s]+)", text):
        if "://" not in target and not target.startswith("mailto:"):
            assert (document.parent / target).exists(), target


@pytest.mark.parametrize(
    "decision", sorted((ROOT / "docs" / "decisions").glob("*.md")), ids=lambda each: each.name
)
def test_every_decision_has_a_number_and_all_its_sections(decision: Path) -> None:
    assert re.fullmatch(r"\d{4}-[a-z0-9-]+\.md", decision.name)
    sections = re.findall(r"^## (.+)$", decision.read_text(encoding="utf-8"), re.MULTILINE)
    assert sections == ["Context", "Decision", "Consequences", "How it is checked", "Status"]
