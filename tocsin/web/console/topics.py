"""What calls to an authority can be about: the list that agents choose from after a call."""

from django import forms
from django.http import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods, require_POST

from tocsin.accounts.rules import Role
from tocsin.calls.actions import add_topics, rename_topic, retire_topic
from tocsin.calls.models import LONGEST_TOPIC, Topic
from tocsin.refusals import Refusal
from tocsin.web import refusals
from tocsin.web.console.visible import visible_authority
from tocsin.web.guards import PersonRequest, for_roles


class TopicsForm(forms.Form):
    """Topics that are added."""

    names = forms.CharField(
        label=_("Topics to add"),
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("One on each line, in the words that all your agents understand."),
    )

    def clean_names(self) -> list[str]:
        return [line for line in self.cleaned_data["names"].splitlines() if line.strip()]


class NameForm(forms.Form):
    """Another name for a topic."""

    name = forms.CharField(
        label=_("Name"), max_length=LONGEST_TOPIC, help_text=_("The notes of earlier calls show it, too.")
    )


@for_roles(Role.ADMINISTRATOR, Role.COORDINATOR)
@require_http_methods(["GET", "POST"])
def topics(request: PersonRequest, slug: str) -> HttpResponseBase:
    """The topics in use, those that are retired, and further ones."""
    authority = visible_authority(person=request.user, slug=slug)
    form = TopicsForm(request.POST or None)
    if form.is_valid():
        try:
            add_topics(authority=authority, names=form.cleaned_data["names"], by=request.user, at=timezone.now())
        except Refusal as refusal:
            form.add_error(None, refusals.shown(refusal))
        else:
            return redirect("console_topics", authority.slug)
    everything = authority.topics.order_by("name")
    page = {
        "authority": authority,
        "in_use": everything.filter(retired=False),
        "retired": everything.filter(retired=True),
        "form": form,
        "place": _place(request),
    }
    return render(request, "console/topics.html", page, status=422 if form.errors else 200)


@for_roles(Role.ADMINISTRATOR, Role.COORDINATOR)
@require_http_methods(["GET", "POST"])
def topic(request: PersonRequest, slug: str, key: int) -> HttpResponseBase:
    """One topic: another name for it, and whether it is in use."""
    shown = get_object_or_404(Topic, authority=visible_authority(person=request.user, slug=slug), pk=key)
    form = NameForm(request.POST or None, initial={"name": shown.name})
    if form.is_valid():
        try:
            rename_topic(topic=shown, name=form.cleaned_data["name"], by=request.user, at=timezone.now())
        except Refusal as refusal:
            form.add_error(None, refusals.shown(refusal))
        else:
            return redirect("console_topics", slug)
    page = {"topic": shown, "form": form, "place": _place(request)}
    return render(request, "console/topic.html", page, status=422 if form.errors else 200)


@for_roles(Role.ADMINISTRATOR, Role.COORDINATOR)
@require_POST
def retire(request: PersonRequest, slug: str, key: int) -> HttpResponseBase:
    """Offer a topic no more; adding it once more uses it again."""
    shown = get_object_or_404(Topic, authority=visible_authority(person=request.user, slug=slug), pk=key)
    retire_topic(topic=shown, by=request.user, at=timezone.now())
    return redirect("console_topics", slug)


def _place(request: PersonRequest) -> str:
    """Which of the places on top the person came from."""
    return "authorities" if request.user.has_role(Role.ADMINISTRATOR) else "console"
