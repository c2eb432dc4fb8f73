"""The states of a call and what is known of it while it lives."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class CallState(StrEnum):
    """Where a caller is on the journey."""

    # Sent back to the switch's own fallback because the switchboard could not take more at that moment.
    FALLBACK = "fallback"
    # Nothing is open on this number, or not at this hour: hears so and is let go.
    TURNED_AWAY = "turned_away"
    GREETING = "greeting"
    INFORMING = "informing"
    WAITING = "waiting"
    OFFERED = "offered"
    TALKING = "talking"
    HELD = "held"
    # The agent's telephone disappeared in the middle of the conversation; the agent may come back.
    RECONNECTING = "reconnecting"
    ENDED = "ended"


class Outcome(StrEnum):
    """How an ended call counts; the definitions are those of the service figures."""

    ANSWERED = "answered"
    ABANDONED = "abandoned"
    TURNED_AWAY = "turned_away"
    # The switch itself went down with the call.
    LOST = "lost"


# Why a call ended whose end nobody saw; by this the figures know it.
UNSEEN_END = "gone while the switchboard was away"

CONVERSATION = frozenset({CallState.TALKING, CallState.HELD, CallState.RECONNECTING})
IN_LINE = frozenset({CallState.WAITING, CallState.OFFERED})


@dataclass(frozen=True, slots=True)
class Call:
    """A live call. `leg` is the switch's name for the caller's channel and the key of the call everywhere."""

    leg: str
    number: str
    caller: str
    arrived_at: datetime
    state: CallState
    since: datetime
    activation: int | None = None
    authority: int | None = None
    language: str = ""
    # When the caller took a place in line; the place survives an agent who disappears.
    queued_at: datetime | None = None
    # Since when the place counts, where that is before this call: the caller had left it and called again.
    place_since: datetime | None = None
    first_in_line: bool = False
    # The caller heard the front message in an earlier call and need not hear it again.
    heard_before: bool = False
    answered: bool = False
    agent: int | None = None
    # When the switchboard must act of itself in this state; None where only events move the call.
    due_at: datetime | None = None
    # How many messages were started for this caller; names the one being played.
    messages: int = 0

    @property
    def message(self) -> str:
        """The name of the message started last."""
        return f"{self.leg}-{self.messages}"

    @property
    def playing(self) -> str:
        """The message that may still be heard; empty where none was started."""
        return self.message if self.messages else ""


@dataclass(frozen=True, slots=True)
class CallStep:
    """One transition of a call, as it is kept in the journal."""

    leg: str
    activation: int | None
    before: str
    after: CallState
    at: datetime
    agent: int | None
    language: str
    why: str
