"""Everybody who writes a line waits for the chain; nobody may hold what the one before still needs."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from time import monotonic

import pytest
from django.db import OperationalError, connection, transaction

from tests import world
from tests.patience import PATIENCE_SECONDS
from tests.world import NOON
from tocsin.accounts.models import Person
from tocsin.activations import actions
from tocsin.activations.actions import opening
from tocsin.activations.models import Activation
from tocsin.authorities.models import Authority
from tocsin.calls.models import Call
from tocsin.logbook import actions as logbook
from tocsin.logbook.actions import note
from tocsin.logbook.models import Line
from tocsin.logbook.queries import first_broken_line

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
            # The officer holds the activation and waits for the chain.
            wait_until(somebody_waits_for_the_chain)
        closing.result(timeout=PATIENCE_SECONDS)


def wait_until(happened: Callable[[], bool]) -> None:
    """Until it happened; fails where it does not in a time that is long for any machine."""
    deadline = monotonic() + PATIENCE_SECONDS
    while not happened():
        if monotonic() > deadline:
            pytest.fail(f"nothing happened in {PATIENCE_SECONDS} s")


def somebody_waits_for_the_chain() -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted")
        return bool(cursor.fetchone()[0])


def locked_for_update(key: int) -> Activation:
    return Activation.objects.select_for_update(of=("self",)).select_related("authority").get(pk=key)


def test_a_plain_row_lock_would_deadlock(rivaal: Authority, dirk: Person, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(opening, "locked", locked_for_update)
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
            done.result(timeout=PATIENCE_SECONDS)


def write_line(subject: str) -> None:
    with transaction.atomic():
        note(kind="test.written", subject=subject, by=None, at=NOON)


def write_a_line_while_another_is_not_yet_committed(*, before_the_second: Callable[[], None]) -> None:
    def write_second() -> None:
        try:
            write_line("test:2")
        finally:
            connection.close()

    with ThreadPoolExecutor(1) as others:
        with transaction.atomic():
            write_line("test:1")
            before_the_second()
            second = others.submit(write_second)
            wait_until(lambda: second.done() or somebody_waits_for_the_chain())
        second.result(timeout=PATIENCE_SECONDS)


def test_without_one_lock_for_all_two_lines_would_follow_the_same_one(
    db: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    def another_lock() -> None:
        monkeypatch.setattr(logbook, "CHAIN_LOCK", 1)

    write_a_line_while_another_is_not_yet_committed(before_the_second=another_lock)
    broken = first_broken_line()
    assert broken is not None
    assert broken.subject == "test:2"


def test_a_line_waits_for_the_one_before_it(db: None) -> None:
    write_a_line_while_another_is_not_yet_committed(before_the_second=lambda: None)
    assert [line.subject for line in Line.objects.order_by("id")] == ["test:1", "test:2"]
    assert first_broken_line() is None


def test_lines_written_at_once_still_make_one_chain(db: None) -> None:
    def write() -> None:
        try:
            for _ in range(20):
                write_line("test:1")
        finally:
            connection.close()

    run_together(write, write, write, write)
    assert Line.objects.filter(kind="test.written").count() == 80
    assert first_broken_line() is None
