"""That a coordinator hears somebody else's conversation: in which manner, and how the switch was told."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class Manner(StrEnum):
    """Who hears a coordinator who hears a conversation."""

    # Nobody.
    LISTEN = "listen"
    # The agent alone.
    WHISPER = "whisper"
    # The agent and the caller.
    BARGE = "barge"


@dataclass(frozen=True, slots=True)
class Ear:
    """How a coordinator's telephone is connected: to the conversation of which caller and agent, by their legs."""

    leg: str
    agent_leg: str
    listener: str
    manner: Manner


@dataclass(frozen=True, slots=True)
class Supervision:
    """A coordinator at the conversation of a caller with an agent. `order` is what the coordinator asked first."""

    order: int
    call: str
    agent: int
    # The coordinator, who is an agent, too: by that key one has a telephone.
    by: int
    manner: Manner
    began_at: datetime
    # From when on something is heard: the agent was told before.
    opens_at: datetime
    ended_at: datetime | None = None
    why: str = ""
    # What the switch was told last; of no use after a restart of our own.
    told: Ear | None = None
