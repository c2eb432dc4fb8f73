"""An activation's states, its opening hours, and the names of what is spoken for it."""

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from tocsin.refusals import Refusal

# The promise to the authority: the number answers within this time of an authenticated order.
OPENING_PROMISE = timedelta(seconds=60)
# The languages that the centre has a voice and sentences of its own for.
SPOKEN_LANGUAGES = ("nl", "fr", "de", "en", "uk", "ru")
# About two minutes of speech, in characters: nobody in need listens to more.
LONGEST_FRONT_TEXT = 1500
# The keys by which callers choose an incident where several are open on a number: the ear keeps no more apart.
INCIDENT_KEYS = range(1, 6)
# About three seconds: callers hear the names of all incidents before they choose one.
LONGEST_NAME = 60
# About half a minute: callers hear it again and again.
LONGEST_NEWS = 400
# Two messages of a telephone network, about, in the alphabet of Western Europe.
LONGEST_SMS = 300
# About ten seconds: asked of somebody who thought that the call was over.
LONGEST_SURVEY = 160
# The keys that answer a question; 1, 2 and 0 mean the same after every answer. Nobody remembers more than seven.
ANSWER_KEYS = range(3, 10)
# About ten seconds: callers hear all the questions before the first answer.
LONGEST_QUESTION = 120
# More than any centre has room for.
MOST_WAITING = 10_000
# Who waits for less than the shortest could not have been answered in earnest.
SHORTEST_TARGET, LONGEST_TARGET = timedelta(seconds=5), timedelta(minutes=10)
# Callers hear it before they are asked whether they agree to be recorded: a quarter of a minute.
LONGEST_NOTICE = 300
LONGEST_ARTICLE = 120
# Nothing that was said is kept for longer than this many days.
MOST_DAYS = 3650


class Kind(StrEnum):
    """Decided once, when the activation is ordered, and never changed."""

    REAL = "real"
    EXERCISE = "exercise"


class Stream(StrEnum):
    """The disciplines that share the number (royal decree of 22 May 2019): D5 informs the population, D2 is for
    victims and relatives and belongs to those trained for it."""

    D5 = "d5"
    D2 = "d2"


# Of a language or a skill that is asked of agents: gets by, well, fully.
LEVELS = frozenset({1, 2, 3})


@dataclass(frozen=True, slots=True)
class Requirement:
    """What an agent must have for the callers of an activation, beside their language and stream.

    After a wait of `relaxed_after` (None: never) neither the level nor the skills are asked for any more; the
    training for D2 always is.
    """

    language_level: int = 1
    skills: Mapping[str, int] = field(default_factory=dict)
    relaxed_after: timedelta | None = None


@dataclass(frozen=True, slots=True)
class Target:
    """What is aimed at on a line: so many per cent of the calls answered within so long.

    >>> Target().share
    0.8
    """

    within: timedelta = timedelta(seconds=20)
    percent: int = 80

    def __post_init__(self) -> None:
        if not SHORTEST_TARGET <= self.within <= LONGEST_TARGET:
            raise Refusal("A target is from 5 seconds to 10 minutes.")
        if not 1 <= self.percent <= 100:
            raise Refusal("A target is from 1 to 100 per cent.")

    @property
    def share(self) -> float:
        """The same as a share from 0 to 1."""
        return self.percent / 100


@dataclass(frozen=True, slots=True)
class Tapes:
    """The terms on which conversations of an activation are recorded: in which languages callers are told why and
    asked to agree, and whether every conversation of who agreed is recorded, or those that a coordinator asks for.
    """

    id: int
    notices: Mapping[str, str]
    every: bool = True


@dataclass(frozen=True)
class VoiceQuestions:
    """The terms on which callers in line may leave a question by voice, and after how many days it is deleted."""

    terms: int
    days: int


class State(StrEnum):
    """Ordered by an officer; open once the number truly answers; closing while callers remain; closed."""

    ORDERED = "ordered"
    OPEN = "open"
    CLOSING = "closing"
    CLOSED = "closed"


class Event(StrEnum):
    """What may happen to an activation."""

    LINE_ANSWERS = "line_answers"
    CLOSE_ORDERED = "close_ordered"
    LAST_CALLER_LEFT = "last_caller_left"


_TRANSITIONS = {
    (State.ORDERED, Event.LINE_ANSWERS): State.OPEN,
    (State.ORDERED, Event.CLOSE_ORDERED): State.CLOSED,
    (State.OPEN, Event.CLOSE_ORDERED): State.CLOSING,
    (State.CLOSING, Event.LAST_CALLER_LEFT): State.CLOSED,
}

LIVE_STATES = (State.ORDERED, State.OPEN, State.CLOSING)


def next_state(state: State, event: Event) -> State:
    """The state after an event; a Refusal where the event makes no sense in this state."""
    try:
        return _TRANSITIONS[state, event]
    except KeyError:
        if event is Event.CLOSE_ORDERED:
            raise Refusal("This line is closed already, or will be when the last caller has left.") from None
        raise Refusal("This activation has moved on, so that cannot be done now: it stays as it is.") from None


@dataclass(frozen=True)
class Hours:
    """A stretch of one weekday, Monday being 0, in the authority's local time; `until` 00:00 means midnight."""

    weekday: int
    start: time
    until: time

    def __post_init__(self) -> None:
        if not 0 <= self.weekday <= 6:
            raise Refusal("A weekday is a number from 0 (Monday) to 6 (Sunday).")
        if self.until != time(0) and self.until <= self.start:
            raise Refusal("Opening hours end after they start; hours past midnight are two stretches.")

    def covers(self, local: datetime) -> bool:
        """Whether a local instant falls in this stretch; the end itself does not."""
        clock = local.time()
        return (
            local.weekday() == self.weekday
            and self.start <= clock
            and (self.until == time(0) or clock < self.until)
        )


def is_staffed(hours: Iterable[Hours], *, now: datetime, timezone: str) -> bool:
    """Whether the line takes calls at `now`; no hours at all means day and night."""
    stretches = tuple(hours)
    local = now.astimezone(ZoneInfo(timezone))
    return not stretches or any(stretch.covers(local) for stretch in stretches)


def has_words(text: str) -> bool:
    """Whether a text says anything: a letter or a digit is in it.

    >>> has_words("Binnen blijven."), has_words(" ?! ")
    (True, False)
    """
    return any(character.isalnum() for character in text)


def spoken_name(language: str, text: str) -> str:
    """The name of the recording of a text: the same text in the same language is spoken once and kept."""
    digest = hashlib.sha256(f"{language}\n{text}".encode()).hexdigest()
    return f"speech/{language}-{digest[:16]}"
