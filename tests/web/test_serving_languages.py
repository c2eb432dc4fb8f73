"""The console through HTTP: one language more on an open line, and one fewer."""

from collections.abc import Callable

import pytest
from django.test import Client

from tests import world
from tests.web.forms import errors_next_to
from tocsin.accounts.models import Person
from tocsin.activations.models import Activation
from tocsin.activations.queries import front_in_force
from tocsin.activations.rules import State
from tocsin.authorities.models import Authority
from tocsin.calls.daemon.memory import load_scripts

pytestmark = pytest.mark.django_db
Browser = Callable[[Person], Client]


@pytest.fixture
def opened(rivaal: Authority) -> Activation:
    return world.activation(rivaal)


def address(opened: Activation, language: str) -> str:
    return f"/console/activations/{opened.pk}/languages/{language}/"


def spoken() -> tuple[str, ...]:
    """By the line, as the switchboard reads it."""
    return load_scripts(State.OPEN)["1771"].languages


def test_a_language_is_added_with_its_message_at_the_next_key_and_removed_again(
    dirk: Person, opened: Activation, browser_of: Browser
) -> None:
    client, there = browser_of(dirk), f"/console/activations/{opened.pk}/"
    assert spoken() == ("nl", "fr")
    assert address(opened, "uk") in client.get(there).content.decode()
    page = client.get(address(opened, "uk")).content.decode()
    assert "with key 3" in page
    assert "Rivaal" in page
    assert client.post(address(opened, "uk"), {"text_uk": "Не пийте воду."})["Location"] == there
    assert spoken() == ("nl", "fr", "uk")
    assert front_in_force(Activation.objects.get())["uk"].text == "Не пийте воду."
    assert address(opened, "uk") not in client.get(there).content.decode()
    assert client.post(f"{address(opened, 'fr')}remove/")["Location"] == there
    assert spoken() == ("nl", "uk")
    told = client.get(f"{there}logbook/").content.decode()
    assert "Added a language" in told
    assert "Removed a language" in told


def test_a_language_without_a_message_or_spoken_already_is_refused(
    dirk: Person, opened: Activation, browser_of: Browser
) -> None:
    client = browser_of(dirk)
    for text in ("", "a" * 5000):
        answer = client.post(address(opened, "de"), {"text_de": text})
        assert answer.status_code == 422
        assert errors_next_to(answer.content.decode(), "text_de")
    assert "has no words" in client.post(address(opened, "de"), {"text_de": "!!"}).content.decode()
    answer = client.post(address(opened, "fr"), {"text_fr": "Fermez les fenêtres."})
    assert "speaks that language already" in answer.content.decode()
    assert client.get(address(opened, "eo")).status_code == 404
    assert spoken() == ("nl", "fr")


def test_the_only_language_stays_and_a_line_that_closes_keeps_its_own(
    dirk: Person, opened: Activation, browser_of: Browser
) -> None:
    client = browser_of(dirk)
    client.post(f"{address(opened, 'nl')}remove/")
    answer = client.post(f"{address(opened, 'fr')}remove/")
    assert answer.status_code == 422
    assert "only language of the line" in answer.content.decode()
    assert client.get(f"{address(opened, 'nl')}remove/").status_code == 404
    assert spoken() == ("fr",)
    Activation.objects.update(state=State.CLOSING)
    assert client.post(address(opened, "nl"), {"text_nl": "Blijf binnen."}).status_code == 422
    assert Activation.objects.get().languages == ["fr"]


@pytest.mark.parametrize("page", ["de/", "fr/remove/"])
def test_otto_coordinators_and_agents_change_no_languages(
    otto: Person, carl: Person, opened: Activation, browser_of: Browser, page: str
) -> None:
    there = f"/console/activations/{opened.pk}/languages/{page}"
    assert browser_of(otto).post(there, {"text_de": "Ha."}).status_code == 404
    assert browser_of(carl).get(there).status_code == 403
    assert spoken() == ("nl", "fr")


def test_pages_of_an_exercise_say_so(dirk: Person, opened: Activation, browser_of: Browser) -> None:
    client = browser_of(dirk)
    for page in ("de/", "fr/remove/"):
        assert b"band-exercise" in client.get(f"/console/activations/{opened.pk}/languages/{page}").content
