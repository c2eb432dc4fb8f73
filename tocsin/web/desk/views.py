"""The desk's page, what it follows, and what an agent asks there: the switchboard decides, never a view."""

from urllib.parse import urlsplit

from asgiref.sync import sync_to_async
from django.conf import settings
from django.http import Http404, HttpResponse, HttpResponseBase, JsonResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from tocsin.accounts.rules import Role
from tocsin.calls import actions, queries
from tocsin.calls.models import Call, Topic
from tocsin.calls.ports import Verb
from tocsin.calls.queries import login_of
from tocsin.calls.rules.help import Help
from tocsin.calls.rules.treatment import Conduct
from tocsin.refusals import Refusal
from tocsin.web import refusals
from tocsin.web.desk.panel import Panel
from tocsin.web.guards import PersonRequest, for_roles
from tocsin.web.live import live_page
from tocsin.web.pauses import CHOSEN_BY_AGENTS
from tocsin.web.telephone import PATH, credentials
from tocsin.workforce.queries import agent_of


@for_roles(Role.AGENT)
@require_safe
def desk(request: PersonRequest) -> HttpResponse:
    """The desk itself; what is on it comes with the first event."""
    agent = agent_of(request.user)
    if agent is None:
        return render(request, "desk/not_enrolled.html", {"place": "desk"}, status=403)
    login = login_of(session=request.session.session_key or "")
    own = login is not None and not login.browser
    page = {"place": "desk", "now": timezone.now(), "path": PATH, "own": own, "number": agent.own_number}
    return render(request, "desk/desk.html", page)


@for_roles(Role.AGENT)
async def live(request: PersonRequest) -> HttpResponseBase:
    """The panel, whenever something on it changed."""
    agent = await sync_to_async(agent_of)(request.user)
    if agent is None:
        raise Http404
    return live_page(request, Panel(agent=agent.pk, person=request.user).draw, agents=lambda: [agent.pk])


@for_roles(Role.AGENT)
@require_POST
def ask(request: PersonRequest, verb: str) -> HttpResponse:
    """Put before the switchboard what the agent asks; the answer is what the panel then shows."""
    reason = request.POST.get("reason", "")
    if verb not in list(Verb) or (reason and reason not in CHOSEN_BY_AGENTS):
        raise Http404
    agent = agent_of(request.user)
    if agent is None:
        raise Http404
    call = request.POST.get("call", "")
    actions.ask(agent=agent, verb=Verb(verb), call=call[:80], reason=reason, at=timezone.now())
    return HttpResponse(status=204)


@for_roles(Role.AGENT)
@require_POST
def help_me(request: PersonRequest, wanted: str) -> HttpResponse:
    """Ask for help in the conversation on the desk, or say that it is needed no more; a refusal says why (422)."""
    agent = agent_of(request.user)
    act = {Help.ASKED.value: actions.ask_for_help, Help.OVER.value: actions.end_help}.get(wanted)
    if agent is None or act is None:
        raise Http404
    try:
        act(agent=agent, call=request.POST.get("call", ""), at=timezone.now())
    except Refusal as refusal:
        return refusals.answered(refusal)
    return HttpResponse(status=204)


@for_roles(Role.AGENT)
@require_POST
def remark(request: PersonRequest, conduct: str) -> HttpResponse:
    """Remark how the caller behaved, or take that back; a refusal says why (422)."""
    agent = agent_of(request.user)
    call = Call.objects.select_related("activation").filter(pk=request.POST.get("call", "")).first()
    if agent is None or call is None or conduct not in list(Conduct):
        raise Http404
    try:
        actions.remark(agent=agent, call=call, conduct=Conduct(conduct), at=timezone.now())
    except Refusal as refusal:
        return refusals.answered(refusal)
    return HttpResponse(status=204)


@for_roles(Role.AGENT)
@require_POST
def told(request: PersonRequest, key: int) -> HttpResponse:
    """The agent has read what all were told."""
    agent = agent_of(request.user)
    unread = queries.unread_broadcasts(agent=agent) if agent else []
    for each in unread:
        if agent and each.pk == key:
            actions.read_broadcast(broadcast=each, agent=agent, at=timezone.now())
    return HttpResponse(status=204)


@for_roles(Role.AGENT)
@require_POST
def telephone(request: PersonRequest) -> HttpResponse:
    """What the browser needs to telephone as this agent, for as long as the web session lasts."""
    agent = agent_of(request.user)
    if agent is None or not request.session.session_key:
        raise Http404
    return JsonResponse(credentials(session=request.session.session_key, agent=agent, at=timezone.now()))


@for_roles(Role.AGENT)
@require_POST
def own_telephone(request: PersonRequest) -> HttpResponse:
    """What the agent's SIP telephone needs to sign in, in the browser's place, while the web session lasts."""
    agent = agent_of(request.user)
    session = request.session.session_key
    if agent is None or not session:
        raise Http404
    login, password = actions.issue_login(session=session, agent=agent, at=timezone.now(), browser=False)
    server = f"{urlsplit(request.build_absolute_uri()).hostname}:{settings.INTERNAL_PORTS.sip}"
    return JsonResponse({"server": server, "username": login.username, "password": password})


@for_roles(Role.AGENT)
@require_POST
def own_number(request: PersonRequest) -> HttpResponse:
    """Keep the agent's own number and have it called, in the browser's place; a refusal says why (422)."""
    agent = agent_of(request.user)
    session = request.session.session_key
    if agent is None or not session:
        raise Http404
    now = timezone.now()
    try:
        raw = request.POST.get("number", "")
        agent.own_number = actions.keep_own_number(agent=agent, raw=raw, by=request.user, at=now)
        actions.call_agent(session=session, agent=agent, at=now)
    except Refusal as refusal:
        return refusals.answered(refusal)
    return HttpResponse(status=204)


@for_roles(Role.AGENT)
@require_POST
def note(request: PersonRequest) -> HttpResponse:
    """Keep what is written about a call; a refusal says why (422)."""
    agent = agent_of(request.user)
    call = Call.objects.select_related("activation__authority").filter(pk=request.POST.get("call", "")).first()
    chosen = request.POST.get("topic", "")
    topic = Topic.objects.filter(pk=chosen).first() if chosen.isdecimal() else None
    if agent is None or call is None:
        raise Http404
    text = request.POST.get("text", "")
    try:
        actions.write_note(agent=agent, call=call, topic=topic, text=text, at=timezone.now())
    except Refusal as refusal:
        return refusals.answered(refusal)
    return HttpResponse(status=204)
