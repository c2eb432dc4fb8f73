"""The console through HTTP: news for those in line, by a coordinator or an officer."""

from collections.abc import Callable

import pytest
from django.test import Client

from tests import world
from tests.web.forms import errors_next_to
from tocsin.accounts.models import Person
from tocsin.accounts.rules import Role
from tocsin.activations.actions import change_news
from tocsin.activations.models import Activation
from tocsin.activations.queries import news_in_force
from tocsin.activations.rules import State
from tocsin.authorities.models import Authority
from tocsin.calls.daemon import memory
from tocsin.logbook.models import Line
from tocsin.refusals import Refusal

pytestmark = pytest.mark.django_db
Browser = Callable[[Person], Client]


@pytest.fixture
def opened(rivaal: Authority) -> Activation:
    return world.activation(rivaal)


def address(opened: Activation, language: str = "nl") -> str:
    return f"/console/activations/{opened.pk}/news/{language}/"


def test_a_coordinator_tells_those_in_line_the_news(carl: Person, opened: Activation, browser_of: Browser) -> None:
    client = browser_of(carl)
    there = client.post(address(opened), {"text": " Bus 12\n rijdt weer. "})["Location"]
    assert there == f"/console/activations/{opened.pk}/"
    page = client.get(there).content.decode()
    assert "Bus 12 rijdt weer." in page
    assert f'href="{address(opened)}"' in page
    assert Line.objects.get(kind="activation.news_changed").by == carl
    told = memory.load_scripts(State.OPEN)["1771"].news
    assert (list(told), told["nl"].text) == (["nl"], "Bus 12 rijdt weer.")
    assert "Changed the news" in client.get(f"/console/activations/{opened.pk}/logbook/").content.decode()


def test_news_that_are_emptied_are_told_no_more(dirk: Person, opened: Activation, browser_of: Browser) -> None:
    client = browser_of(dirk)
    client.post(address(opened), {"text": "Bus 12 rijdt niet."})
    assert "Bus 12 rijdt niet." in client.get(address(opened)).content.decode()
    client.post(address(opened), {"text": ""})
    assert news_in_force(opened) == {}
    assert opened.news.count() == 2


def test_news_that_are_too_long_are_refused_next_to_the_field(
    carl: Person, opened: Activation, browser_of: Browser
) -> None:
    response = browser_of(carl).post(address(opened), {"text": "a" * 401})
    assert response.status_code == 422
    assert "at most 400 characters" in errors_next_to(response.content.decode(), "text")[0]


def test_what_cannot_be_told_is_refused(carl: Person, opened: Activation, browser_of: Browser) -> None:
    client = browser_of(carl)
    response = client.post(address(opened), {"text": "!!"})
    assert response.status_code == 422
    assert "no words" in response.content.decode()
    assert client.get(address(opened, "de")).status_code == 404
    Activation.objects.update(state=State.CLOSING)
    assert client.post(address(opened), {"text": "Ja."}).status_code == 422
    assert address(opened) not in client.get(f"/console/activations/{opened.pk}/").content.decode()
    assert not opened.news.exists()


@pytest.mark.parametrize("role", [Role.AGENT, Role.ADMINISTRATOR])
def test_nobody_else_tells_news(role: Role, rivaal: Authority, opened: Activation, otto: Person) -> None:
    for stranger in (world.person("Eve", role, acts_for=rivaal), otto):
        with pytest.raises(Refusal):
            change_news(activation=opened.pk, by=stranger, language="nl", text="Ja.", at=world.NOON)
    assert not opened.news.exists()
