"""Every text is marked, every marked text is translated, and the catalogues are those of these sources."""

import ast
import re
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path

import allauth
import pytest
from babel.messages.catalog import Message
from django.conf import settings

from bootstrap import messages
from tocsin.web.borrowed import WORDS

LANGUAGES = (*messages.INSIDE, *messages.PUBLIC)
PLACE = re.compile(r"%\((\w+)\)[sd]|\{(\w+)\}|%%")
DATE_FORMAT = re.compile(r"(?:[lD] )?j [FM][ ,:YHis]*")
TEMPLATES = sorted(path for _name, path in messages.sources() if path.suffix != ".py")
# Tags with what they hold, where that is translated, a comment or the name of a class; and all other tags.
NO_WORDS = re.compile(
    r"{% (comment|blocktranslate)\b.*?{% end\1 %}|{% block page_class %}.*?{% endblock %}|{%.*?%}|{{.*?}}|{#.*?#}",
    re.DOTALL,
)
# What a reader of a page sees or hears, of its attributes.
SHOWN = {"alt", "aria-label", "data-say", "data-title", "placeholder", "title"}
# Names, which are the same in every language.
NAMES = {"Tocsin"}


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_catalogue_is_up_to_date_with_the_texts(language: str) -> None:
    kept = messages.catalogue_file(language).read_text(encoding="utf-8")
    assert kept == messages.brought_up_to_date(language), "run `make messages`, then translate what is new"


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_text_is_translated_and_none_by_guess(language: str) -> None:
    catalogue = messages.translated(language)
    assert [message.id for message in messages.untranslated(catalogue)] == []
    assert [message.id for message in catalogue if message.id and message.fuzzy] == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_translation_has_the_named_places_of_its_text(language: str) -> None:
    for message in messages.translated(language):
        if message.id:
            wanted = places(message.id if isinstance(message.id, str) else message.id[1])
            assert [wanted] * len(forms(message)) == [places(form) for form in forms(message)], message.id


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_date_keeps_its_parts_in_every_language(language: str) -> None:
    for message in messages.translated(language):
        if isinstance(message.id, str) and DATE_FORMAT.fullmatch(message.id):
            (form,) = forms(message)
            # b is M without a capital, for languages that write months so.
            assert re.findall(r"\w", form.replace("b", "M")) == re.findall(r"\w", message.id)


def places(text: str) -> list[str]:
    return sorted(found.group() for found in PLACE.finditer(text))


def forms(message: Message) -> list[str]:
    assert message.string
    return [message.string] if isinstance(message.string, str) else [str(form) for form in message.string]


def test_pages_are_offered_in_the_languages_that_there_are_catalogues_for() -> None:
    inside = {code for code, _name in settings.INSIDE_LANGUAGES}
    everywhere = {code for code, _name in settings.LANGUAGES}
    assert inside == {"en", *messages.INSIDE}
    assert everywhere - inside == set(messages.PUBLIC)


def test_what_is_seen_before_signing_in_is_named_by_files_that_exist() -> None:
    names = [name for name, _path in messages.sources()]
    for source in messages.PUBLIC_SOURCES:
        assert any(name.startswith(source) for name in names), source


@pytest.mark.parametrize("template", TEMPLATES, ids=lambda path: path.name)
def test_a_template_shows_no_word_that_is_not_marked(template: Path) -> None:
    assert list(unmarked(template.read_text(encoding="utf-8"))) == []


def test_a_word_that_is_not_marked_is_found() -> None:
    page = '{% if a %}<p title="one">{% translate "x" %} two{{ b|date:"c" }}</p>{% endif %}<kbd>F2</kbd>'
    assert list(unmarked(page)) == ["one", "two"]


def unmarked(template: str) -> Iterator[str]:
    """Words that a template shows as they are, outside the tags that translate."""
    page = Page()
    shown = NO_WORDS.sub(" ", template).strip()
    # One template holds attributes alone, which another puts into its element.
    page.feed(f"<p {shown}>" if shown.startswith("data-") else shown)
    page.close()
    for text in page.texts:
        yield from (word for word in re.findall(r"[^\W\d_]+", text) if word not in NAMES)


class Page(HTMLParser):
    """Collects what is shown of a page; scripts, styles and keys of the keyboard are no words."""

    def __init__(self) -> None:
        super().__init__()
        self.texts: list[str] = []
        self._silent = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._silent += tag in {"script", "style", "kbd"}
        self.texts += [value or "" for name, value in attrs if name in SHOWN]

    def handle_endtag(self, tag: str) -> None:
        self._silent -= tag in {"script", "style", "kbd"}

    def handle_data(self, data: str) -> None:
        if not self._silent:
            self.texts.append(data)


def test_every_refusal_is_a_text_that_can_be_translated() -> None:
    refusals = [
        (f"{name}:{node.lineno}", node)
        for name, path in messages.sources()
        if path.suffix == ".py"
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "Refusal"
    ]
    assert refusals
    for where, refusal in refusals:
        (text,) = refusal.args
        assert isinstance(text, ast.Constant), f"{where}: a text with named places, and what goes there by name"
        named = sorted({found.group(1) for found in PLACE.finditer(str(text.value)) if found.group(1)})
        assert named == sorted(str(fact.arg) for fact in refusal.keywords), where


def test_the_words_borrowed_from_allauth_are_still_those_that_it_says() -> None:
    said = {
        text.id
        for folder in ("account", "mfa", "templates/account", "templates/mfa")
        for path in (Path(allauth.__file__).parent / folder).rglob("*")
        if path.suffix in (".py", ".html", ".txt") and "tests" not in path.parts
        for text in messages.texts(path)
    }
    assert set(WORDS) <= said, f"translated for nothing: {set(WORDS) - said}"
