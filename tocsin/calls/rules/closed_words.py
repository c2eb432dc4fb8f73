"""What callers hear of opening hours, and of the site, in every language that the line speaks."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo

from tocsin.activations.rules import spoken_name
from tocsin.calls.rules import hours
from tocsin.calls.rules.closed_times import clock_text

# In the middle of a winter or a summer, wherever it is: no clock is put in the weeks after it.
_SOME_MONDAY = datetime(2026, 1, 5, tzinfo=UTC)

# A name with a domain that is not the end of a mail address, and what follows it up to the end of a sentence.
_SITE = re.compile(r"(?<![@\w.-])(?:https?://)?((?:[\w-]+\.)+[a-z]{2,}(?:/[\w./-]*\w)?)(?![\w@])")


class Sentences(NamedTuple):
    """The sentences in one language; `weekdays` begins with Monday, and all days as they stand in `opens`."""

    opens: str  # {day} {clock}
    today: str
    tomorrow: str
    weekdays: tuple[str, str, str, str, str, str, str]
    site: str  # {site}
    dot: str
    slash: str
    call_back: str
    promise: str
    promise_today: str
    goodbye: str


SENTENCES: dict[str, Sentences] = {
    "nl": Sentences(
        opens="Dit nummer gaat {day} {clock} weer open.",
        today="vandaag",
        tomorrow="morgen",
        weekdays=("maandag", "dinsdag", "woensdag", "donderdag", "vrijdag", "zaterdag", "zondag"),
        site="Alle informatie vindt u op {site}.",
        dot="punt",
        slash="schuine streep",
        call_back="Wilt u dan teruggebeld worden? Druk op 1.",
        promise="Wij bellen u terug zodra dit nummer weer open is.",
        promise_today="Wij bellen u vandaag nog terug, of zodra dit nummer weer open is.",
        goodbye="U behoudt uw plaats en kunt nu ophangen. Tot dan.",
    ),
    "fr": Sentences(
        opens="Ce numéro rouvre {day} {clock}.",
        today="aujourd'hui",
        tomorrow="demain",
        weekdays=("lundi", "mardi", "mercredi", "jeudi", "vendredi", "samedi", "dimanche"),
        site="Toutes les informations sont sur {site}.",
        dot="point",
        slash="barre oblique",
        call_back="Pour être rappelé à ce moment-là, appuyez sur 1.",
        promise="Nous vous rappelons dès que ce numéro sera de nouveau ouvert.",
        promise_today="Nous vous rappelons encore aujourd'hui, ou dès que ce numéro sera de nouveau ouvert.",
        goodbye="Vous gardez votre place et pouvez raccrocher. À bientôt.",
    ),
    "de": Sentences(
        opens="Diese Nummer ist {day} {clock} wieder besetzt.",
        today="heute",
        tomorrow="morgen",
        weekdays=(
            "am Montag",
            "am Dienstag",
            "am Mittwoch",
            "am Donnerstag",
            "am Freitag",
            "am Samstag",
            "am Sonntag",
        ),
        site="Alle Informationen finden Sie auf {site}.",
        dot="Punkt",
        slash="Schrägstrich",
        call_back="Möchten Sie dann zurückgerufen werden, drücken Sie die 1.",
        promise="Wir rufen Sie zurück, sobald diese Nummer wieder besetzt ist.",
        promise_today="Wir rufen Sie heute noch zurück, oder sobald diese Nummer wieder besetzt ist.",
        goodbye="Sie behalten Ihren Platz und können jetzt auflegen. Bis dann.",
    ),
    "en": Sentences(
        opens="This number opens again {day} {clock}.",
        today="today",
        tomorrow="tomorrow",
        weekdays=(
            "on Monday",
            "on Tuesday",
            "on Wednesday",
            "on Thursday",
            "on Friday",
            "on Saturday",
            "on Sunday",
        ),
        site="You will find all information at {site}.",
        dot="dot",
        slash="slash",
        call_back="To be called back then, press 1.",
        promise="We will call you back when this number opens again.",
        promise_today="We will call you back today, or when this number opens again.",
        goodbye="You keep your place and can hang up now. Goodbye.",
    ),
    "uk": Sentences(
        opens="Цей номер знову запрацює {day} {clock}.",
        today="сьогодні",
        tomorrow="завтра",
        weekdays=(
            "у понеділок",
            "у вівторок",
            "у середу",
            "у четвер",
            "у п'ятницю",
            "у суботу",
            "у неділю",
        ),
        site="Усю інформацію ви знайдете на сайті {site}.",
        dot="крапка",
        slash="скісна риска",
        call_back="Щоб вам тоді передзвонили, натисніть 1.",
        promise="Ми передзвонимо вам, щойно цей номер знову запрацює.",
        promise_today="Ми передзвонимо вам ще сьогодні або щойно цей номер знову запрацює.",
        goodbye="Ваша черга збережеться, можете покласти слухавку.",
    ),
    "ru": Sentences(
        opens="Этот номер снова заработает {day} {clock}.",
        today="сегодня",
        tomorrow="завтра",
        weekdays=(
            "в понедельник",
            "во вторник",
            "в среду",
            "в четверг",
            "в пятницу",
            "в субботу",
            "в воскресенье",
        ),
        site="Всю информацию вы найдёте на сайте {site}.",
        dot="точка",
        slash="косая черта",
        call_back="Чтобы вам тогда перезвонили, нажмите 1.",
        promise="Мы перезвоним вам, как только этот номер снова заработает.",
        promise_today="Мы перезвоним вам ещё сегодня или как только этот номер снова заработает.",
        goodbye="Ваша очередь сохранится, можете положить трубку.",
    ),
}


def hours_texts(line: hours.Kept, language: str) -> Iterator[tuple[str, str]]:
    """Every way in which the next opening is told in a week as most are, to be spoken before the line opens."""
    told = {_opening_text(line, language, now=at) for at in hours.changes(line, after=_SOME_MONDAY)}
    yield from ((language, text) for text in sorted(told) if text)


def call_back_texts(language: str) -> Iterator[tuple[str, str]]:
    """What is said of a call-back that comes when the line is open again."""
    said = SENTENCES[language]
    yield from ((language, text) for text in (said.call_back, said.promise, said.promise_today, said.goodbye))


def opening(line: hours.Kept, language: str, *, now: datetime) -> tuple[str, ...]:
    """The recording that tells when a line opens next; empty where it never closes, or never opens."""
    text = _opening_text(line, language, now=now)
    return (spoken_name(language, text),) if text else ()


def site_in(text: str) -> str:
    """The first address of a site in a text, as people say it; empty where there is none.

    >>> site_in("Alles staat op https://www.rivaal.example/rook. Vragen: info@rivaal.example")
    'www.rivaal.example/rook'
    """
    found = _SITE.search(text)
    return found[1] if found else ""


def site_text(language: str, address: str) -> str:
    """The sentence that tells the address of the site."""
    said = SENTENCES[language]
    spelt = address.replace(".", f" {said.dot} ").replace("/", f" {said.slash} ")
    return said.site.format(site=" ".join(spelt.split()))


def call_back(language: str) -> tuple[str, ...]:
    """The recording that tells how to be called back when the line is open again."""
    return (spoken_name(language, SENTENCES[language].call_back),)


def promise(line: hours.Kept, language: str, *, now: datetime) -> tuple[str, ...]:
    """The recordings that promise a call for when the line is open again, say when that is, and goodbye.

    Where it is still open, the call may come before it closes.
    """
    said = SENTENCES[language]
    first = said.promise_today if hours.is_open(line, now=now) else said.promise
    opens = opening(line, language, now=now)
    return (spoken_name(language, first), *opens, spoken_name(language, said.goodbye))


def _opening_text(line: hours.Kept, language: str, *, now: datetime) -> str:
    opens = hours.opens_next(line, now=now)
    if opens is None:
        return ""
    zone = ZoneInfo(line.timezone)
    local, today = opens.astimezone(zone), now.astimezone(zone).date()
    said = SENTENCES[language]
    near = {today: said.today, today + timedelta(days=1): said.tomorrow}
    day = near.get(local.date(), said.weekdays[local.weekday()])
    return said.opens.format(day=day, clock=clock_text(language, local.time()))
