"""What callers hear of the SMS of a line, in every language that the line speaks."""

from collections.abc import Iterator
from typing import NamedTuple

from tocsin.activations.rules import spoken_name


class Sentences(NamedTuple):
    """The sentences in one language."""

    offer: str
    on_its_way: str


SENTENCES: dict[str, Sentences] = {
    "nl": Sentences(
        offer="Voor een sms met de link naar alle informatie, druk op hekje.",
        on_its_way="U krijgt een sms op dit nummer. Kreeg u er vandaag al een, dan blijft het bij die ene.",
    ),
    "fr": Sentences(
        offer="Pour recevoir par SMS le lien vers toutes les informations, appuyez sur dièse.",
        on_its_way="Vous recevez un SMS à ce numéro. Si vous en avez déjà reçu un aujourd'hui, il n'y en aura pas "
        "d'autre.",
    ),
    "de": Sentences(
        offer="Für eine SMS mit dem Link zu allen Informationen drücken Sie die Rautetaste.",
        on_its_way="Sie erhalten eine SMS an diese Nummer. Haben Sie heute schon eine bekommen, "
        "bleibt es bei dieser.",
    ),
    "en": Sentences(
        offer="For an SMS with the link to all information, press hash.",
        on_its_way="You will get an SMS at this number. If you got one today already, there will be no other.",
    ),
    "uk": Sentences(
        offer="Щоб отримати СМС із посиланням на всю інформацію, натисніть решітку.",
        on_its_way="Ви отримаєте СМС на цей номер. Якщо сьогодні ви вже отримали СМС, іншого не буде.",
    ),
    "ru": Sentences(
        offer="Чтобы получить СМС со ссылкой на всю информацию, нажмите решётку.",
        on_its_way="Вы получите СМС на этот номер. Если сегодня вы уже получили СМС, другого не будет.",
    ),
}


def texts(language: str) -> Iterator[tuple[str, str]]:
    """All that a line says of its SMS in a language, to be spoken before it is offered."""
    for text in SENTENCES[language]:
        yield language, text


def offer(language: str) -> tuple[str, ...]:
    """The recording that tells callers how to have it."""
    return (spoken_name(language, SENTENCES[language].offer),)


def on_its_way(language: str) -> tuple[str, ...]:
    """The recording for a caller who asked for it."""
    return (spoken_name(language, SENTENCES[language].on_its_way),)
