"""Browsers of people who are signed in as they would be, with a second factor."""

import importlib
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from allauth.mfa.totp.internal.auth import TOTP
from django.core.cache import cache
from django.test import Client
from django.urls import clear_url_caches
from django.utils import timezone

from tests import world
from tocsin.accounts.models import Person
from tocsin.accounts.rules import Role
from tocsin.project import urls
from tocsin.project.demo import prepare_demo

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
def demo(settings: Any, db: None) -> Iterator[None]:
    """An instance that is a demonstration, with everything it begins with."""
    settings.DEMO = True
    read_addresses_again()
    prepare_demo(at=timezone.now())
    yield
    settings.DEMO = False
    read_addresses_again()


def read_addresses_again() -> None:
    importlib.reload(urls)
    clear_url_caches()


@pytest.fixture
def ada(db: None) -> Person:
    """An administrator of the centre, who acts for nobody."""
    return world.person("Ada", Role.ADMINISTRATOR)
