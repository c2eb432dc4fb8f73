"""What is aimed at on a line: shown in a sentence, and changed by coordinators."""

from datetime import timedelta

from django import forms
from django.http import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods

from tocsin.accounts.rules import Role
from tocsin.activations.actions import change_target
from tocsin.activations.models import Activation
from tocsin.activations.rules import LONGEST_TARGET, SHORTEST_TARGET, Target
from tocsin.refusals import Refusal
from tocsin.web import refusals
from tocsin.web.console.visible import visible_activation
from tocsin.web.guards import PersonRequest, for_roles


class TargetForm(forms.Form):
    """So many per cent of the calls within so many seconds."""

    percent = forms.IntegerField(label=_("So many of a hundred calls"), min_value=1, max_value=100)
    seconds = forms.IntegerField(
        label=_("are answered within so many seconds"),
        min_value=int(SHORTEST_TARGET.total_seconds()),
        max_value=int(LONGEST_TARGET.total_seconds()),
    )

    @property
    def target(self) -> Target:
        """What was filled in."""
        return Target(timedelta(seconds=self.cleaned_data["seconds"]), self.cleaned_data["percent"])


@for_roles(Role.COORDINATOR)
@require_http_methods(["GET", "POST"])
def change(request: PersonRequest, key: int) -> HttpResponseBase:
    """Aim at more or less."""
    shown = visible_activation(person=request.user, key=key)
    known = {"percent": shown.target_percent, "seconds": int(shown.target_within.total_seconds())}
    form = TargetForm(request.POST or None, initial=known)
    if form.is_valid():
        try:
            change_target(activation=shown.pk, by=request.user, target=form.target, at=timezone.now())
        except Refusal as refusal:
            form.add_error(None, refusals.shown(refusal))
        else:
            return redirect("console_activation", shown.pk)
    page = {"activation": shown, "form": form}
    return render(request, "console/target.html", page, status=422 if form.errors else 200)


def described(activation: Activation) -> str:
    """What is aimed at, in a sentence."""
    return gettext("%(percent)d of 100 calls are answered within %(seconds)d seconds.") % {
        "percent": activation.target_percent,
        "seconds": activation.target_within.total_seconds(),
    }
