"""Who sees what of the console: the first page, an exercise, and Otto."""

from collections.abc import Callable

import pytest
from django.test import Client

from tests import world
from tests.web.forms import ORDER, filled
from tocsin.accounts.models import Person
from tocsin.accounts.rules import Role
from tocsin.activations.models import Activation
from tocsin.activations.rules import Kind, State
from tocsin.authorities.models import Authority
from tocsin.workforce.models import Agent

pytestmark = pytest.mark.django_db
Browser = Callable[[Person], Client]


def test_what_is_open_stands_on_the_first_page(carl: Person, rivaal: Authority, browser_of: Browser) -> None:
    client = browser_of(carl)
    assert "Nothing is open" in client.get("/console/").content.decode()
    world.activation(rivaal)
    page = client.get("/console/").content.decode()
    assert "Rook boven de haven" in page
    assert "EXERCISE" in page
    assert "Nothing is open" not in page


@pytest.mark.parametrize(
    "page", ["", "close/", "logbook/", "front/nl/", "answers/nl/3/", "answers/nl/3/remove/", "news/nl/"]
)
def test_everything_of_an_exercise_carries_its_band(
    dirk: Person, rivaal: Authority, browser_of: Browser, page: str
) -> None:
    client = browser_of(dirk)
    exercise = world.activation(rivaal)
    world.keypad_answer(exercise)
    assert b"band-exercise" in client.get(f"/console/activations/{exercise.pk}/{page}").content
    Activation.objects.update(state=State.CLOSED)
    real = world.activation(rivaal, kind=Kind.REAL)
    world.keypad_answer(real)
    assert b"band-exercise" not in client.get(f"/console/activations/{real.pk}/{page}").content


@pytest.mark.parametrize(
    "page",
    ["", "progress/", "front/nl/", "answers/nl/3/", "answers/nl/3/remove/", "news/nl/", "close/", "logbook/"],
)
def test_otto_finds_nothing_of_another_authority(
    otto: Person, rivaal: Authority, browser_of: Browser, page: str
) -> None:
    opened = world.activation(rivaal)
    world.keypad_answer(opened)
    client = browser_of(otto)
    assert client.get(f"/console/activations/{opened.pk}/{page}").status_code == 404
    if page in ("front/nl/", "close/", "answers/nl/3/", "answers/nl/3/remove/", "news/nl/"):
        given = {"why": "Van mij.", "sure": "on", "text_nl": "Ha.", "question": "Ha?", "text": "Ha."}
        assert client.post(f"/console/activations/{opened.pk}/{page}", given).status_code == 404
        assert opened.keypad_answers.count() == 1
        assert not opened.news.exists()
        opened.refresh_from_db()
        assert opened.state == State.OPEN


def test_otto_opens_nothing_for_another_authority_and_reads_nothing_of_it_in_lists(
    otto: Person, rivaal: Authority, browser_of: Browser
) -> None:
    world.activation(rivaal)
    client = browser_of(otto)
    assert client.get(ORDER).status_code == 404
    assert client.post(ORDER, filled(rivaal)).status_code == 404
    for path in ("/console/", "/console/open/", "/console/activations/"):
        page = client.get(path).content.decode()
        assert "Rook boven de haven" not in page
        assert "Rivaal" not in page


def test_an_agent_sees_nothing_of_the_console(ann: Agent, rivaal: Authority, browser_of: Browser) -> None:
    opened = world.activation(rivaal)
    client = browser_of(ann.person)
    for path in ("/console/", "/console/activations/", f"/console/activations/{opened.pk}/"):
        assert client.get(path).status_code == 403


def test_an_administrator_sees_no_affairs_of_authorities(
    ada: Person, rivaal: Authority, browser_of: Browser
) -> None:
    opened = world.activation(rivaal)
    assert browser_of(ada).get(f"/console/activations/{opened.pk}/").status_code == 403


@pytest.mark.parametrize("path", [ORDER, "/console/people/add/", "/console/authorities/add/"])
def test_an_order_that_does_not_come_from_our_own_page_is_refused(
    path: str, rivaal: Authority, browser_of: Browser
) -> None:
    everything = world.person("Eve", Role.DUTY_OFFICER, Role.ADMINISTRATOR, acts_for=rivaal)
    client = browser_of(everything)
    client.handler.enforce_csrf_checks = True
    assert client.post(path, filled(rivaal)).status_code == 403
    assert not Activation.objects.exists()
