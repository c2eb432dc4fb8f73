"""Who may hear conversations, and what is kept of them."""

from collections.abc import Mapping
from datetime import datetime

from django.db import transaction

from tocsin.accounts.models import Person
from tocsin.activations.actions.changing import changeable, noted
from tocsin.activations.models import HearingTerms
from tocsin.activations.rules import LONGEST_NOTICE, MOST_DAYS, has_words
from tocsin.refusals import Refusal


def change_hearing_terms(
    *,
    activation: int,
    by: Person,
    tells_hearing: bool,
    records: bool,
    every: bool,
    questions: bool,
    basis: str,
    article: str,
    notices: Mapping[str, str],
    days: int,
    at: datetime,
) -> HearingTerms:
    """Say who may hear conversations on what terms; the older ones are kept, for callers agreed to them.

    Raises Refusal where something is recorded without a legal basis, a notice in every language, or an end.
    """
    with transaction.atomic():
        changed = changeable(activation, by=by)
        spoken = {language: " ".join(notices.get(language, "").split()) for language in changed.languages}
        if records or questions:
            _check_recording(basis=basis, article=article, notices=spoken if records else {}, days=days)
        kept = {
            "tells_hearing": tells_hearing,
            "records": records,
            "every": every,
            "questions": questions,
            "basis": basis.strip(),
            "article": article.strip(),
            "notices": spoken if records else {},
            "days": days if records or questions else 0,
        }
        terms = changed.hearing_terms.create(**kept, by=by, at=at)
        noted("activation.hearing_terms_changed", changed, by=by, at=at, facts={"terms": terms.pk} | kept)
    return terms


def _check_recording(*, basis: str, article: str, notices: Mapping[str, str], days: int) -> None:
    if not basis.strip() or not article.strip():
        raise Refusal("Nothing is recorded without a legal basis: say which, and in which article it is.")
    for notice in notices.values():
        if not has_words(notice) or len(notice) > LONGEST_NOTICE:
            raise Refusal(
                "Say in every language of the line why it is recorded, in %(longest)d characters at most.",
                longest=LONGEST_NOTICE,
            )
    if not 1 <= days <= MOST_DAYS:
        raise Refusal("Say after how many days a recording is deleted: 1 to %(most)d.", most=MOST_DAYS)
