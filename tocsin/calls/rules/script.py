"""What callers of one number hear and may choose, as plain values made from the activation that is open on it."""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime

from tocsin.activations.rules import Hours, Requirement, Stream, Tapes, VoiceQuestions, is_staffed, spoken_name
from tocsin.calls.rules import (
    call_back_words,
    closed_words,
    emergency_words,
    hearing_words,
    sms_words,
    survey_words,
    voice_question_words,
)
from tocsin.calls.rules.phrases import LAST_POSITION, PHRASES, position_text, wait_text
from tocsin.calls.rules.waiting import Estimate, minutes, ranges

# Spoken where nothing ever was open on a number.
HOUSE_LANGUAGES = ("nl", "fr", "de", "en")


@dataclass(frozen=True, slots=True)
class FrontWords:
    """The front message of one language: an uploaded recording, or else the text, spoken."""

    text: str
    recording: str = ""
    # When these words came into force; None where that does not matter.
    since: datetime | None = None

    def media_name(self, language: str) -> str:
        """The recording of these words."""
        return self.recording or spoken_name(language, self.text)


@dataclass(frozen=True, slots=True)
class KeypadAnswer:
    """A question, the key that answers it, and the answer: an uploaded recording, or else the text, spoken.

    `id` is the version: what the journal says that a caller heard.
    """

    id: int
    key: str
    question: str
    text: str
    recording: str = ""

    def media_name(self, language: str) -> str:
        """The recording of the answer."""
        return self.recording or spoken_name(language, self.text)


@dataclass(frozen=True, slots=True)
class Script:
    """How calls to a number are received while an activation is open on it.

    `languages` are in the order of their keys, the first being taken for a caller who presses nothing.
    `accepts` is False once the activation is closing, and when it is closed: nobody new is let in.
    """

    activation: int
    authority: int
    languages: tuple[str, ...]
    exercise: bool
    accepts: bool = True
    front: Mapping[str, FrontWords] = field(default_factory=dict)
    # By language, what those in line are told now and then.
    news: Mapping[str, FrontWords] = field(default_factory=dict)
    # By language, what callers may have sent by SMS; empty where nothing can be sent.
    sms: Mapping[str, str] = field(default_factory=dict)
    # By language, the address of the site.
    sites: Mapping[str, str] = field(default_factory=dict)
    # By language, what callers are asked after the conversation; empty where they are asked nothing.
    survey: Mapping[str, survey_words.Wording] = field(default_factory=dict)
    # By language, in the order of their keys.
    answers: Mapping[str, tuple[KeypadAnswer, ...]] = field(default_factory=dict)
    hours: tuple[Hours, ...] = ()
    timezone: str = "UTC"
    streams: tuple[Stream, ...] = (Stream.D5,)
    requirement: Requirement = field(default_factory=Requirement)
    # Whether callers may ask to be called back, and whether that is dialled without asking the agent.
    call_backs: bool = False
    dials_itself: bool = False
    # How many callers wait in person before others are offered a call-back; None as many as there is room for.
    most_waiting: int | None = None
    # Whether callers are told that a coordinator may listen in; the terms on which conversations are recorded.
    tells_hearing: bool = False
    tapes: Tapes | None = None
    # The terms on which callers in line may leave a question by voice; None where they may not.
    voice_questions: VoiceQuestions | None = None
    # Where more is open on the number: the key by which callers choose this, what they hear it called by language,
    # and the others, in the order of their keys. Of all on a number, the first alone has those.
    key: int = 1
    names: Mapping[str, str] = field(default_factory=dict)
    beside: tuple["Script", ...] = ()

    @property
    def incidents(self) -> tuple["Script", ...]:
        """All that is open on the number."""
        return (self, *self.beside)

    def incident(self, activation: int | None) -> "Script | None":
        """Of these, the one of an activation."""
        if self.activation == activation:
            return self
        return next((each for each in self.beside if each.activation == activation), None)

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
    if script.tells_hearing:
        yield language, hearing_words.MAY_BE_HEARD[language]
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


def nothing_open_texts(languages: Iterable[str]) -> Iterator[tuple[str, str]]:
    """What a caller hears where nothing is open."""
    yield from ((language, PHRASES[language].nothing_open) for language in languages)


def nothing_open(languages: Iterable[str]) -> tuple[str, ...]:
    """The recordings for a caller of a number on which nothing is open."""
    return tuple(spoken_name(*text) for text in nothing_open_texts(languages))


def turned_away(script: Script, *, now: datetime, offering: Collection[str] = ()) -> tuple[str, ...]:
    """The recordings for a caller who is not let in: outside the opening hours when it opens, and after closing
    that it is closed; then the site. In languages that are `offering` more, how to choose them."""
    several = len(script.languages) > 1
    names: list[str] = []
    for key, language in enumerate(script.languages, start=1):
        names += closed(script, language, now=now)
        if several and language in offering:
            names.append(spoken_name(language, PHRASES[language].choose.format(key=key)))
    return tuple(names)


def closed(script: Script, language: str, *, now: datetime) -> tuple[str, ...]:
    """The recordings of that in one language."""
    phrases = PHRASES[language]
    exercise = tuple(spoken_name(*text) for text in _exercise_texts(script, language))
    first = spoken_name(language, phrases.outside_hours if script.accepts else phrases.closed)
    opens = closed_words.opening(script, language, now=now) if script.accepts else ()
    return (*exercise, first, *opens, *(spoken_name(*text) for text in _site_texts(script, language)))


def _site_texts(script: Script, language: str) -> Iterator[tuple[str, str]]:
    if site := script.sites.get(language):
        yield language, closed_words.site_text(language, site)


def after_closing_texts(script: Script) -> Iterator[tuple[str, str]]:
    """All that callers hear of a line that is closing or closed; 112 is dialled from there, too."""
    yield from menu_texts(script)
    for language in script.languages:
        yield from _exercise_texts(script, language)
        yield language, PHRASES[language].closed
        yield from _site_texts(script, language)
        yield from emergency_words.texts(language, exercise=script.exercise)
    yield from (text for language in script.sms for text in sms_words.texts(language))


def _hours_texts(script: Script) -> Iterator[tuple[str, str]]:
    for language in script.languages if script.hours else ():
        yield language, PHRASES[language].outside_hours
        yield from closed_words.hours_texts(script, language)
        if script.call_backs:
            # Who calls before the first opening may ask for one.
            yield from closed_words.call_back_texts(language)
            yield from call_back_words.texts(language)


def _not_taken_texts(script: Script) -> Iterator[tuple[str, str]]:
    for language in script.languages:
        yield language, PHRASES[language].not_taken


def not_taken(script: Script) -> tuple[str, ...]:
    """The recordings for a caller whom a coordinator has let go."""
    return tuple(spoken_name(*text) for text in _not_taken_texts(script))


def stream_question(language: str) -> tuple[str, ...]:
    """The recording that asks whether the caller wants information (D5) or is concerned (D2)."""
    return (spoken_name(language, PHRASES[language].choose_stream),)


def _question_texts(script: Script, language: str) -> Iterator[tuple[str, str]]:
    """Every question with its key, as pieces, so that there is a pause before the key."""
    phrases = PHRASES[language]
    yield language, phrases.questions
    for answer in script.answers.get(language, ()):
        yield language, answer.question
        yield language, phrases.press.format(key=answer.key)
    yield language, phrases.agent


def questions(script: Script, language: str) -> tuple[str, ...]:
    """The recordings of the questions that a key answers, and how to go on to an agent."""
    return tuple(spoken_name(*text) for text in _question_texts(script, language))


def after_answer(language: str) -> tuple[str, ...]:
    """The recordings after an answer: again, the other questions, or on."""
    phrases = PHRASES[language]
    return (spoken_name(language, phrases.again), spoken_name(language, phrases.agent))


def answers_in_line(language: str) -> tuple[str, ...]:
    """The recording that tells callers in line how to have the questions."""
    return (spoken_name(language, PHRASES[language].answers_in_line),)


def _answer_texts(script: Script) -> Iterator[tuple[str, str]]:
    """All that is spoken for keypad answers, in the languages that have any."""
    for language, answers in script.answers.items():
        if answers:
            yield from _question_texts(script, language)
            yield from ((language, answer.text) for answer in answers if not answer.recording)
            yield language, PHRASES[language].again
            yield language, PHRASES[language].answers_in_line


def with_answers_that_sound(script: Script, has: Callable[[str], bool]) -> Script:
    """The script without the questions and answers that are no recordings: nobody is to hear nothing at a key."""
    answers = {
        language: tuple(
            answer
            for answer in answers
            if has(answer.media_name(language)) and has(spoken_name(language, answer.question))
        )
        for language, answers in script.answers.items()
    }
    return replace(script, answers=answers)


def with_front_words_that_sound(script: Script, earlier: Script | None, has: Callable[[str], bool]) -> Script:
    """The script with the earlier front message wherever the new one is no recording: what could not be spoken
    comes into force when it is. `earlier` is the script that is in force."""
    if earlier is None or earlier.activation != script.activation:
        return script
    front = {
        language: words if has(words.media_name(language)) else earlier.front.get(language, words)
        for language, words in script.front.items()
    }
    return replace(script, front=front)


def position(language: str, place: int) -> tuple[str, ...]:
    """The recording that tells a caller the place in line."""
    return (spoken_name(language, position_text(language, place)),)


def wait(language: str, estimate: Estimate | None) -> tuple[str, ...]:
    """The recording that tells a caller how long it will take, or that nobody is at work who could say."""
    return (spoken_name(language, wait_text(language, minutes(estimate) if estimate else None)),)


def news(script: Script, language: str) -> tuple[str, ...]:
    """The recording of the news, where there are any."""
    told = script.news.get(language)
    return (spoken_name(language, told.text),) if told else ()


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
        return turned_away(script, now=now)
    return tuple(
        name for language in script.languages for name in (*words_of_fallback(script, language), *stay(language))
    )


def words_of_fallback(script: Script, language: str) -> tuple[str, ...]:
    """The recordings of an activation's own words in a language, for callers whom the switchboard cannot take."""
    texts = (*_exercise_texts(script, language), *_own_texts(script, language))
    return _with_recording(script, language, texts)


def stay(language: str) -> tuple[str, ...]:
    """The recording that asks a caller to stay on the line."""
    return (spoken_name(language, PHRASES[language].stay),)


def opening_texts(script: Script) -> Iterator[tuple[str, str]]:
    """Everything that must be spoken before the number answers; texts may repeat."""
    yield from after_closing_texts(script)
    yield from fallback_texts(script)
    for language in script.languages:
        yield from _hint_texts(script, language, heard_before=True)
        yield language, PHRASES[language].agent_lost
        yield from front_texts(script, language)
        yield from hearing_words.question_texts(script.tapes, language)
        if Stream.D2 in script.streams:
            yield language, PHRASES[language].choose_stream
    yield from _answer_texts(script)
    yield from survey_words.texts(script.survey)
    if script.voice_questions:
        for language in script.languages:
            yield from voice_question_words.texts(language, days=script.voice_questions.days)
    yield from ((language, told.text) for language, told in script.news.items())
    yield from _hours_texts(script)
    yield from _not_taken_texts(script)


def waiting_texts(script: Script) -> Iterator[tuple[str, str]]:
    """What is said to those in line: all about call-backs, then the places, first places first, and the waits."""
    if script.call_backs:
        for language in script.languages:
            yield from call_back_words.texts(language)
    for place in range(1, LAST_POSITION + 2):
        for language in script.languages:
            yield language, position_text(language, place)
    for language in script.languages:
        yield from ((language, wait_text(language, each)) for each in (None, *ranges()))
