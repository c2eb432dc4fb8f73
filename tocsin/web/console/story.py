"""A line of the logbook, told in a sentence."""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext_lazy as _

from tocsin.logbook.models import Line
from tocsin.web.console.call_story import answered
from tocsin.web.console.shown import language_name, stream_name

_SENTENCES = {
    "activation.ordered": _("Ordered the line to be opened"),
    "activation.opened": _("The number answers"),
    "activation.closing_ordered": _("Ordered the line to be closed: nobody new is let in"),
    "activation.closed": _("Closed"),
    "activation.front_message_changed": _("Changed what callers hear"),
    "activation.requirement_changed": _("Changed what is asked of agents"),
    "broadcast.sent": _("Told all agents"),
    "broadcast.read": _("Read what all agents were told"),
    "call.raise_ordered": _("Asked that a caller be served earlier"),
    "call.lower_ordered": _("Asked that a caller be served at the own place again"),
    "call.move_ordered": _("Asked that a caller wait for another language or stream"),
    "call.give_ordered": _("Asked that a caller be offered to an agent"),
    "call.order_answered": _("The switchboard answered a coordinator"),
    "help.asked": _("Asked for help in a conversation"),
    "help.coming": _("Comes to help"),
    "help.over": _("Needs no help any more"),
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
    "call": _("call"),
    "stream": _("stream"),
    "agent": _("agent"),
    "answer": _("answer"),
    "language_level": _("level in the language"),
    "skills": _("skills"),
    "relaxed_after_seconds": _("less is asked after, in seconds"),
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
    if name == "stream":
        return stream_name(value)
    if name == "answer":
        return answered(value)
    if name == "kind":
        return str(_KINDS.get(value, value))
    return ", ".join(map(str, value)) if isinstance(value, list) else str(value)
