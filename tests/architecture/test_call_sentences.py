"""What the journal notes of a call without a transition is told in a sentence, and none is forgotten."""

import ast
from importlib import import_module
from pathlib import Path

from tocsin.calls import rules
from tocsin.web.console.call_story import _NOTED


def noted() -> set[str]:
    """Why something is noted, where a rule names it: a key that is pressed while it rings is a variable."""
    found = set()
    for path in Path(*rules.__path__).glob("*.py"):
        module = import_module(f"{rules.__name__}.{path.stem}")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "note":
                (why,) = (argument.value for argument in node.keywords if argument.arg == "why")
                found.add(why.value if isinstance(why, ast.Constant) else getattr(module, ast.unparse(why), None))
    return {why for why in found if isinstance(why, str)}


def test_every_note_of_a_call_has_a_sentence() -> None:
    assert {"reminded of the caller on hold", "left a question"} <= noted() <= set(_NOTED)
