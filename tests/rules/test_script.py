"""What callers hear: the recordings of a script."""

from dataclasses import replace
from datetime import UTC, datetime, time

from tocsin.activations.rules import Hours, spoken_name
from tocsin.calls.rules import closed_words
from tocsin.calls.rules import script as words
from tocsin.calls.rules.phrases import PHRASES
from tocsin.calls.rules.script import FrontWords, Script

MONDAY_NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)
SCRIPT = Script(
    activation=1,
    authority=1,
    languages=("nl", "fr"),
    exercise=False,
    front={"nl": FrontWords("Sluit ramen."), "fr": FrontWords("", recording="recordings/fr")},
)


def said(language: str, phrase: str) -> str:
    return spoken_name(language, getattr(PHRASES[language], phrase))


def test_the_fallback_says_the_front_message_of_every_language() -> None:
    assert words.fallback(SCRIPT, now=MONDAY_NOON) == (
        spoken_name("nl", "Sluit ramen."),
        said("nl", "stay"),
        "recordings/fr",
        said("fr", "stay"),
    )


def test_the_fallback_says_before_every_language_that_it_is_an_exercise() -> None:
    exercise = replace(SCRIPT, exercise=True)
    assert words.fallback(exercise, now=MONDAY_NOON) == (
        said("nl", "exercise"),
        spoken_name("nl", "Sluit ramen."),
        said("nl", "stay"),
        said("fr", "exercise"),
        "recordings/fr",
        said("fr", "stay"),
    )


def test_an_exercise_is_said_once_to_who_chooses_a_language_and_to_who_has_no_choice() -> None:
    exercise = replace(SCRIPT, exercise=True)
    assert [name for name in words.menu(exercise) if name == said("fr", "exercise")] == [said("fr", "exercise")]
    assert words.front(exercise, "fr") == ("recordings/fr",)
    assert words.front(replace(exercise, languages=("fr",)), "fr") == (said("fr", "exercise"), "recordings/fr")


def test_all_that_the_fallback_says_is_spoken_before_the_line_opens() -> None:
    exercise = replace(SCRIPT, exercise=True)
    spoken = {spoken_name(*text) for text in words.opening_texts(exercise)} | {"recordings/fr"}
    assert set(words.fallback(exercise, now=MONDAY_NOON)) <= spoken
    assert set(words.fallback(replace(exercise, accepts=False), now=MONDAY_NOON)) <= {
        spoken_name(*text) for text in words.opening_texts(replace(exercise, accepts=False))
    }


def test_outside_opening_hours_and_while_closing_the_fallback_turns_callers_away() -> None:
    morning = replace(SCRIPT, hours=(Hours(weekday=0, start=time(8), until=time(11)),))
    opens = {each: closed_words.opening(morning, each, now=MONDAY_NOON) for each in ("nl", "fr")}
    assert all(opens.values())
    told = (said("nl", "outside_hours"), *opens["nl"], said("fr", "outside_hours"), *opens["fr"])
    assert words.fallback(morning, now=MONDAY_NOON) == told
    closing = replace(SCRIPT, accepts=False)
    assert words.fallback(closing, now=MONDAY_NOON) == (said("nl", "closed"), said("fr", "closed"))
