"""Two agents take up the same question at once: one has it."""

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


def merely_read(tape: str, *, agent: Agent) -> Tape | None:
    return questions_for(agent).filter(pk=tape).first()


def test_without_a_lock_both_would_have_it(rivaal: Authority, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(questions, "locked", merely_read)
    assert both_claim(rivaal) == ["Ann", "Bea"]


def test_of_two_who_take_a_question_at_once_one_has_it(rivaal: Authority) -> None:
    assert both_claim(rivaal) == ["Ann"]
