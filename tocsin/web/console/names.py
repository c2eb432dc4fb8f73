"""The name by which callers choose an incident where several are open on a number: an officer writes it."""

from django import forms
from django.http import HttpResponseBase
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods

from tocsin.accounts.rules import Role
from tocsin.activations.actions import change_name
from tocsin.activations.queries import names_in_force
from tocsin.activations.rules import LONGEST_NAME
from tocsin.web.console.texts import change_text
from tocsin.web.guards import PersonRequest, for_roles


class NameForm(forms.Form):
    """The name of one language; nothing where there is none."""

    text = forms.CharField(
        label=_("Name for callers"),
        max_length=LONGEST_NAME,
        required=False,
        help_text=_("A few words that anybody understands: “The fire in the port.” The key is said after it."),
    )


@for_roles(Role.DUTY_OFFICER)
@require_http_methods(["GET", "POST"])
def name(request: PersonRequest, key: int, language: str) -> HttpResponseBase:
    """What callers of one language who choose between several hear it called from now on."""
    return change_text(
        request,
        key,
        language,
        form=NameForm,
        in_force=names_in_force,
        change=change_name,
        template="console/name.html",
    )
