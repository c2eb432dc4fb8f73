"""Who a person is as an agent; which teams there are, and who is in which; how long somebody has worked without a
break."""

from datetime import datetime, timedelta
from itertools import pairwise

from tocsin.accounts.models import Person
from tocsin.authorities.models import Authority
from tocsin.workforce.models import Agent, AgentStep, TeamStep
from tocsin.workforce.rules import BREAK_ADVISED, AgentState, worked_since_break

# Nobody works longer at a stretch: what was before does not count.
SHIFT = timedelta(hours=12)


def agent_of(person: Person) -> Agent | None:
    """The agent that a person is; None of who is none."""
    return Agent.objects.filter(person=person).select_related("person").first()


def is_advised_a_break(*, agent: Agent, now: datetime) -> bool:
    """Whether an agent has spoken and written for long since the last break."""
    steps = AgentStep.objects.filter(agent=agent, at__gt=now - SHIFT, at__lte=now).order_by("id")
    reached = [*steps.values_list("after", "at"), ("", now)]
    stretches = [(AgentState(state), until - since) for (state, since), (_, until) in pairwise(reached)]
    return worked_since_break(stretches) >= BREAK_ADVISED


def teams_of(*, agent: Agent) -> dict[int, str]:
    """The team of an agent by authority; authorities where there is none are left out."""
    newest = TeamStep.objects.filter(agent=agent).order_by("authority", "-id").distinct("authority")
    return {step.authority_id: step.team for step in newest if step.team}


def teams_at(*, authority: Authority) -> list[str]:
    """The teams of an authority that have somebody in them, by name."""
    newest = TeamStep.objects.filter(authority=authority).order_by("agent", "-id").distinct("agent")
    return sorted({step.team for step in newest if step.team})
