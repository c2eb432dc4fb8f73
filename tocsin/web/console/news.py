"""The news that callers in line are told now and then: a coordinator or an officer writes them."""

from django import forms
from django.http import HttpResponseBase
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods

from tocsin.accounts.rules import Role
from tocsin.activations.actions import change_news
from tocsin.activations.queries import news_in_force
from tocsin.activations.rules import LONGEST_NEWS
from tocsin.web.console.texts import change_text
from tocsin.web.guards import PersonRequest, for_roles


class NewsForm(forms.Form):
    """The news of one language; nothing where there are none."""

    text = forms.CharField(
        label=_("News for those in line"),
        max_length=LONGEST_NEWS,
        required=False,
        widget=forms.Textarea(attrs={"rows": 4, "maxlength": LONGEST_NEWS}),
        help_text=_("Short, and what is new. Empty it to tell nothing more."),
    )


@for_roles(Role.COORDINATOR, Role.DUTY_OFFICER)
@require_http_methods(["GET", "POST"])
def news(request: PersonRequest, key: int, language: str) -> HttpResponseBase:
    """What those in line are told in one language, from the next announcement on."""
    return change_text(
        request,
        key,
        language,
        form=NewsForm,
        in_force=lambda activation: {code: each.text for code, each in news_in_force(activation).items()},
        change=change_news,
        template="console/news.html",
    )
