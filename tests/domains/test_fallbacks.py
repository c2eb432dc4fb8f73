"""What the dial plan says while the switchboard is away is kept up to date while it is there."""

from collections.abc import Callable
from typing import TypeVar

import pytest
from asgiref.sync import async_to_sync, sync_to_async

from tests import world
from tests.switchboards import Speech
from tocsin.activations.models import Activation
from tocsin.activations.rules import State, spoken_name
from tocsin.authorities.models import Authority
from tocsin.calls.daemon import lines
from tocsin.calls.rules.phrases import PHRASES

pytestmark = pytest.mark.django_db
T = TypeVar("T")


async def at_once(work: Callable[[], T]) -> T:
    return await sync_to_async(work)()


def tend(speech: Speech, fallbacks: lines.Fallbacks) -> None:
    live = async_to_sync(lines.open_lines)(speech, in_database=at_once, fallbacks=fallbacks, known={})
    async_to_sync(lines.close_lines)(speech, in_database=at_once, fallbacks=fallbacks, live=live)


def closed(*languages: str) -> tuple[str, ...]:
    """Said of an exercise that is closed, in these languages."""
    return tuple(
        spoken_name(language, text)
        for language in languages
        for text in (PHRASES[language].exercise, PHRASES[language].closed)
    )


def test_a_line_that_is_closing_turns_callers_away_in_the_fallback_too(rivaal: Authority) -> None:
    opened = world.activation(rivaal)
    speech, fallbacks = Speech(), {}
    tend(speech, fallbacks)
    assert spoken_name("nl", "Bericht (nl).") in speech.joined["fallback/1771"]
    Activation.objects.filter(pk=opened.pk).update(state=State.CLOSING)
    tend(speech, fallbacks)
    assert speech.joined["fallback/1771"] == closed("nl", "fr")


def test_a_fallback_that_says_the_same_is_not_made_again(rivaal: Authority) -> None:
    world.activation(rivaal)
    speech, fallbacks = Speech(), {}
    tend(speech, fallbacks)
    speech.joined.clear()
    tend(speech, fallbacks)
    assert speech.joined == {}


def test_a_line_that_is_closed_for_good_says_so_in_the_fallback_and_its_words_are_spoken(
    rivaal: Authority,
) -> None:
    world.closed(world.activation(rivaal, languages=("nl",)))
    speech = Speech()
    tend(speech, {})
    assert speech.joined == {"fallback/1771": closed("nl")}
    assert ("nl", PHRASES["nl"].closed) in speech.said


def test_where_something_is_open_the_fallback_says_nothing_of_what_closed_before(rivaal: Authority) -> None:
    world.closed(world.activation(rivaal, languages=("nl",)))
    world.activation(rivaal, languages=("nl",))
    speech = Speech()
    tend(speech, {})
    assert spoken_name("nl", PHRASES["nl"].closed) not in speech.joined["fallback/1771"]
