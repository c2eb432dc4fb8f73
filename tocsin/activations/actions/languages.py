"""In which languages callers are served."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from django.db import transaction

from tocsin.accounts.models import Person
from tocsin.activations.actions.changing import changeable, noted
from tocsin.activations.actions.incidents import check_told_apart, offered_on
from tocsin.activations.actions.words import front_words
from tocsin.activations.models import Activation
from tocsin.activations.rules import SPOKEN_LANGUAGES
from tocsin.refusals import Refusal


def add_language(
    *, activation: int, by: Person, language: str, text: str, recording: str, at: datetime
) -> Activation:
    """Serve callers in one more language, at the key after the others, once all it says is spoken."""
    with transaction.atomic():
        changed = changeable(activation, by=by)
        if language in changed.languages:
            raise Refusal("This activation speaks that language already.")
        languages = [*changed.languages, language]
        check_languages(languages)
        text, recording = front_words(language, {language: text}, {language: recording})
        # Callers who choose between several incidents hear the authority's name until this has one of its own.
        check_told_apart({language: changed.authority.name}, offered_on(changed.number).exclude(pk=changed.pk))
        changed.front_messages.create(language=language, text=text, recording=recording, by=by, at=at)
        facts = {"language": language, "text": text, "recording": recording}
        _serve_in(changed, languages, "activation.language_added", by=by, at=at, facts=facts)
    return changed


def remove_language(*, activation: int, by: Person, language: str, at: datetime) -> Activation:
    """Offer a language no more; whoever chose it is served in it. The keys of those after it move up."""
    with transaction.atomic():
        changed = changeable(activation, by=by, language=language)
        languages = [each for each in changed.languages if each != language]
        if not languages:
            raise Refusal("This is the only language of the line: add another one first.")
        facts = {"language": language}
        _serve_in(changed, languages, "activation.language_removed", by=by, at=at, facts=facts)
    return changed


def _serve_in(
    activation: Activation,
    languages: list[str],
    kind: str,
    *,
    by: Person,
    at: datetime,
    facts: Mapping[str, object],
) -> None:
    activation.languages = languages
    activation.save(update_fields=["languages"])
    noted(kind, activation, by=by, at=at, facts=facts)


def check_languages(languages: Sequence[str]) -> None:
    if not languages:
        raise Refusal("Choose at least one language.")
    if len(set(languages)) < len(languages):
        raise Refusal("Each language has one key.")
    for language in languages:
        if language not in SPOKEN_LANGUAGES:
            raise Refusal("The centre has no voice for the language “%(code)s”.", code=language)
