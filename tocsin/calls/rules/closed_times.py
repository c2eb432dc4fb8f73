"""How a time of day is said within a sentence, in every language that the line speaks."""

from datetime import time

# In these, the digits are read as they should be; some hours have a name of their own.
_BY_DIGITS: dict[str, tuple[str, dict[int, str]]] = {
    "nl": ("om {hour} uur", {0: "om middernacht"}),
    "fr": ("à {hour} heures", {0: "à minuit", 1: "à une heure", 12: "à midi"}),
    "de": ("um {hour} Uhr", {0: "um Mitternacht", 1: "um ein Uhr"}),
}
# In Ukrainian the hours are counted, in the locative.
_UK_HOURS = (
    "о нульовій",
    "о першій",
    "о другій",
    "о третій",
    "о четвертій",
    "о п'ятій",
    "о шостій",
    "о сьомій",
    "о восьмій",
    "о дев'ятій",
    "о десятій",
    "об одинадцятій",
    "о дванадцятій",
    "о тринадцятій",
    "о чотирнадцятій",
    "о п'ятнадцятій",
    "о шістнадцятій",
    "о сімнадцятій",
    "о вісімнадцятій",
    "о дев'ятнадцятій",
    "о двадцятій",
    "о двадцять першій",
    "о двадцять другій",
    "о двадцять третій",
)
_RU_HOURS, _RU_MINUTES = ("час", "часа", "часов"), ("минуту", "минуты", "минут")


def clock_text(language: str, clock: time) -> str:
    """A time of day with the word before it; its seconds are not told.

    >>> clock_text("nl", time(9)), clock_text("en", time(14, 30)), clock_text("ru", time(21, 5))
    ('om 9 uur', 'at 2 30 in the afternoon', 'в 21 час 5 минут')
    """
    match language:
        case "en":
            return _english(clock)
        case "uk":
            hour = _UK_HOURS[clock.hour]
            return f"{hour} {clock.minute}" if clock.minute else f"{hour} годині"
        case "ru":
            hours = f"в {clock.hour} {_russian(clock.hour, _RU_HOURS)}"
            return f"{hours} {clock.minute} {_russian(clock.minute, _RU_MINUTES)}" if clock.minute else hours
    form, named = _BY_DIGITS[language]
    # Midnight and noon have no minutes.
    has_name = clock.hour in named and (clock.hour == 1 or not clock.minute)
    hour = named[clock.hour] if has_name else form.format(hour=clock.hour)
    return f"{hour} {clock.minute}" if clock.minute else hour


def _english(clock: time) -> str:
    if clock.minute == 0 and clock.hour in (0, 12):
        return "at noon" if clock.hour else "at midnight"
    part = "in the morning" if clock.hour < 12 else "in the afternoon" if clock.hour < 18 else "in the evening"
    hour = clock.hour % 12 or 12
    return f"at {hour} {clock.minute:02} {part}" if clock.minute else f"at {hour} {part}"


def _russian(count: int, forms: tuple[str, str, str]) -> str:
    """The form of a noun after a number: one, two to four, more; and more again from 11 to 14."""
    if count % 100 in range(11, 15):
        return forms[2]
    return forms[0] if count % 10 == 1 else forms[1] if count % 10 in (2, 3, 4) else forms[2]
