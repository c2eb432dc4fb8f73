"""Who may see a page. Every view wears one of these guards; a test refuses a view without."""

from collections.abc import Callable
from functools import wraps
from secrets import compare_digest
from typing import Any, TypeVar, cast

from asgiref.sync import iscoroutinefunction, sync_to_async
from django.conf import settings
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.utils import translation
from django.utils.cache import add_never_cache_headers

from tocsin.accounts.models import Person
from tocsin.accounts.rules import Role
from tocsin.web.sign_in import has_second_factor

View = TypeVar("View", bound=Callable[..., Any])


class PersonRequest(HttpRequest):
    """A request that passed `for_roles`: somebody is signed in."""

    user: Person
    # Asked anew, by pages that stay open for hours, whether the person would be let in now.
    is_let_in_still: Callable[[], bool]


def for_everybody(view: View) -> View:
    """Marks a view that anybody may see, signed in or not."""
    view.guard = "everybody"  # type: ignore[attr-defined]
    return view


def for_monitoring(view: View) -> View:
    """Lets in whoever says the instance's secret `metrics`, as a bearer token (RFC 6750, section 2.1).

    Not whoever comes from this machine: behind a proxy, that may be anybody.
    """

    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        scheme, _, token = request.headers.get("Authorization", "").partition(" ")
        if scheme.lower() == "bearer" and compare_digest(token.encode(), settings.METRICS_TOKEN.encode()):
            response: HttpResponseBase = view(request, *args, **kwargs)
        else:
            told = "Say the secret of this instance: Authorization: Bearer SECRET, from secrets/metrics.\n"
            response = HttpResponse(told, status=401, content_type="text/plain")
            response["WWW-Authenticate"] = "Bearer"
        add_never_cache_headers(response)
        return response

    worn: Any = guarded
    worn.guard = "monitoring"
    return cast(View, worn)


def for_roles(*roles: Role) -> Callable[[View], View]:
    """Lets in people with at least one of the roles, who have a second factor unless this is a demonstration.

    Others are sent to sign in or to set up a second factor, or told that the page is not for them (403).
    Pages are in the person's own language, and the browser does not keep them. For synchronous and
    asynchronous views alike.
    """

    def guard(view: View) -> View:
        @wraps(view)
        def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
            response = _turned_away(request, roles)
            if response is None:
                let_in = _let_in(request, roles)
                response = view(let_in, *args, **kwargs)
            add_never_cache_headers(response)
            return response

        @wraps(view)
        async def guarded_async(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
            # Fetched here, so that nothing later asks the database from the event loop.
            request.user = await request.auser()
            response = await sync_to_async(_turned_away)(request, roles)
            if response is None:
                let_in = _let_in(request, roles)
                response = await view(let_in, *args, **kwargs)
            add_never_cache_headers(response)
            return response

        worn: Any = guarded_async if iscoroutinefunction(view) else guarded
        worn.guard = roles
        return cast(View, worn)

    return guard


def _let_in(request: HttpRequest, roles: tuple[Role, ...]) -> PersonRequest:
    """The request of somebody who may see the page, in their language."""
    let_in = cast(PersonRequest, request)
    translation.activate(let_in.user.language)
    person = Person.objects.filter(pk=let_in.user.pk, is_active=True, roles__overlap=list(roles))
    let_in.is_let_in_still = person.exists
    return let_in


def _turned_away(request: HttpRequest, roles: tuple[Role, ...]) -> HttpResponseBase | None:
    """The answer for somebody who may not see the page; None for who may. Raises PermissionDenied."""
    if not request.user.is_authenticated:
        response: HttpResponseBase = redirect_to_login(request.get_full_path())
    elif not settings.DEMO and not has_second_factor(request.user):
        response = redirect("mfa_index")
    elif not request.user.has_role(*roles):
        raise PermissionDenied
    else:
        return None
    if "HX-Request" in request.headers:
        # A part of a page cannot show the sign-in page: load the whole page again, which is sent there.
        return HttpResponse(status=204, headers={"HX-Refresh": "true"})
    return response
