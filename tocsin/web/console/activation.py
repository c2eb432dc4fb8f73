"""One activation: how it stands, what it says to callers, what was done to it, and closing it."""

import math
from datetime import datetime, timedelta

from django.core.paginator import Paginator
from django.http import Http404, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods

from tocsin import wiring
from tocsin.accounts.rules import Role
from tocsin.activations.actions import change_front_message, order_closing
from tocsin.activations.models import Activation, FrontMessage, KeypadAnswer, News
from tocsin.activations.queries import (
    activations_of,
    answers_in_force,
    front_in_force,
    hearing_terms_in_force,
    live_activations,
    names_in_force,
    news_in_force,
    opening_took,
    sms_in_force,
    survey_in_force,
)
from tocsin.activations.rules import OPENING_PROMISE, State
from tocsin.calls.queries import sms_counts
from tocsin.logbook.queries import lines_about
from tocsin.refusals import Refusal
from tocsin.web import refusals
from tocsin.web.console import queue, target
from tocsin.web.console.answers import first_free_key
from tocsin.web.console.forms import ClosingForm, FrontMessageForm
from tocsin.web.console.requirement import described
from tocsin.web.console.shown import language_name, spoken_languages
from tocsin.web.console.story import told
from tocsin.web.console.visible import visible_activation
from tocsin.web.guards import PersonRequest, for_roles

ACTIVATIONS_ON_A_PAGE = 50
# Speaking a changed message takes a second or two.
SPOKEN_WITHIN = timedelta(seconds=10)


@for_roles(Role.COORDINATOR, Role.DUTY_OFFICER)
@require_GET
def past(request: PersonRequest) -> HttpResponseBase:
    """Every activation that the person may see, newest first."""
    pages = Paginator(activations_of(person=request.user), ACTIVATIONS_ON_A_PAGE)
    return render(request, "console/past.html", {"page": pages.get_page(request.GET.get("page"))})


@for_roles(Role.COORDINATOR, Role.DUTY_OFFICER)
@require_GET
def activation(request: PersonRequest, key: int) -> HttpResponseBase:
    """How one activation stands, and what can be done about it."""
    shown = visible_activation(person=request.user, key=key)
    messages = front_in_force(shown).values()
    steps = list(shown.steps.select_related("by"))
    if steps:
        # A step that was taken since the activation was read is told with the state that it led to.
        shown.state = steps[-1].after
    now = timezone.now()
    front = [
        {"name": language_name(words.language), "words": words, "mute": _is_mute(words, shown, now=now)}
        for words in messages
    ]
    return render(
        request,
        "console/activation.html",
        {
            **_standing(request, shown, now=now),
            "front": front,
            "more_languages": [each for each in spoken_languages() if each[0] not in shown.languages],
            "answers": _answers(shown, now=now),
            "news": _news(shown, now=now),
            **_names(shown),
            **_sms(shown),
            "survey": _survey(shown),
            "hours": shown.hours.order_by("weekday", "start"),
            "steps": steps,
            "requirement": described(shown),
            "target": target.described(shown),
            "queue": queue.described(shown),
            "terms": hearing_terms_in_force(shown),
            "may_coordinate": request.user.has_role(Role.COORDINATOR),
        },
    )


@for_roles(Role.COORDINATOR, Role.DUTY_OFFICER)
@require_GET
def progress(request: PersonRequest, key: int) -> HttpResponseBase:
    """The part of the page that follows an order until it is carried out, asked for every second."""
    standing = _standing(request, visible_activation(person=request.user, key=key), now=timezone.now())
    if standing["state"] in (State.OPEN, State.CLOSED):
        # There is more to see and to do now: the whole page is loaded again, and asks no more.
        return HttpResponse(status=204, headers={"HX-Refresh": "true"})
    return render(request, "console/standing.html", standing)


@for_roles(Role.DUTY_OFFICER)
@require_http_methods(["GET", "POST"])
def front_message(request: PersonRequest, key: int, language: str) -> HttpResponseBase:
    """Other words for one language, in force for the next caller."""
    shown = visible_activation(person=request.user, key=key)
    words = front_in_force(shown).get(language)
    if words is None:
        raise Http404
    form = FrontMessageForm(
        request.POST or None,
        request.FILES or None,
        language=language,
        text=words.text,
        recording=words.recording,
    )
    if form.is_valid():
        try:
            change_front_message(
                activation=shown.pk,
                by=request.user,
                language=language,
                text=form.text,
                recording=form.recording,
                at=timezone.now(),
            )
        except Refusal as refusal:
            form.add_error(None, refusals.shown(refusal))
        else:
            return redirect("console_activation", shown.pk)
    page = {"activation": shown, "form": form, "language": language, "name": language_name(language)}
    return render(request, "console/front_message.html", page, status=422 if form.errors else 200)


@for_roles(Role.DUTY_OFFICER)
@require_http_methods(["GET", "POST"])
def close(request: PersonRequest, key: int) -> HttpResponseBase:
    """Close the line, with a reason, on a page of its own."""
    shown = visible_activation(person=request.user, key=key)
    form = ClosingForm(request.POST or None)
    if form.is_valid():
        try:
            order_closing(activation=shown.pk, by=request.user, at=timezone.now(), why=form.cleaned_data["why"])
        except Refusal as refusal:
            form.add_error(None, refusals.shown(refusal))
        else:
            return redirect("console_activation", shown.pk)
    page = {"activation": shown, "form": form}
    return render(request, "console/close.html", page, status=422 if form.errors else 200)


@for_roles(Role.COORDINATOR, Role.DUTY_OFFICER)
@require_GET
def logbook(request: PersonRequest, key: int) -> HttpResponseBase:
    """Every line of the logbook about one activation."""
    shown = visible_activation(person=request.user, key=key)
    lines = [(line, told(line)) for line in lines_about(subject=f"activation:{shown.pk}")]
    return render(request, "console/logbook.html", {"activation": shown, "lines": lines})


def _answers(shown: Activation, *, now: datetime) -> list[dict[str, object]]:
    """The keypad answers of each language, and the key for another one."""
    return [
        {
            "code": code,
            "name": language_name(code),
            "free": first_free_key(answers),
            "answers": [{"words": each, "mute": _is_mute(each, shown, now=now)} for each in answers],
        }
        for code, answers in answers_in_force(shown).items()
    ]


def _news(shown: Activation, *, now: datetime) -> list[dict[str, object]]:
    """What those in line are told, by language."""
    there = news_in_force(shown)
    return [
        {
            "code": code,
            "name": language_name(code),
            "words": there.get(code),
            "mute": code in there and _is_mute(there[code], shown, now=now),
        }
        for code in shown.languages
    ]


def _names(shown: Activation) -> dict[str, object]:
    """What callers who choose between several hear it called, by language; and whether they do."""
    there = names_in_force(shown)
    return {
        "names": [{"code": c, "name": language_name(c), "text": there.get(c, "")} for c in shown.languages],
        "beside": live_activations().filter(number=shown.number).exclude(pk=shown.pk).exists(),
    }


def _sms(shown: Activation) -> dict[str, object]:
    """What callers are sent who ask for it, by language, and what became of what was."""
    there = sms_in_force(shown)
    return {
        "sms": [{"code": c, "name": language_name(c), "text": there.get(c, "")} for c in shown.languages],
        "sms_counts": sms_counts(activation=shown.pk),
        "sends_sms": wiring.sms() is not None,
    }


def _survey(shown: Activation) -> list[dict[str, object]]:
    """What callers are asked after the conversation, by language."""
    there = survey_in_force(shown)
    return [{"code": code, "name": language_name(code), "question": there.get(code)} for code in shown.languages]


def _is_mute(words: FrontMessage | KeypadAnswer | News, shown: Activation, *, now: datetime) -> bool:
    """Whether callers of an open line hear nothing of a message, which should have been spoken by now."""
    if shown.state != State.OPEN or now - words.at < SPOKEN_WITHIN:
        return False
    try:
        return not wiring.speech().has(name=words.media_name)
    except Refusal:
        return True


def _standing(request: PersonRequest, shown: Activation, *, now: datetime) -> dict[str, object]:
    """What the page says at its top; `late` once the promise of a minute is broken."""
    waited = now - shown.ordered_at
    took = opening_took(shown)
    state = State(shown.state)
    return {
        "activation": shown,
        "state": state.value,
        "seconds_waited": int(waited.total_seconds()),
        "seconds_promised": int(OPENING_PROMISE.total_seconds()),
        "late": state is State.ORDERED and waited > OPENING_PROMISE,
        # A part of a second is a second: nothing opens in none.
        "took_seconds": math.ceil(took.total_seconds()) if took is not None else None,
        "may_act": request.user.has_role(Role.DUTY_OFFICER),
        "may_change": request.user.has_role(Role.DUTY_OFFICER) and state in (State.ORDERED, State.OPEN),
        "may_tell": state in (State.ORDERED, State.OPEN),
    }
