"""A line of the logbook, told in a sentence."""

from collections.abc import Callable, Mapping
from typing import Any

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from tocsin.calls.actions.tapes import RETENTION_OVER
from tocsin.calls.rules.supervision import ELSEWHERE, TAKEN_OVER
from tocsin.calls.rules.treatment import Treatment
from tocsin.logbook.models import Line
from tocsin.web.console.call_story import answered
from tocsin.web.console.callers import TREATMENTS
from tocsin.web.console.shown import language_name, stream_name

_SENTENCES = {
    "activation.ordered": _("Ordered the line to be opened"),
    "activation.opened": _("The number answers"),
    "activation.closing_ordered": _("Ordered the line to be closed: nobody new is let in"),
    "activation.closed": _("Closed"),
    "activation.front_message_changed": _("Changed what callers hear"),
    "activation.answer_changed": _("Changed an answer by keypad"),
    "activation.answer_removed": _("Took a question off its key"),
    "activation.name_changed": _("Changed what callers choose it by"),
    "activation.news_changed": _("Changed the news for those in line"),
    "activation.sms_changed": _("Changed the SMS for callers"),
    "activation.hearing_terms_changed": _("Changed on what terms conversations are heard and recorded"),
    "activation.survey_changed": _("Changed the question after the conversation"),
    "activation.requirement_changed": _("Changed what is asked of agents"),
    "activation.language_added": _("Added a language"),
    "activation.language_removed": _("Removed a language"),
    "activation.queue_limited": _("Changed how many callers wait in line"),
    "activation.target_changed": _("Changed the target"),
    "agent.placed_in_team": _("Placed an agent in a team"),
    "broadcast.sent": _("Told all agents"),
    "broadcast.read": _("Read what all agents were told"),
    "call.raise_ordered": _("Asked that a caller be served earlier"),
    "call.lower_ordered": _("Asked that a caller be served at the own place again"),
    "call.move_ordered": _("Asked that a caller wait for another language or stream"),
    "call.give_ordered": _("Asked that a caller be offered to an agent"),
    "call.listen_ordered": _("Asked to listen in"),
    "call.whisper_ordered": _("Asked to whisper to an agent"),
    "call.barge_ordered": _("Asked to join a conversation"),
    "call.take_over_ordered": _("Asked to take over a caller"),
    "call.leave_ordered": _("Asked to leave a conversation"),
    "call.tape_ordered": _("Asked that a conversation be recorded"),
    "call.stop_tape_ordered": _("Asked that a conversation be recorded no more"),
    "call.pause_ordered": _("Asked that an agent pause"),
    "call.sign_out_ordered": _("Asked that an agent be signed out"),
    "call.order_answered": _("The switchboard answered a coordinator"),
    "caller.remarked": _("Remarked upon a caller"),
    "caller.treatment_decided": _("Decided how a caller is treated"),
    "conversation.heard": _("A coordinator hears a conversation"),
    "conversation.left": _("A coordinator hears a conversation no more"),
    "help.asked": _("Asked for help in a conversation"),
    "help.coming": _("Comes to help"),
    "help.over": _("Needs no help any more"),
    "question.answered": _("A question left by voice was answered"),
    "question.claimed": _("Took up a question left by voice"),
    "question.given_back": _("Gave a question left by voice back"),
    "question.silent": _("Nothing was said where a question could be left"),
    "sms.sent": _("A caller was sent the SMS"),
    "sms.failed": _("The SMS to a caller was given up"),
    "person.viewed": _("Looked at personal records"),
    "switchboard.clock_put": _("The clock was put forward or back"),
    "tape.lost": _("There is no file of a recording"),
    "tape.not_whole": _("A recording is not whole"),
    "tapes.deleted": _("Recordings were deleted"),
    "text.asked": _("A caller asked for text"),
    "text.ended": _("A caller gets text no more"),
    "text.ordered": _("Had a text sent to a caller by SMS"),
}
_FACTS = {
    "number": _("number"),
    "kind": _("kind"),
    "languages": _("languages"),
    "title": _("title"),
    "names": _("what callers choose it by"),
    "language": _("language"),
    "key": _("key"),
    "question": _("question"),
    "text": _("text"),
    "recording": _("recording"),
    "most_waiting": _("callers in line, at most"),
    "why": _("why"),
    "purpose": _("purpose"),
    "call": _("call"),
    "stream": _("stream"),
    "agent": _("agent"),
    "answer": _("answer"),
    "language_level": _("level in the language"),
    "conduct": _("conduct"),
    "treatment": _("treatment"),
    "until": _("until"),
    "skills": _("skills"),
    "relaxed_after_seconds": _("less is asked after, in seconds"),
    "within_seconds": _("within, in seconds"),
    "percent": _("per cent"),
    "by": _("coordinator"),
    "team": _("team"),
    "before": _("before"),
    "seconds": _("seconds"),
    "tape": _("recording"),
    "tapes": _("recordings"),
    "certificate": _("certificate"),
    "digest": _("SHA-256"),
    "terms": _("version"),
    "tells_hearing": _("callers are told that a coordinator may listen in"),
    "records": _("conversations are recorded"),
    "every": _("all of callers who agree"),
    "basis": _("legal basis"),
    "article": _("article"),
    "notices": _("notice"),
    "days": _("deleted after days"),
}
_CONDUCTS = {"nuisance": _("nuisance call"), "silent": _("nobody spoke"), "none": _("taken back")}
# Where no person said why.
_REASONS = {
    RETENTION_OVER: _("the retention is over"),
    TAKEN_OVER: _("taken over"),
    "left": _("left"),
    "call ended": _("the call ended"),
    "passed on": _("the caller was passed on"),
    "telephone lost": _("the telephone disappeared"),
    ELSEWHERE: _("the telephones were in different parts of the switch"),
}
_KINDS = {"real": _("real"), "exercise": _("exercise")}

# Facts that are codes, and how they are shown.
_SHOWN: Mapping[str, Callable[[Any], str]] = {
    "language": language_name,
    "languages": lambda codes: ", ".join(language_name(code) for code in codes),
    "stream": stream_name,
    "answer": answered,
    "conduct": lambda conduct: str(_CONDUCTS.get(conduct, conduct)),
    "treatment": lambda treatment: str(TREATMENTS[Treatment(treatment)]),
    "why": lambda why: str(_REASONS.get(why, why)),
    **dict.fromkeys(
        ("names", "notices"),
        lambda texts: "; ".join(f"{language_name(code)}: {text}" for code, text in texts.items()),
    ),
    **dict.fromkeys(("tells_hearing", "records", "every"), lambda _so: gettext("yes")),
    "kind": lambda kind: str(_KINDS.get(kind, kind)),
}


def told(line: Line) -> tuple[str, list[tuple[str, str]]]:
    """The sentence of a line, and its facts by name; a kind that has no sentence yet is shown as it is."""
    facts: Mapping[str, Any] = line.facts
    # The database does not keep the order of names, so those that are known come first, in the order above.
    names = [*(name for name in _FACTS if name in facts), *(name for name in facts if name not in _FACTS)]
    named = [(str(_FACTS.get(name, name)), _fact(name, facts[name])) for name in names if facts[name]]
    return str(_SENTENCES.get(line.kind, line.kind)), named


def _fact(name: str, value: Any) -> str:
    if name in _SHOWN:
        return _SHOWN[name](value)
    return ", ".join(map(str, value)) if isinstance(value, list) else str(value)
