"""Callers who asked an authority for text: how many there are, without number or mark, and taking one off."""

from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from tocsin.accounts.rules import Role
from tocsin.authorities.actions import viewing
from tocsin.authorities.models import Authority
from tocsin.authorities.queries import authorities_of
from tocsin.calls.actions import remove_text_caller
from tocsin.calls.queries.text_callers import text_callers_of
from tocsin.web.console.shown import language_name
from tocsin.web.guards import PersonRequest, for_roles


@for_roles(Role.COORDINATOR)
@require_GET
def text_callers(request: PersonRequest, slug: str) -> HttpResponse:
    """All on the list, who called last first; the look is in the logbook."""
    authority = _authority(request, slug)
    with viewing(
        person=request.user,
        authorities=[authority.pk],
        purpose="looking who asked for text",
        subject=f"authority:{authority.pk}",
        at=timezone.now(),
    ):
        found = text_callers_of(authority)
    callers = [{"row": each, "language": language_name(each.language)} for each in found]
    return render(request, "console/text_callers.html", {"authority": authority, "callers": callers})


@for_roles(Role.COORDINATOR)
@require_POST
def remove(request: PersonRequest, slug: str, key: int) -> HttpResponseBase:
    """Take one of them off the list."""
    remove_text_caller(key=key, authority=_authority(request, slug), by=request.user, at=timezone.now())
    return redirect("console_text_callers", slug)


def _authority(request: PersonRequest, slug: str) -> Authority:
    return get_object_or_404(authorities_of(person=request.user), slug=slug)
