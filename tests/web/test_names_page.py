"""The console through HTTP: something is opened on a number that is in use, and what callers choose it by."""

from collections.abc import Callable

import pytest
from django.test import Client
from django.utils.html import escape

from tests import world
from tests.web.forms import ORDER, errors_next_to, filled
from tocsin.accounts.models import Person
from tocsin.activations.models import Activation
from tocsin.activations.queries import names_in_force
from tocsin.activations.rules import Kind, State
from tocsin.authorities.models import Authority

pytestmark = pytest.mark.django_db
Browser = Callable[[Person], Client]
NAMES = {"name_nl": "De brand.", "name_fr": "L'incendie."}


@pytest.fixture
def opened(rivaal: Authority) -> Activation:
    return world.activation(rivaal, kind=Kind.REAL, name="De vloed")


def address(opened: Activation, language: str = "nl") -> str:
    return f"/console/activations/{opened.pk}/name/{language}/"


def test_names_are_asked_for_only_where_the_number_is_in_use(
    dirk: Person, rivaal: Authority, browser_of: Browser
) -> None:
    client = browser_of(dirk)
    assert "Name for callers" not in client.get(ORDER).content.decode()
    world.activation(rivaal, kind=Kind.REAL)
    page = client.get(ORDER).content.decode()
    assert "Name for callers in Dutch" in page
    assert "That is real: no exercise can be opened beside it." in page


def test_with_a_name_in_each_language_it_is_opened_beside_the_other_and_both_pages_say_so(
    dirk: Person, rivaal: Authority, opened: Activation, browser_of: Browser
) -> None:
    client = browser_of(dirk)
    before = client.get(f"/console/activations/{opened.pk}/").content.decode()
    assert "and not before" in before
    there = client.post(ORDER, filled(rivaal, **NAMES))["Location"]
    second = Activation.objects.latest("pk")
    assert (second.key, names_in_force(second)) == (2, {"nl": "De brand.", "fr": "L'incendie."})
    for page, key in ((there, 2), (f"/console/activations/{opened.pk}/", 1)):
        told = client.get(page).content.decode().partition("<h2>Name for callers</h2>")[2]
        assert f"Key {key}</span> Something else is open on 1771" in told
    logbook = client.get(f"{there}logbook/").content.decode()
    assert all(told in logbook for told in ("Dutch: De brand.", "French: L&#x27;incendie."))


@pytest.mark.parametrize(
    ("names", "says"),
    [
        ({}, "1771 is already in use for “Rook boven de haven”"),
        ({"name_nl": "De brand."}, "1771 is already in use for “Rook boven de haven”"),
        (NAMES | {"name_nl": "De vloed (nl)."}, "Callers could not tell it from what is open already"),
    ],
)
def test_what_callers_could_not_choose_is_refused_and_what_was_typed_is_kept(
    dirk: Person, rivaal: Authority, opened: Activation, browser_of: Browser, names: dict[str, str], says: str
) -> None:
    response = browser_of(dirk).post(ORDER, filled(rivaal, **names))
    page = response.content.decode()
    assert response.status_code == 422
    assert says in page.partition('role="alert"')[2].partition("</div>")[0]
    assert all(f'value="{escape(name)}"' in page for name in names.values())
    assert list(Activation.objects.all()) == [opened]


def test_an_exercise_is_not_opened_beside_what_is_real(
    dirk: Person, rivaal: Authority, opened: Activation, browser_of: Browser
) -> None:
    response = browser_of(dirk).post("/console/open/rivaal/exercise/", filled(rivaal, **NAMES))
    assert response.status_code == 422
    assert "an exercise and what is real never share a number" in response.content.decode()


def test_beside_what_another_authority_has_open_it_is_opened_without_learning_what_that_is(
    otto: Person, elsewhere: Authority, opened: Activation, browser_of: Browser
) -> None:
    elsewhere.numbers.set([opened.number])
    client = browser_of(otto)
    page = client.get("/console/open/elders/real/").content.decode()
    assert "1771 is in use by another authority" in page
    assert "Rook boven de haven" not in page
    assert "De vloed" not in page
    there = client.post("/console/open/elders/real/", filled(elsewhere, **NAMES))["Location"]
    assert "Something else is open on 1771" in client.get(there).content.decode()
    assert client.get(f"/console/activations/{opened.pk}/").status_code == 404


def test_an_officer_changes_the_name_of_what_is_open(
    dirk: Person, opened: Activation, browser_of: Browser
) -> None:
    client = browser_of(dirk)
    assert "De vloed (nl)." in client.get(address(opened)).content.decode()
    there = client.post(address(opened), {"text": " De  overstroming. "})["Location"]
    assert "De overstroming." in client.get(there).content.decode()
    assert "Changed what callers choose it by" in client.get(f"{there}logbook/").content.decode()
    client.post(address(opened), {"text": ""})
    assert names_in_force(opened) == {"fr": "De vloed (fr)."}
    assert "it would be called “Rivaal”" in client.get(there).content.decode()


def test_a_name_that_cannot_be_is_refused_next_to_it(
    dirk: Person, opened: Activation, browser_of: Browser
) -> None:
    client = browser_of(dirk)
    response = client.post(address(opened), {"text": "a" * 61})
    assert response.status_code == 422
    assert "at most 60 characters" in errors_next_to(response.content.decode(), "text")[0]
    assert client.post(address(opened), {"text": "!!"}).status_code == 422
    assert client.get(address(opened, "de")).status_code == 404
    Activation.objects.update(state=State.CLOSING)
    assert client.post(address(opened), {"text": "De storm."}).status_code == 422


def test_nobody_else_changes_the_name(carl: Person, otto: Person, opened: Activation, browser_of: Browser) -> None:
    assert browser_of(carl).get(address(opened)).status_code == 403
    assert browser_of(otto).get(address(opened)).status_code == 404
