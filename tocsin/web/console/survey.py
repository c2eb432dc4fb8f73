"""The survey: an officer writes what callers are asked after the conversation, or nothing."""

from django import forms
from django.http import HttpResponseBase
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods

from tocsin.accounts.rules import Role
from tocsin.activations.actions import change_survey
from tocsin.activations.queries import survey_in_force
from tocsin.activations.rules import LONGEST_SURVEY
from tocsin.calls.rules.survey_words import SENTENCES
from tocsin.web.console.texts import change_text
from tocsin.web.guards import PersonRequest, for_roles


class SurveyForm(forms.Form):
    """The question of one language; nothing where there is none."""

    text = forms.CharField(
        label=_("Question"),
        max_length=LONGEST_SURVEY,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3, "maxlength": LONGEST_SURVEY}),
        help_text=_("One that a number from 1 to 5 answers. Empty it to ask nothing."),
    )


@for_roles(Role.DUTY_OFFICER)
@require_http_methods(["GET", "POST"])
def survey(request: PersonRequest, key: int, language: str) -> HttpResponseBase:
    """What callers of one language are asked after their conversation from now on."""
    scale = SENTENCES[language].scale if language in SENTENCES else ""
    return change_text(
        request,
        key,
        language,
        form=SurveyForm,
        in_force=lambda activation: {code: each.text for code, each in survey_in_force(activation).items()},
        change=change_survey,
        template="console/survey.html",
        more={"scale": scale},
    )
