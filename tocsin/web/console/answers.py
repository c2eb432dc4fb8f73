"""The questions that a key answers: an officer writes them, and the next caller hears them."""

from django.http import Http404, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from tocsin.accounts.rules import Role
from tocsin.activations.actions import change_keypad_answer, remove_keypad_answer
from tocsin.activations.models import Activation, KeypadAnswer
from tocsin.activations.queries import answers_in_force
from tocsin.activations.rules import ANSWER_KEYS
from tocsin.refusals import Refusal
from tocsin.web import refusals
from tocsin.web.console.forms import AnswerForm
from tocsin.web.console.shown import language_name
from tocsin.web.console.visible import activation_speaking
from tocsin.web.guards import PersonRequest, for_roles


@for_roles(Role.DUTY_OFFICER)
@require_http_methods(["GET", "POST"])
def answer(request: PersonRequest, key: int, language: str, digit: int) -> HttpResponseBase:
    """The question and the answer on one key, in force for the next caller."""
    activation = activation_speaking(language, person=request.user, key=key)
    if digit not in ANSWER_KEYS:
        raise Http404
    there = on_key(activation, language, digit)
    form = _form(request, language, there)
    if form.is_valid():
        try:
            change_keypad_answer(
                activation=activation.pk,
                by=request.user,
                language=language,
                key=digit,
                question=form.cleaned_data["question"],
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
        "language": language,
        "name": language_name(language),
        "digit": digit,
        "there": there,
    }
    return render(request, "console/answer.html", page, status=422 if form.errors else 200)


@for_roles(Role.DUTY_OFFICER)
@require_http_methods(["GET", "POST"])
def remove_answer(request: PersonRequest, key: int, language: str, digit: int) -> HttpResponseBase:
    """Take a question off its key, on a page of its own."""
    activation = activation_speaking(language, person=request.user, key=key)
    there = on_key(activation, language, digit)
    if there is None:
        raise Http404
    refused = ""
    if request.method == "POST":
        try:
            remove_keypad_answer(
                activation=activation.pk, by=request.user, language=language, key=digit, at=timezone.now()
            )
        except Refusal as refusal:
            refused = refusals.shown(refusal)
        else:
            return redirect("console_activation", activation.pk)
    page = {"activation": activation, "there": there, "name": language_name(language), "refused": refused}
    return render(request, "console/remove_answer.html", page, status=422 if refused else 200)


def on_key(activation: Activation, language: str, digit: int) -> KeypadAnswer | None:
    """What is on a key in a language; None where nothing is."""
    return next((each for each in answers_in_force(activation)[language] if each.key == digit), None)


def first_free_key(answers: list[KeypadAnswer]) -> int | None:
    """The key for another question; None where every key has one."""
    taken = {answer.key for answer in answers}
    return next((key for key in ANSWER_KEYS if key not in taken), None)


def _form(request: PersonRequest, language: str, there: KeypadAnswer | None) -> AnswerForm:
    return AnswerForm(
        request.POST or None,
        request.FILES or None,
        language=language,
        question=there.question if there else "",
        text=there.text if there else "",
        recording=there.recording if there else "",
    )
