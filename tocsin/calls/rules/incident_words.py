"""What callers hear who are asked which incident they call about, in every language that a line speaks."""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from tocsin.activations.rules import spoken_name
from tocsin.calls.rules.phrases import PHRASES
from tocsin.calls.rules.script import Script


class Sentences(NamedTuple):
    """The sentences in one language."""

    question: str
    another: str


SENTENCES: dict[str, Sentences] = {
    "nl": Sentences(
        question="Waarover belt u?",
        another="Belt u over iets anders? Druk op ster.",
    ),
    "fr": Sentences(
        question="À quel sujet appelez-vous ?",
        another="Vous appelez pour autre chose ? Appuyez sur étoile.",
    ),
    "de": Sentences(
        question="Worum geht es bei Ihrem Anruf?",
        another="Rufen Sie wegen etwas anderem an? Drücken Sie die Sterntaste.",
    ),
    "en": Sentences(
        question="What are you calling about?",
        another="Are you calling about something else? Press star.",
    ),
    "uk": Sentences(
        question="З якого приводу ви телефонуєте?",
        another="Телефонуєте з іншого приводу? Натисніть зірочку.",
    ),
    "ru": Sentences(
        question="По какому поводу вы звоните?",
        another="Звоните по другому поводу? Нажмите звёздочку.",
    ),
}


def _question_texts(offered: Sequence[Script], language: str) -> Iterator[tuple[str, str]]:
    yield language, SENTENCES[language].question
    for script in sorted(offered, key=lambda script: script.key):
        yield language, script.names[language]
        yield language, PHRASES[language].press.format(key=script.key)


def question(offered: Sequence[Script], language: str) -> tuple[str, ...]:
    """The recordings that name each incident and its key, twice: some callers only listen when they are asked."""
    return tuple(spoken_name(*text) for text in _question_texts(offered, language)) * 2


def another(language: str) -> tuple[str, ...]:
    """The recording for a caller who is taken to the incident of an earlier call: how to have another."""
    return (spoken_name(language, SENTENCES[language].another),)


def name(script: Script, language: str) -> tuple[str, ...]:
    """The recording of what an incident is called."""
    return (spoken_name(language, script.names[language]),)


def texts(line: Script) -> Iterator[tuple[str, str]]:
    """All that must be spoken because several are open on a number, whatever subset of them takes calls."""
    languages = dict.fromkeys(language for script in line.incidents for language in script.languages)
    for language in languages:
        yield from _question_texts([s for s in line.incidents if language in s.languages], language)
        yield language, SENTENCES[language].another
        yield from ((language, PHRASES[language].choose.format(key=key)) for key in range(1, len(languages) + 1))
