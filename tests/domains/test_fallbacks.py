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
from tocsin.calls.rules import script as words

pytestmark = pytest.mark.django_db
T = TypeVar("T")


async def at_once(work: Callable[[], T]) -> T:
    return await sync_to_async(work)()


def tend(speech: Speech, fallbacks: lines.Fallbacks) -> None:
    async_to_sync(lines.open_lines)(speech, in_database=at_once, fallbacks=fallbacks)


def test_a_line_that_is_closing_turns_callers_away_in_the_fallback_too(rivaal: Authority) -> None:
    opened = world.activation(rivaal)
    speech, fallbacks = Speech(), {}
    tend(speech, fallbacks)
    assert spoken_name("nl", "Bericht (nl).") in speech.joined["fallback/1771"]
    Activation.objects.filter(pk=opened.pk).update(state=State.CLOSING)
    tend(speech, fallbacks)
    assert speech.joined["fallback/1771"] == words.turned_away(None, ("nl", "fr"))


def test_a_fallback_that_says_the_same_is_not_made_again(rivaal: Authority) -> None:
    world.activation(rivaal)
    speech, fallbacks = Speech(), {}
    tend(speech, fallbacks)
    speech.joined.clear()
    tend(speech, fallbacks)
    assert speech.joined == {}
    async_to_sync(lines.forget_line)(speech, number="1771", languages=("nl",), fallbacks=fallbacks)
    assert speech.joined == {"fallback/1771": words.turned_away(None, ("nl",))}
