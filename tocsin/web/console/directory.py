"""Whom agents may call about a caller: the directory of an authority."""

from django import forms
from django.http import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods, require_POST

from tocsin.accounts.rules import Role
from tocsin.calls.actions import add_outside_number, remove_outside_number
from tocsin.calls.models import LONGEST_OUTSIDE_NAME, OutsideNumber
from tocsin.refusals import Refusal
from tocsin.web import refusals
from tocsin.web.console.visible import visible_authority
from tocsin.web.guards import PersonRequest, for_roles


class OutsideForm(forms.Form):
    """A number outside that is added."""

    name = forms.CharField(label=_("Name"), max_length=LONGEST_OUTSIDE_NAME, help_text=_("As agents read it."))
    number = forms.CharField(
        label=_("Number"), max_length=30, help_text=_("With its country code, or a short number.")
    )
    practice = forms.CharField(
        label=_("Number in exercises"),
        max_length=30,
        required=False,
        help_text=_("Called in its place in an exercise. Without one, it is not called then."),
    )


@for_roles(Role.ADMINISTRATOR, Role.COORDINATOR)
@require_http_methods(["GET", "POST"])
def directory(request: PersonRequest, slug: str) -> HttpResponseBase:
    """The numbers in the directory, and another one."""
    authority = visible_authority(person=request.user, slug=slug)
    form = OutsideForm(request.POST or None)
    if form.is_valid():
        try:
            add_outside_number(authority=authority, by=request.user, at=timezone.now(), **form.cleaned_data)
        except Refusal as refusal:
            form.add_error(None, refusals.shown(refusal))
        else:
            return redirect("console_directory", authority.slug)
    page = {
        "authority": authority,
        "numbers": authority.outside_numbers.order_by("name"),
        "form": form,
        "place": "authorities" if request.user.has_role(Role.ADMINISTRATOR) else "console",
    }
    return render(request, "console/directory.html", page, status=422 if form.errors else 200)


@for_roles(Role.ADMINISTRATOR, Role.COORDINATOR)
@require_POST
def remove(request: PersonRequest, slug: str, key: int) -> HttpResponseBase:
    """Take a number out of the directory."""
    outside = get_object_or_404(OutsideNumber, authority=visible_authority(person=request.user, slug=slug), pk=key)
    remove_outside_number(outside=outside, by=request.user, at=timezone.now())
    return redirect("console_directory", slug)
