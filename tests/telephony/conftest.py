"""One centre for all tests here that ask for it: real Asterisk, real calls, real PostgreSQL, the real daemon."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from django.db.models import QuerySet
from pytest_django import DjangoDbBlocker

from tests.instances import instance_in
from tests.telephony.centre import Centre, connected_to, live_calls, running_centre
from tests.telephony.line import House, found_house
from tocsin.accounts.rules import Role
from tocsin.activations.models import Activation
from tocsin.activations.queries import live_activations
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
    with a_house("centre", django_db_blocker) as house:
        yield house


@pytest.fixture(scope="module")
def running_house_of_two(django_db_blocker: DjangoDbBlocker) -> Iterator[House]:
    """The same, with two nodes and the front before them."""
    with a_house("centre-of-two", django_db_blocker, nodes=2) as house:
        yield house


@contextmanager
def a_house(name: str, django_db_blocker: DjangoDbBlocker, *, nodes: int = 1, **limits: int) -> Iterator[House]:
    """A new centre of that name, with these limits and 1771 open, for as long as the block runs."""
    instance.make_home()
    home = instance.home / name
    shutil.rmtree(home, ignore_errors=True)
    its_own = replace(instance_in(home, nodes=nodes), **limits)
    with running_centre(its_own) as centre:
        with django_db_blocker.unblock(), connected_to(its_own):
            house = found_house(centre)
            house.comes_to(State.OPEN, house.order("1771"))
        yield house


@pytest.fixture
def small_house(django_db_blocker: DjangoDbBlocker) -> Iterator[House]:
    """Rivaal in a centre with one place in line, in which two callers may be at once; the trunk brings three."""
    limits = {"most_calls": 1, "most_taken_in": 2, "trunk_calls": 3}
    with (
        a_house("small-centre", django_db_blocker, **limits) as house,
        django_db_blocker.unblock(),
        connected_to(house.centre.instance),
    ):
        yield house


@pytest.fixture
def house(running_house: House, django_db_blocker: DjangoDbBlocker) -> Iterator[House]:
    """Rivaal, whose number is 1771; the test leaves no call, no bridge and nobody at work behind."""
    with django_db_blocker.unblock(), connected_to(running_house.centre.instance):
        yield running_house
        clear(running_house)


@pytest.fixture
def house_of_two(running_house_of_two: House, django_db_blocker: DjangoDbBlocker) -> Iterator[House]:
    """Rivaal in a centre with two nodes; the test leaves nothing behind, and no node at rest."""
    with django_db_blocker.unblock(), connected_to(running_house_of_two.centre.instance):
        yield running_house_of_two
        clear(running_house_of_two)


@pytest.fixture
def centre(house: House) -> Centre:
    return house.centre


def clear(house: House) -> None:
    """Everybody hangs up and goes home, every line but 1771 is closed, and nothing is left of them."""
    centre = house.centre
    centre.outside.hang_up_all()
    for agent in at_work():
        ask(agent=agent, verb=Verb.SIGN_OUT, at=datetime.now(UTC))
    for login in TelephoneLogin.objects.all():
        end_logins(session=login.session, at=datetime.now(UTC))
    centre.until(lambda: not live_calls() and not at_work(), "all calls and agents to leave")
    for line in lines_of_tests().exclude(state=State.CLOSING):
        officer = line.authority.members.get(roles__contains=[Role.DUTY_OFFICER])
        replace(house, officer=officer).close(line)
    centre.until(lambda: not lines_of_tests().exists(), "all lines but 1771 to be closed")
    for name, node in centre.nodes.items():
        centre.until(lambda: node.ask("GET", "channels") == [], f"all channels of {name} to end")  # noqa: B023
        centre.until(lambda: node.ask("GET", "bridges") == [], f"all bridges of {name} to be removed")  # noqa: B023


def lines_of_tests() -> QuerySet[Activation]:
    """The lines that live beside 1771, each opened by one test for itself."""
    return live_activations().exclude(number__digits="1771")


def at_work() -> list[Agent]:
    return list(Agent.objects.exclude(state=AgentState.SIGNED_OUT))
