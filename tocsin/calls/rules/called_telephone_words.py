"""What agents hear at their own number, in the languages of the screens."""

from collections.abc import Iterator
from typing import NamedTuple

from tocsin.activations.rules import spoken_name


class Sentences(NamedTuple):
    """The sentences in one language."""

    question: str
    connected: str
    offer: str


SENTENCES: dict[str, Sentences] = {
    "nl": Sentences(
        question="Dit is het crisiscallcenter. Om aan deze telefoon te werken, druk op 1.",
        connected="U bent aan het werk. Blijf aan de lijn, ook tussen twee oproepen.",
        offer="Een oproep. Druk op 1 om hem aan te nemen.",
    ),
    "fr": Sentences(
        question="Ici le centre d'appels de crise. Pour travailler à ce téléphone, appuyez sur 1.",
        connected="Vous êtes en service. Restez en ligne, aussi entre deux appels.",
        offer="Un appel. Appuyez sur 1 pour le prendre.",
    ),
    "de": Sentences(
        question="Hier ist das Krisen-Callcenter. Um an diesem Telefon zu arbeiten, drücken Sie die 1.",
        connected="Sie sind im Dienst. Bleiben Sie am Apparat, auch zwischen zwei Anrufen.",
        offer="Ein Anruf. Drücken Sie die 1, um ihn anzunehmen.",
    ),
    "en": Sentences(
        question="This is the crisis contact centre. To work at this telephone, press 1.",
        connected="You are at work. Stay on the line, also between two calls.",
        offer="A call. Press 1 to take it.",
    ),
}


def texts() -> Iterator[tuple[str, str]]:
    """All of it, to be spoken before an agent is called."""
    for language, said in SENTENCES.items():
        yield from ((language, text) for text in said)


def question(language: str) -> tuple[str, ...]:
    """Whether an agent is there, and not a machine."""
    return (spoken_name(language, SENTENCES[language].question),)


def connected(language: str) -> tuple[str, ...]:
    """The agent is at work."""
    return (spoken_name(language, SENTENCES[language].connected),)


def offer(language: str) -> tuple[str, ...]:
    """A caller is offered; said twice, for the telephone may lie on the table."""
    return (spoken_name(language, SENTENCES[language].offer),) * 2
