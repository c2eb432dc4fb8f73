"""One centre for all tests here that ask for it: real Asterisk, real calls, real PostgreSQL, the real daemon."""

import shutil
from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from pytest_django import DjangoDbBlocker

from tests.instances import instance_in
from tests.telephony.centre import Centre, connected_to, live_calls, running_centre
from tests.telephony.line import House, found_house
from tocsin.activations.rules import State
from tocsin.calls.actions import ask, end_logins
from tocsin.calls.models import TelephoneLogin
from tocsin.calls.ports import Verb
from tocsin.project.instance import instance
from tocsin.workforce.models import Agent
from tocsin.workforce.rules import AgentState


@pytest.fixture(scope="session")
def running_house(django_db_blocker: DjangoDbBlocker) -> Iterator[House]:
    """A new centre in a folder and on ports of its own, with 1771 open."""
    instance.make_home()
    home = instance.home / "centre"
    shutil.rmtree(home, ignore_errors=True)
    its_own = instance_in(home)
    with running_centre(its_own) as centre:
        with django_db_blocker.unblock(), connected_to(its_own):
            house = found_house(centre)
            house.comes_to(State.OPEN, house.order("1771"))
        yield house


@pytest.fixture
def house(running_house: House, django_db_blocker: DjangoDbBlocker) -> Iterator[House]:
    """Rivaal, whose number is 1771; the test leaves no call, no bridge and nobody at work behind."""
    with django_db_blocker.unblock(), connected_to(running_house.centre.instance):
        yield running_house
        clear(running_house.centre)


@pytest.fixture
def centre(house: House) -> Centre:
    return house.centre


def clear(centre: Centre) -> None:
    """Everybody hangs up and goes home, and nothing is left of them."""
    centre.outside.hang_up_all()
    for agent in at_work():
        ask(agent=agent, verb=Verb.SIGN_OUT, at=datetime.now(UTC))
    for login in TelephoneLogin.objects.all():
        end_logins(session=login.session, at=datetime.now(UTC))
    centre.until(lambda: not live_calls() and not at_work(), "all calls and agents to leave")
    centre.until(lambda: centre.switch.ask("GET", "channels") == [], "all channels to end")
    centre.until(lambda: centre.switch.ask("GET", "bridges") == [], "all bridges to be removed")


def at_work() -> list[Agent]:
    return list(Agent.objects.exclude(state=AgentState.SIGNED_OUT))
