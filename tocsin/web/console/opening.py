"""The console's first page, and the way from there to an order to open."""

from dataclasses import dataclass

from django.http import Http404, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods

from tocsin.accounts.models import Person
from tocsin.accounts.rules import Role
from tocsin.activations.actions import order_opening
from tocsin.activations.models import Activation
from tocsin.activations.queries import activations_of, live_activations
from tocsin.activations.rules import LIVE_STATES, Kind, Stream
from tocsin.authorities.models import Authority, Number
from tocsin.authorities.queries import authorities_of
from tocsin.refusals import Refusal
from tocsin.web import refusals
from tocsin.web.console.forms import CALL_BACKS_AT_ONCE, NO_CALL_BACKS, OpeningForm
from tocsin.web.guards import PersonRequest, for_roles


@dataclass(frozen=True)
class Standing:
    """An authority and what it has open at this moment."""

    authority: Authority
    live: list[Activation]


@dataclass(frozen=True)
class InUse:
    """A number on which something lives already, and what; None where that is another authority's affair."""

    number: Number
    kind: str
    activation: Activation | None


@for_roles(Role.COORDINATOR, Role.DUTY_OFFICER)
@require_GET
def home(request: PersonRequest) -> HttpResponseBase:
    """What is open now, for every authority that the person acts for."""
    live = list(activations_of(person=request.user).filter(state__in=[state.value for state in LIVE_STATES]))
    standings = [
        Standing(authority, [one for one in live if one.authority_id == authority.pk])
        for authority in authorities_of(person=request.user)
    ]
    page = {
        "standings": standings,
        "may_open": request.user.has_role(Role.DUTY_OFFICER),
        "may_arrange": request.user.has_role(Role.COORDINATOR),
    }
    return render(request, "console/home.html", page)


@for_roles(Role.DUTY_OFFICER)
@require_GET
def choose(request: PersonRequest) -> HttpResponseBase:
    """Real or exercise: chosen on a page of its own, because it can never be changed."""
    authorities = authorities_of(person=request.user).prefetch_related("numbers")
    choices = [(authority, _in_use(authority, person=request.user)) for authority in authorities]
    return render(request, "console/choose.html", {"choices": choices})


@for_roles(Role.DUTY_OFFICER)
@require_http_methods(["GET", "POST"])
def order(request: PersonRequest, slug: str, kind: str) -> HttpResponseBase:
    """The order to open, already filled with what is true of any event."""
    if kind not in list(Kind):
        raise Http404
    authority = get_object_or_404(authorities_of(person=request.user), slug=slug)
    form = OpeningForm(request.POST or None, request.FILES or None, authority=authority)
    if form.is_valid():
        try:
            activation = order_opening(
                by=request.user,
                authority=authority,
                number=form.cleaned_data["number"],
                title=form.cleaned_data["title"],
                kind=Kind(kind),
                languages=form.languages,
                streams=(Stream.D5, Stream.D2) if form.cleaned_data["streams"] == Stream.D2 else (Stream.D5,),
                front_texts=form.front_texts,
                recordings=form.recordings,
                names=form.names,
                hours=form.hours,
                call_backs=form.cleaned_data["call_backs"] != NO_CALL_BACKS,
                dials_itself=form.cleaned_data["call_backs"] == CALL_BACKS_AT_ONCE,
                at=timezone.now(),
            )
        except Refusal as refusal:
            form.add_error(None, refusals.shown(refusal))
        else:
            return redirect("console_activation", activation.pk)
    shown = {
        "form": form,
        "authority": authority,
        "exercise": kind == Kind.EXERCISE,
        "in_use": _in_use(authority, person=request.user),
    }
    return render(request, "console/order.html", shown, status=422 if form.errors else 200)


def _in_use(authority: Authority, *, person: Person) -> list[InUse]:
    """The authority's numbers that are in use, each with what the person may know of it."""
    visible = set(activations_of(person=person).values_list("pk", flat=True))
    live = live_activations().filter(number__authorities=authority).select_related("number")
    return [
        InUse(one.number, one.kind, one if one.pk in visible else None)
        for one in live.order_by("number__digits", "key")
    ]
