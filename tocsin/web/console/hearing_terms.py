"""On what terms conversations are heard and recorded: an officer says so, and callers are asked by key."""

from collections.abc import Mapping
from datetime import timedelta

from django import forms
from django.http import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods

from tocsin.accounts.rules import Role
from tocsin.activations.actions import change_hearing_terms
from tocsin.activations.models import Activation
from tocsin.activations.queries import hearing_terms_in_force
from tocsin.activations.rules import LONGEST_ARTICLE, LONGEST_NOTICE, MOST_DAYS
from tocsin.calls.rules.hearing_words import AGREE, MAY_BE_HEARD
from tocsin.refusals import Refusal
from tocsin.web import refusals
from tocsin.web.console.shown import language_name
from tocsin.web.console.visible import visible_activation
from tocsin.web.guards import PersonRequest, for_roles

NOTHING, EVERY, ON_ORDER = "nothing", "every", "on_order"
USUAL_DAYS = timedelta(days=30).days


class HearingTermsForm(forms.Form):
    """What the law asks, and what is spoken in each language; all of it where something is recorded."""

    # Which fields are, follows from what is chosen on the page.
    use_required_attribute = False

    tells_hearing = forms.BooleanField(
        label=_("Tell callers that a coordinator may listen in"),
        required=False,
        help_text=_("With the front message. Agents are told each time, whatever is chosen here."),
    )
    records = forms.ChoiceField(
        label=_("Recording"),
        choices=[
            (NOTHING, _("Nothing is recorded")),
            (EVERY, _("Every conversation of callers who agree by key")),
            (ON_ORDER, _("Of callers who agree by key, those that a coordinator asks for")),
        ],
        widget=forms.RadioSelect,
    )
    questions = forms.BooleanField(
        label=_("Let callers in line leave a question by voice"),
        required=False,
        help_text=_("They hear that it is recorded and for how long it is kept. What is said is heard here."),
    )
    basis = forms.CharField(
        label=_("Legal basis"),
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_("Why it may be recorded: “Consent of the caller, to train agents.”"),
    )
    article = forms.CharField(
        label=_("Article"),
        max_length=LONGEST_ARTICLE,
        help_text=_("Where that is written: “GDPR, article 6(1)(a)”."),
    )
    days = forms.IntegerField(label=_("Deleted after days"), min_value=1, max_value=MOST_DAYS, initial=USUAL_DAYS)

    def __init__(self, data: Mapping[str, object] | None, *, activation: Activation) -> None:
        terms = hearing_terms_in_force(activation)
        initial: dict[str, object] = {"records": NOTHING}
        if terms:
            records = NOTHING if not terms.records else EVERY if terms.every else ON_ORDER
            initial = {"tells_hearing": terms.tells_hearing, "records": records, "questions": terms.questions}
        if terms and (terms.records or terms.questions):
            initial |= {"basis": terms.basis, "article": terms.article, "days": terms.days}
            initial |= {f"notice_{language}": text for language, text in terms.notices.items()}
        super().__init__(data, initial=initial)
        self.languages = activation.languages
        for language in self.languages:
            self.fields[f"notice_{language}"] = forms.CharField(
                label=_("Notice in %(language)s") % {"language": language_name(language)},
                max_length=LONGEST_NOTICE,
                widget=forms.Textarea(attrs={"rows": 2, "lang": language}),
                help_text=_("Callers hear it, and then: “%(question)s”") % {"question": AGREE[language]},
            )

        if data is not None and data.get("records") == NOTHING:
            needed = ("basis", "article", "days") if data.get("questions") else ()
            for name, field in self.fields.items():
                field.required = name in needed

    @property
    def terms(self) -> dict[str, object]:
        """What was filled in, as the action takes it."""
        said = self.cleaned_data
        return {
            "tells_hearing": said["tells_hearing"],
            "records": said["records"] != NOTHING,
            "every": said["records"] == EVERY,
            "questions": said["questions"],
            "basis": said["basis"],
            "article": said["article"],
            "notices": {language: said[f"notice_{language}"] for language in self.languages},
            "days": said["days"] or 0,
        }


@for_roles(Role.DUTY_OFFICER)
@require_http_methods(["GET", "POST"])
def change(request: PersonRequest, key: int) -> HttpResponseBase:
    """Other terms, in force for the next caller."""
    activation = visible_activation(person=request.user, key=key)
    form = HearingTermsForm(request.POST or None, activation=activation)
    if form.is_valid():
        try:
            change_hearing_terms(activation=activation.pk, by=request.user, at=timezone.now(), **form.terms)  # type: ignore[arg-type]
        except Refusal as refusal:
            form.add_error(None, refusals.shown(refusal))
        else:
            return redirect("console_activation", activation.pk)
    page = {
        "activation": activation,
        "form": form,
        "heard": [(language, MAY_BE_HEARD[language]) for language in activation.languages],
    }
    return render(request, "console/hearing_terms.html", page, status=422 if form.errors else 200)
