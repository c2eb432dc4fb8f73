"""A coordinator tells all agents something: every desk shows it until it is read there."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from tests import world
from tocsin.accounts.models import Person
from tocsin.activations.models import Activation
from tocsin.activations.rules import State
from tocsin.authorities.models import Authority
from tocsin.calls import actions
from tocsin.calls.models import Broadcast
from tocsin.logbook.models import Line
from tocsin.refusals import Refusal
from tocsin.web.desk.panel import Panel
from tocsin.workforce.models import Agent

pytestmark = pytest.mark.django_db
Browser = Callable[[Person], Client]
TEXT = "Schools stay open."


@pytest.fixture
def fire(rivaal: Authority) -> Activation:
    return world.activation(rivaal)


def tell(client: Client, activation: Activation, text: str = TEXT) -> tuple[int, str]:
    response = client.post(f"/console/line/{activation.pk}/tell/", {"text": text}, follow=True)
    return response.status_code, response.content.decode()


def desk_of(agent: Agent) -> str:
    return Panel(agent=agent.pk, person=agent.person).draw()


def test_every_agent_of_the_authority_sees_it_until_it_is_read(
    carl: Person, ann: Agent, bram: Agent, fire: Activation, elsewhere: Authority, browser_of: Browser
) -> None:
    stranger = world.agent("Sofie", ["nl"], serves=elsewhere)
    status, page = tell(browser_of(carl), fire, f"  {TEXT} ")
    assert status == 200
    assert "All agents are told." in page
    assert TEXT in desk_of(ann)
    assert "Carl" in desk_of(ann)
    assert TEXT not in desk_of(stranger)
    told = Broadcast.objects.get()
    desk = browser_of(ann.person)
    for _ in range(2):
        assert desk.post(f"/desk/told/{told.pk}/").status_code == 204
    assert TEXT not in desk_of(ann)
    assert TEXT in desk_of(bram)
    kept = list(Line.objects.filter(kind__startswith="broadcast").order_by("id").values_list("kind", "by__name"))
    assert kept == [("broadcast.sent", "Carl"), ("broadcast.read", "Ann")]


def test_who_reads_the_first_still_has_the_second_to_read(
    carl: Person, ann: Agent, fire: Activation, browser_of: Browser
) -> None:
    for n in (1, 2):
        actions.broadcast(activation=fire, text=f"Number {n}", by=carl, at=timezone.now() + timedelta(seconds=n))
    assert desk_of(ann).index("Number 1") < desk_of(ann).index("Number 2")
    browser_of(ann.person).post(f"/desk/told/{Broadcast.objects.get(text='Number 1').pk}/")
    assert "Number 1" not in desk_of(ann)
    assert "Number 2" in desk_of(ann)


def test_when_the_line_is_closed_nobody_is_told_any_more(
    carl: Person, ann: Agent, fire: Activation, browser_of: Browser
) -> None:
    client = browser_of(carl)
    tell(client, fire)
    Activation.objects.update(state=State.CLOSED)
    assert TEXT not in desk_of(ann)
    status, page = tell(client, fire)
    assert status == 422
    assert "This line is closed: no agent takes its calls." in page


@pytest.mark.parametrize("text", ["", "  ", "a" * 301])
def test_nothing_and_too_much_are_not_told(carl: Person, fire: Activation, browser_of: Browser, text: str) -> None:
    assert tell(browser_of(carl), fire, text)[0] == 422
    with pytest.raises(Refusal, match="300 characters at most"):
        actions.broadcast(activation=fire, text=text, by=carl, at=timezone.now())
    assert not Broadcast.objects.exists()


def test_only_a_coordinator_of_the_authority_tells(
    otto: Person, dirk: Person, ann: Agent, fire: Activation, browser_of: Browser
) -> None:
    assert tell(browser_of(otto), fire)[0] == 404
    duty = browser_of(dirk)
    assert tell(duty, fire)[0] == 403
    assert "/tell/" not in duty.get(f"/console/line/{fire.pk}/").content.decode()
    assert tell(browser_of(ann.person), fire)[0] == 403
    for person in (otto, dirk, ann.person):
        with pytest.raises(Refusal, match="Only a coordinator of this authority"):
            actions.broadcast(activation=fire, text=TEXT, by=person, at=timezone.now())
    assert not Broadcast.objects.exists()


def test_what_is_told_elsewhere_is_not_read_here(
    otto: Person, ann: Agent, elsewhere: Authority, browser_of: Browser
) -> None:
    told = actions.broadcast(activation=world.activation(elsewhere), text=TEXT, by=otto, at=timezone.now())
    assert browser_of(ann.person).post(f"/desk/told/{told.pk}/").status_code == 204
    assert not told.read_by.exists()
