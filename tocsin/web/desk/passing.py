"""Passing a caller on: what there is to choose, and asking the switchboard for it."""

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods

from tocsin.accounts.rules import Role
from tocsin.activations.rules import Stream
from tocsin.calls import actions, queries
from tocsin.calls.models import Topic
from tocsin.calls.ports import Verb
from tocsin.calls.queries.passing import at_work, coordinators_of, directory
from tocsin.calls.rules import consulting, hold
from tocsin.calls.rules.transfer import COORDINATOR
from tocsin.refusals import Refusal
from tocsin.web import refusals
from tocsin.web.guards import PersonRequest, for_roles
from tocsin.workforce.models import Agent
from tocsin.workforce.queries import agent_of
from tocsin.workforce.rules import AgentState

# How a consultation came to nothing, as the agent who asked reads it.
_CAME_TO_NOTHING = {
    consulting.NOBODY_FREE: _("Whom you asked for is not free at this moment. You still speak with the caller."),
    "declined": _("Your colleague cannot take the caller. You speak with the caller again."),
    "not answered": _("Your colleague did not answer. You speak with the caller again."),
    "colleague hung up": _("Your colleague has left. You speak with the caller again."),
    "signed out": _("Your colleague has left. You speak with the caller again."),
    hold.FORGOTTEN: _("The caller was on hold for five minutes. You speak with the caller again."),
    "agent's telephone lost": _("Your colleague's telephone was cut off. You speak with the caller again."),
}


_NOT_REACHED = {
    "outside busy": _("%(name)s is busy. You speak with the caller again."),
    "outside no answer": _("%(name)s did not answer. You speak with the caller again."),
    "outside refused": _("%(name)s did not take the call. You speak with the caller again."),
    "outside unreachable": _(
        "%(name)s has no such number. You speak with the caller again: tell your coordinator."
    ),
    "outside congested": _(
        "The network could not reach %(name)s. You speak with the caller again: try once more."
    ),
    "outside given up": _("%(name)s was not reached. You speak with the caller again."),
    "outside gone": _("The connection to %(name)s was lost. You speak with the caller again."),
    "outside hung up": _("%(name)s has hung up. You speak with the caller again."),
}


def ended_consultation(call: queries.CallOnDesk | None) -> str:
    """That a colleague or somebody outside was asked in vain, for whoever asked; empty where that is not so, or
    long ago."""
    last = call.consulting if call else None
    if last and last.asks and not last.is_live and last.why in _NOT_REACHED:
        return _NOT_REACHED[last.why] % {"name": last.other}
    return str(_CAME_TO_NOTHING.get(last.why, "")) if last and last.asks and not last.is_live else ""


@for_roles(Role.AGENT)
@require_http_methods(["GET", "POST"])
def passing(request: PersonRequest) -> HttpResponse:
    """Who could take the caller over at this moment; and the click that asks for it."""
    agent = agent_of(request.user)
    call = queries.call_on_desk(agent=agent) if agent else None
    if agent is None or call is None:
        raise Http404
    if request.method == "POST":
        return _pass_on(request, agent, call)
    who = {"authority": call.authority, "besides": agent.pk}
    coordinators = coordinators_of(language=call.language, stream=call.stream, **who)
    page = {
        "call": call,
        "trained": at_work(language=call.language, stream=Stream.D2, **who) if call.stream is Stream.D5 else None,
        "languages": [
            (code, at_work(language=code, stream=call.stream, **who))
            for code in call.languages
            if code != call.language
        ],
        "others": at_work(language=call.language, stream=call.stream, **who),
        "coordinators": [each for each in coordinators if each.connected and each.state == AgentState.READY],
        "directory": directory(authority=call.authority, exercise=call.exercise),
    }
    return render(request, "desk/passing.html", page)


def _pass_on(request: PersonRequest, agent: Agent, call: queries.CallOnDesk) -> HttpResponse:
    if request.POST.get("call") != call.leg:
        raise Http404
    to, verb = request.POST.get("to", ""), request.POST.get("verb", "")
    try:
        if verb == Verb.TRANSFER or (verb == Verb.CONSULT and to == Stream.D2):
            _to_colleagues(request, agent, call)
        elif verb == Verb.CONSULT and to == COORDINATOR:
            _to_coordinator(request, agent, call)
        elif verb == Verb.CONSULT:
            _to_outside(request, agent, call)
        else:
            raise Http404
    except Refusal as refusal:
        return refusals.answered(refusal)
    return HttpResponse(status=204)


def _to_colleagues(request: PersonRequest, agent: Agent, call: queries.CallOnDesk) -> None:
    to = request.POST.get("to", "")
    if to not in {Stream.D2, call.stream, *call.languages}:
        raise Http404
    actions.pass_on(
        agent=agent,
        verb=Verb(request.POST["verb"]),
        call=call.leg,
        stream=call.stream,
        to=to,
        consent=_agrees(request),
        topic=_topic(request, call),
        at=timezone.now(),
    )


def _to_coordinator(request: PersonRequest, agent: Agent, call: queries.CallOnDesk) -> None:
    known = coordinators_of(authority=call.authority, language=call.language, stream=call.stream, besides=agent.pk)
    chosen = next((each for each in known if str(each.pk) == request.POST.get("coordinator")), None)
    if chosen is None:
        raise Http404
    # Whoever was ready when the page was shown may be asked: the switchboard says what became of it.
    actions.ask_coordinator(agent=agent, call=call.leg, coordinator=chosen, at=timezone.now())


def _to_outside(request: PersonRequest, agent: Agent, call: queries.CallOnDesk) -> None:
    known = {outside.name: outside for outside in directory(authority=call.authority, exercise=call.exercise)}
    chosen = known.get(request.POST.get("to", ""))
    if chosen is None:
        raise Http404
    actions.call_outside(agent=agent, call=call.leg, outside=chosen, consent=_agrees(request), at=timezone.now())


def _agrees(request: PersonRequest) -> bool:
    return request.POST.get("consent") == "yes"


def _topic(request: PersonRequest, call: queries.CallOnDesk) -> Topic | None:
    """What the call is about, as chosen on the page at the moment of the click."""
    chosen = request.POST.get("topic", "")
    topics = Topic.objects.filter(authority=call.authority)
    return topics.filter(pk=chosen).first() if chosen.isdecimal() else None
