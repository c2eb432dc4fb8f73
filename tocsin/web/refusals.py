"""A refusal, as a page says it."""

from django.utils.translation import gettext

from tocsin.refusals import Refusal


def shown(refusal: Refusal) -> str:
    """Why it was refused, in the language of the page."""
    words = gettext(refusal.message)
    return words % refusal.facts if refusal.facts else words
