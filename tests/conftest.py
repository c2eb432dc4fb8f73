"""What every test may ask for: the database is the real PostgreSQL, started when the first test needs it."""

import fcntl
from collections.abc import Iterator

import pytest
from django.db import connection
from django.db.models.signals import post_migrate
from django.test import override_settings
from pytest_django import DjangoDbBlocker

from tocsin.project.instance import instance
from tocsin.project.postgres import serving

pytest_plugins = ["tests.cast"]


class SaidAtOnce:
    """Says what failed when it fails: whoever has to end the run does not come to the summary."""

    def __init__(self, terminal: pytest.TerminalReporter) -> None:
        self._terminal = terminal

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        if report.failed:
            self._terminal.write_line(f"\n{report.nodeid}, {report.when}\n{report.longreprtext}")


def pytest_sessionstart(session: pytest.Session) -> None:
    session.config.pluginmanager.register(SaidAtOnce(session.config.pluginmanager.getplugin("terminalreporter")))


@pytest.fixture(scope="session", autouse=True)
def quick_passwords() -> Iterator[None]:
    """The real hash takes a good part of a second on purpose, and nearly every test makes somebody."""
    with override_settings(PASSWORD_HASHERS=["django.contrib.auth.hashers.MD5PasswordHasher"]):
        yield


@pytest.fixture(scope="session")
def django_db_modify_db_settings() -> Iterator[None]:
    """Serve PostgreSQL from before pytest-django connects until the last test."""
    instance.make_home()
    with (instance.home / "tests.lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            pytest.exit(
                f"Other tests run in {instance.home}: wait for them, or set TOCSIN_TEST_HOME.", returncode=3
            )
        with serving(instance):
            yield


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> None:
    """Tests that commit have every table emptied after them, which the logbook refuses everybody else."""
    # Emptying would also fill the tables of Django's permissions again each time, which nobody here asks.
    post_migrate.disconnect(dispatch_uid="django.contrib.auth.management.create_permissions")
    with django_db_blocker.unblock(), connection.cursor() as cursor:
        cursor.execute("ALTER TABLE logbook_line DISABLE TRIGGER append_only_whole")
