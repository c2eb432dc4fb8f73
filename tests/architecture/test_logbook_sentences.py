"""What the logbook keeps of an activation is told in sentences, and none is forgotten."""

import ast
import re
from pathlib import Path

import pytest

import tocsin
from tocsin.calls.ports import LineVerb, SupervisorVerb
from tocsin.calls.rules.help import Help
from tocsin.calls.rules.sms import SmsState
from tocsin.logbook.models import Line
from tocsin.web.console.story import told

# Lines about these are on no page of an activation.
OF_NO_ACTIVATION = {
    "agent",
    "authority",
    "note",
    "number",
    "outside_number",
    "person",
    "telephone",
    "topic",
    "topics",
}
ACTIONS = [
    path for path in Path(tocsin.__file__).parent.rglob("*.py") if "actions" in (path.stem, path.parent.name)
]
WRITTEN = {
    node.value
    for path in ACTIONS
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
    if isinstance(node, ast.Constant)
    and isinstance(node.value, str)
    and re.fullmatch(r"[a-z_]+\.[a-z_]+", node.value)
}
PUT_TOGETHER = {
    *(f"call.{verb}_ordered" for verb in (*LineVerb, *SupervisorVerb)),
    *(f"help.{after}" for after in Help),
    *(f"sms.{state}" for state in (SmsState.SENT, SmsState.FAILED)),
}


@pytest.mark.parametrize("kind", sorted(WRITTEN | PUT_TOGETHER))
def test_every_line_about_an_activation_has_a_sentence(kind: str) -> None:
    sentence, _facts = told(Line(kind=kind))
    assert sentence != kind or kind.partition(".")[0] in OF_NO_ACTIVATION


def test_an_older_line_of_a_text_for_a_caller_names_the_question_as_it_was_kept() -> None:
    _sentence, facts = told(Line(kind="text.ordered", facts={"answer": "Waar slapen?"}))
    assert facts == [("answer", "Waar slapen?")]


def test_the_kinds_of_lines_are_found_in_the_actions() -> None:
    assert {"activation.opened", "conversation.left", "tape.lost"} <= WRITTEN
