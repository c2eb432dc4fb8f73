"""What callers of one number hear and may choose, as plain values made from the activation that is open on it."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from tocsin.activations.rules import Hours, Requirement, Stream, is_staffed, spoken_name
from tocsin.calls.rules import call_back_words
from tocsin.calls.rules.phrases import LAST_POSITION, PHRASES, position_text


@dataclass(frozen=True, slots=True)
class FrontWords:
    """The front message of one language: an uploaded recording, or else the text, spoken."""

    text: str
    recording: str = ""
    # When these words came into force; None where that does not matter.
    since: datetime | None = None


@dataclass(frozen=True, slots=True)
class Script:
    """How calls to a number are received while an activation is open on it.

    `languages` are in the order of their keys, the first being taken for a caller who presses nothing.
    `accepts` is False once the activation is closing: nobody new is let in.
    """

    activation: int
    authority: int
    languages: tuple[str, ...]
    exercise: bool
    accepts: bool = True
    front: Mapping[str, FrontWords] = field(default_factory=dict)
    hours: tuple[Hours, ...] = ()
    timezone: str = "UTC"
    streams: tuple[Stream, ...] = (Stream.D5,)
    requirement: Requirement = field(default_factory=Requirement)
    # Whether callers may ask to be called back, and whether that is dialled without asking the agent.
    call_backs: bool = False
    dials_itself: bool = False

    def takes_calls(self, now: datetime) -> bool:
        """Whether a caller who arrives now is let in."""
        return self.accepts and is_staffed(self.hours, now=now, timezone=self.timezone)

    def language_for(self, key: str) -> str | None:
        """The language chosen by a key, 1 being the first."""
        if key.isdecimal() and 1 <= int(key) <= len(self.languages):
            return self.languages[int(key) - 1]
        return None


def menu_texts(script: Script) -> Iterator[tuple[str, str]]:
    """The language menu: for each language, in that language, the key that chooses it."""
    for key, language in enumerate(script.languages, start=1):
        if script.exercise:
            yield language, PHRASES[language].exercise
        yield language, PHRASES[language].choose.format(key=key)


def menu(script: Script) -> tuple[str, ...]:
    """The recordings of the language menu."""
    return tuple(spoken_name(language, text) for language, text in menu_texts(script))


def front_texts(script: Script, language: str) -> Iterator[tuple[str, str]]:
    """What is spoken before waiting, except where a recording takes its place."""
    # With more than one language, the menu said already that it is an exercise.
    if len(script.languages) == 1:
        yield from _exercise_texts(script, language)
    yield from _own_texts(script, language)


def front(script: Script, language: str) -> tuple[str, ...]:
    """The recordings of the front message in a language; empty where there is nothing to say."""
    return _with_recording(script, language, front_texts(script, language))


def hints(script: Script, language: str, *, heard_before: bool) -> tuple[str, ...]:
    """The recordings for a caller whose language is known: how to have another, and how to go on at once."""
    return tuple(spoken_name(*text) for text in _hint_texts(script, language, heard_before=heard_before))


def _hint_texts(script: Script, language: str, *, heard_before: bool) -> Iterator[tuple[str, str]]:
    if len(script.languages) > 1:
        yield from _exercise_texts(script, language)
        yield language, PHRASES[language].other_language
    if heard_before:
        yield language, PHRASES[language].skip


def _exercise_texts(script: Script, language: str) -> Iterator[tuple[str, str]]:
    if script.exercise:
        yield language, PHRASES[language].exercise


def _own_texts(script: Script, language: str) -> Iterator[tuple[str, str]]:
    words = script.front.get(language)
    if words and not words.recording and words.text:
        yield language, words.text


def _with_recording(script: Script, language: str, texts: Iterable[tuple[str, str]]) -> tuple[str, ...]:
    spoken = tuple(spoken_name(*text) for text in texts)
    words = script.front.get(language)
    return (*spoken, words.recording) if words and words.recording else spoken


def turned_away_texts(script: Script | None, languages: tuple[str, ...]) -> Iterator[tuple[str, str]]:
    """What a caller hears when nobody is let in: nothing is open, or it is outside the opening hours."""
    for language in script.languages if script else languages:
        phrases = PHRASES[language]
        yield language, phrases.outside_hours if script and script.accepts else phrases.nothing_open


def turned_away(script: Script | None, languages: tuple[str, ...]) -> tuple[str, ...]:
    """The recordings for a caller who is not let in."""
    return tuple(spoken_name(*text) for text in turned_away_texts(script, languages))


def stream_question(language: str) -> tuple[str, ...]:
    """The recording that asks whether the caller wants information (D5) or is concerned (D2)."""
    return (spoken_name(language, PHRASES[language].choose_stream),)


def position(language: str, place: int) -> tuple[str, ...]:
    """The recording that tells a caller the place in line."""
    return (spoken_name(language, position_text(language, place)),)


def agent_lost(language: str) -> tuple[str, ...]:
    """The recording for a caller whose agent disappeared."""
    return (spoken_name(language, PHRASES[language].agent_lost),)


def fallback_texts(script: Script) -> Iterator[tuple[str, str]]:
    """What callers hear before waiting while the switchboard is away, when nobody can ask for their language."""
    for language in script.languages:
        yield from _exercise_texts(script, language)
        yield from _own_texts(script, language)
        yield language, PHRASES[language].stay


def fallback(script: Script, *, now: datetime) -> tuple[str, ...]:
    """The recordings for callers whom the switchboard cannot take, in every language one after the other."""
    if not script.takes_calls(now):
        return turned_away(script, script.languages)
    names: list[str] = []
    for language in script.languages:
        texts = (*_exercise_texts(script, language), *_own_texts(script, language))
        names += [*_with_recording(script, language, texts), spoken_name(language, PHRASES[language].stay)]
    return tuple(names)


def opening_texts(script: Script) -> Iterator[tuple[str, str]]:
    """Everything that must be spoken before the number answers; texts may repeat."""
    yield from menu_texts(script)
    yield from fallback_texts(script)
    for language in script.languages:
        yield from _hint_texts(script, language, heard_before=True)
        yield language, PHRASES[language].agent_lost
        if Stream.D2 in script.streams:
            yield language, PHRASES[language].choose_stream
    yield from turned_away_texts(script, script.languages)


def waiting_texts(script: Script) -> Iterator[tuple[str, str]]:
    """What is said to those in line: all about call-backs, then the places, first places first."""
    if script.call_backs:
        for language in script.languages:
            yield from call_back_words.texts(language)
    for place in range(1, LAST_POSITION + 2):
        for language in script.languages:
            yield language, position_text(language, place)
