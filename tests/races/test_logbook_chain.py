"""Everybody who writes a line waits for the chain; nobody may hold what the one before still needs."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.db import OperationalError, connection, transaction

from tests import world
from tests.world import NOON
from tocsin.accounts.models import Person
from tocsin.activations import actions
from tocsin.activations.models import Activation
from tocsin.authorities.models import Authority
from tocsin.calls.models import Call
from tocsin.logbook.actions import note

pytestmark = pytest.mark.django_db(transaction=True)


def record_a_call(opened: Activation) -> None:
    """As the switchboard does: rows that refer to the activation, then the line; keys are checked at commit."""
    Call.objects.create(
        leg="c1", number="1771", activation=opened, language="nl", state="greeting", since=NOON, arrived_at=NOON
    )
    note(kind="calls.decided", subject="switchboard", by=None, at=NOON)


def close_while_a_call_is_recorded(opened: Activation, officer: Person) -> None:
    def close() -> None:
        try:
            actions.order_closing(activation=opened.pk, by=officer, at=NOON + timedelta(hours=1), why="over")
        finally:
            connection.close()

    with ThreadPoolExecutor(1) as officers:
        with transaction.atomic():
            record_a_call(opened)
            closing = officers.submit(close)
            wait_for_somebody_to_want(opened)
        closing.result(timeout=30)


def wait_for_somebody_to_want(opened: Activation) -> None:
    """Until the officer holds the activation and waits for the chain."""
    waiting = "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted"
    with connection.cursor() as cursor:
        while True:
            cursor.execute(waiting)
            if cursor.fetchone()[0]:
                return


def locked_for_update(key: int) -> Activation:
    return Activation.objects.select_for_update(of=("self",)).select_related("authority").get(pk=key)


def test_a_plain_row_lock_would_deadlock(rivaal: Authority, dirk: Person, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(actions, "_locked", locked_for_update)
    with pytest.raises(OperationalError, match="deadlock"):
        close_while_a_call_is_recorded(world.activation(rivaal), dirk)


def test_closing_a_line_and_recording_its_calls_do_not_wait_for_each_other(
    rivaal: Authority, dirk: Person
) -> None:
    opened = world.activation(rivaal)
    close_while_a_call_is_recorded(opened, dirk)
    opened.refresh_from_db()
    assert opened.state == "closing"
    assert Call.objects.count() == 1


def run_together(*work: Callable[[], None]) -> None:
    with ThreadPoolExecutor(len(work)) as threads:
        for done in [threads.submit(each) for each in work]:
            done.result(timeout=30)


def test_lines_written_at_once_still_make_one_chain(rivaal: Authority) -> None:
    from tocsin.logbook.models import Line
    from tocsin.logbook.queries import first_broken_line

    def write() -> None:
        try:
            for _ in range(20):
                with transaction.atomic():
                    note(kind="test.written", subject="test:1", by=None, at=NOON)
        finally:
            connection.close()

    run_together(write, write, write, write)
    assert Line.objects.filter(kind="test.written").count() == 80
    assert first_broken_line() is None
