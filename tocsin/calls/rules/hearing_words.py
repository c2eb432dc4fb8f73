"""What callers are told of who may hear them: a coordinator who listens in, and a tape, if they agree."""

from collections.abc import Iterator

from tocsin.activations.rules import Tapes, spoken_name

MAY_BE_HEARD = {
    "nl": "Een coördinator kan meeluisteren met dit gesprek.",
    "fr": "Un coordinateur peut écouter cette conversation.",
    "de": "Ein Koordinator kann dieses Gespräch mithören.",
    "en": "A coordinator may listen to this conversation.",
    "uk": "Координатор може слухати цю розмову.",
    "ru": "Координатор может слушать этот разговор.",
}
AGREE = {
    "nl": "Gaat u akkoord dat dit gesprek wordt opgenomen? Druk op 1. Zo niet, druk op 2 of wacht even: "
    "u wordt even goed geholpen.",
    "fr": "Acceptez-vous que cette conversation soit enregistrée ? Appuyez sur 1. Sinon, appuyez sur 2 ou "
    "attendez : vous serez aidé de la même façon.",
    "de": "Sind Sie damit einverstanden, dass dieses Gespräch aufgezeichnet wird? Drücken Sie die 1. Wenn "
    "nicht, drücken Sie die 2 oder warten Sie: Ihnen wird genauso geholfen.",
    "en": "Do you agree that this conversation is recorded? Press 1. If not, press 2 or wait: you are helped "
    "just the same.",
    "uk": "Ви згодні, щоб цю розмову записували? Натисніть 1. Якщо ні, натисніть 2 або зачекайте: вам "
    "допоможуть так само.",
    "ru": "Вы согласны, чтобы этот разговор записывали? Нажмите 1. Если нет, нажмите 2 или подождите: вам "
    "помогут так же.",
}


def question_texts(tapes: Tapes | None, language: str) -> Iterator[tuple[str, str]]:
    """The notice of the authority, which says why, and the question for the caller's key; nothing where nobody is
    asked in this language."""
    if tapes and (notice := tapes.notices.get(language)):
        yield language, notice
        yield language, AGREE[language]


def question(tapes: Tapes | None, language: str) -> tuple[str, ...]:
    """The recordings of the same."""
    return tuple(spoken_name(*text) for text in question_texts(tapes, language))
