"""The same people everywhere. Otto is an officer of another authority and must see nothing."""

import pytest

from tests import world
from tocsin.accounts.models import Person
from tocsin.accounts.rules import Role
from tocsin.authorities.models import Authority
from tocsin.workforce.models import Agent


@pytest.fixture
def rivaal(db: None) -> Authority:
    return world.authority("Rivaal")


@pytest.fixture
def elsewhere(db: None) -> Authority:
    return world.authority("Elders", number="1772")


@pytest.fixture
def maud(rivaal: Authority) -> Person:
    """The mayor: a coordinator of her municipality."""
    return world.person("Maud", Role.COORDINATOR, acts_for=rivaal)


@pytest.fixture
def dirk(rivaal: Authority) -> Person:
    return world.person("Dirk", Role.DUTY_OFFICER, acts_for=rivaal)


@pytest.fixture
def odile(rivaal: Authority) -> Person:
    return world.person("Odile", Role.DUTY_OFFICER, acts_for=rivaal)


@pytest.fixture
def carl(rivaal: Authority) -> Person:
    return world.person("Carl", Role.COORDINATOR, acts_for=rivaal)


@pytest.fixture
def ann(rivaal: Authority) -> Agent:
    return world.agent("Ann", ["nl", "fr"], serves=rivaal)


@pytest.fixture
def bram(rivaal: Authority) -> Agent:
    return world.agent("Bram", ["de", "en"], serves=rivaal)


@pytest.fixture
def otto(elsewhere: Authority) -> Person:
    return world.person("Otto", Role.DUTY_OFFICER, Role.COORDINATOR, acts_for=elsewhere)
