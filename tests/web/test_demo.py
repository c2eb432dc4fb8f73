"""The demonstration: three doors for everybody, and no trace of them anywhere else."""

import json

import pytest
from django.test import Client
from django.urls import resolve
from django.utils import timezone

from tocsin.accounts.models import Person
from tocsin.activations.actions import confirm_closed, confirm_open, order_closing
from tocsin.activations.models import Activation
from tocsin.activations.rules import Kind, State
from tocsin.calls.models import TelephoneLogin
from tocsin.logbook.models import Line
from tocsin.project.demo import LANGUAGES, VISITORS, prepare_demo
from tocsin.web import telephone
from tocsin.workforce.models import Agent

pytestmark = pytest.mark.django_db


@pytest.fixture
def visitor(demo: None) -> Client:
    return Client()


def person_of(client: Client) -> Person:
    return Person.objects.get(pk=client.session["_auth_user_id"])


@pytest.mark.parametrize("address", ["/demo/call/", "/demo/call/telephone/", "/demo/enter/desk/"])
def test_outside_a_demonstration_its_doors_do_not_exist(address: str) -> None:
    assert Client().get(address).status_code == 404
    assert Client().post(address).status_code == 404


def test_outside_a_demonstration_the_front_door_is_the_sign_in(client: Client) -> None:
    assert resolve("/").url_name == "front"
    assert client.get("/")["Location"].startswith("/account/")


@pytest.mark.parametrize("address", ["/", "/demo/call/"])
def test_every_page_says_that_it_is_a_demonstration(visitor: Client, address: str) -> None:
    assert "DEMO" in visitor.get(address).content.decode()


def test_the_doors_invite_to_call_while_the_number_is_open_and_to_open_it_otherwise(visitor: Client) -> None:
    assert "Nothing is open on it at this moment" not in visitor.get("/").content.decode()
    for state in (State.CLOSING, State.CLOSED):
        Activation.objects.update(state=state)
        page = visitor.get("/").content.decode()
        assert "Nothing is open on it at this moment" in page
        assert "An authority opened it" not in page


@pytest.mark.parametrize(("place", "address"), [("desk", "/desk/"), ("console", "/console/")])
def test_one_click_opens_the_desk_and_the_console(visitor: Client, place: str, address: str) -> None:
    assert visitor.post(f"/demo/enter/{place}/")["Location"] == address
    page = visitor.get(address)
    assert page.status_code == 200
    assert "DEMO" in page.content.decode()


def test_a_door_that_is_not_there_is_not_found(visitor: Client) -> None:
    assert visitor.post("/demo/enter/vault/").status_code == 404


def test_the_doors_still_open_in_a_window_that_was_loaded_before_signing_in(demo: None) -> None:
    browser = Client(enforce_csrf_checks=True)
    browser.get("/")
    browser.post("/demo/enter/desk/")
    assert browser.post("/demo/enter/console/").status_code == 302


def test_one_browser_answers_and_watches_as_the_same_person(visitor: Client) -> None:
    visitor.post("/demo/enter/desk/")
    answering = person_of(visitor)
    visitor.post("/demo/enter/console/")
    assert person_of(visitor) == answering


def test_visitors_are_different_people_as_long_as_there_are_enough(demo: None) -> None:
    browsers = [Client() for _ in VISITORS]
    for browser in browsers:
        browser.post("/demo/enter/desk/")
    assert len({person_of(browser) for browser in browsers}) == len(VISITORS)


def test_one_visitor_too_many_still_gets_in(demo: None) -> None:
    for _ in VISITORS:
        Client().post("/demo/enter/desk/")
    assert Client().post("/demo/enter/desk/")["Location"] == "/desk/"


def test_a_citizen_gets_a_telephone_without_an_account(visitor: Client) -> None:
    visitor.get("/demo/call/")
    issued = json.loads(visitor.post("/demo/call/telephone/").content)
    login = TelephoneLogin.objects.get()
    assert (login.username, login.agent) == (issued["username"], None)


def test_the_citizens_and_the_agents_telephone_of_one_browser_live_side_by_side(visitor: Client) -> None:
    visitor.post("/demo/enter/desk/")
    visitor.get("/demo/call/")
    visitor.post("/desk/telephone/")
    visitor.post("/demo/call/telephone/")
    sessions = set(TelephoneLogin.objects.values_list("session", flat=True))
    assert sessions == {visitor.session.session_key, visitor.cookies[telephone.CITIZEN_COOKIE].value}


def test_a_citizens_telephone_survives_the_sweep_of_stale_ones(visitor: Client) -> None:
    from tocsin.calls.jobs import end_stale_logins

    visitor.get("/demo/call/")
    visitor.post("/demo/call/telephone/")
    assert end_stale_logins(timestamp=int(timezone.now().timestamp())) == 0


def test_no_telephone_is_given_to_who_did_not_open_the_page(visitor: Client) -> None:
    visitor.cookies[telephone.CITIZEN_COOKIE] = "0" * 32
    assert visitor.post("/demo/call/telephone/").status_code == 404
    assert not TelephoneLogin.objects.exists()


def test_a_demonstration_begins_with_an_exercise_that_is_ordered_open(demo: None) -> None:
    activation = Activation.objects.get()
    assert (activation.kind, activation.number.digits, tuple(activation.languages)) == (
        Kind.EXERCISE,
        "1771",
        LANGUAGES,
    )
    assert set(activation.front_messages.values_list("language", flat=True)) == set(LANGUAGES)


def test_whatever_language_is_called_in_every_visitor_can_answer(demo: None) -> None:
    assert all(set(LANGUAGES) <= agent.languages.keys() for agent in Agent.objects.all())


def test_preparing_a_demonstration_again_changes_nothing(demo: None) -> None:
    before = Line.objects.count()
    prepare_demo(at=timezone.now())
    assert Line.objects.count() == before


def test_a_number_that_a_visitor_closed_is_open_again_next_time(demo: None) -> None:
    first = Activation.objects.get()
    officer = Person.objects.filter(authorities=first.authority).first()
    assert officer is not None
    confirm_open(activation=first.pk, at=timezone.now())
    order_closing(activation=first.pk, by=officer, at=timezone.now(), why="tried it")
    confirm_closed(activation=first.pk, at=timezone.now())
    prepare_demo(at=timezone.now())
    assert Activation.objects.count() == 2
