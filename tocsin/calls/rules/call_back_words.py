"""What callers hear of call-backs, in every language that the line speaks."""

from collections.abc import Iterator
from datetime import timedelta
from typing import NamedTuple

from tocsin.activations.rules import spoken_name
from tocsin.calls.rules.numbers import digits_to_say


class Sentences(NamedTuple):
    """The sentences in one language; `spans` are the words for the spans that are promised, shortest first."""

    offer: str
    at_this_number: str
    confirm: str
    confirm_only: str
    no_place: str
    enter: str
    wrong: str
    already: str
    promise: str  # {span}
    spans: tuple[str, ...]
    called_back: str


SPANS = tuple(timedelta(minutes=minutes) for minutes in (15, 30, 45, 60, 90, 120, 180, 240))

SENTENCES: dict[str, Sentences] = {
    "nl": Sentences(
        offer="Wilt u teruggebeld worden en uw plaats behouden? Druk op 1.",
        at_this_number="Wij bellen u terug op dit nummer.",
        confirm="Is dat juist, druk op 1. Voor een ander nummer, druk op 2. Om te blijven wachten, druk op 0.",
        confirm_only="Is dat juist, druk op 1. Voor een ander nummer, druk op 2.",
        no_place="Er is nu geen plaats meer in de wachtrij. U hoeft niet opnieuw te bellen.",
        enter="Toets het nummer in waarop wij u kunnen bellen, en daarna hekje.",
        wrong="Dat nummer kunnen wij niet bellen.",
        already="Dat nummer bellen wij al terug, u kunt nu ophangen. Of kies een ander nummer.",
        promise="Wij bellen u terug binnen {span}. U behoudt uw plaats en kunt nu ophangen. Tot straks.",
        spans=(
            "vijftien minuten",
            "een half uur",
            "drie kwartier",
            "een uur",
            "anderhalf uur",
            "twee uur",
            "drie uur",
            "vier uur",
        ),
        called_back="Dit is het informatienummer. Wij bellen u terug. Druk op 1 om met een medewerker te spreken.",
    ),
    "fr": Sentences(
        offer="Pour être rappelé en gardant votre place, appuyez sur 1.",
        at_this_number="Nous vous rappellerons à ce numéro.",
        confirm="Si c'est exact, appuyez sur 1. Pour un autre numéro, sur 2. Pour continuer d'attendre, sur 0.",
        confirm_only="Si c'est exact, appuyez sur 1. Pour un autre numéro, sur 2.",
        no_place="Il n'y a plus de place dans la file d'attente. Inutile de rappeler.",
        enter="Composez le numéro où nous pouvons vous appeler, puis dièse.",
        wrong="Nous ne pouvons pas appeler ce numéro.",
        already="Nous rappelons déjà ce numéro, vous pouvez raccrocher. Ou choisissez un autre numéro.",
        promise="Nous vous rappelons dans les {span}. Vous gardez votre place et pouvez raccrocher. À bientôt.",
        spans=(
            "quinze minutes",
            "trente minutes",
            "quarante-cinq minutes",
            "soixante minutes",
            "quatre-vingt-dix minutes",
            "deux heures",
            "trois heures",
            "quatre heures",
        ),
        called_back="Ici le numéro d'information. Nous vous rappelons. Pour parler à un agent, appuyez sur 1.",
    ),
    "de": Sentences(
        offer="Möchten Sie zurückgerufen werden und Ihren Platz behalten, drücken Sie die 1.",
        at_this_number="Wir rufen Sie unter dieser Nummer zurück.",
        confirm="Ist das richtig, drücken Sie die 1. Für eine andere Nummer die 2. Um weiter zu warten, die 0.",
        confirm_only="Ist das richtig, drücken Sie die 1. Für eine andere Nummer die 2.",
        no_place="In der Warteschlange ist kein Platz mehr frei. Sie brauchen nicht noch einmal anzurufen.",
        enter="Geben Sie die Nummer ein, unter der wir Sie erreichen, und dann die Rautetaste.",
        wrong="Diese Nummer können wir nicht anrufen.",
        already="Diese Nummer rufen wir schon zurück, Sie können jetzt auflegen. Oder wählen Sie eine andere.",
        promise="Wir rufen Sie innerhalb von {span} zurück. Sie behalten Ihren Platz und können jetzt auflegen. "
        "Bis gleich.",
        spans=(
            "fünfzehn Minuten",
            "dreißig Minuten",
            "fünfundvierzig Minuten",
            "einer Stunde",
            "neunzig Minuten",
            "zwei Stunden",
            "drei Stunden",
            "vier Stunden",
        ),
        called_back="Hier ist die Auskunftsnummer. Wir rufen Sie zurück. "
        "Um mit jemandem zu sprechen, drücken Sie die 1.",
    ),
    "en": Sentences(
        offer="To be called back and keep your place, press 1.",
        at_this_number="We will call you back at this number.",
        confirm="If that is right, press 1. For another number, press 2. To go on waiting, press 0.",
        confirm_only="If that is right, press 1. For another number, press 2.",
        no_place="There is no place left in the queue. You need not call again.",
        enter="Enter the number at which we can call you, and then hash.",
        wrong="We cannot call that number.",
        already="We will call that number back already, you can hang up now. Or choose another number.",
        promise="We will call you back within {span}. You keep your place and can hang up now. Goodbye.",
        spans=(
            "fifteen minutes",
            "half an hour",
            "forty-five minutes",
            "one hour",
            "ninety minutes",
            "two hours",
            "three hours",
            "four hours",
        ),
        called_back="This is the information number. We are calling you back. To speak with an agent, press 1.",
    ),
    "uk": Sentences(
        offer="Щоб вам передзвонили зі збереженням черги, натисніть 1.",
        at_this_number="Ми передзвонимо вам на цей номер.",
        confirm="Якщо все правильно, натисніть 1. Для іншого номера натисніть 2. Щоб чекати далі, натисніть 0.",
        confirm_only="Якщо все правильно, натисніть 1. Для іншого номера натисніть 2.",
        no_place="У черзі більше немає місця. Вам не потрібно телефонувати ще раз.",
        enter="Наберіть номер, на який вам зателефонувати, а потім решітку.",
        wrong="Ми не можемо зателефонувати на цей номер.",
        already="На цей номер ми вже передзвонимо, можете покласти слухавку. Або виберіть інший номер.",
        promise="Ми передзвонимо вам упродовж {span}. Ваша черга збережеться, можете покласти слухавку.",
        spans=(
            "п'ятнадцяти хвилин",
            "пів години",
            "сорока п'яти хвилин",
            "однієї години",
            "дев'яноста хвилин",
            "двох годин",
            "трьох годин",
            "чотирьох годин",
        ),
        called_back="Це інформаційний номер. Ми вам передзвонюємо. Щоб поговорити з оператором, натисніть 1.",
    ),
    "ru": Sentences(
        offer="Чтобы вам перезвонили с сохранением очереди, нажмите 1.",
        at_this_number="Мы перезвоним вам на этот номер.",
        confirm="Если всё верно, нажмите 1. Для другого номера нажмите 2. Чтобы ждать дальше, нажмите 0.",
        confirm_only="Если всё верно, нажмите 1. Для другого номера нажмите 2.",
        no_place="В очереди больше нет места. Вам не нужно звонить ещё раз.",
        enter="Наберите номер, по которому вам позвонить, а затем решётку.",
        wrong="Мы не можем позвонить на этот номер.",
        already="На этот номер мы уже перезвоним, можете положить трубку. Или выберите другой номер.",
        promise="Мы перезвоним вам в течение {span}. Ваша очередь сохранится, можете положить трубку.",
        spans=(
            "пятнадцати минут",
            "получаса",
            "сорока пяти минут",
            "одного часа",
            "девяноста минут",
            "двух часов",
            "трёх часов",
            "четырёх часов",
        ),
        called_back="Это информационный номер. Мы вам перезваниваем. Чтобы поговорить с оператором, нажмите 1.",
    ),
}


def texts(language: str) -> Iterator[tuple[str, str]]:
    """All that a line says of call-backs in a language, to be spoken before it opens."""
    said = SENTENCES[language]
    yield from ((language, text) for text in (said.offer, said.at_this_number, said.confirm, said.confirm_only))
    yield from ((language, text) for text in (said.no_place, said.enter, said.wrong, said.already))
    yield language, said.called_back
    for span in SPANS:
        yield language, _promise_text(language, span)
    for digit in range(10):
        yield language, str(digit)


def offer(language: str) -> tuple[str, ...]:
    """The recording that tells those in line of the call-back."""
    return (spoken_name(language, SENTENCES[language].offer),)


def no_place(language: str) -> tuple[str, ...]:
    """The recording that tells whoever comes to a line that is full, before the number is read out."""
    return (spoken_name(language, SENTENCES[language].no_place),)


def confirm_question(language: str, number: str, *, region: str, in_line: bool = True) -> tuple[str, ...]:
    """The recordings that read a number out, digit by digit, and ask whether it is right.

    Only who is `in_line` can go on waiting there.
    """
    said = SENTENCES[language]
    ask = said.confirm if in_line else said.confirm_only
    read = (said.at_this_number, *digits_to_say(number, region=region), ask)
    return tuple(spoken_name(language, text) for text in read)


def number_question(language: str, *, again: bool) -> tuple[str, ...]:
    """The recordings that ask for a number, again where the last was none."""
    said = SENTENCES[language]
    return tuple(spoken_name(language, text) for text in ((said.wrong,) if again else ()) + (said.enter,))


def promised_already(language: str) -> tuple[str, ...]:
    """The recording that tells of a promise to the same number, before another is asked for."""
    return (spoken_name(language, SENTENCES[language].already),)


def promise(language: str, span: timedelta) -> tuple[str, ...]:
    """The recording that says by when the call comes, and goodbye."""
    return (spoken_name(language, _promise_text(language, span)),)


def called_back(language: str) -> tuple[str, ...]:
    """The recording that is heard by whoever answers the call-back."""
    return (spoken_name(language, SENTENCES[language].called_back),)


def _promise_text(language: str, span: timedelta) -> str:
    said = SENTENCES[language]
    return said.promise.format(span=said.spans[SPANS.index(span)])
