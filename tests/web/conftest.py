"""Browsers of people who are signed in as they would be, with a second factor."""

from collections.abc import Callable

import pytest
from allauth.mfa.totp.internal.auth import TOTP
from django.core.cache import cache
from django.test import Client

from tests import world
from tocsin.accounts.models import Person
from tocsin.accounts.rules import Role

TOTP_SECRET = "JBSWY3DPEHPK3PXP"


@pytest.fixture(autouse=True)
def no_attempts_yet(db: None) -> None:
    """What other tests tried does not count against this one."""
    cache.clear()


@pytest.fixture
def browser_of(db: None) -> Callable[[Person], Client]:
    """Answers the browser in which a person is signed in."""

    def made(person: Person) -> Client:
        TOTP.activate(person, TOTP_SECRET)
        client = Client()
        client.force_login(person)
        return client

    return made


@pytest.fixture
def ada(db: None) -> Person:
    """An administrator of the centre, who acts for nobody."""
    return world.person("Ada", Role.ADMINISTRATOR)
