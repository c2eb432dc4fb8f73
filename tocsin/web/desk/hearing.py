"""Hearing a conversation at the desk: a coordinator whispers, speaks with both, takes over, leaves."""

from django.http import Http404, HttpResponse
from django.utils import timezone
from django.views.decorators.http import require_POST

from tocsin.accounts.rules import Role
from tocsin.calls import actions
from tocsin.calls.ports import SupervisorVerb
from tocsin.calls.rules.supervision import VERBS
from tocsin.refusals import Refusal
from tocsin.web import refusals
from tocsin.web.guards import PersonRequest, for_roles
from tocsin.workforce.models import Agent


@for_roles(Role.AGENT)
@require_POST
def hearing(request: PersonRequest, verb: str) -> HttpResponse:
    """Put before the switchboard what a coordinator asks who hears a conversation; a refusal says why (422)."""
    agent = Agent.objects.filter(person=request.user).select_related("person").first()
    if agent is None or verb not in VERBS:
        raise Http404
    try:
        actions.change_hearing(verb=SupervisorVerb(verb), agent=agent, at=timezone.now())
    except Refusal as refusal:
        return HttpResponse(refusals.shown(refusal), status=422, content_type="text/plain; charset=utf-8")
    return HttpResponse(status=204)
