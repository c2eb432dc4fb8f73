"""The states of an agent, and what is kept of them."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import IntEnum, StrEnum


class Level(IntEnum):
    """How well somebody has a language or a skill."""

    SOME = 1
    GOOD = 2
    FULL = 3


class AgentState(StrEnum):
    """What an agent is doing, as far as calls are concerned."""

    SIGNED_OUT = "signed_out"
    PAUSED = "paused"
    READY = "ready"
    OFFERED = "offered"
    TALKING = "talking"
    WRAP_UP = "wrap_up"
    # Works on something else than calls: writes, looks something up, is briefed.
    ON_TASK = "on_task"


AT_WORK = frozenset({AgentState.READY, AgentState.OFFERED, AgentState.TALKING, AgentState.WRAP_UP})
# In these states only a telephone that stays away for long ends the agent's work.
AT_TELEPHONE = frozenset({AgentState.READY, AgentState.PAUSED, AgentState.ON_TASK, AgentState.TALKING})


@dataclass(frozen=True, slots=True)
class AgentChange:
    """One change of an agent's state, as it is kept in the journal."""

    agent: int
    before: AgentState
    after: AgentState
    at: datetime
    why: str


@dataclass(frozen=True, slots=True)
class Standing:
    """The present state of an agent, as it is kept. `call` is the key of the call concerned, or empty."""

    agent: int
    state: AgentState
    since: datetime
    idle_since: datetime
    d2_time: timedelta
    reason: str
    missed: int
    call: str
    connected: bool
    due_at: datetime | None
