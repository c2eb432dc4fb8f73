"""Those who asked for text instead of speech. PERSONAL marks reads that need `viewing` around them."""

from dataclasses import dataclass

from django.conf import settings

from tocsin.activations.queries import answers_in_force
from tocsin.authorities.models import Authority
from tocsin.calls.models import Call, Caller, Sms, TextCaller
from tocsin.calls.rules.numbers import is_mobile
from tocsin.logbook.models import Line

# The kinds of logbook line by which somebody is put on the list, or off it.
ASKED, ENDED = "text.asked", "text.ended"


@dataclass(frozen=True, slots=True)
class Texting:
    """Whether a caller can be sent an SMS, and whether they asked for text whenever they call."""

    possible: bool
    asked: bool


@dataclass(frozen=True, slots=True)
class TextToSend:
    """An approved text that an agent can have sent, that of a key or (no answer) the message of the line; and what
    became of it in this call, empty where it was not sent."""

    answer: int | None
    question: str
    state: str


def texting(*, call: str) -> Texting:
    """PERSONAL. How it is with whoever made a call; nothing is possible where the instance sends no SMS."""
    made = Call.objects.select_related("activation").filter(pk=call).first()
    caller = Caller.objects.filter(pk=call).first()
    if not (made and made.activation and caller and is_mobile(caller.number) and settings.GATEWAYS.get("sms")):
        return Texting(possible=False, asked=False)
    listed = TextCaller.objects.filter(authority=made.activation.authority_id, caller_mark=made.caller_mark)
    return Texting(possible=True, asked=listed.exists())


def changes_of_texting(*, call: str) -> int:
    """How often an agent put whoever made a call on the list, or off it, during the call."""
    return Line.objects.filter(kind__in=(ASKED, ENDED), facts__call=call).count()


def texts_to_send(*, call: str) -> list[TextToSend]:
    """What an agent can have sent to whoever made a call, in the language of the call."""
    made = Call.objects.select_related("activation").filter(pk=call).first()
    if made is None or made.activation is None:
        return []
    answers = answers_in_force(made.activation).get(made.language, [])
    sent: dict[int | None, str] = dict(Sms.objects.filter(call=call).order_by("id").values_list("answer", "state"))
    choices = [(None, ""), *((each.pk, each.question) for each in answers if each.text)]
    return [TextToSend(key, question, sent.get(key, "")) for key, question in choices]


def text_callers_of(authority: Authority) -> list[TextCaller]:
    """PERSONAL. All who asked an authority for text, the latest first."""
    found = TextCaller.objects.filter(authority=authority).select_related("agent__person")
    return list(found.order_by("-last_at"))
