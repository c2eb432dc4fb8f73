"""The states of an agent, and what is kept of them."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class AgentState(StrEnum):
    """What an agent is doing, as far as calls are concerned."""

    SIGNED_OUT = "signed_out"
    PAUSED = "paused"
    READY = "ready"
    OFFERED = "offered"
    TALKING = "talking"
    WRAP_UP = "wrap_up"


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
    reason: str
    missed: int
    call: str
    connected: bool
    due_at: datetime | None
