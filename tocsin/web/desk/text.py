"""Text instead of speech: the agent says that a caller asked for it, and has approved answers sent by SMS."""

from collections.abc import Callable

from django.http import Http404, HttpResponse
from django.utils import timezone
from django.views.decorators.http import require_POST

from tocsin.accounts.rules import Role
from tocsin.calls import actions
from tocsin.calls.models import Call
from tocsin.refusals import Refusal
from tocsin.web import refusals
from tocsin.web.guards import PersonRequest, for_roles
from tocsin.workforce.models import Agent
from tocsin.workforce.queries import agent_of

_CHANGES = {"asked": actions.ask_for_text, "ended": actions.end_text}


@for_roles(Role.AGENT)
@require_POST
def wanted(request: PersonRequest, wanted: str) -> HttpResponse:
    """The caller on the desk asks for text from now on, or no more; a refusal says why (422)."""
    change = _CHANGES.get(wanted)
    if change is None:
        raise Http404
    return _done(request, lambda agent, call: change(agent=agent, call=call, at=timezone.now()))


@for_roles(Role.AGENT)
@require_POST
def send(request: PersonRequest) -> HttpResponse:
    """Have an approved text sent to the caller on the desk; a refusal says why (422)."""
    chosen = request.POST.get("answer", "")
    if chosen and not chosen.isdecimal():
        raise Http404
    answer = int(chosen) if chosen else None
    return _done(
        request, lambda agent, call: actions.send_text(agent=agent, call=call, answer=answer, at=timezone.now())
    )


def _done(request: PersonRequest, act: Callable[[Agent, Call], None]) -> HttpResponse:
    agent = agent_of(request.user)
    call = Call.objects.select_related("activation__authority").filter(pk=request.POST.get("call", "")).first()
    if agent is None or call is None:
        raise Http404
    try:
        act(agent, call)
    except Refusal as refusal:
        return refusals.answered(refusal)
    return HttpResponse(status=204)
