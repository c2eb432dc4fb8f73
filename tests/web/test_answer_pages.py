"""The console through HTTP: an officer puts questions and answers on keys, and takes them off."""

from collections.abc import Callable

import pytest
from django.test import Client

from tests import world
from tests.web.forms import errors_next_to
from tocsin.accounts.models import Person
from tocsin.activations.models import Activation
from tocsin.activations.queries import answers_in_force
from tocsin.activations.rules import State
from tocsin.authorities.models import Authority
from tocsin.logbook.models import Line

pytestmark = pytest.mark.django_db
Browser = Callable[[Person], Client]
GIVEN = {"question": "Mag ik het water drinken?", "text_nl": "Ja, het water is veilig."}


@pytest.fixture
def opened(rivaal: Authority) -> Activation:
    return world.activation(rivaal)


def address(opened: Activation, key: int = 3, language: str = "nl") -> str:
    return f"/console/activations/{opened.pk}/answers/{language}/{key}/"


def in_force(opened: Activation) -> list[tuple[str, int, str]]:
    return [
        (language, answer.key, answer.question)
        for language, answers in answers_in_force(opened).items()
        for answer in answers
    ]


def test_an_officer_adds_a_question_on_the_first_free_key(
    dirk: Person, opened: Activation, browser_of: Browser
) -> None:
    client = browser_of(dirk)
    page = client.get(f"/console/activations/{opened.pk}/").content.decode()
    assert "callers go to the line at once" in page
    assert f'href="{address(opened)}"' in page
    assert client.post(address(opened), GIVEN)["Location"] == f"/console/activations/{opened.pk}/"
    assert in_force(opened) == [("nl", 3, GIVEN["question"])]
    page = client.get(f"/console/activations/{opened.pk}/").content.decode()
    assert GIVEN["question"] in page
    assert f'href="{address(opened, key=4)}"' in page
    line = Line.objects.get(kind="activation.answer_changed")
    assert line.by == dirk
    assert line.facts["key"] == 3
    logbook = client.get(f"/console/activations/{opened.pk}/logbook/").content.decode()
    assert "Changed an answer by keypad" in logbook


def test_a_change_shows_what_is_in_force_and_keeps_what_was(
    dirk: Person, opened: Activation, browser_of: Browser
) -> None:
    world.keypad_answer(opened)
    client = browser_of(dirk)
    page = client.get(address(opened)).content.decode()
    assert 'value="Waar slapen?"' in page
    assert "In hal 5." in page
    client.post(address(opened), GIVEN)
    assert in_force(opened) == [("nl", 3, GIVEN["question"])]
    assert opened.keypad_answers.count() == 2


def test_a_question_is_taken_off_its_key(dirk: Person, opened: Activation, browser_of: Browser) -> None:
    world.keypad_answer(opened)
    client = browser_of(dirk)
    assert address(opened) + "remove/" in client.get(address(opened)).content.decode()
    assert "Waar slapen?" in client.get(address(opened) + "remove/").content.decode()
    assert in_force(opened) == [("nl", 3, "Waar slapen?")]
    assert client.post(address(opened) + "remove/")["Location"] == f"/console/activations/{opened.pk}/"
    assert in_force(opened) == []
    assert Line.objects.get(kind="activation.answer_removed").facts["question"] == "Waar slapen?"
    assert client.post(address(opened) + "remove/").status_code == 404


def test_a_line_with_a_question_on_each_key_offers_no_more(
    dirk: Person, opened: Activation, browser_of: Browser
) -> None:
    for key in range(3, 10):
        world.keypad_answer(opened, key=key)
    page = browser_of(dirk).get(f"/console/activations/{opened.pk}/").content.decode()
    assert page.count("Add a question") == 1, "French has none yet"


@pytest.mark.parametrize(
    ("given", "field", "says"),
    [
        ({"question": ""}, "question", "This field is required."),
        ({"question": "a" * 121}, "question", "at most 120 characters"),
        ({"text_nl": " "}, "text_nl", "Write what callers hear, or upload a recording."),
    ],
)
def test_what_is_wrong_stands_next_to_its_field(
    dirk: Person, opened: Activation, browser_of: Browser, given: dict[str, str], field: str, says: str
) -> None:
    response = browser_of(dirk).post(address(opened), GIVEN | given)
    assert response.status_code == 422
    assert says in errors_next_to(response.content.decode(), field)[0]
    assert in_force(opened) == []


@pytest.mark.parametrize(("key", "language"), [(2, "nl"), (10, "nl"), (3, "de")])
def test_there_is_no_page_for_a_key_or_a_language_that_has_no_questions(
    dirk: Person, opened: Activation, browser_of: Browser, key: int, language: str
) -> None:
    assert browser_of(dirk).get(address(opened, key, language)).status_code == 404


def test_a_line_that_closes_keeps_its_answers_as_they_are(
    dirk: Person, opened: Activation, browser_of: Browser
) -> None:
    world.keypad_answer(opened)
    Activation.objects.update(state=State.CLOSING)
    client = browser_of(dirk)
    for path in (address(opened), address(opened) + "remove/"):
        response = client.post(path, GIVEN)
        assert response.status_code == 422
        assert "lets nobody in any more" in response.content.decode()
    assert in_force(opened) == [("nl", 3, "Waar slapen?")]
    assert address(opened) not in client.get(f"/console/activations/{opened.pk}/").content.decode()


def test_a_coordinator_reads_the_answers_and_changes_none(
    carl: Person, opened: Activation, browser_of: Browser
) -> None:
    world.keypad_answer(opened)
    client = browser_of(carl)
    page = client.get(f"/console/activations/{opened.pk}/").content.decode()
    assert "Waar slapen?" in page
    assert address(opened) not in page
    assert client.get(address(opened)).status_code == 403
    assert client.post(address(opened), GIVEN).status_code == 403
