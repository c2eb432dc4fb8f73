"""A line of the logbook, told in a sentence."""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext_lazy as _

from tocsin.logbook.models import Line
from tocsin.web.console.shown import language_name

_SENTENCES = {
    "activation.ordered": _("Ordered the line to be opened"),
    "activation.opened": _("The number answers"),
    "activation.closing_ordered": _("Ordered the line to be closed: nobody new is let in"),
    "activation.closed": _("Closed"),
    "activation.front_message_changed": _("Changed what callers hear"),
    "person.viewed": _("Looked at personal records"),
}
_FACTS = {
    "number": _("number"),
    "kind": _("kind"),
    "languages": _("languages"),
    "title": _("title"),
    "language": _("language"),
    "text": _("text"),
    "recording": _("recording"),
    "why": _("why"),
    "purpose": _("purpose"),
}
_KINDS = {"real": _("real"), "exercise": _("exercise")}


def told(line: Line) -> tuple[str, list[tuple[str, str]]]:
    """The sentence of a line, and its facts by name; a kind that has no sentence yet is shown as it is."""
    facts: Mapping[str, Any] = line.facts
    # The database does not keep the order of names, so those that are known come first, in the order above.
    names = [*(name for name in _FACTS if name in facts), *(name for name in facts if name not in _FACTS)]
    named = [(str(_FACTS.get(name, name)), _fact(name, facts[name])) for name in names if facts[name]]
    return str(_SENTENCES.get(line.kind, line.kind)), named


def _fact(name: str, value: Any) -> str:
    if name == "language":
        return language_name(value)
    if name == "languages":
        return ", ".join(language_name(code) for code in value)
    if name == "kind":
        return str(_KINDS.get(value, value))
    return ", ".join(map(str, value)) if isinstance(value, list) else str(value)
