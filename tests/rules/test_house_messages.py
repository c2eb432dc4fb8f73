"""The catalogues of translations: which texts are found, what is kept of a catalogue, what Django reads of it."""

import gettext
from pathlib import Path

import pytest

from bootstrap import messages


@pytest.fixture
def package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A package of its own, with an empty template."""
    monkeypatch.setattr(messages, "PACKAGE", tmp_path)
    monkeypatch.setattr(messages, "LOCALE", tmp_path / "locale")
    (tmp_path / "templates").mkdir()
    return tmp_path


def texts_of(path: Path, content: str) -> list[object]:
    path.write_text(content, encoding="utf-8")
    return [text.id for text in messages.texts(path)]


def test_texts_are_found_in_tags_arguments_and_blocks_however_they_are_indented(package: Path) -> None:
    template = (
        '  <p>{% translate "One" %}</p>\n{% if a %}\n      {{ day|date:_("j F") }}{% endif %}\n   '
        "{% blocktranslate count n=n %}{{ n }} call{% plural %}{{ n }} calls{% endblocktranslate %}"
    )
    found = texts_of(package / "templates" / "page.html", template)
    assert found == ["One", "j F", ("%(n)s call", "%(n)s calls")]


def test_a_refusal_is_found_with_its_places_and_a_remark_for_translators(package: Path) -> None:
    path = package / "rules.py"
    assert texts_of(path, '# Translators: short\nraise Refusal("%(a)s is " "away.", a=_1)\n') == ["%(a)s is away."]
    (text,) = messages.texts(path)
    assert text.auto_comments == ["Translators: short"]


def test_what_is_for_a_terminal_is_no_text(package: Path) -> None:
    (package / "project").mkdir()
    (package / "project" / "cli.py").write_text('_("Run")')
    assert list(messages.sources()) == []


def test_an_update_keeps_what_is_translated_and_drops_what_is_gone(package: Path) -> None:
    path = package / "page.py"
    path.write_text('_("One"), _("Two")')
    messages.update()
    catalogue = messages.catalogue_file("de")
    translated = catalogue.read_text().replace('msgid "One"\nmsgstr ""', 'msgid "One"\nmsgstr "Eins"')
    catalogue.write_text(translated)
    path.write_text('_("One"), _("Three")')
    messages.update()
    kept = messages.translated("de")
    assert {message.id: message.string for message in kept if message.id} == {"One": "Eins", "Three": ""}
    assert [message.id for message in messages.untranslated(kept)] == ["Three"]


def test_django_reads_what_is_compiled_and_falls_back_to_english(package: Path) -> None:
    (package / "page.py").write_text('_("One"), _("Two")')
    messages.update()
    catalogue = messages.catalogue_file("fr")
    catalogue.write_text(catalogue.read_text().replace('msgid "One"\nmsgstr ""', 'msgid "One"\nmsgstr "Un"'))
    messages.compile_all()
    with catalogue.with_suffix(".mo").open("rb") as compiled:
        words = gettext.GNUTranslations(compiled)
    assert [words.gettext(text) for text in ("One", "Two")] == ["Un", "Two"]
