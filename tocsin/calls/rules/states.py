"""The states of a call and what is known of it while it lives."""

from dataclasses import dataclass
from datetime import datetime
from enum import IntEnum, StrEnum
from typing import NamedTuple

from tocsin.activations.rules import Stream


class CallState(StrEnum):
    """Where a caller is on the journey."""

    # Sent back to the switch's own fallback because the switchboard could not take more at that moment.
    FALLBACK = "fallback"
    # Nothing is open on this number, or not at this hour: hears so and is let go.
    TURNED_AWAY = "turned_away"
    GREETING = "greeting"
    INFORMING = "informing"
    # Is asked something that a key answers.
    CHOOSING = "choosing"
    WAITING = "waiting"
    OFFERED = "offered"
    # Hung up, and keeps the place in line: will be called back.
    PROMISED = "promised"
    # Is called back by an agent who waits for the answer.
    DIALLING = "dialling"
    # Could not be reached: will be called back once more.
    RETRYING = "retrying"
    TALKING = "talking"
    HELD = "held"
    # The agent's telephone disappeared in the middle of the conversation; the agent may come back.
    RECONNECTING = "reconnecting"
    ENDED = "ended"


class Question(StrEnum):
    """What a caller is asked after the front message."""

    STREAM = "stream"
    # Whether to be called back, at the number read out.
    CALL_BACK = "call_back"
    # At which number.
    NUMBER = "number"


class Rank(IntEnum):
    """Who goes before whom, whatever the time: smaller is served earlier."""

    # The agent disappeared, or an offer was not taken.
    RETURNED = 0
    CALL_BACK = 1
    TRANSFER = 2
    RAISED = 3
    ORDINARY = 4


class Outcome(StrEnum):
    """How an ended call counts; the definitions are those of the service figures."""

    ANSWERED = "answered"
    ABANDONED = "abandoned"
    CALLED_BACK = "called_back"
    TURNED_AWAY = "turned_away"
    # The switch itself went down with the call.
    LOST = "lost"


# Between the name of a call and the number of the attempt, in the name of a leg that was dialled.
DIALLED = "~"
# Why a call ended whose end nobody saw; by this the figures know it.
UNSEEN_END = "gone while the switchboard was away"

CONVERSATION = frozenset({CallState.TALKING, CallState.HELD, CallState.RECONNECTING})
IN_LINE = frozenset({CallState.WAITING, CallState.OFFERED})
# Offered in their order; of these, only who waits is on the line.
QUEUED = frozenset({CallState.WAITING, CallState.PROMISED})
WITH_AGENT = CONVERSATION | {CallState.OFFERED, CallState.DIALLING}


class Place(NamedTuple):
    """A place in line: since when it counts, and whose it is. Of two, the smaller is served earlier."""

    since: datetime
    leg: str


@dataclass(frozen=True, slots=True)
class CallBack:
    """What was promised to a caller who hung up: a call to this number, by then.

    `attempts` is how often it was dialled. `live` says that the number is being dialled or was answered, and the
    caller is reached at that leg.
    """

    number: str
    promised_by: datetime
    attempts: int = 0
    live: bool = False


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
    stream: Stream = Stream.D5
    # What is asked, while choosing.
    question: Question | None = None
    # When the caller took a place in line; the place survives an agent who disappears.
    queued_at: datetime | None = None
    # Since when the place counts, where that is before this call: the caller had left it and called again.
    place_since: datetime | None = None
    rank: Rank = Rank.ORDINARY
    # The agent who spoke with this caller before on the same day.
    known_to: int | None = None
    # The caller heard the front message in an earlier call and need not hear it again.
    heard_before: bool = False
    answered: bool = False
    # The digits of a number, as far as they were entered.
    entered: str = ""
    call_back: CallBack | None = None
    agent: int | None = None
    # When the switchboard must act of itself in this state; None where only events move the call.
    due_at: datetime | None = None
    # How many messages were started for this caller; names the one being played.
    messages: int = 0

    @property
    def voice(self) -> str:
        """The leg at which the caller is heard: the one that came in, or the last that was dialled."""
        return f"{self.leg}{DIALLED}{self.call_back.attempts}" if self.call_back else self.leg

    @property
    def to_be_dialled(self) -> bool:
        """Whether the caller hung up, and waits to be called back."""
        return self.call_back is not None and not self.call_back.live

    @property
    def place(self) -> Place:
        """The place in line; of a caller who came back soon enough, that of the earlier call."""
        return Place(self.place_since or self.arrived_at, self.leg)

    @property
    def message(self) -> str:
        """The name of the message started last."""
        return f"{self.leg}-{self.messages}"

    @property
    def playing(self) -> str:
        """The message that may still be heard; empty where none was started."""
        return self.message if self.messages else ""


class Why(StrEnum):
    """What decided between the call that was offered and the next one, or between the agents for it."""

    # There was no other.
    ALONE = "alone"
    RANK = "rank"
    STREAM = "stream"
    AUTHORITY = "authority"
    ACTIVATION = "activation"
    PLACE = "place"
    KNOWN = "known"
    SPARED = "spared"
    LEVEL = "level"
    IDLE = "idle"
    # A coordinator gave this call to this agent.
    PICKED = "picked"


@dataclass(frozen=True, slots=True)
class Reason:
    """Why this call was offered, and to this agent: the first criterion by which it went before `before`, the next
    call (empty: none); that by which the agent did; whether less was asked of the agent after a long wait, or by a
    coordinator; and the rank that the call had."""

    call: Why
    before: str
    agent: Why
    relaxed: bool
    rank: Rank = Rank.ORDINARY


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
    stream: Stream = Stream.D5
    # Of an offer: why this call and this agent.
    reason: Reason | None = None
