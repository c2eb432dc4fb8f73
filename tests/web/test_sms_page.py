"""The console through HTTP: the SMS that callers may have sent."""

from collections.abc import Callable

import pytest
from django.test import Client

from tests import world
from tests.web.forms import errors_next_to
from tocsin.accounts.models import Person
from tocsin.activations.models import Activation
from tocsin.activations.queries import sms_in_force
from tocsin.activations.rules import State
from tocsin.authorities.models import Authority

pytestmark = pytest.mark.django_db
Browser = Callable[[Person], Client]


@pytest.fixture
def opened(rivaal: Authority) -> Activation:
    return world.activation(rivaal)


def address(opened: Activation, language: str = "nl") -> str:
    return f"/console/activations/{opened.pk}/sms/{language}/"


def test_an_officer_writes_it_and_the_page_of_the_activation_has_it(
    dirk: Person, opened: Activation, browser_of: Browser
) -> None:
    client = browser_of(dirk)
    there = client.post(address(opened), {"text": " Alles op\n rivaal.example "})["Location"]
    page = client.get(there).content.decode()
    assert "Alles op rivaal.example" in page
    assert f'href="{address(opened)}"' in page
    assert "Changed the SMS" in client.get(f"/console/activations/{opened.pk}/logbook/").content.decode()
    client.post(address(opened), {"text": ""})
    assert sms_in_force(opened) == {}


def test_a_centre_without_a_carrier_says_that_none_is_offered(
    dirk: Person, opened: Activation, browser_of: Browser, settings: pytest.FixtureRequest
) -> None:
    said = "callers are not offered any"
    page = f"/console/activations/{opened.pk}/"
    client = browser_of(dirk)
    for gateways, is_said in (({}, True), ({"sms": "tests.domains.test_sms_sent.Carrier"}, False)):
        others = {name: made for name, made in settings.GATEWAYS.items() if name != "sms"}
        settings.GATEWAYS = {**others, **gateways}
        assert (said in client.get(page).content.decode()) is is_said


def test_what_is_too_long_or_says_nothing_is_refused(
    dirk: Person, opened: Activation, browser_of: Browser
) -> None:
    client = browser_of(dirk)
    response = client.post(address(opened), {"text": "a" * 301})
    assert response.status_code == 422
    assert "at most 300 characters" in errors_next_to(response.content.decode(), "text")[0]
    assert client.post(address(opened), {"text": "!!"}).status_code == 422
    assert client.get(address(opened, "de")).status_code == 404
    Activation.objects.update(state=State.CLOSING)
    assert client.post(address(opened), {"text": "Ja."}).status_code == 422
    assert not opened.sms_texts.exists()


def test_nobody_else_sees_the_page(carl: Person, otto: Person, opened: Activation, browser_of: Browser) -> None:
    assert browser_of(carl).get(address(opened)).status_code == 403
    assert browser_of(otto).get(address(opened)).status_code == 404
