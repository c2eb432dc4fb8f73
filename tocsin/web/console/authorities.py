"""The public bodies served: an administrator takes them on and gives them numbers."""

from zoneinfo import available_timezones

from django import forms
from django.http import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_http_methods

from tocsin.accounts.rules import Role
from tocsin.authorities.actions import add_authority, assign_number
from tocsin.authorities.models import Authority
from tocsin.calls.queries import topics_of
from tocsin.refusals import Refusal
from tocsin.web import refusals
from tocsin.web.console.shown import spoken_languages
from tocsin.web.guards import PersonRequest, for_roles


class AuthorityForm(forms.Form):
    """A public body that is taken on."""

    name = forms.CharField(label=gettext_lazy("Name"), max_length=120)
    languages = forms.MultipleChoiceField(
        label=gettext_lazy("Languages that its line usually speaks"),
        choices=spoken_languages,
        widget=forms.CheckboxSelectMultiple,
    )
    timezone = forms.CharField(
        label=gettext_lazy("Time zone"), max_length=60, initial="Europe/Brussels", help_text="Europe/Brussels"
    )

    def clean_timezone(self) -> str:
        zone: str = self.cleaned_data["timezone"]
        if zone not in available_timezones():
            raise forms.ValidationError(_("There is no time zone of that name."))
        return zone


class NumberForm(forms.Form):
    """A number on which an authority can be reached."""

    digits = forms.CharField(
        label=gettext_lazy("Number"),
        max_length=20,
        help_text=gettext_lazy("As the carrier sends it: 1771, +3221234567."),
    )


@for_roles(Role.ADMINISTRATOR)
@require_GET
def authorities(request: PersonRequest) -> HttpResponseBase:
    """Every authority, with its numbers."""
    everyone = Authority.objects.prefetch_related("numbers").order_by("name")
    return render(request, "console/authorities.html", {"authorities": everyone})


@for_roles(Role.ADMINISTRATOR)
@require_http_methods(["GET", "POST"])
def add(request: PersonRequest) -> HttpResponseBase:
    """Take on an authority."""
    form = AuthorityForm(request.POST or None)
    if form.is_valid():
        try:
            added = add_authority(by=request.user, at=timezone.now(), **form.cleaned_data)
        except Refusal as refusal:
            form.add_error(None, refusals.shown(refusal))
        else:
            return redirect("console_authority", added.slug)
    return render(request, "console/add_authority.html", {"form": form}, status=422 if form.errors else 200)


@for_roles(Role.ADMINISTRATOR)
@require_http_methods(["GET", "POST"])
def authority(request: PersonRequest, slug: str) -> HttpResponseBase:
    """One authority: its numbers, topics and members, and a further number."""
    shown = get_object_or_404(Authority, slug=slug)
    form = NumberForm(request.POST or None)
    if form.is_valid():
        try:
            assign_number(by=request.user, authority=shown, digits=form.cleaned_data["digits"], at=timezone.now())
        except Refusal as refusal:
            form.add_error(None, refusals.shown(refusal))
        else:
            return redirect("console_authority", shown.slug)
    page = {"authority": shown, "topics": topics_of(authority=shown.pk), "form": form}
    return render(request, "console/authority.html", page, status=422 if form.errors else 200)
