"""Hearing a conversation, and what a coordinator asks of an agent: the switchboard decides, the desk follows."""

from django import forms
from django.http import Http404, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods, require_POST

from tocsin.accounts.rules import Role
from tocsin.activations.models import Activation
from tocsin.calls import actions
from tocsin.calls.models import Call
from tocsin.calls.ports import SupervisorVerb
from tocsin.calls.rules.supervision import MANNERS
from tocsin.refusals import Refusal
from tocsin.web import pauses, refusals
from tocsin.web.console import line
from tocsin.web.console.forms import PurposeForm
from tocsin.web.console.visible import visible_activation
from tocsin.web.guards import PersonRequest, for_roles
from tocsin.workforce.models import Agent
from tocsin.workforce.rules import AgentState

TAPES = (SupervisorVerb.TAPE, SupervisorVerb.STOP_TAPE)
DISMISSALS = (SupervisorVerb.PAUSE, SupervisorVerb.SIGN_OUT)
WHY_DISMISSED = _("The agent reads it, and the logbook keeps it: “Your break is due.”")


@for_roles(Role.COORDINATOR)
@require_POST
def hear(request: PersonRequest, key: int, leg: str, verb: str) -> HttpResponseBase:
    """Ask to hear a conversation at one's own desk, or to have it recorded; the page of the line says what became
    of it."""
    if verb not in MANNERS and verb not in TAPES:
        raise Http404
    activation = visible_activation(person=request.user, key=key)
    call = get_object_or_404(Call, pk=leg, activation=activation)
    form = PurposeForm(request.POST, help_text=line.WHY_HEARD)
    if form.is_valid():
        try:
            why = form.cleaned_data["why"]
            act = actions.record if verb in TAPES else actions.hear
            act(verb=SupervisorVerb(verb), call=call, by=request.user, why=why, at=timezone.now())
        except Refusal as refusal:
            form.add_error(None, refusals.shown(refusal))
        else:
            return redirect("console_line", activation.pk)
    return line.call_page(request, activation, call, purpose=form)


class OwnNumberForm(forms.Form):
    """Where an agent may be called; empty: nowhere."""

    number = forms.CharField(
        label=_("Own telephone number"),
        required=False,
        max_length=40,
        widget=forms.TextInput(attrs={"type": "tel", "dir": "ltr", "autocomplete": "off"}),
        help_text=_(
            "Called when the agent asks for it at the desk, and paid by you for as long as the agent works."
        ),
    )


@for_roles(Role.COORDINATOR)
@require_POST
def own_number(request: PersonRequest, key: int, agent: int) -> HttpResponse:
    """Keep the number at which an agent of this line may be called."""
    activation = visible_activation(person=request.user, key=key)
    there = get_object_or_404(Agent.objects.select_related("person"), pk=agent, serves=activation.authority_id)
    form = OwnNumberForm(request.POST)
    if form.is_valid():
        try:
            raw = form.cleaned_data["number"]
            actions.keep_own_number(agent=there, raw=raw, by=request.user, at=timezone.now())
        except Refusal as refusal:
            form.add_error("number", refusals.shown(refusal))
        else:
            return redirect("console_agent", activation.pk, there.pk)
    return _agent_page(request, activation, there, form=PurposeForm(help_text=WHY_DISMISSED), own_number=form)


@for_roles(Role.COORDINATOR, Role.DUTY_OFFICER)
@require_http_methods(["GET", "POST"])
def agent(request: PersonRequest, key: int, agent: int) -> HttpResponse:
    """An agent at work on this line, whom a coordinator can pause or sign out."""
    activation = visible_activation(person=request.user, key=key)
    there = get_object_or_404(Agent.objects.select_related("person"), pk=agent, serves=activation.authority_id)
    form = PurposeForm(request.POST or None, help_text=WHY_DISMISSED)
    verb = request.POST.get("verb", "")
    if request.method == "POST" and verb not in DISMISSALS:
        raise Http404
    if form.is_valid():
        try:
            actions.dismiss(
                verb=SupervisorVerb(verb),
                agent=there,
                activation=activation,
                by=request.user,
                why=form.cleaned_data["why"],
                at=timezone.now(),
            )
        except Refusal as refusal:
            form.add_error(None, refusals.shown(refusal))
        else:
            return redirect("console_line", activation.pk)
    number = OwnNumberForm(initial={"number": there.own_number})
    return _agent_page(request, activation, there, form=form, own_number=number)


def _agent_page(
    request: PersonRequest, activation: Activation, agent: Agent, *, form: PurposeForm, own_number: OwnNumberForm
) -> HttpResponse:
    is_coordinator = request.user.has_role(Role.COORDINATOR)
    page = {
        "activation": activation,
        "agent": agent,
        "reason": pauses.SHOWN.get(agent.reason, agent.reason),
        "form": form,
        "may_ask": is_coordinator and agent.state != AgentState.SIGNED_OUT,
        "own_number": own_number if is_coordinator else None,
    }
    return render(request, "console/agent.html", page, status=422 if form.errors or own_number.errors else 200)
