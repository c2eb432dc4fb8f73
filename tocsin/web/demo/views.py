"""The three doors: call as a citizen, answer as an agent, watch as the coordinator."""

from django.conf import settings
from django.contrib.auth import login
from django.contrib.sessions.backends.db import SessionStore
from django.db import transaction
from django.db.models import Case, F, Value, When
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import get_language
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST, require_safe

from tocsin.accounts.models import Person
from tocsin.activations.queries import live_activations
from tocsin.activations.rules import State
from tocsin.authorities.actions import choose_language
from tocsin.web.demo import NUMBER, VISITORS_DOMAIN
from tocsin.web.guards import for_everybody
from tocsin.web.telephone import CITIZEN_COOKIE, CITIZEN_PATH, credentials
from tocsin.workforce.rules import AgentState

PLACES = {"desk": "desk", "console": "console_home"}


@for_everybody
@require_safe
def doors(request: HttpRequest) -> HttpResponse:
    """What this is, and the three ways in; while nothing is open, the one that opens comes first."""
    is_open = live_activations().filter(number__digits=NUMBER).exclude(state=State.CLOSING).exists()
    return render(request, "demo/doors.html", {"number": NUMBER, "is_open": is_open})


# Without a token: signing in changes it, and these pages stay open meanwhile. Anybody may enter anyway.
@for_everybody
@csrf_exempt
@require_POST
def enter(request: HttpRequest, place: str) -> HttpResponse:
    """Sign a visitor in as one of the demonstration's people, each visitor as another, and go there.

    One browser has one session, so the same person answers and watches: both windows stay signed in.
    """
    if place not in PLACES:
        raise Http404
    if not _is_visitor(request):
        with transaction.atomic():
            person = _longest_away()
            choose_language(person=person, language=_inside_language(), at=timezone.now())
            login(request, person, backend=settings.AUTHENTICATION_BACKENDS[0])
    return redirect(PLACES[place])


@for_everybody
@require_safe
def call(request: HttpRequest) -> HttpResponse:
    """The citizen's telephone."""
    response = render(request, "demo/call.html", {"number": NUMBER, "path": CITIZEN_PATH})
    if not SessionStore().exists(request.COOKIES.get(CITIZEN_COOKIE, "")):
        # A session of its own: the agent's, in the same browser, has a telephone too.
        session = SessionStore()
        session.create()
        response.set_cookie(CITIZEN_COOKIE, session.session_key or "", httponly=True, samesite="Strict")
    return response


# Without a token, for the same reason; the cookie is not sent along from other sites.
@for_everybody
@csrf_exempt
@require_POST
def telephone(request: HttpRequest) -> HttpResponse:
    """What the browser needs to telephone as a citizen."""
    session = request.COOKIES.get(CITIZEN_COOKIE, "")
    if not SessionStore().exists(session):
        raise Http404
    return JsonResponse(credentials(session=session, agent=None, at=timezone.now()))


def _is_visitor(request: HttpRequest) -> bool:
    return request.user.is_authenticated and request.user.email.endswith(f"@{VISITORS_DOMAIN}")


def _inside_language() -> str:
    """The language of the visitor's page, or English where the desk and the console are not in it."""
    language = get_language() or ""
    return language if language in dict(settings.INSIDE_LANGUAGES) else settings.LANGUAGE_CODE


def _longest_away() -> Person:
    """The visitor's person who has been away the longest, locked until the transaction ends."""
    is_here = Case(When(agent__state=AgentState.SIGNED_OUT, then=Value(0)), default=Value(1))
    people = Person.objects.filter(email__endswith=f"@{VISITORS_DOMAIN}", agent__isnull=False)
    found = (
        people.select_for_update(of=("self",), skip_locked=True, no_key=True)
        .order_by(is_here, F("last_login").asc(nulls_first=True), "pk")
        .first()
    )
    if found is None:
        raise Http404
    return found
