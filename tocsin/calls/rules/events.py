"""What can happen to the line: told by the switch, or asked by an agent at the desk."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from tocsin.activations.rules import Stream


@dataclass(frozen=True, slots=True)
class CallArrived:
    """Somebody calls a number. `arrived_at` is when the switch first saw the call, also on a later try."""

    leg: str
    number: str
    caller: str
    arrived_at: datetime


@dataclass(frozen=True, slots=True)
class KeyPressed:
    """A caller, or who was dialled, pressed a key: 0-9, * or #."""

    leg: str
    key: str


@dataclass(frozen=True, slots=True)
class MessagePlayed:
    """A message ended, was stopped, or could not be played."""

    leg: str
    message: str


@dataclass(frozen=True, slots=True)
class AgentLegUp:
    """An agent's telephone is connected and waits; `login` says whose it is."""

    leg: str
    login: str


@dataclass(frozen=True, slots=True)
class DialAnswered:
    """Somebody, or a machine, answered a leg that was dialled."""

    leg: str


class DialFailure(StrEnum):
    """Why nobody answered a leg that was dialled."""

    BUSY = "busy"
    NO_ANSWER = "no answer"
    # Whoever was called, or the carrier for them, does not want the call.
    REFUSED = "refused"
    # There is nobody with this number: trying again is in vain.
    UNREACHABLE = "unreachable"
    # The network could not carry the call.
    CONGESTED = "congested"
    # It was hung up here while it rang.
    GIVEN_UP = "given up"


@dataclass(frozen=True, slots=True)
class DialFailed:
    """A leg that was dialled is gone, and was not answered."""

    leg: str
    why: DialFailure


@dataclass(frozen=True, slots=True)
class Recorded:
    """A tape came to its end; it is not whole where the disk was full or the switch refused to write."""

    leg: str
    tape: str
    seconds: int
    whole: bool = True


@dataclass(frozen=True, slots=True)
class LegEnded:
    """A leg of a caller or an agent, or one that was dialled and answered, is gone."""

    leg: str


@dataclass(frozen=True, slots=True)
class Disconnected:
    """The switch can no longer be reached; events may be missed until the next census."""


@dataclass(frozen=True, slots=True)
class CallerSeen:
    """A caller found in the switch: what a CallArrived would have said, and who else is in the bridge."""

    arrival: CallArrived
    together_with: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class DialledSeen:
    """A leg that was dialled, found in the switch: whether it was answered, and the legs in its own bridge."""

    answered: bool
    together_with: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class ListenerSeen:
    """Somebody found listening in, to a caller's conversation with an agent."""

    leg: str
    agent_leg: str
    whispers: bool


@dataclass(frozen=True, slots=True)
class Census:
    """Everything alive in the switch at one moment, to compare with what is believed."""

    callers: Mapping[str, CallerSeen] = field(default_factory=dict)
    dialled: Mapping[str, DialledSeen] = field(default_factory=dict)
    # Legs of agents, by leg; the value is the login.
    agents: Mapping[str, str] = field(default_factory=dict)
    # The legs in an agent's own bridge, by the agent's leg.
    consults: Mapping[str, frozenset[str]] = field(default_factory=dict)
    # By the listener's leg.
    listeners: Mapping[str, ListenerSeen] = field(default_factory=dict)


class Verb(StrEnum):
    """What an agent asks at the desk."""

    READY = "ready"
    PAUSE = "pause"
    TASK = "task"
    ACCEPT = "accept"
    DECLINE = "decline"
    HOLD = "hold"
    RESUME = "resume"
    HANG_UP = "hang_up"
    DONE = "done"
    SIGN_OUT = "sign_out"


@dataclass(frozen=True, slots=True)
class AgentAsked:
    """An agent asked something at the desk; `call` is the leg of the call that was on the screen, or empty."""

    agent: int
    verb: Verb
    call: str = ""
    reason: str = ""


class LineVerb(StrEnum):
    """What a coordinator asks of the line."""

    RAISE = "raise"
    LOWER = "lower"
    MOVE = "move"
    GIVE = "give"


class Answer(StrEnum):
    """What the switchboard answers a coordinator."""

    DONE = "done"
    # The caller is in line no more.
    GONE = "gone"
    # The caller is being offered to an agent at this moment.
    RINGING = "ringing"
    # There was nothing to change.
    AS_IT_WAS = "as_it_was"
    # The line does not take calls of that language or stream.
    NOT_TAKEN = "not_taken"
    AGENT_NOT_FREE = "agent_not_free"
    AGENT_UNABLE = "agent_unable"
    # The switchboard was away, and nobody waits for the answer any more.
    TOO_LATE = "too_late"


@dataclass(frozen=True, slots=True)
class CoordinatorAsked:
    """A coordinator asked something about a caller of an activation, whose leg is `call`. The answer is kept under
    `order`. `language` and `stream` say where to, and are empty where they stay as they are."""

    order: int
    verb: LineVerb
    activation: int
    call: str
    agent: int | None = None
    language: str = ""
    stream: Stream | None = None


# What happens at the leg of a caller who is known.
OfCaller = KeyPressed | MessagePlayed | DialAnswered | DialFailed
SwitchEvent = (
    CallArrived
    | KeyPressed
    | MessagePlayed
    | AgentLegUp
    | DialAnswered
    | DialFailed
    | Recorded
    | LegEnded
    | Disconnected
    | Census
)
Event = SwitchEvent | AgentAsked | CoordinatorAsked
