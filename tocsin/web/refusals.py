"""A refusal, as a page says it."""

from django.http import HttpResponse
from django.utils.translation import gettext

from tocsin.refusals import Refusal


def shown(refusal: Refusal) -> str:
    """Why it was refused, in the language of the page."""
    words = gettext(refusal.message)
    return words % refusal.facts if refusal.facts else words


def answered(refusal: Refusal) -> HttpResponse:
    """Why it was refused, as plain text for a script of the page to show (422)."""
    return HttpResponse(shown(refusal), status=422, content_type="text/plain; charset=utf-8")
