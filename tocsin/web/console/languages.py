"""The languages of an open line: one more, or one fewer."""

from django.http import Http404, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from tocsin.accounts.rules import Role
from tocsin.activations.actions import add_language, remove_language
from tocsin.activations.rules import SPOKEN_LANGUAGES
from tocsin.refusals import Refusal
from tocsin.web import refusals
from tocsin.web.console.forms import FrontMessageForm
from tocsin.web.console.prepared import prepared_text
from tocsin.web.console.shown import language_name
from tocsin.web.console.visible import visible_activation
from tocsin.web.guards import PersonRequest, for_roles


@for_roles(Role.DUTY_OFFICER)
@require_http_methods(["GET", "POST"])
def add(request: PersonRequest, key: int, language: str) -> HttpResponseBase:
    """Serve callers in another language, with what they hear first in it."""
    activation = visible_activation(person=request.user, key=key)
    if language not in SPOKEN_LANGUAGES:
        raise Http404
    form = FrontMessageForm(
        request.POST or None,
        request.FILES or None,
        language=language,
        text=prepared_text(language, authority=activation.authority.name),
        recording="",
    )
    if form.is_valid():
        try:
            add_language(
                activation=activation.pk,
                by=request.user,
                language=language,
                text=form.text,
                recording=form.recording,
                at=timezone.now(),
            )
        except Refusal as refusal:
            form.add_error(None, refusals.shown(refusal))
        else:
            return redirect("console_activation", activation.pk)
    page = {
        "activation": activation,
        "form": form,
        "name": language_name(language),
        "next_key": len(activation.languages) + 1,
    }
    return render(request, "console/add_language.html", page, status=422 if form.errors else 200)


@for_roles(Role.DUTY_OFFICER)
@require_http_methods(["GET", "POST"])
def remove(request: PersonRequest, key: int, language: str) -> HttpResponseBase:
    """Offer a language no more, on a page of its own."""
    activation = visible_activation(person=request.user, key=key)
    if language not in activation.languages:
        raise Http404
    refused = ""
    if request.method == "POST":
        try:
            remove_language(activation=activation.pk, by=request.user, language=language, at=timezone.now())
        except Refusal as refusal:
            refused = refusals.shown(refusal)
        else:
            return redirect("console_activation", activation.pk)
    page = {
        "activation": activation,
        "language": language,
        "name": language_name(language),
        "refused": refused,
    }
    return render(request, "console/remove_language.html", page, status=422 if refused else 200)
