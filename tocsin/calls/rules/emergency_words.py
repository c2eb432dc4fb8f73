"""What callers hear who dialled 112 on the keypad, in every language that the line speaks."""

from collections.abc import Iterator
from typing import NamedTuple

from tocsin.activations.rules import spoken_name


class Sentences(NamedTuple):
    """The sentences in one language."""

    being_called: str
    not_reached: str
    not_called: str


SENTENCES: dict[str, Sentences] = {
    "nl": Sentences(
        being_called="Wij verbinden u met het noodnummer 112. Blijf aan de lijn.",
        not_reached="Wij bereiken 112 niet. Bent u in gevaar, hang dan op en bel zelf 112. "
        "Blijft u aan de lijn, dan wordt u eerst geholpen.",
        not_called="Dit is een oefening: 112 wordt niet gebeld. Bent u echt in gevaar, hang dan op en bel "
        "zelf 112. Anders blijft u aan de lijn.",
    ),
    "fr": Sentences(
        being_called="Nous vous mettons en communication avec le numéro d'urgence 112. Restez en ligne.",
        not_reached="Nous n'arrivons pas à joindre le 112. Si vous êtes en danger, raccrochez et appelez "
        "vous-même le 112. Si vous restez en ligne, vous passerez en premier.",
        not_called="Ceci est un exercice : le 112 n'est pas appelé. Si vous êtes vraiment en danger, raccrochez "
        "et appelez vous-même le 112. Sinon, restez en ligne.",
    ),
    "de": Sentences(
        being_called="Wir verbinden Sie mit der Notrufnummer 112. Bitte bleiben Sie am Apparat.",
        not_reached="Wir erreichen die 112 nicht. Wenn Sie in Gefahr sind, legen Sie auf und wählen Sie selbst "
        "die 112. Wenn Sie am Apparat bleiben, sind Sie als Erster an der Reihe.",
        not_called="Dies ist eine Übung: Die 112 wird nicht angerufen. Wenn Sie wirklich in Gefahr sind, "
        "legen Sie auf und wählen Sie selbst die 112. Sonst bleiben Sie bitte am Apparat.",
    ),
    "en": Sentences(
        being_called="We are connecting you with the emergency number 112. Please stay on the line.",
        not_reached="We cannot reach 112. If you are in danger, hang up and call 112 yourself. If you stay on the "
        "line, you are first.",
        not_called="This is an exercise: 112 is not called. If you are really in danger, hang up and call 112 "
        "yourself. Otherwise please stay on the line.",
    ),
    "uk": Sentences(
        being_called="Ми з'єднуємо вас із номером екстреної допомоги 112. Залишайтеся на лінії.",
        not_reached="Нам не вдається з'єднатися з номером 112. Якщо ви в небезпеці, покладіть слухавку і "
        "зателефонуйте 112 самостійно. Якщо ви залишитеся на лінії, вам допоможуть першими.",
        not_called="Це навчання: на номер 112 ми не телефонуємо. Якщо ви справді в небезпеці, покладіть слухавку "
        "і зателефонуйте 112 самостійно. Інакше залишайтеся на лінії.",
    ),
    "ru": Sentences(
        being_called="Мы соединяем вас с номером экстренной помощи 112. Оставайтесь на линии.",
        not_reached="Нам не удаётся соединиться с номером 112. Если вы в опасности, положите трубку и позвоните "
        "112 сами. Если вы останетесь на линии, вам помогут первыми.",
        not_called="Это учение: на номер 112 мы не звоним. Если вы действительно в опасности, положите трубку и "
        "позвоните 112 сами. Иначе оставайтесь на линии.",
    ),
}


def texts(language: str, *, exercise: bool) -> Iterator[tuple[str, str]]:
    """All that a line says of 112 in a language, to be spoken before it opens."""
    said = SENTENCES[language]
    for text in (said.not_called,) if exercise else (said.being_called, said.not_reached):
        yield language, text


def being_called(language: str) -> tuple[str, ...]:
    """The recording for a caller for whom 112 is being called."""
    return (spoken_name(language, SENTENCES[language].being_called),)


def not_reached(language: str) -> tuple[str, ...]:
    """The recording for a caller for whom 112 could not be called."""
    return (spoken_name(language, SENTENCES[language].not_reached),)


def not_called(language: str) -> tuple[str, ...]:
    """The recording for a caller who dialled 112 in an exercise."""
    return (spoken_name(language, SENTENCES[language].not_called),)
