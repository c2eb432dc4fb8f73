"""The documents are true of what there is: commands, files, words and labels that they name exist."""

import json
import re
import shlex
import tomllib
from collections.abc import Iterator
from enum import StrEnum
from pathlib import Path

import click
import pytest
from django.apps import apps

from tocsin.accounts.rules import Role
from tocsin.activations import rules as activations
from tocsin.calls.ports import Verb
from tocsin.calls.rules import (
    call_back_words,
    closed_words,
    emergency_words,
    hearing_words,
    incident_words,
    sms_words,
    states,
    survey_words,
    voice_question_words,
)
from tocsin.calls.rules.phrases import PHRASES
from tocsin.project.cli import tocsin
from tocsin.workforce.rules import AgentState

ROOT = Path(__file__).resolve().parents[2]
DOCUMENTS = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")])
HANDBOOK = sorted((ROOT / "docs" / "handbook").glob("*.md"))
TARGETS = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
GLOSSARY = (ROOT / "docs" / "glossary.md").read_text(encoding="utf-8")
ROWS = [
    [cell.strip() for cell in row.strip("|").split("|")] for row in re.findall(r"^\| .*", GLOSSARY, re.MULTILINE)
]
TERMS = [row[0] for row in ROWS[1:]]
FENCE = re.compile(r"^( *)```\w*\n(.*?)^\1```", re.DOTALL | re.MULTILINE)


def named(path: Path) -> str:
    return str(path.relative_to(ROOT))


def code(document: Path) -> Iterator[str]:
    """What a document says in code: each span, and each line of each block."""
    text = document.read_text(encoding="utf-8")
    for _, block in FENCE.findall(text):
        yield from block.replace("\\\n", " ").splitlines()
    yield from re.findall(r"`([^`\n]+)`", FENCE.sub("", text))


def commands(line: str) -> Iterator[list[str]]:
    """The commands in a line of code, as words; whatever is no command has another first word than ours."""
    for part in re.split(r"&&|\|\||[;|]", line.removeprefix("ExecStart=")):
        try:
            words = shlex.split(part, comments=True)
        except ValueError:  # a quotation that goes on in the next line
            words = part.split()
        while words and re.fullmatch(r"[A-Z_]+=.*|[*\d]+", words[0]):
            words = words[1:]
        if words:
            yield [Path(words[0]).name, *words[1:]]


def check_tocsin(words: list[str]) -> None:
    """Walk down the command line's own tree; words in capitals stand for something."""
    command: click.Command = tocsin
    for word in words:
        context = click.Context(command)
        if word.startswith("-"):
            known = {option for parameter in command.get_params(context) for option in parameter.opts}
            assert word.partition("=")[0] in known, f"{command.name} has no {word}"
        elif isinstance(command, click.Group):
            if word.isupper():
                return
            found = command.get_command(context, word)
            assert found is not None, f"{command.name} has no {word}"
            command = found
        if command.context_settings.get("ignore_unknown_options"):
            return


@pytest.mark.parametrize("document", DOCUMENTS, ids=named)
def test_every_command_in_a_document_exists(document: Path) -> None:
    for line in code(document):
        for name, *words in commands(line):
            if name == "tocsin":
                check_tocsin(words)
            elif name == "make":
                targets = {word for word in words if not word.startswith("-") and "=" not in word}
                assert targets <= TARGETS, line


@pytest.mark.parametrize("document", DOCUMENTS, ids=named)
def test_every_file_of_ours_that_a_document_names_exists(document: Path) -> None:
    for line in code(document):
        if re.fullmatch(r"(tocsin|tests|docs|bootstrap|requirements)(/[\w.-]+)+", line):
            assert (ROOT / line).exists(), line


@pytest.mark.parametrize("document", DOCUMENTS, ids=named)
def test_every_link_to_a_heading_leads_to_one(document: Path) -> None:
    for target, anchor in re.findall(r"\]\(([^)#\s]*)#([^)\s]+)\)", document.read_text(encoding="utf-8")):
        if "://" not in target:
            there = document.parent / target if target else document
            headings = re.findall(r"^#+ (.+)$", there.read_text(encoding="utf-8"), re.MULTILINE)
            assert anchor in {re.sub(r"[^\w -]", "", heading.lower()).replace(" ", "-") for heading in headings}


def test_every_document_is_reached_from_the_readme() -> None:
    reached, waiting = set(), [ROOT / "README.md"]
    while waiting:
        document = waiting.pop().resolve()
        if document not in reached and document.suffix == ".md":
            reached.add(document)
            links = re.findall(r"\]\(([^)#\s]+)", document.read_text(encoding="utf-8"))
            places = [document.parent / link for link in links if "://" not in link]
            waiting += [each for place in places for each in (place.glob("*.md") if place.is_dir() else [place])]
    assert {path.resolve() for path in DOCUMENTS} <= reached


def test_decisions_are_numbered_without_a_gap() -> None:
    decisions = sorted((ROOT / "docs" / "decisions").glob("*.md"))
    for number, decision in enumerate(decisions, start=1):
        assert decision.name.startswith(f"{number:04}-")
        assert decision.read_text(encoding="utf-8").startswith(f"# {number}. ")


def test_a_library_is_asked_for_only_with_a_decision() -> None:
    python = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["dependencies"]
    javascript = json.loads((ROOT / "package.json").read_text())["dependencies"]
    asked = {re.split(r"[\[<>=]", each)[0] for each in python} | {name.removesuffix(".org") for name in javascript}
    table = (ROOT / "docs" / "decisions" / "0016-libraries-and-locks.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| ([\w, -]+) \| .* \| .* \|$", table, re.MULTILINE)
    assert {name.strip().lower() for row in rows if row != "library" for name in row.split(",")} == asked


def test_every_term_is_there_once_in_the_order_of_the_alphabet_and_in_every_language() -> None:
    assert len(TERMS) == len(set(TERMS))
    assert sorted(TERMS, key=lambda term: term.replace("-", " ")) == TERMS
    for row in ROWS:
        assert len(row) == 5
        assert all(row), row


@pytest.mark.parametrize(
    "words", [Role, activations.Kind, activations.State, states.CallState, states.Outcome, AgentState, Verb]
)
def test_whatever_is_shown_of_a_state_is_in_the_glossary(words: type[StrEnum]) -> None:
    known = {term.replace("-", " ") for term in TERMS}
    assert {word.value.replace("_", " ") for word in words} <= known


def test_every_table_is_called_by_a_word_of_the_glossary() -> None:
    ours = [model for model in apps.get_models() if model.__module__.startswith("tocsin.")]
    assert ours
    for model in ours:
        name = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", model.__name__).lower()
        assert name in TERMS or name.rpartition(" ")[2] == "step", name


def test_words_that_the_glossary_avoids_are_not_used() -> None:
    avoided = re.findall(
        r"\*(\w+)\*", next(line for line in GLOSSARY.splitlines() if line.startswith("Not used:"))
    )
    assert avoided
    for path in (ROOT / "tocsin").rglob("*"):
        if path.suffix in (".py", ".html", ".ts") and "static" not in path.parts:
            used = set(re.findall(r"[a-z]+", path.read_text(encoding="utf-8").lower()))
            assert not used & set(avoided), path


@pytest.mark.parametrize("page", HANDBOOK, ids=named)
def test_every_label_in_the_handbook_is_on_a_screen(page: Path) -> None:
    web = ROOT / "tocsin" / "web"
    screens = "\n".join(
        path.read_text(encoding="utf-8") for path in web.rglob("*") if path.suffix in (".html", ".py")
    )
    for label in re.findall(r"\*\*(.+?)\*\*", page.read_text(encoding="utf-8"), re.DOTALL):
        words = " ".join(label.split())
        assert re.search(rf"[\"“>}}]\s*{re.escape(words)}\s*[\"”<{{]", screens), words


def test_what_the_handbook_has_callers_hear_is_what_they_hear() -> None:
    modules = (
        call_back_words,
        closed_words,
        emergency_words,
        incident_words,
        sms_words,
        survey_words,
        voice_question_words,
    )
    phrases = (
        *PHRASES["en"],
        hearing_words.AGREE["en"],
        *(sentence for module in modules for sentence in module.SENTENCES["en"]),
    )
    sentences = (phrase for phrase in phrases if isinstance(phrase, str))
    # Numbers, and where a day, a time or a site is told, any words.
    words = {r"\{day\}": "[a-z]+", r"\{clock\}": "[a-z0-9 ]+", r"\{site\}": "[a-z ]+"}
    spoken = [
        re.sub(r"\\\{\w+\\\}", lambda found: words.get(found[0], r"\d+"), re.escape(phrase))
        for phrase in sentences
    ]
    said = re.findall(r"^ *> (.+)$", (ROOT / "docs" / "handbook" / "caller.md").read_text(), re.MULTILINE)
    assert said
    for sentence in said:
        assert any(re.fullmatch(phrase, sentence) for phrase in spoken), sentence
