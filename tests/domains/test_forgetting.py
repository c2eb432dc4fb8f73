"""What is kept about callers is kept for the retention, and cannot be found out afterwards; figures stay."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import psycopg
import pytest
from django.conf import settings
from django.contrib.sessions.backends.db import SessionStore
from django.contrib.sessions.models import Session
from django.core.management import call_command
from django.db import OperationalError, connection
from django.utils import timezone
from procrastinate.contrib.django.models import ProcrastinateJob
from psycopg.conninfo import make_conninfo

from tests import world
from tests.switchboards import dsn
from tests.world import NOON
from tocsin.activations.models import Activation
from tocsin.activations.rules import State
from tocsin.authorities.actions import acting_as_centre
from tocsin.authorities.models import Authority
from tocsin.calls import jobs, models
from tocsin.calls.rules.numbers import caller_mark
from tocsin.insights.queries.journal import callers
from tocsin.project.doctor import look_at_retention
from tocsin.project.instance import instance
from tocsin.project.run import WORKER
from tocsin.workforce.models import Agent

ZOE, YVES = "+32477000001", "+32477000002"
DAY = timedelta(days=1)


def mark(number: str) -> str:
    return caller_mark(number, key=settings.CALLER_HASH_KEY)


def a_call(
    of: Activation | None, number: str, *, age: timedelta, by: Agent | None = None, text: str = ""
) -> models.Call:
    """A call that came so long before noon and was ended, with its caller and, where somebody wrote, a note."""
    call = models.Call.objects.create(
        leg=f"c{models.Call.objects.count()}",
        number="1771",
        caller_mark=mark(number),
        activation=of,
        agent=by,
        language="nl",
        state="ended",
        since=NOON - age,
        arrived_at=NOON - age,
    )
    if of:
        with acting_as_centre():
            if number:
                models.Caller.objects.create(call=call, authority=of.authority, number=number, at=call.arrived_at)
            if by:
                models.Note.objects.create(
                    call=call, authority=of.authority, agent=by, text=text, at=call.arrived_at
                )
    return call


def sweep(*, at: datetime = NOON) -> int:
    return jobs.forget_callers(int(at.timestamp()))


def mark_of(call: models.Call) -> str:
    call.refresh_from_db()
    return call.caller_mark


def figures(of: Activation) -> tuple[int, int, int]:
    begin = NOON - 999 * DAY
    counted = callers(activation=of.pk, edges=[begin, NOON])[begin, ""]
    return counted.attempts, counted.distinct, counted.hidden


@pytest.mark.django_db
def test_notes_go_with_the_numbers(rivaal: Authority, ann: Agent) -> None:
    opened = world.activation(rivaal)
    a_call(opened, ZOE, age=91 * DAY, by=ann, text="old")
    a_call(opened, ZOE, age=89 * DAY, by=ann, text="young")
    a_call(opened, "", age=91 * DAY, by=ann, text="old, of a hidden number")
    assert sweep() == 1
    with acting_as_centre():
        assert [note.text for note in models.Note.objects.all()] == ["young"]


@pytest.mark.django_db
def test_after_the_retention_the_key_tells_nobody_who_called(rivaal: Authority) -> None:
    old = a_call(world.activation(rivaal), ZOE, age=91 * DAY)
    turned_away = a_call(None, ZOE, age=91 * DAY)
    sweep()
    assert mark(ZOE) not in {mark_of(old), mark_of(turned_away)}
    assert "" not in {mark_of(old), mark_of(turned_away)}


@pytest.mark.django_db
def test_figures_stay_what_they_were_whichever_night_each_call_is_forgotten(rivaal: Authority) -> None:
    opened = world.activation(rivaal)
    for number, age in ((ZOE, 93), (YVES, 93), (ZOE, 92), (YVES, 91), (ZOE, 91), ("", 91), ("", 92)):
        a_call(opened, number, age=age * DAY)
    before = figures(opened)
    assert before == (7, 4, 2)
    for nights in range(-4, 1):
        sweep(at=NOON + nights * DAY)
        assert figures(opened) == before
    assert not models.Call.objects.filter(caller_mark__in=[mark(ZOE), mark(YVES)]).exists()


@pytest.mark.django_db
def test_whoever_called_again_within_the_retention_stays_one_caller(rivaal: Authority) -> None:
    opened = world.activation(rivaal)
    old, young = (a_call(opened, ZOE, age=age * DAY) for age in (91, 89))
    sweep()
    assert mark_of(old) == mark_of(young) == mark(ZOE)
    sweep(at=NOON + 2 * DAY)
    assert mark_of(old) == mark_of(young) != mark(ZOE)


@pytest.mark.django_db
def test_what_remains_does_not_tell_that_one_person_called_two_openings(rivaal: Authority) -> None:
    calls = [
        a_call(world.activation(rivaal, state=state), ZOE, age=91 * DAY) for state in (State.CLOSED, State.OPEN)
    ]
    sweep()
    assert mark_of(calls[0]) != mark_of(calls[1])


@pytest.mark.django_db
def test_what_is_forgotten_is_not_written_again(rivaal: Authority) -> None:
    old = a_call(world.activation(rivaal), ZOE, age=91 * DAY)
    hidden = a_call(world.activation(rivaal, state=State.CLOSED), "", age=91 * DAY)
    sweep()
    forgotten = mark_of(old)
    sweep(at=NOON + DAY)
    assert mark_of(old) == forgotten
    assert mark_of(hidden) == ""


@pytest.fixture
def set_aside(transactional_db: None) -> Iterator[str]:
    """A database that a restore put aside at noon."""
    name = connection.settings_dict["NAME"] + "_previous"
    with connection.cursor() as cursor:
        cursor.execute(f'CREATE DATABASE "{name}"')
        cursor.execute(f"COMMENT ON DATABASE \"{name}\" IS '{NOON.isoformat()}'")
        yield name
        cursor.execute(f'DROP DATABASE IF EXISTS "{name}"')


def exists(name: str) -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name])
        return cursor.fetchone() is not None


def drop(*, at: datetime) -> None:
    jobs.drop_set_aside(int(at.timestamp()))


def test_the_database_that_a_restore_put_aside_is_dropped_after_a_week(set_aside: str) -> None:
    drop(at=NOON + 7 * DAY)
    assert exists(set_aside)
    drop(at=NOON + 7 * DAY + timedelta(seconds=1))
    assert not exists(set_aside)


def test_callers_are_forgotten_where_that_database_cannot_be_dropped(set_aside: str, rivaal: Authority) -> None:
    a_call(world.activation(rivaal), ZOE, age=91 * DAY)
    # Somebody is connected to it, and looks something up.
    with psycopg.connect(make_conninfo(dsn(), dbname=set_aside)):
        with pytest.raises(OperationalError, match="being accessed by other users"):
            drop(at=NOON + 8 * DAY)
        assert sweep(at=NOON + 8 * DAY) == 1
    assert exists(set_aside)


def doctors_words(*, at: datetime) -> tuple[bool, str]:
    finding = look_at_retention(instance, now=at)
    return finding.fine, finding.words


@pytest.mark.django_db
def test_the_doctor_finds_what_should_have_been_forgotten(rivaal: Authority, ann: Agent) -> None:
    forgotten = (True, "nothing is kept for longer than it may be")
    a_call(world.activation(rivaal), "", age=timedelta(0), by=ann)
    # What the sweep of the hour has still to do is no fault.
    assert doctors_words(at=NOON + 90 * DAY + timedelta(hours=1)) == forgotten
    fine, words = doctors_words(at=NOON + 91 * DAY)
    assert not fine
    assert "numbers, notes or treatments of callers" in words
    sweep(at=NOON + 91 * DAY)
    assert doctors_words(at=NOON + 91 * DAY) == forgotten


def test_the_doctor_finds_a_database_that_could_not_be_dropped(set_aside: str) -> None:
    assert doctors_words(at=NOON + 7 * DAY)[0]
    fine, words = doctors_words(at=NOON + 8 * DAY)
    assert not fine
    assert set_aside in words


def test_a_database_of_that_name_that_no_restore_put_aside_is_left_alone(set_aside: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(f"COMMENT ON DATABASE \"{set_aside}\" IS 'mine'")
    drop(at=NOON + 999 * DAY)
    assert exists(set_aside)


@pytest.mark.django_db
def test_a_session_that_has_run_out_is_deleted() -> None:
    kept = SessionStore()
    kept.create()
    gone = SessionStore()
    gone.set_expiry(timezone.now() - DAY)
    gone.create()
    jobs.forget_sessions(int(datetime.now(UTC).timestamp()))
    assert [session.pk for session in Session.objects.all()] == [kept.session_key]


@pytest.mark.django_db(transaction=True)
def test_a_job_that_was_done_leaves_nothing_behind() -> None:
    # The worker also defers what is due by the clock, maybe as it stops.
    ours = ProcrastinateJob.objects.filter(pk=jobs.end_stale_logins.defer(timestamp=int(NOON.timestamp())))
    assert ours.exists()
    call_command(*WORKER, "--one-shot")
    assert not ours.exists()
