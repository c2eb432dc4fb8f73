"""The agent's own number: who gives it, what is never called, and what the desk says of the call."""

from collections.abc import Callable

import pytest
from django.test import Client
from django.utils import timezone

from tests import world
from tests.web.test_desk import signed_in
from tocsin.accounts.models import Person
from tocsin.accounts.rules import Role
from tocsin.activations.models import Activation
from tocsin.authorities.models import Authority
from tocsin.calls.actions.telephones import store_called_telephones
from tocsin.calls.daemon import memory
from tocsin.calls.models import TelephoneLogin
from tocsin.calls.rules.called_telephone import CalledTelephone, Calling, End
from tocsin.calls.rules.events import DialFailure
from tocsin.logbook.models import Line
from tocsin.web.desk.called import how_it_is
from tocsin.web.desk.panel import Panel
from tocsin.workforce.models import Agent

pytestmark = pytest.mark.django_db
Browser = Callable[[Person], Client]
RAW, NUMBER = "0470 11 22 33", "+32470112233"


@pytest.fixture
def flood(rivaal: Authority) -> Activation:
    return world.activation(rivaal)


def test_an_agent_asks_to_be_called_and_the_switchboard_gets_to_know_the_number(ann: Agent) -> None:
    client = signed_in(ann.person)
    client.post("/desk/telephone/")
    assert client.post("/desk/own-number/", {"number": RAW}).status_code == 204
    login = TelephoneLogin.objects.get()
    assert (login.agent, login.stage, login.session) == (ann, Calling.WANTED, client.session.session_key)
    rows = memory.load_logins()
    [called] = memory.called_telephones(rows).values()
    assert (called.login, called.agent, called.number) == (login.username, ann.pk, NUMBER)
    assert called.language == ann.person.language
    # It is called, and registers nowhere.
    assert memory.switch_logins(rows) == []
    shown = client.get("/desk/").content.decode()
    assert 'data-own="yes"' in shown
    assert NUMBER in shown


@pytest.mark.parametrize("raw", ["112", "0900 12345", "+33 6 12 34 56 78", "0470", "Ann", ""])
def test_what_nobody_should_be_called_at_for_hours_is_refused_and_the_browser_stays(ann: Agent, raw: str) -> None:
    client = signed_in(ann.person)
    client.post("/desk/telephone/")
    response = client.post("/desk/own-number/", {"number": raw})
    assert response.status_code == 422
    assert response.content.decode()
    assert TelephoneLogin.objects.get().browser


def test_the_logbook_keeps_that_a_number_was_given_and_not_which(ann: Agent) -> None:
    signed_in(ann.person).post("/desk/own-number/", {"number": RAW})
    lines = Line.objects.filter(by=ann.person.pk)
    assert [line.kind for line in lines.order_by("id")][-2:] == ["agent.number_kept", "telephone.called"]
    assert not any(NUMBER in str(line.facts) for line in lines)


def test_a_coordinator_gives_and_takes_away_the_number(
    carl: Person, ann: Agent, flood: Activation, browser_of: Browser
) -> None:
    page = f"/console/line/{flood.pk}/agents/{ann.pk}/"
    client = browser_of(carl)
    assert client.post(f"{page}number/", {"number": RAW})["Location"] == page
    ann.refresh_from_db()
    assert ann.own_number == NUMBER
    assert NUMBER in client.get(page).content.decode()
    client.post(f"{page}number/", {"number": ""})
    ann.refresh_from_db()
    assert ann.own_number == ""


def test_a_coordinator_reads_why_a_number_is_refused(
    carl: Person, ann: Agent, flood: Activation, browser_of: Browser
) -> None:
    response = browser_of(carl).post(f"/console/line/{flood.pk}/agents/{ann.pk}/number/", {"number": "112"})
    assert response.status_code == 422
    assert "cannot be called" in response.content.decode()


def test_nobody_else_sees_or_gives_the_number(
    otto: Person, dirk: Person, ann: Agent, flood: Activation, browser_of: Browser
) -> None:
    page = f"/console/line/{flood.pk}/agents/{ann.pk}/"
    Agent.objects.filter(pk=ann.pk).update(own_number=NUMBER)
    otto.roles = [Role.COORDINATOR]
    otto.save()
    assert browser_of(otto).post(f"{page}number/", {"number": RAW}).status_code == 404
    officer = browser_of(dirk)
    assert officer.post(f"{page}number/", {"number": RAW}).status_code == 403
    assert NUMBER not in officer.get(page).content.decode()


@pytest.mark.parametrize("client", [Client(), None], ids=["nobody", "otto"])
def test_no_stranger_has_anything_called(client: Client | None, otto: Person, browser_of: Browser) -> None:
    response = (client or browser_of(otto)).post("/desk/own-number/", {"number": RAW})
    assert response.status_code in (302, 403)
    assert not TelephoneLogin.objects.exists()


def test_the_desk_tells_how_the_call_is(ann: Agent) -> None:
    client = signed_in(ann.person)
    client.post("/desk/own-number/", {"number": RAW})
    login = TelephoneLogin.objects.get().username
    panel = Panel(agent=ann.pk, person=ann.person)
    assert "is being called" in panel.draw()
    asked = CalledTelephone(login, ann.pk, NUMBER, "nl", stage=Calling.ASKED, leg=login)
    store_called_telephones([asked])
    assert "press 1 there" in panel.draw()
    store_called_telephones([CalledTelephone(login, ann.pk, NUMBER, "nl", stage=Calling.CONNECTED, leg=login)])
    assert how_it_is(ann) == ""
    client.post("/desk/telephone/")
    assert how_it_is(ann) == ""


# Nothing is said where another telephone took over, or the agent left.
@pytest.mark.parametrize("why", sorted({*End, *DialFailure} - {End.REPLACED, End.SIGNED_OUT}))
def test_the_desk_tells_why_a_call_ended(ann: Agent, why: str) -> None:
    TelephoneLogin.objects.create(
        username="called-1",
        agent=ann,
        browser=False,
        stage=Calling.ENDED,
        why=why,
        session="s",
        made_at=timezone.now(),
    )
    assert how_it_is(ann)
