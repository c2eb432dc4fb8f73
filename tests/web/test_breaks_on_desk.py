"""What the desk says of breaks: from victims and relatives, and from conversations at all."""

from datetime import timedelta

import pytest
from django.utils import timezone

from tests import world
from tests.web.test_desk import drawn, said
from tocsin.activations.rules import Stream
from tocsin.authorities.models import Authority
from tocsin.calls.rules import timing
from tocsin.workforce.models import Agent, AgentStep
from tocsin.workforce.rules import BREAK, BREAK_ADVISED, AgentState

pytestmark = pytest.mark.django_db
SECOND = timedelta(seconds=1)


@pytest.fixture
def dora(rivaal: Authority) -> Agent:
    return world.agent("Dora", ["nl"], serves=rivaal, skills={Stream.D2: 1})


def in_state(agent: Agent, state: AgentState, **known: object) -> str:
    Agent.objects.filter(pk=agent.pk).update(state=state, connected=True, **known)
    return said(drawn(agent))


@pytest.mark.parametrize("state", [AgentState.READY, AgentState.PAUSED, AgentState.ON_TASK, AgentState.WRAP_UP])
def test_who_was_with_victims_for_long_is_told_plainly(dora: Agent, state: AgentState) -> None:
    assert "victims and relatives" not in in_state(dora, state, d2_time=timing.D2_LIMIT - SECOND)
    words = in_state(dora, state, d2_time=timing.D2_LIMIT, d2_rested_at=timezone.now() + timing.D2_BREAK)
    assert "You have been with victims and relatives for long enough." in words
    assert "You are offered victims and relatives again in" in words


def test_at_the_end_of_the_conversation_it_is_told_when_the_break_begins(dora: Agent) -> None:
    assert "When your note is done" in in_state(dora, AgentState.WRAP_UP, d2_time=timing.D2_LIMIT)


def works(agent: Agent, *stretches: tuple[AgentState, timedelta]) -> None:
    at = timezone.now() - sum((span for _, span in stretches), timedelta())
    before = AgentState.SIGNED_OUT
    for state, span in stretches:
        AgentStep.objects.create(agent=agent, before=before, after=state, at=at)
        before, at = state, at + span


def test_after_long_conversations_a_break_is_advised(dora: Agent) -> None:
    works(dora, (AgentState.TALKING, BREAK_ADVISED - SECOND), (AgentState.PAUSED, BREAK - SECOND))
    assert "Time for a break" not in in_state(dora, AgentState.READY)
    works(dora, (AgentState.WRAP_UP, SECOND))
    assert "Time for a break" in in_state(dora, AgentState.READY)
    assert "Time for a break" not in in_state(dora, AgentState.PAUSED)


def test_not_after_a_break_was_had(dora: Agent) -> None:
    works(dora, (AgentState.TALKING, 2 * BREAK_ADVISED), (AgentState.ON_TASK, BREAK), (AgentState.READY, SECOND))
    assert "Time for a break" not in in_state(dora, AgentState.READY)
