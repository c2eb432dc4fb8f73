"""Having everything spoken that callers will hear, before a line is opened or its words are changed."""

import asyncio
import logging
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial
from typing import Protocol, TypeVar

from tocsin.activations.actions import confirm_open
from tocsin.activations.ports import Speech
from tocsin.activations.rules import State, spoken_name
from tocsin.calls.daemon.memory import load_closed, load_scripts
from tocsin.calls.rules import called_telephone_words, incident_words, incidents, survey_words
from tocsin.calls.rules import script as words
from tocsin.calls.rules.script import Script
from tocsin.refusals import Refusal

log = logging.getLogger(__name__)
T = TypeVar("T")

# By number, the recordings that its fallback was last made of.
Fallbacks = dict[str, tuple[str, ...]]


class InDatabase(Protocol):
    """Runs work on the thread that holds the database connection."""

    async def __call__(self, work: Callable[[], T]) -> T: ...


async def prepare_house(speech: Speech, *, languages: tuple[str, ...]) -> None:
    """Speak what is heard when nothing is open, or the switchboard is away; and by agents who are called."""
    texts = list(words.nothing_open_texts(languages))
    await asyncio.to_thread(_speak, speech, [*texts, *called_telephone_words.texts()])
    await asyncio.to_thread(_join, speech, [spoken_name(*text) for text in texts], "default")


async def open_lines(
    speech: Speech, *, in_database: InDatabase, fallbacks: Fallbacks, known: Mapping[str, Script]
) -> dict[str, Script]:
    """The scripts to have in force, all they need being spoken; activations that were ordered are open now.

    `known` are those in force: where a new front message cannot be spoken, the earlier one stays.
    """
    ordered = await in_database(partial(load_scripts, State.ORDERED))
    live = await in_database(partial(load_scripts, State.OPEN, State.CLOSING))
    scripts: dict[str, Script] = {}
    for number, line in incidents.merged(live, ordered).items():
        earlier = known.get(number)
        sounding = [
            await _sounding(speech, script, earlier.incident(script.activation) if earlier else None)
            for script in line.incidents
        ]
        scripts[number] = incidents.on_one_number(sounding)
        await asyncio.to_thread(_speak, speech, incident_words.texts(line) if line.beside else ())
        await _keep_fallback(speech, fallbacks, number, incidents.fallback(scripts[number], now=datetime.now(UTC)))
    for script in [script for line in ordered.values() for script in line.incidents]:
        try:
            await in_database(partial(confirm_open, activation=script.activation, at=datetime.now(UTC)))
        except Refusal:
            scripts = incidents.without(scripts, script.activation)
            log.info("Activation %s was closed before it opened", script.activation)
    return scripts


async def _sounding(speech: Speech, loaded: Script, earlier: Script | None) -> Script:
    """A script with all that it says spoken, or left out where that cannot be; `earlier` is in force."""
    has = partial(_has, speech)
    await asyncio.to_thread(_speak, speech, words.opening_texts(loaded))
    script = await asyncio.to_thread(words.with_front_words_that_sound, loaded, earlier, has)
    script = await asyncio.to_thread(words.with_answers_that_sound, script, has)
    return replace(script, survey=await asyncio.to_thread(survey_words.that_sound, script.survey, has))


async def prepare_waiting(speech: Speech, scripts: Iterable[Script], *, until: asyncio.Event) -> None:
    """Speak the places in line, which nobody needs in the first seconds; leave off where `until` is set."""
    for script in [script for line in scripts for script in line.incidents]:
        for text in words.waiting_texts(script):
            if until.is_set():
                return
            await asyncio.to_thread(_speak, speech, [text])


async def close_lines(
    speech: Speech, *, in_database: InDatabase, fallbacks: Fallbacks, live: Mapping[str, Script]
) -> dict[str, Script]:
    """What was closed last on each number, with all that its callers hear spoken; where nothing else is on the
    number, the fallback says so, too."""
    closed = await in_database(load_closed)
    for number, script in closed.items():
        if number not in live:
            await asyncio.to_thread(_speak, speech, words.after_closing_texts(script))
            await _keep_fallback(speech, fallbacks, number, words.turned_away(script, now=datetime.now(UTC)))
    return closed


async def _keep_fallback(speech: Speech, fallbacks: Fallbacks, number: str, names: tuple[str, ...]) -> None:
    if fallbacks.get(number) != names:
        await asyncio.to_thread(_join, speech, names, number)
        fallbacks[number] = names


def _speak(speech: Speech, texts: Iterable[tuple[str, str]]) -> None:
    # A text that cannot be spoken is left out; the line opens all the same, and callers hear the rest.
    for language, text in texts:
        try:
            speech.say(language=language, text=text)
        except (Refusal, OSError):
            log.exception("Not spoken in %s: %s", language, text)


def _has(speech: Speech, name: str) -> bool:
    return speech.has(name=name)


def _join(speech: Speech, names: Iterable[str], number: str) -> None:
    try:
        speech.join(names=list(names), name=f"fallback/{number}")
    except (Refusal, OSError):
        log.exception("No fallback message for %s", number)
