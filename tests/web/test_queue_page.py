"""The console through HTTP: coordinators say how many callers wait in line."""

from collections.abc import Callable

import pytest
from django.test import Client

from tests import world
from tests.world import NOON
from tocsin.accounts.models import Person
from tocsin.activations.actions import change_queue_limit
from tocsin.activations.models import Activation
from tocsin.activations.rules import State
from tocsin.authorities.models import Authority
from tocsin.calls.daemon.memory import load_scripts
from tocsin.refusals import Refusal
from tocsin.workforce.models import Agent

pytestmark = pytest.mark.django_db
Browser = Callable[[Person], Client]


@pytest.fixture
def fire(rivaal: Authority) -> Activation:
    return world.activation(rivaal)


def page(activation: Activation) -> str:
    return f"/console/activations/{activation.pk}/queue/"


def limit() -> int | None:
    """As the switchboard reads it."""
    return load_scripts(State.OPEN)["1771"].most_waiting


def test_a_limit_is_set_and_taken_away_and_the_page_and_the_logbook_say_so(
    carl: Person, fire: Activation, browser_of: Browser
) -> None:
    client, there = browser_of(carl), f"/console/activations/{fire.pk}/"
    assert "As many wait as the centre has room for." in client.get(there).content.decode()
    assert client.post(page(fire), {"most_waiting": "40"})["Location"] == there
    assert limit() == 40
    assert "At most 40 callers wait" in client.get(there).content.decode()
    assert "Changed how many callers wait in line" in client.get(f"{there}logbook/").content.decode()
    assert client.get(page(fire)).context["form"].initial == {"most_waiting": 40}
    client.post(page(fire), {"most_waiting": ""})
    assert limit() is None


@pytest.mark.parametrize("said", ["-1", "10001", "some"])
def test_what_makes_no_sense_is_said_and_changes_nothing(
    carl: Person, fire: Activation, browser_of: Browser, said: str
) -> None:
    assert browser_of(carl).post(page(fire), {"most_waiting": said}).status_code == 422
    assert limit() is None
    with pytest.raises(Refusal):
        change_queue_limit(activation=fire.pk, by=carl, most_waiting=-1, at=NOON)


def test_nobody_else_and_nothing_after_the_close_changes_it(
    carl: Person, otto: Person, dirk: Person, ann: Agent, fire: Activation, browser_of: Browser
) -> None:
    assert browser_of(otto).post(page(fire), {"most_waiting": "1"}).status_code == 404
    for person in (dirk, ann.person):
        assert browser_of(person).get(page(fire)).status_code == 403
    with pytest.raises(Refusal):
        change_queue_limit(activation=fire.pk, by=otto, most_waiting=1, at=NOON)
    Activation.objects.update(state=State.CLOSED)
    assert browser_of(carl).post(page(fire), {"most_waiting": "1"}).status_code == 422
    assert Activation.objects.get().most_waiting is None
