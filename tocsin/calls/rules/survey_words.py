"""What callers hear who are asked at the end how they were served, in every language that a line speaks."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import NamedTuple

from tocsin.activations.rules import spoken_name


@dataclass(frozen=True, slots=True)
class Wording:
    """The question of an activation in one language. `id` is the version: what the journal says was answered."""

    id: int
    text: str


class Sentences(NamedTuple):
    """The sentences in one language."""

    scale: str
    thanks: str


SENTENCES: dict[str, Sentences] = {
    "nl": Sentences(
        scale="Druk op een toets van 1 tot 5. 1 is zeer slecht, 5 is zeer goed. Wilt u niet antwoorden, "
        "hang dan op.",
        thanks="Dank u voor uw antwoord. Tot ziens.",
    ),
    "fr": Sentences(
        scale="Appuyez sur une touche de 1 à 5. 1 veut dire très mauvais, 5 très bon. Si vous ne souhaitez pas "
        "répondre, raccrochez.",
        thanks="Merci de votre réponse. Au revoir.",
    ),
    "de": Sentences(
        scale="Drücken Sie eine Taste von 1 bis 5. 1 ist sehr schlecht, 5 ist sehr gut. Möchten Sie nicht "
        "antworten, legen Sie auf.",
        thanks="Danke für Ihre Antwort. Auf Wiederhören.",
    ),
    "en": Sentences(
        scale="Press a key from 1 to 5. 1 is very bad, 5 is very good. If you do not want to answer, hang up.",
        thanks="Thank you for your answer. Goodbye.",
    ),
    "uk": Sentences(
        scale="Натисніть клавішу від 1 до 5. 1 означає дуже погано, 5 означає дуже добре. Якщо не хочете "
        "відповідати, покладіть слухавку.",
        thanks="Дякуємо за відповідь. До побачення.",
    ),
    "ru": Sentences(
        scale="Нажмите клавишу от 1 до 5. 1 означает очень плохо, 5 означает очень хорошо. Если не хотите "
        "отвечать, положите трубку.",
        thanks="Спасибо за ответ. До свидания.",
    ),
}


def texts(asked: Mapping[str, Wording]) -> Iterator[tuple[str, str]]:
    """All that a line says in its survey, in the languages that have a question."""
    for language, wording in asked.items():
        yield language, wording.text
        yield from ((language, sentence) for sentence in SENTENCES[language])


def that_sound(asked: Mapping[str, Wording], has: Callable[[str], bool]) -> dict[str, Wording]:
    """Without the questions that are no recordings: nobody is to answer what was not heard."""
    return {language: each for language, each in asked.items() if has(spoken_name(language, each.text))}


def question(language: str, wording: Wording) -> tuple[str, ...]:
    """The recordings of the question, and how to answer it."""
    return (spoken_name(language, wording.text), spoken_name(language, SENTENCES[language].scale))


def thanks(language: str) -> tuple[str, ...]:
    """The recording for a caller who answered."""
    return (spoken_name(language, SENTENCES[language].thanks),)
