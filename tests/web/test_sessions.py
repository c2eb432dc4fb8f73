"""How a session ends: by signing out, by time, by being put out."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.conf import settings
from django.contrib.sessions.models import Session
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from tests.world import NOON, PASSWORD
from tocsin.accounts.models import Person
from tocsin.accounts.rules import Role
from tocsin.authorities.actions import change_person, reset_access
from tocsin.calls.models import DeskOrder, TelephoneLogin
from tocsin.workforce.models import Agent

pytestmark = pytest.mark.django_db
SIGN_IN = "/account/sign-in/"


def test_signing_out_ends_the_session(dirk: Person, browser_of: Callable[[Person], Client]) -> None:
    client = browser_of(dirk)
    kept = client.session.session_key
    assert client.post("/account/sign-out/")["Location"] == SIGN_IN
    assert not Session.objects.filter(session_key=kept).exists()
    assert client.get("/console/")["Location"].startswith(SIGN_IN)


def test_signing_out_ends_the_telephone_at_once_and_takes_the_agent_off_the_floor(
    ann: Agent, browser_of: Callable[[Person], Client]
) -> None:
    client = browser_of(ann.person)
    client.post("/desk/telephone/")
    client.post("/account/sign-out/")
    assert not TelephoneLogin.objects.exists()
    order = DeskOrder.objects.get()
    assert (order.agent, order.verb) == (ann, "sign_out")


def test_signing_out_where_the_desk_is_not_leaves_the_desk_alone(
    ann: Agent, browser_of: Callable[[Person], Client]
) -> None:
    browser_of(ann.person).post("/desk/telephone/")
    another = Client()
    another.force_login(ann.person)
    another.post("/account/sign-out/")
    assert TelephoneLogin.objects.count() == 1
    assert not DeskOrder.objects.exists()


def test_whoever_is_not_signed_in_may_sign_out(client: Client) -> None:
    assert client.post("/account/sign-out/")["Location"] == SIGN_IN


def test_a_session_ends_with_the_browser_or_twelve_hours_after_the_sign_in(client: Client, dirk: Person) -> None:
    client.post(SIGN_IN, {"login": dirk.email, "password": PASSWORD})
    cookie = client.cookies[settings.SESSION_COOKIE_NAME]
    assert (cookie["max-age"], cookie["expires"]) == ("", "")
    assert cookie["httponly"]
    left = Session.objects.get().expire_date - timezone.now()
    assert timedelta(hours=11, minutes=59) < left <= timedelta(hours=12)
    Session.objects.update(expire_date=timezone.now() - timedelta(seconds=1))
    assert client.get("/console/")["Location"].startswith(SIGN_IN)


def test_looking_at_pages_makes_a_session_no_longer(dirk: Person, browser_of: Callable[[Person], Client]) -> None:
    client = browser_of(dirk)
    before = Session.objects.get().expire_date
    client.get("/console/")
    assert Session.objects.get().expire_date == before


def test_somebody_put_out_is_out_with_the_next_page(
    dirk: Person, ada: Person, browser_of: Callable[[Person], Client]
) -> None:
    client = browser_of(dirk)
    change_person(
        by=ada,
        person=dirk,
        name="Dirk",
        roles=[Role.DUTY_OFFICER],
        language="en",
        authorities=[],
        is_active=False,
        at=NOON,
    )
    assert client.get("/console/")["Location"].startswith(SIGN_IN)
    assert Client().post(SIGN_IN, {"login": dirk.email, "password": PASSWORD})["Location"] == reverse(
        "account_inactive"
    )


def test_a_reset_signs_the_person_out_everywhere(
    dirk: Person, ada: Person, browser_of: Callable[[Person], Client]
) -> None:
    client = browser_of(dirk)
    reset_access(by=ada, person=dirk, at=NOON)
    assert client.get("/console/")["Location"].startswith(SIGN_IN)
