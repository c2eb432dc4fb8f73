"""The SMS that callers may have sent: an officer writes it, with the address of the site."""

from django import forms
from django.http import HttpResponseBase
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods

from tocsin.accounts.rules import Role
from tocsin.activations.actions import change_sms
from tocsin.activations.queries import sms_in_force
from tocsin.activations.rules import LONGEST_SMS
from tocsin.web.console.texts import change_text
from tocsin.web.guards import PersonRequest, for_roles


class SmsForm(forms.Form):
    """The SMS of one language; nothing where there is none."""

    text = forms.CharField(
        label=_("SMS"),
        max_length=LONGEST_SMS,
        required=False,
        widget=forms.Textarea(attrs={"rows": 4, "maxlength": LONGEST_SMS}),
        help_text=_(
            "With the address of the site, and how somebody who cannot hear is helped. Empty it to offer none."
        ),
    )


@for_roles(Role.DUTY_OFFICER)
@require_http_methods(["GET", "POST"])
def sms(request: PersonRequest, key: int, language: str) -> HttpResponseBase:
    """What callers of one language are sent who ask for it from now on."""
    return change_text(
        request,
        key,
        language,
        form=SmsForm,
        in_force=sms_in_force,
        change=change_sms,
        template="console/sms.html",
    )
