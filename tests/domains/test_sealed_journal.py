"""The logbook's chain covers every step of the journal: what is changed behind its back is found."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.db import connection, transaction

from tests import world
from tests.world import NOON
from tocsin.activations.models import Activation
from tocsin.activations.rules import State
from tocsin.authorities.models import Authority
from tocsin.calls import actions, models, ports
from tocsin.calls.daemon import memory
from tocsin.calls.ports import Verb
from tocsin.calls.queries import journal_broken_at
from tocsin.calls.rules.floor import Floor
from tocsin.calls.rules.switchboard import Decision, decide
from tocsin.logbook.actions import note
from tocsin.logbook.models import Line
from tocsin.project.doctor import look_at_logbook
from tocsin.project.instance import instance
from tocsin.workforce.models import Agent, AgentStep
from tocsin.workforce.rules import AgentChange

pytestmark = pytest.mark.django_db


def minute(number: int):
    return NOON + timedelta(minutes=number)


def record(*events: ports.Event, number: int) -> Decision:
    floor = Floor(
        lines=memory.load_scripts(State.OPEN),
        calls=memory.load_calls(),
        agents=memory.load_agents(),
        logins={},
    )
    return actions.decide_and_record(
        decide=lambda orders: decide(floor, [*events, *orders], now=minute(number)),
        at=minute(number),
        max_order_age=timedelta(seconds=10),
    )


@pytest.fixture
def journal(rivaal: Authority, ann: Agent) -> None:
    """Four batches: a call, two calls, one of the calls ended, and an agent who is ready."""
    world.activation(rivaal)
    record(ports.CallArrived("c1", "1771", "+32477000001", minute(0)), number=0)
    record(*(ports.CallArrived(leg, "1771", "", minute(1)) for leg in ("c2", "c3")), number=1)
    record(ports.LegEnded("c1"), number=2)
    actions.ask(agent=ann, verb=Verb.READY, at=minute(3))
    record(number=3)
    counts = [(line.facts["calls"], line.facts["agents"]) for line in Line.objects.order_by("id")]
    assert counts == [(1, 0), (2, 0), (1, 0), (0, 1)]


def test_a_journal_that_nobody_touched_is_whole(journal: None) -> None:
    assert journal_broken_at() is None


def test_no_journal_is_whole(db: None) -> None:
    assert journal_broken_at() is None


def a_step(**fields: object) -> models.CallStep:
    return models.CallStep(
        call_id="c9", before="", after="talking", at=minute(9), language="nl", why="made up", **fields
    )


def take_an_id(table: str) -> int:
    """An id between two batches, as a batch that failed leaves it."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT nextval(pg_get_serial_sequence(%s, 'id'))", [table])
        return int(cursor.fetchone()[0])


def all_call_steps() -> None:
    models.CallStep.objects.all().delete()


def the_first_call_step() -> None:
    models.CallStep.objects.earliest("id").delete()


def the_last_call_step() -> None:
    models.CallStep.objects.latest("id").delete()


def an_agents_step() -> None:
    AgentStep.objects.get().delete()


def a_step_at_the_end() -> None:
    a_step().save()


@pytest.mark.parametrize(
    ("tampered", "found"),
    [
        (all_call_steps, 0),
        (the_first_call_step, 0),
        (the_last_call_step, 2),
        (an_agents_step, 3),
        (a_step_at_the_end, 9),
    ],
)
def test_steps_deleted_or_added_are_found(journal: None, tampered: Callable[[], None], found: int) -> None:
    tampered()
    assert journal_broken_at() == minute(found)


def test_a_step_added_between_two_batches_is_found(journal: None) -> None:
    between = take_an_id("calls_callstep")
    record(ports.LegEnded("c2"), number=4)
    assert journal_broken_at() is None
    a_step(pk=between).save()
    assert journal_broken_at() == minute(4)


CHANGES = {
    "call_id": "c2",
    "activation_id": None,
    "before": "waiting",
    "after": "ended",
    "at": minute(-1),
    "agent_id": True,
    "language": "fr",
    "why": "other",
    "stream": "d2",
    "reason": {"call": "place"},
    "answer_id": True,
}


@pytest.mark.parametrize("column", CHANGES)
def test_every_column_of_a_call_step_is_covered(journal: None, ann: Agent, column: str) -> None:
    others = {"agent_id": ann.pk, "answer_id": world.keypad_answer(Activation.objects.get()).pk}
    value = others.get(column, CHANGES[column])
    step = models.CallStep.objects.earliest("id")
    models.CallStep.objects.filter(pk=step.pk).update(**{column: value})
    assert journal_broken_at() == minute(0)


def test_no_column_of_a_call_step_is_left_out() -> None:
    assert {field.attname for field in models.CallStep._meta.concrete_fields} == {"id", *CHANGES}


AGENT_CHANGES = {"agent_id": None, "before": "paused", "after": "talking", "at": minute(-1), "why": "other"}


@pytest.mark.parametrize("column", AGENT_CHANGES)
def test_every_column_of_an_agents_step_is_covered(journal: None, bram: Agent, column: str) -> None:
    AgentStep.objects.update(**{column: AGENT_CHANGES[column] or bram.pk})
    assert journal_broken_at() == minute(3)


def test_no_column_of_an_agents_step_is_left_out() -> None:
    assert {field.attname for field in AgentStep._meta.concrete_fields} == {"id", *AGENT_CHANGES}


def test_what_is_sealed_is_what_is_stored(rivaal: Authority, ann: Agent) -> None:
    """A reason longer than its column is cut before it is sealed."""
    change = AgentChange(ann.pk, ann.state, "paused", minute(0), "x" * 50)
    actions.decide_and_record(
        decide=lambda orders: Decision(Floor(), (), (), (), (change,), ()),
        at=minute(0),
        max_order_age=timedelta(seconds=10),
    )
    assert AgentStep.objects.get().why == "x" * 40
    assert journal_broken_at() is None


def test_the_line_says_which_steps_it_seals(journal: None) -> None:
    sealed = [line.facts["call_steps"] for line in Line.objects.order_by("id")]
    first, second, third, fourth = models.CallStep.objects.order_by("id").values_list("id", flat=True)
    assert sealed == [[first, first], [second, third], [fourth, fourth], []]
    [step] = AgentStep.objects.all()
    assert Line.objects.order_by("id")[3].facts["agent_steps"] == [step.pk, step.pk]


def doctors_words() -> tuple[bool, str]:
    finding = look_at_logbook(instance)
    return finding.fine, finding.words


def test_the_doctor_says_that_nobody_changed_anything(journal: None) -> None:
    assert doctors_words() == (True, "every line and every step is as it was written")


def test_the_doctor_finds_a_step_that_is_gone(journal: None) -> None:
    the_first_call_step()
    fine, words = doctors_words()
    assert not fine
    assert "2026-03-07 12:00:00 UTC" in words


def test_the_doctor_finds_a_line_that_was_changed(journal: None) -> None:
    second = Line.objects.order_by("id")[1]
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("ALTER TABLE logbook_line DISABLE TRIGGER append_only")
        cursor.execute("UPDATE logbook_line SET facts = '{}' WHERE id = %s", [second.pk])
    fine, words = doctors_words()
    assert not fine
    assert f"line {second.pk} " in words


def test_a_batch_that_says_no_steps_is_not_whole(rivaal: Authority) -> None:
    with transaction.atomic():
        note(kind="calls.decided", subject="switchboard", by=None, at=NOON, facts={"digest": ""})
    assert journal_broken_at() == NOON


def test_the_doctor_asks_for_the_tables_first(journal: None) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("ALTER TABLE logbook_line RENAME TO elsewhere")
    assert doctors_words() == (False, "cannot be read: run `tocsin db migrate`, then this again")
