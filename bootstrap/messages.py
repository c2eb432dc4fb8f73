"""The catalogues of translations: messages.py update|compile.

`update` brings them up to date with the texts in the sources, keeping what is translated; `compile` makes of
each what Django reads. Babel does both, so that no GNU tool is needed, neither to run nor to translate.
"""

import io
import sys
from collections.abc import Iterator
from pathlib import Path

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po
from django.utils.translation.template import templatize

PACKAGE = Path(__file__).resolve().parent.parent / "tocsin"
LOCALE = PACKAGE / "web" / "locale"
# English is in the sources. Everything that people who work here see is in these:
INSIDE = ("de", "fr", "nl")
# and what is seen before anybody signs in is in these as well.
PUBLIC = ("ar", "ru", "uk")
PUBLIC_SOURCES = (
    "web/demo/",
    "web/sign_in.py",
    "web/templates/4",
    "web/templates/500.html",
    "web/templates/account/",
    "web/templates/django/",
    "web/templates/mfa/authenticate.html",
    "web/templates/mfa/webauthn/snippets/",
    "web/templates/web/base.html",
    "web/templates/web/errors.html",
    "web/templates/web/languages.html",
    "web/templates/web/passkey_problems.html",
    "web/templates/web/telephone/problems.html",
)
# What these say is for whoever looks after the machines, in a terminal or a log: it stays English.
UNTRANSLATED = ("project/", "gateways/asterisk/")
KEYWORDS = {
    "_": None,
    "gettext": None,
    "gettext_lazy": None,
    "gettext_noop": None,
    "ngettext": (1, 2),
    "ngettext_lazy": (1, 2),
    "pgettext": ((1, "c"), 2),
    "pgettext_lazy": ((1, "c"), 2),
    "npgettext": ((1, "c"), 2, 3),
    # A refusal's message is a text to translate wherever it is raised (tocsin/refusals.py).
    "Refusal": None,
}


def catalogue_file(language: str) -> Path:
    """Where the translations into a language are."""
    return LOCALE / language / "LC_MESSAGES" / "django.po"


def sources() -> Iterator[tuple[str, Path]]:
    """Every file that may hold a text, with its name inside the package."""
    for path in sorted(PACKAGE.rglob("*")):
        name = path.relative_to(PACKAGE).as_posix()
        is_template = "templates" in path.parts and path.suffix in (".html", ".txt")
        if (is_template or path.suffix == ".py") and not name.startswith(UNTRANSLATED):
            yield name, path


def texts(path: Path) -> Iterator[Message]:
    """The texts that one file marks for translation, with what it says to translators."""
    code = path.read_text(encoding="utf-8")
    if path.suffix != ".py":
        # Every tag becomes a call, and everything else X's; how far those are indented means nothing.
        code = "\n".join(line.strip() for line in templatize(code).splitlines())
    found = extract("python", io.BytesIO(code.encode()), KEYWORDS, ["Translators:"], {"encoding": "utf-8"})
    for _line, text, comments, context in found:
        yield Message(text, context=context, auto_comments=comments)


def wanted(language: str) -> Catalog:
    """A catalogue of everything that a language needs, with nothing translated."""
    catalogue = Catalog(locale=language)
    for name, path in sources():
        if language in INSIDE or name.startswith(PUBLIC_SOURCES):
            for text in texts(path):
                catalogue.add(
                    text.id,
                    locations=[(f"tocsin/{name}", 0)],
                    auto_comments=text.auto_comments,
                    context=text.context,
                )
    return catalogue


def translated(language: str) -> Catalog:
    """The catalogue of a language as it is kept; an empty one where there is none yet."""
    path = catalogue_file(language)
    with io.BytesIO(path.read_bytes() if path.exists() else b"") as file:
        return read_po(file, locale=language)


def brought_up_to_date(language: str) -> str:
    """What the catalogue's file has to hold: all that is wanted, with the translations that are known."""
    known, catalogue = translated(language), wanted(language)
    for message in catalogue:
        before = known.get(message.id, message.context) if message.id else None
        if before is not None and before.pluralizable == message.pluralizable:
            message.string = before.string
    content = io.BytesIO()
    write_po(content, catalogue, width=110, omit_header=True, include_lineno=False)
    # Babel's own header holds dates, which would differ in every branch.
    header = (
        f'msgid ""\nmsgstr ""\n"Language: {language}\\n"\n"MIME-Version: 1.0\\n"\n'
        '"Content-Type: text/plain; charset=UTF-8\\n"\n"Content-Transfer-Encoding: 8bit\\n"\n'
        f'"Plural-Forms: {catalogue.plural_forms}\\n"\n\n'
    )
    return header + content.getvalue().decode().rstrip("\n") + "\n"


def update() -> None:
    """Bring every catalogue up to date, and say how much is still to be translated."""
    for language in (*INSIDE, *PUBLIC):
        path = catalogue_file(language)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(brought_up_to_date(language), encoding="utf-8")
        missing = len(untranslated(translated(language)))
        print(f"{path}: {missing} to translate")  # noqa: T201 - the terminal is where this script speaks


def untranslated(catalogue: Catalog) -> list[Message]:
    """The texts of a catalogue that have no translation, or not in every plural form."""
    return [
        message
        for message in catalogue
        if message.id and not all([message.string] if isinstance(message.string, str) else message.string or [""])
    ]


def compile_all() -> None:
    """Make of every catalogue what Django reads."""
    for language in (*INSIDE, *PUBLIC):
        with catalogue_file(language).with_suffix(".mo").open("wb") as file:
            write_mo(file, translated(language))


if __name__ == "__main__":
    verb = {"update": update, "compile": compile_all}.get(" ".join(sys.argv[1:]))
    if verb is None:
        sys.exit("usage: messages.py update|compile")
    verb()
