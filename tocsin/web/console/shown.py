"""Figures as people read them."""

from datetime import datetime, timedelta

from django.utils.formats import number_format
from django.utils.translation import get_language_info, gettext
from django.utils.translation import gettext_lazy as _

from tocsin.activations.rules import SPOKEN_LANGUAGES, Stream
from tocsin.insights.rules.intervals import NO_TEAM

# A service level of less than this part of what is aimed at is bad; and how many calls it takes to say so.
POOR_PART = 0.625
ENOUGH_CALLS = 10
_STREAMS = {Stream.D5: _("Information (D5)"), Stream.D2: _("Victims and relatives (D2)")}


def share(part: float | None) -> str:
    """A share from 0 to 1 as whole per cents; a dash where there is none.

    >>> share(0.836).split()
    ['84', '%']
    """
    return "–" if part is None else f"{round(part * 100)}\N{NO-BREAK SPACE}%"


def clock(span: timedelta | None) -> str:
    """A span as a clock shows it; a dash where there is none.

    >>> clock(timedelta(seconds=3725))
    '1:02:05'
    """
    if span is None:
        return "–"
    minutes, seconds = divmod(round(span.total_seconds()), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{seconds:02}" if hours else f"{minutes}:{seconds:02}"


def hour(at: datetime) -> str:
    """An hour on an axis, in the reader's language."""
    return gettext("%(hour)d h") % {"hour": at.hour}


def mean(number: float | None) -> str:
    """A mean as a whole number, in the reader's language; a dash where there is none."""
    return "–" if number is None else number_format(round(number), use_l10n=True, force_grouping=True)


def count(number: int) -> str:
    """A count with its thousands apart, in the reader's language."""
    return str(number_format(number, use_l10n=True, force_grouping=True))


def language_name(code: str) -> str:
    """The name of a language in the reader's language."""
    return str(get_language_info(code)["name_translated"])


def stream_name(stream: str) -> str:
    """Which discipline a caller needs, in the reader's language."""
    return str(_STREAMS[Stream(stream)])


def team_name(team: str) -> str:
    """The team of the agent who answered, in the reader's language where there is none."""
    if not team:
        return gettext("not answered")
    return gettext("in no team") if team == NO_TEAM else team


def spoken_languages() -> list[tuple[str, str]]:
    """The languages in which calls can be taken, by code and in the reader's language."""
    return [(code, language_name(code)) for code in SPOKEN_LANGUAGES]


def mood(service_level: float | None, *, offered: int, aim: float) -> str:
    """Whether a service level is good, a warning or bad; nothing while there were too few calls to say."""
    if service_level is None or offered < ENOUGH_CALLS:
        return ""
    if service_level >= aim:
        return "good"
    return "warn" if service_level >= aim * POOR_PART else "bad"
