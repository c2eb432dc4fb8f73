"""What an open line says in one language and an officer changes: the news, the SMS, the survey."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Protocol

from django import forms
from django.http import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone

from tocsin.accounts.models import Person
from tocsin.activations.models import Activation
from tocsin.refusals import Refusal
from tocsin.web import refusals
from tocsin.web.console.shown import language_name
from tocsin.web.console.visible import activation_speaking
from tocsin.web.guards import PersonRequest


class Change(Protocol):
    """The action that puts another text of a language in force, or with an empty one none; may raise Refusal."""

    def __call__(self, *, activation: int, by: Person, language: str, text: str, at: datetime) -> None: ...


def change_text(
    request: PersonRequest,
    key: int,
    language: str,
    *,
    form: type[forms.Form],
    in_force: Callable[[Activation], Mapping[str, str]],
    change: Change,
    template: str,
    more: Mapping[str, object] | None = None,
) -> HttpResponseBase:
    """A page with the `text` of one language as it is in force; what is put in its place is, from now on."""
    activation = activation_speaking(language, person=request.user, key=key)
    shown = form(request.POST or None, initial={"text": in_force(activation).get(language, "")})
    shown.fields["text"].widget.attrs["lang"] = language
    if shown.is_valid():
        text = shown.cleaned_data["text"]
        try:
            change(activation=activation.pk, by=request.user, language=language, text=text, at=timezone.now())
        except Refusal as refusal:
            shown.add_error(None, refusals.shown(refusal))
        else:
            return redirect("console_activation", activation.pk)
    page = {"activation": activation, "form": shown, "language": language, "name": language_name(language)}
    return render(request, template, page | dict(more or {}), status=422 if shown.errors else 200)
