"""Callers upon whom agents remarked: who they are nobody sees, and a coordinator decides how they are treated."""

from datetime import timedelta

from django import forms
from django.contrib import messages
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET, require_http_methods

from tocsin.accounts.rules import Role
from tocsin.calls.actions import treat_caller
from tocsin.calls.models import LONGEST_REASON, Call
from tocsin.calls.queries.treatment import RemarkedCaller, decisions_about, remarked_callers
from tocsin.calls.rules.treatment import SPANS, Conduct, Treatment
from tocsin.refusals import Refusal
from tocsin.web import refusals
from tocsin.web.console.visible import visible_activation
from tocsin.web.guards import PersonRequest, for_roles

TREATMENTS = {
    Treatment.ORDINARY: _("Served like everybody"),
    Treatment.LAST: _("Served after everybody else"),
    Treatment.TOLD: _("Hears that the call is not taken, and 112 for danger"),
}


def _span(span: timedelta) -> str:
    hours = int(span / timedelta(hours=1))
    return ngettext("%(hours)d hour", "%(hours)d hours", hours) % {"hours": hours}


class TreatmentForm(forms.Form):
    """How the next calls are taken, for how long, and why."""

    treatment = forms.ChoiceField(
        label=_("The next calls"), choices=list(TREATMENTS.items()), widget=forms.RadioSelect
    )
    hours = forms.ChoiceField(label=_("For"))
    why = forms.CharField(
        label=_("Why?"), max_length=LONGEST_REASON, help_text=_("Kept in the logbook, so name nobody.")
    )

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]
        hours = self.fields["hours"]
        assert isinstance(hours, forms.ChoiceField)  # noqa: S101 - declared above
        hours.choices = [(str(number), _span(span)) for number, span in enumerate(SPANS)]


@for_roles(Role.COORDINATOR)
@require_GET
def callers(request: PersonRequest, key: int) -> HttpResponse:
    """All callers of an activation upon whom agents remarked."""
    activation = visible_activation(person=request.user, key=key)
    found = remarked_callers(activation=activation.pk, now=timezone.now())
    page = {
        "activation": activation,
        "callers": [_shown(caller) for caller in found],
    }
    return render(request, "console/callers.html", page)


@for_roles(Role.COORDINATOR)
@require_http_methods(["GET", "POST"])
def treatment(request: PersonRequest, key: int, leg: str) -> HttpResponseBase:
    """Decide how whoever made a call is treated; everything that was decided before is shown."""
    activation = visible_activation(person=request.user, key=key)
    call = get_object_or_404(Call, pk=leg, activation=activation)
    form = TreatmentForm(request.POST or None, initial={"treatment": Treatment.LAST.value})
    if form.is_valid():
        try:
            treat_caller(
                call=call,
                by=request.user,
                treatment=Treatment(form.cleaned_data["treatment"]),
                span=SPANS[int(form.cleaned_data["hours"])],
                why=form.cleaned_data["why"],
                at=timezone.now(),
            )
        except Refusal as refusal:
            form.add_error(None, refusals.shown(refusal))
        else:
            messages.success(request, gettext("Decided: it holds for the next call."))
            return redirect("console_callers", activation.pk)
    page = {
        "activation": activation,
        "call": call,
        "form": form,
        "decisions": [(each, TREATMENTS[Treatment(each.treatment)]) for each in decisions_about(call)],
    }
    return render(request, "console/treatment.html", page, status=422 if form.errors else 200)


def _shown(caller: RemarkedCaller) -> dict[str, object]:
    treated = caller.treatment
    return {
        "latest": caller.latest,
        "nuisance": caller.times(Conduct.NUISANCE),
        "silent": caller.times(Conduct.SILENT),
        "of_all": caller.of_all,
        "calls": [call for call, _conduct in caller.calls],
        "treated": TREATMENTS[Treatment(treated.treatment)] if treated else "",
        "until": treated.until if treated else None,
    }
