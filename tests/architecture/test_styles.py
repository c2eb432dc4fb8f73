"""The styles hang together: what they name is there."""

import re
from pathlib import Path

ASSETS = Path(__file__).resolve().parents[2] / "tocsin" / "web" / "assets"


def test_every_colour_and_measure_that_a_style_asks_for_is_defined() -> None:
    # What is not defined is no error to a browser: words keep the colour of what is around them, on any paper.
    styles = "\n".join(path.read_text(encoding="utf-8") for path in ASSETS.rglob("*.css"))
    asked = set(re.findall(r"var\((--[\w-]+)", styles))
    assert asked
    assert asked - set(re.findall(r"^\s*(--[\w-]+):", styles, re.MULTILINE)) == set()
