"""What is open, for whom, and what its callers hear first."""

from datetime import timedelta

from django.db.models import QuerySet

from tocsin.accounts.models import Person
from tocsin.activations.models import Activation, FrontMessage
from tocsin.activations.rules import LIVE_STATES, State


def live_activations() -> QuerySet[Activation]:
    """Everything ordered, open or closing; at most one per number."""
    return Activation.objects.filter(state__in=[state.value for state in LIVE_STATES])


def live_activation(*, number: str) -> Activation | None:
    """What lives on a number, by its digits."""
    return live_activations().filter(number__digits=number).first()


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
    newest = activation.front_messages.order_by("language", "-id").distinct("language")
    by_language = {message.language: message for message in newest}
    return {code: by_language[code] for code in activation.languages if code in by_language}
