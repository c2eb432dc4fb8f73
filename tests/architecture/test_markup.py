"""What whoever listens to a page depends on: templates are read as far as they are HTML."""

import re
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path

import tocsin

VOID = {"br", "hr", "img", "input", "link", "meta", "rect", "path", "line"}
LIVE = {"alert", "status", "log"}
Attributes = dict[str, str | None]


class Elements(HTMLParser):
    """The elements of a template, each with those around it."""

    def __init__(self, path: Path) -> None:
        super().__init__()
        self.around: list[tuple[str, Attributes]] = []
        self.found: list[tuple[str, Attributes, list[Attributes]]] = []
        text = re.sub(r"{%.*?%}|{#.*?#}", "", path.read_text(encoding="utf-8"))
        self.feed(re.sub(r"{{.*?}}", "x", text))

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs), [attributes for _tag, attributes in self.around]))
        if tag not in VOID:
            self.around.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        # What a template opens in two ways it may close once.
        while any(open_tag == tag for open_tag, _ in self.around) and self.around.pop()[0] != tag:
            pass


def elements() -> Iterator[tuple[str, str, Attributes, list[Attributes]]]:
    for path in Path(tocsin.__file__).parent.rglob("templates/**/*.html"):
        for tag, attributes, around in Elements(path).found:
            yield path.name, tag, attributes, around


def is_live(attributes: Attributes) -> bool:
    return attributes.get("role") in LIVE or "aria-live" in attributes


def test_no_clock_runs_where_every_change_is_read_out() -> None:
    clocks = [
        (name, any(map(is_live, around)))
        for name, tag, attributes, around in elements()
        if tag == "time" and {"data-since", "data-until"} & attributes.keys()
    ]
    assert len(clocks) > 5
    assert [name for name, is_read_out in clocks if is_read_out] == []


def test_no_list_or_table_loses_its_own_role() -> None:
    assert [
        (name, tag) for name, tag, has, _ in elements() if tag in ("ol", "ul", "dl", "table") and "role" in has
    ] == []


def test_what_is_named_for_whoever_listens_has_a_role() -> None:
    names = {"aria-label", "aria-labelledby"}
    assert [
        name
        for name, tag, has, _ in elements()
        if tag in ("div", "span") and names & has.keys() and "role" not in has
    ] == []


def test_every_player_has_a_name() -> None:
    assert [
        name
        for name, tag, has, _ in elements()
        if tag == "audio" and "controls" in has and "aria-label" not in has
    ] == []
