"""What is asked of the agents who take the calls of a line: shown in sentences, and changed by coordinators."""

from datetime import timedelta

from django import forms
from django.http import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods

from tocsin.accounts.rules import Role
from tocsin.activations.actions import change_requirement
from tocsin.activations.models import Activation
from tocsin.activations.rules import Requirement, Stream
from tocsin.refusals import Refusal
from tocsin.web import refusals
from tocsin.web.console.people import LANGUAGE_LEVELS
from tocsin.web.console.visible import visible_activation
from tocsin.web.guards import PersonRequest, for_roles
from tocsin.workforce.models import Agent

# By level, its name; the first is none.
LEVELS = dict(LANGUAGE_LEVELS[1:])
LONGEST_WAIT_MINUTES = 120


class RequirementForm(forms.Form):
    """The level in the language, the skills that agents have, and after how long a wait neither is asked for."""

    language_level = forms.TypedChoiceField(
        label=_("Speaks the caller's language, at least"),
        choices=list(LEVELS.items()),
        coerce=int,
        widget=forms.RadioSelect,
    )
    relaxed_minutes = forms.IntegerField(
        label=_("After so many minutes of waiting, ask for neither the level nor the skills"),
        required=False,
        min_value=1,
        max_value=LONGEST_WAIT_MINUTES,
        help_text=_("Empty: never. Victims and relatives always go to agents who are trained for them."),
    )

    def __init__(self, *args: object, activation: Activation, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]
        self.skills = _skills_to_ask_for(activation)
        asked = activation.relaxed_after
        self.fields["language_level"].initial = activation.language_level
        self.fields["relaxed_minutes"].initial = round(asked.total_seconds() / 60) if asked else None
        for name in self.skills:
            self.fields[f"skill_{name}"] = forms.TypedChoiceField(
                label=name,
                choices=[("", _("not asked for")), *((level, level) for level in LEVELS)],
                coerce=int,
                required=False,
                initial=activation.skills.get(name, ""),
            )

    @property
    def requirement(self) -> Requirement:
        """What was filled in."""
        levels = {name: self.cleaned_data[f"skill_{name}"] for name in self.skills}
        minutes = self.cleaned_data["relaxed_minutes"]
        return Requirement(
            self.cleaned_data["language_level"],
            {name: level for name, level in levels.items() if level},
            relaxed_after=timedelta(minutes=minutes) if minutes else None,
        )


@for_roles(Role.COORDINATOR)
@require_http_methods(["GET", "POST"])
def change(request: PersonRequest, key: int) -> HttpResponseBase:
    """Ask more or less of the agents, in force at once."""
    shown = visible_activation(person=request.user, key=key)
    form = RequirementForm(request.POST or None, activation=shown)
    if form.is_valid():
        try:
            change_requirement(
                activation=shown.pk, by=request.user, requirement=form.requirement, at=timezone.now()
            )
        except Refusal as refusal:
            form.add_error(None, refusals.shown(refusal))
        else:
            return redirect("console_activation", shown.pk)
    page = {"activation": shown, "form": form}
    return render(request, "console/requirement.html", page, status=422 if form.errors else 200)


def described(activation: Activation) -> list[str]:
    """What is asked of agents, in sentences."""
    level = str(LEVELS[activation.language_level])
    sentences = [gettext("Speaks the caller's language at least: %(level)s.") % {"level": level}]
    sentences += [
        gettext("Has %(skill)s, at least at level %(level)d.") % {"skill": name, "level": least}
        for name, least in sorted(activation.skills.items())
    ]
    if activation.relaxed_after:
        minutes = round(activation.relaxed_after.total_seconds() / 60)
        words = ngettext(
            "None of it is asked for after a wait of %(minutes)d minute.",
            "None of it is asked for after a wait of %(minutes)d minutes.",
            minutes,
        )
        sentences.append(words % {"minutes": minutes})
    return sentences


def _skills_to_ask_for(activation: Activation) -> list[str]:
    """The skills that agents of the authority have, and those that are asked for; training for D2 is a stream."""
    agents = Agent.objects.filter(serves=activation.authority_id).values_list("skills", flat=True)
    return sorted({name for skills in (*agents, activation.skills) for name in skills} - {Stream.D2.value})
