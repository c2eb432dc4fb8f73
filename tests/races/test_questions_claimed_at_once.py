"""Two agents take up the same question at once, or one agent takes up two in two windows: one has one."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection

from tests import world
from tests.patience import PATIENCE_SECONDS
from tests.races.test_logbook_chain import wait_until
from tests.world import NOON
from tocsin.authorities.actions import acting_as_centre
from tocsin.authorities.models import Authority
from tocsin.calls.actions import claim_question, questions
from tocsin.calls.models import Tape
from tocsin.calls.queries.questions import questions_for
from tocsin.logbook.models import Line
from tocsin.refusals import Refusal
from tocsin.workforce.models import Agent
from tocsin.workforce.rules import AgentState

pytestmark = pytest.mark.django_db(transaction=True)


def free_agent(name: str, serves: Authority) -> Agent:
    agent = world.agent(name, ["nl"], serves=serves)
    agent.state = AgentState.READY
    agent.save()
    return agent


def somebody_waits_for_a_lock() -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_locks WHERE NOT granted")
        return bool(cursor.fetchone()[0])


def both_claim(rivaal: Authority) -> list[str]:
    """One claims while the other's claim is not yet committed; who had it in the end, by the logbook."""
    world.question(world.activation(rivaal))
    ann, bea = free_agent("Ann", rivaal), free_agent("Bea", rivaal)

    def claim_second() -> None:
        try:
            claim_question(tape="q1-tape-1", agent=bea, at=NOON)
        except Refusal:
            pass
        finally:
            connection.close()

    with ThreadPoolExecutor(1) as others:
        with acting_as_centre():
            claim_question(tape="q1-tape-1", agent=ann, at=NOON)
            second = others.submit(claim_second)
            wait_until(lambda: second.done() or somebody_waits_for_a_lock())
        second.result(timeout=PATIENCE_SECONDS)
    return [str(line.by) for line in Line.objects.filter(kind="question.claimed").order_by("id")]


def claims_two(rivaal: Authority) -> list[str]:
    """One agent claims a question while the claim of another is not yet committed; which ones, by the logbook."""
    activation = world.activation(rivaal)
    world.question(activation)
    world.question(activation, leg="q2")
    ann = free_agent("Ann", rivaal)

    def claim_other() -> None:
        try:
            claim_question(tape="q2-tape-1", agent=ann, at=NOON)
        except Refusal:
            pass
        finally:
            connection.close()

    with ThreadPoolExecutor(1) as others:
        with acting_as_centre():
            claim_question(tape="q1-tape-1", agent=ann, at=NOON)
            second = others.submit(claim_other)
            wait_until(lambda: second.done() or somebody_waits_for_a_lock())
        second.result(timeout=PATIENCE_SECONDS)
    lines = Line.objects.filter(kind="question.claimed").order_by("id")
    return [str(line.facts["tape"]) for line in lines]


def test_without_a_lock_one_agent_would_have_two(rivaal: Authority, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(questions, "locked_agent", lambda agent: agent)
    assert claims_two(rivaal) == ["q1-tape-1", "q2-tape-1"]


def test_of_two_questions_that_an_agent_takes_at_once_one_is_theirs(rivaal: Authority) -> None:
    assert claims_two(rivaal) == ["q1-tape-1"]


def merely_read(tape: str, *, agent: Agent) -> Tape | None:
    return questions_for(agent).filter(pk=tape).first()


def test_without_a_lock_both_would_have_it(rivaal: Authority, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(questions, "locked", merely_read)
    assert both_claim(rivaal) == ["Ann", "Bea"]


def test_of_two_who_take_a_question_at_once_one_has_it(rivaal: Authority) -> None:
    assert both_claim(rivaal) == ["Ann"]
