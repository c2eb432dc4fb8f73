"""The break from victims and relatives: the minutes away from them add up, whatever is done in them.

docs/algorithms/routing.md has the rule and its reasons.
"""

from datetime import datetime, timedelta
from types import MappingProxyType
from typing import Any

from tocsin.activations.rules import Stream
from tocsin.calls.rules import timing
from tocsin.calls.rules.agents import Agent
from tocsin.calls.rules.states import Call
from tocsin.workforce.rules import AgentState

# Who speaks with a victim and writes about it is not away from them.
WITH_THEM = frozenset({AgentState.TALKING, AgentState.WRAP_UP})
# What is known of an agent who had a break.
HAD = MappingProxyType({"d2_time": timedelta(), "d2_away": timedelta(), "d2_rested_at": None})


def time_with(agent: Agent, call: Call, *, now: datetime) -> timedelta:
    """What an agent has spent with victims and relatives when this conversation ends."""
    return agent.d2_time + (now - agent.since if call.stream is Stream.D2 else timedelta())


def followed(agent: Agent, *, now: datetime, is_about_d2: bool) -> dict[str, Any]:
    """What changes of the break as the agent has come to this state: a conversation about a victim stops it, and
    when the note of that is done it begins or goes on."""
    rested_at = agent.d2_rested_at
    if agent.state is AgentState.TALKING and is_about_d2 and rested_at:
        if rested_at <= now:
            return dict(HAD)
        return {"d2_away": timing.D2_BREAK - (rested_at - now), "d2_rested_at": None}
    if agent.state not in WITH_THEM and agent.d2_time and rested_at is None:
        return {"d2_rested_at": now + timing.D2_BREAK - agent.d2_away}
    return {}
