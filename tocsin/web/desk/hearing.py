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
from tocsin.workforce.queries import agent_of


@for_roles(Role.AGENT)
@require_POST
def hearing(request: PersonRequest, verb: str) -> HttpResponse:
    """Put before the switchboard what a coordinator asks who hears a conversation; a refusal says why (422)."""
    agent = agent_of(request.user)
    if agent is None or verb not in VERBS:
        raise Http404
    try:
        actions.change_hearing(verb=SupervisorVerb(verb), agent=agent, at=timezone.now())
    except Refusal as refusal:
        return refusals.answered(refusal)
    return HttpResponse(status=204)
