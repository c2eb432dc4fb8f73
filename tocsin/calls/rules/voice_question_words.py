"""What callers hear of leaving a question by voice, in every language that the line speaks."""

from collections.abc import Iterator
from typing import NamedTuple

from tocsin.activations.rules import spoken_name

# A sound of the engine's own, after which people speak.
TONE = "tone"


class Sentences(NamedTuple):
    """The sentences in one language."""

    offer: str
    notice: str  # {days}
    thanks: str
    nothing: str


SENTENCES: dict[str, Sentences] = {
    "nl": Sentences(
        offer="Om uw vraag in te spreken, druk op 8.",
        notice="Uw vraag wordt opgenomen, door onze medewerkers beluisterd en na {days} dagen gewist. Spreek "
        "na de toon, hoogstens twee minuten, en druk daarna op hekje. Wilt u dat niet, druk nu op 0.",
        thanks="Dank u, uw vraag is bewaard. Blijf aan de lijn voor een medewerker, of hang op.",
        nothing="Wij hebben geen vraag kunnen opnemen. Blijf aan de lijn, u behoudt uw plaats.",
    ),
    "fr": Sentences(
        offer="Pour laisser votre question après un signal, appuyez sur 8.",
        notice="Votre question est enregistrée, écoutée par nos collaborateurs et effacée après {days} jours. "
        "Parlez après le signal, deux minutes au plus, puis appuyez sur dièse. Si vous ne le voulez pas, sur 0.",
        thanks="Merci, votre question est gardée. Restez en ligne pour parler à un collaborateur, ou raccrochez.",
        nothing="Nous n'avons pas pu enregistrer de question. Restez en ligne, vous gardez votre place.",
    ),
    "de": Sentences(
        offer="Um Ihre Frage aufzusprechen, drücken Sie die 8.",
        notice="Ihre Frage wird aufgezeichnet, von unseren Mitarbeitern angehört und nach {days} Tagen gelöscht. "
        "Sprechen Sie nach dem Ton, höchstens zwei Minuten, und drücken Sie dann die Rautetaste. Wenn Sie das "
        "nicht möchten, drücken Sie die 0.",
        thanks="Danke, Ihre Frage ist gespeichert. Bleiben Sie am Apparat, um mit jemandem zu sprechen, oder "
        "legen Sie auf.",
        nothing="Wir konnten keine Frage aufzeichnen. Bleiben Sie am Apparat, Sie behalten Ihren Platz.",
    ),
    "en": Sentences(
        offer="To leave your question by voice, press 8.",
        notice="Your question is recorded, heard by our agents, and deleted after {days} days. Speak after the "
        "tone, for two minutes at most, and then press hash. If you do not want that, press 0.",
        thanks="Thank you, your question is kept. Stay on the line to speak with an agent, or hang up.",
        nothing="We could not record a question. Please stay on the line, you keep your place.",
    ),
    "uk": Sentences(
        offer="Щоб залишити запитання голосом, натисніть 8.",
        notice="Ваше запитання буде записано, його прослухають наші оператори, строк зберігання в днях: {days}. "
        "Говоріть після сигналу, щонайбільше дві хвилини, а потім натисніть решітку. Якщо ви цього не хочете, "
        "натисніть 0.",
        thanks="Дякуємо, ваше запитання збережено. Залишайтеся на лінії, щоб поговорити з оператором, або "
        "покладіть слухавку.",
        nothing="Нам не вдалося записати запитання. Залишайтеся на лінії, ваша черга збережеться.",
    ),
    "ru": Sentences(
        offer="Чтобы оставить вопрос голосом, нажмите 8.",
        notice="Ваш вопрос будет записан, его прослушают наши операторы, срок хранения в днях: {days}. Говорите "
        "после сигнала, не более двух минут, а затем нажмите решётку. Если вы этого не хотите, нажмите 0.",
        thanks="Спасибо, ваш вопрос сохранён. Оставайтесь на линии, чтобы поговорить с оператором, или "
        "положите трубку.",
        nothing="Нам не удалось записать вопрос. Оставайтесь на линии, ваша очередь сохранится.",
    ),
}


def texts(language: str, *, days: int) -> Iterator[tuple[str, str]]:
    """All that a line says of it in a language, to be spoken before it opens."""
    said = SENTENCES[language]
    yield from (
        (language, text) for text in (said.offer, said.notice.format(days=days), said.thanks, said.nothing)
    )


def offer(language: str) -> tuple[str, ...]:
    """The recording that tells those in line of it."""
    return (spoken_name(language, SENTENCES[language].offer),)


def notice(language: str, *, days: int) -> tuple[str, ...]:
    """The recordings that say on what terms a question is left, and then the tone."""
    return spoken_name(language, SENTENCES[language].notice.format(days=days)), TONE


def thanks(language: str) -> tuple[str, ...]:
    """The recording for a caller who left one."""
    return (spoken_name(language, SENTENCES[language].thanks),)


def nothing(language: str) -> tuple[str, ...]:
    """The recording for a caller of whom nothing was recorded."""
    return (spoken_name(language, SENTENCES[language].nothing),)
