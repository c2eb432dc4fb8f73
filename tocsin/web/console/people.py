"""Who works here: an administrator lets people in, changes what they may do, and lets them in no more."""

from typing import Any

from django import forms
from django.conf import settings
from django.contrib import messages
from django.db import transaction
from django.http import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_http_methods

from tocsin.accounts.models import Person
from tocsin.accounts.rules import Role
from tocsin.activations.rules import SPOKEN_LANGUAGES, Stream
from tocsin.authorities.actions import add_person, change_person, reset_access
from tocsin.authorities.models import Authority
from tocsin.refusals import Refusal
from tocsin.web import refusals
from tocsin.web.console.shown import spoken_languages
from tocsin.web.guards import PersonRequest, for_roles
from tocsin.web.sign_in import password_link
from tocsin.workforce.actions import enrol_agent, place_in_team
from tocsin.workforce.models import Agent
from tocsin.workforce.queries import teams_at, teams_of
from tocsin.workforce.rules import LONGEST_TEAM, Level

ROLE_NAMES = {
    Role.AGENT: gettext_lazy("Agent – takes calls"),
    Role.COORDINATOR: gettext_lazy("Coordinator – watches the line and its figures"),
    Role.DUTY_OFFICER: gettext_lazy("Duty officer – opens and closes the line"),
    Role.ADMINISTRATOR: gettext_lazy("Administrator – lets people in"),
}


LANGUAGE_LEVELS = (
    ("", gettext_lazy("no")),
    (Level.SOME.value, gettext_lazy("gets by")),
    (Level.GOOD.value, gettext_lazy("well")),
    (Level.FULL.value, gettext_lazy("as a first language")),
)
TRAINING = (
    ("", gettext_lazy("no")),
    (Level.SOME.value, gettext_lazy("yes")),
    (Level.FULL.value, gettext_lazy("yes, and experienced")),
)
LAST_FIELDS = ("language", "is_active")


def _level_field(language: str) -> str:
    return f"level_{language}"


def _team_field(authority: int) -> str:
    return f"team_{authority}"


class PersonForm(forms.Form):
    """What an administrator says about a person; the address is given once and stays."""

    email = forms.EmailField(label=gettext_lazy("E-mail address"), max_length=254)
    name = forms.CharField(label=gettext_lazy("Name"), max_length=120)
    roles = forms.MultipleChoiceField(
        label=gettext_lazy("Roles"),
        choices=[(role.value, name) for role, name in ROLE_NAMES.items()],
        widget=forms.CheckboxSelectMultiple,
    )
    authorities = forms.ModelMultipleChoiceField(
        label=gettext_lazy("Authorities"),
        queryset=Authority.objects.order_by("name"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=gettext_lazy("The person sees the affairs of these alone, and takes calls for these alone."),
    )
    language = forms.ChoiceField(
        label=gettext_lazy("Language of the screens"), choices=settings.INSIDE_LANGUAGES, initial="en"
    )
    is_active = forms.BooleanField(label=gettext_lazy("May sign in"), required=False, initial=True)

    def __init__(self, *args: Any, person: Person | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for code, name in spoken_languages():
            self.fields[_level_field(code)] = forms.TypedChoiceField(
                label=_("Takes calls in %(language)s") % {"language": name},
                choices=LANGUAGE_LEVELS,
                coerce=int,
                empty_value=None,
                required=False,
            )
        self.fields["d2"] = forms.TypedChoiceField(
            label=_("Trained for victims and relatives (D2)"),
            choices=TRAINING,
            coerce=int,
            empty_value=None,
            required=False,
            help_text=_("Whoever is not trained is never offered their calls."),
        )
        self._add_teams(person)
        self.order_fields([name for name in self.fields if name not in LAST_FIELDS])
        del self.fields["is_active" if person is None else "email"]

    def _add_teams(self, person: Person | None) -> None:
        """The team at each authority whose calls the person takes already."""
        agent = Agent.objects.filter(person=person).first() if person else None
        for authority in agent.serves.order_by("name") if agent else ():
            self.fields[_team_field(authority.pk)] = forms.CharField(
                label=_("Team at %(authority)s") % {"authority": authority.name},
                required=False,
                max_length=LONGEST_TEAM,
                help_text=_("Figures tell teams apart. A new name makes a new team. There are: %(teams)s")
                % {"teams": ", ".join(teams_at(authority=authority)) or "–"},
            )

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        if Role.AGENT in cleaned.get("roles", []):
            if not cleaned.get("authorities"):
                self.add_error("authorities", _("An agent needs at least one."))
            if not self.languages:
                self.add_error(
                    _level_field(SPOKEN_LANGUAGES[0]), _("An agent takes calls in at least one language.")
                )
        return cleaned

    @property
    def languages(self) -> dict[str, int]:
        """The level in each language in which the person takes calls."""
        levels = {code: self.cleaned_data.get(_level_field(code)) for code in SPOKEN_LANGUAGES}
        return {code: level for code, level in levels.items() if level}

    @property
    def skills(self) -> dict[str, int]:
        """The level of each skill beside languages."""
        level = self.cleaned_data["d2"]
        return {Stream.D2: level} if level else {}


class ResetForm(forms.Form):
    """One tick, so that one click forgets nothing."""

    sure = forms.BooleanField(label=gettext_lazy("I spoke with this person, and am sure who it was."))


@for_roles(Role.ADMINISTRATOR)
@require_GET
def people(request: PersonRequest) -> HttpResponseBase:
    """Everybody who works here."""
    everybody = Person.objects.filter(synthetic=False).prefetch_related("authorities").order_by("name", "pk")
    return render(request, "console/people.html", {"people": everybody})


@for_roles(Role.ADMINISTRATOR)
@require_http_methods(["GET", "POST"])
def add(request: PersonRequest) -> HttpResponseBase:
    """Let somebody in."""
    form = PersonForm(request.POST or None)
    if form.is_valid():
        try:
            added = _add(form, by=request.user)
        except Refusal as refusal:
            form.add_error(None, refusals.shown(refusal))
        else:
            return redirect("console_person", added.pk)
    return render(request, "console/person.html", {"form": form}, status=422 if form.errors else 200)


@for_roles(Role.ADMINISTRATOR)
@require_http_methods(["GET", "POST"])
def person(request: PersonRequest, key: int) -> HttpResponseBase:
    """One person; as long as they have no password, with the link to set one."""
    shown = get_object_or_404(Person, pk=key)
    form = PersonForm(request.POST or None, person=shown, initial=_as_known(shown))
    if form.is_valid():
        try:
            _change(form, shown, by=request.user)
        except Refusal as refusal:
            form.add_error(None, refusals.shown(refusal))
        else:
            messages.success(request, _("Changed. It holds from the next page that the person opens."))
            return redirect("console_person", shown.pk)
    waits = shown.is_active and not shown.has_usable_password()
    link = request.build_absolute_uri(password_link(shown)) if waits else ""
    page = {"form": form, "person": shown, "link": link, "days": settings.PASSWORD_RESET_TIMEOUT // 86400}
    return render(request, "console/person.html", page, status=422 if form.errors else 200)


@for_roles(Role.ADMINISTRATOR)
@require_http_methods(["GET", "POST"])
def reset(request: PersonRequest, key: int) -> HttpResponseBase:
    """Forget a password and second factors that were lost, on a page of its own."""
    shown = get_object_or_404(Person, pk=key)
    form = ResetForm(request.POST or None)
    if form.is_valid():
        try:
            reset_access(by=request.user, person=shown, at=timezone.now())
        except Refusal as refusal:
            form.add_error(None, refusals.shown(refusal))
        else:
            return redirect("console_person", shown.pk)
    page = {"person": shown, "form": form}
    return render(request, "console/reset_access.html", page, status=422 if form.errors else 200)


def _as_known(person: Person) -> dict[str, Any]:
    agent = Agent.objects.filter(person=person).first()
    abilities = {_level_field(code): level for code, level in agent.languages.items()} if agent else {}
    teams = teams_of(agent=agent) if agent else {}
    return {
        **abilities,
        **{_team_field(authority): team for authority, team in teams.items()},
        "d2": agent.skills.get(Stream.D2) if agent else None,
        "name": person.name,
        "roles": person.roles,
        "authorities": person.authorities.all(),
        "language": person.language,
        "is_active": person.is_active,
    }


@transaction.atomic
def _add(form: PersonForm, *, by: Person) -> Person:
    added = add_person(
        by=by,
        email=form.cleaned_data["email"],
        name=form.cleaned_data["name"],
        roles=_roles(form),
        language=form.cleaned_data["language"],
        authorities=form.cleaned_data["authorities"],
        at=timezone.now(),
    )
    _enrol(form, added, by=by)
    return added


@transaction.atomic
def _change(form: PersonForm, person: Person, *, by: Person) -> None:
    change_person(
        by=by,
        person=person,
        name=form.cleaned_data["name"],
        roles=_roles(form),
        language=form.cleaned_data["language"],
        authorities=form.cleaned_data["authorities"],
        is_active=form.cleaned_data["is_active"],
        at=timezone.now(),
    )
    _enrol(form, person, by=by)


def _enrol(form: PersonForm, person: Person, *, by: Person) -> None:
    if Role.AGENT in _roles(form):
        served = form.cleaned_data["authorities"]
        agent = enrol_agent(
            person=person,
            languages=form.languages,
            skills=form.skills,
            serves=served,
            by=by,
            at=timezone.now(),
        )
        for authority in served:
            if (team := form.cleaned_data.get(_team_field(authority.pk))) is not None:
                place_in_team(agent=agent, authority=authority, team=team, by=by, at=timezone.now())


def _roles(form: PersonForm) -> list[Role]:
    return [Role(role) for role in form.cleaned_data["roles"]]
