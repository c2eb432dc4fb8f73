"""Having everything spoken that callers will hear, before a line is opened or its words are changed."""

import asyncio
import logging
from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from functools import partial
from typing import Protocol, TypeVar

from tocsin.activations.actions import confirm_open
from tocsin.activations.ports import Speech
from tocsin.activations.rules import State, spoken_name
from tocsin.calls.daemon.memory import load_scripts
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
    """Speak what callers hear when nothing is open, also where the switchboard itself is away."""
    texts = list(words.turned_away_texts(None, languages))
    await asyncio.to_thread(_speak, speech, texts)
    await asyncio.to_thread(_join, speech, [spoken_name(*text) for text in texts], "default")


async def open_lines(speech: Speech, *, in_database: InDatabase, fallbacks: Fallbacks) -> dict[str, Script]:
    """The scripts to have in force, all they need being spoken; activations that were ordered are open now."""
    ordered = await in_database(partial(load_scripts, State.ORDERED))
    live = await in_database(partial(load_scripts, State.OPEN, State.CLOSING))
    for number, script in (live | ordered).items():
        await asyncio.to_thread(_speak, speech, words.opening_texts(script))
        await _keep_fallback(speech, fallbacks, number, words.fallback(script, now=datetime.now(UTC)))
    opened: dict[str, Script] = {}
    for number, script in ordered.items():
        try:
            await in_database(partial(confirm_open, activation=script.activation, at=datetime.now(UTC)))
            opened[number] = script
        except Refusal:
            log.info("Activation %s was closed before it opened", script.activation)
    return live | opened


async def prepare_waiting(speech: Speech, scripts: Iterable[Script], *, until: asyncio.Event) -> None:
    """Speak the places in line, which nobody needs in the first seconds; leave off where `until` is set."""
    for script in scripts:
        for text in words.waiting_texts(script):
            if until.is_set():
                return
            await asyncio.to_thread(_speak, speech, [text])


async def forget_line(speech: Speech, *, number: str, languages: tuple[str, ...], fallbacks: Fallbacks) -> None:
    """A number is closed: its fallback says so again."""
    await _keep_fallback(speech, fallbacks, number, words.turned_away(None, languages))


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


def _join(speech: Speech, names: Iterable[str], number: str) -> None:
    try:
        speech.join(names=list(names), name=f"fallback/{number}")
    except (Refusal, OSError):
        log.exception("No fallback message for %s", number)
