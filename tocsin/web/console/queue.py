"""How many callers wait in line: shown in a sentence, and changed by coordinators."""

from django import forms
from django.http import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods

from tocsin.accounts.rules import Role
from tocsin.activations.actions import change_queue_limit
from tocsin.activations.models import Activation
from tocsin.activations.rules import MOST_WAITING
from tocsin.refusals import Refusal
from tocsin.web import refusals
from tocsin.web.console.visible import visible_activation
from tocsin.web.guards import PersonRequest, for_roles


class QueueForm(forms.Form):
    """So many callers wait, or as many as there is room for."""

    most_waiting = forms.IntegerField(
        label=_("So many callers wait in line at most"),
        required=False,
        min_value=0,
        max_value=MOST_WAITING,
        help_text=_("Empty: as many as the centre has room for."),
    )


@for_roles(Role.COORDINATOR)
@require_http_methods(["GET", "POST"])
def change(request: PersonRequest, key: int) -> HttpResponseBase:
    """Let more or fewer callers wait."""
    shown = visible_activation(person=request.user, key=key)
    form = QueueForm(request.POST or None, initial={"most_waiting": shown.most_waiting})
    if form.is_valid():
        try:
            most_waiting = form.cleaned_data["most_waiting"]
            change_queue_limit(activation=shown.pk, by=request.user, most_waiting=most_waiting, at=timezone.now())
        except Refusal as refusal:
            form.add_error(None, refusals.shown(refusal))
        else:
            return redirect("console_activation", shown.pk)
    page = {"activation": shown, "form": form}
    return render(request, "console/queue.html", page, status=422 if form.errors else 200)


def described(activation: Activation) -> str:
    """How many wait, in a sentence."""
    if activation.most_waiting is None:
        return gettext("As many wait as the centre has room for.")
    words = ngettext(
        "At most %(most)d caller waits; the others are offered a call-back.",
        "At most %(most)d callers wait; the others are offered a call-back.",
        activation.most_waiting,
    )
    return words % {"most": activation.most_waiting}
