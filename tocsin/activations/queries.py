"""What is open, for whom, and what its callers hear first."""

from datetime import timedelta
from typing import TypeVar

from django.db.models import Case, OuterRef, QuerySet, Subquery, When

from tocsin.accounts.models import Person
from tocsin.activations.models import (
    Activation,
    ActivationStep,
    FrontMessage,
    HearingTerms,
    KeypadAnswer,
    News,
    SurveyQuestion,
    Words,
)
from tocsin.activations.rules import LIVE_STATES, Kind, State

SomeWords = TypeVar("SomeWords", bound=Words)


def live_activations() -> QuerySet[Activation]:
    """Everything ordered, open or closing; several may share a number."""
    return Activation.objects.filter(state__in=[state.value for state in LIVE_STATES])


def live_activation(*, number: str) -> Activation | None:
    """The oldest that lives on a number, by its digits."""
    return live_activations().filter(number__digits=number).first()


def last_closed() -> QuerySet[Activation]:
    """What callers of each number called for last: the real activation that closed last, of those that had opened;
    an exercise where nothing real was."""
    opened = Activation.objects.filter(state=State.CLOSED, steps__after=State.OPEN)
    closed_last = ActivationStep.objects.filter(activation=OuterRef("pk"), after=State.CLOSED)
    closed = opened.annotate(closing=Subquery(closed_last.values("pk")[:1]))
    real_first = Case(When(kind=Kind.REAL, then=0), default=1)
    return closed.order_by("number_id", real_first, "-closing").distinct("number_id")


def activations_of(*, person: Person) -> QuerySet[Activation]:
    """The activations a person may see: those of the authorities the person acts for, newest first."""
    visible = Activation.objects.filter(authority__members=person)
    return visible.select_related("authority", "number").order_by("-ordered_at", "-id")


def opening_took(activation: Activation) -> timedelta | None:
    """From the order until the number answered; None while it does not, or where it never did."""
    opened = activation.steps.filter(after=State.OPEN.value).first()
    return opened.at - activation.ordered_at if opened else None


def front_in_force(activation: Activation) -> dict[str, FrontMessage]:
    """The front message of each language, the newest, in the order of the keypad's keys."""
    newest = _newest(activation.front_messages.all())
    by_language = {message.language: message for message in newest}
    return {code: by_language[code] for code in activation.languages if code in by_language}


def names_in_force(activation: Activation) -> dict[str, str]:
    """What callers who choose between several hear it called, by language; a language without any has none."""
    newest = _newest(activation.incident_names.all())
    return {each.language: each.text for each in newest if each.text}


def answers_in_force(activation: Activation) -> dict[str, list[KeypadAnswer]]:
    """The keypad answers of each language by key; a language without any has none."""
    newest = activation.keypad_answers.order_by("language", "key", "-id").distinct("language", "key")
    return {
        code: [answer for answer in newest if answer.language == code and answer.question]
        for code in activation.languages
    }


def sms_in_force(activation: Activation) -> dict[str, str]:
    """What callers are sent who ask for it, by language; a language without any sends none."""
    newest = _newest(activation.sms_texts.all())
    return {each.language: each.text for each in newest if each.text}


def survey_in_force(activation: Activation) -> dict[str, SurveyQuestion]:
    """What callers are asked after the conversation, by language; a language without any asks nothing."""
    newest = _newest(activation.survey_questions.all())
    return {each.language: each for each in newest if each.text}


def hearing_terms_in_force(activation: Activation) -> HearingTerms | None:
    """What the law asks where conversations are heard or recorded; None where nothing was said of it."""
    return activation.hearing_terms.order_by("-id").first()


def news_in_force(activation: Activation) -> dict[str, News]:
    """The news of the languages that have any."""
    newest = _newest(activation.news.all())
    return {news.language: news for news in newest if news.text}


def _newest(words: QuerySet[SomeWords]) -> QuerySet[SomeWords]:
    """Of each language the newest."""
    return words.order_by("language", "-id").distinct("language")
