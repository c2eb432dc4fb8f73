"""What can happen to the line: told by the switch, or asked by an agent at the desk."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum


@dataclass(frozen=True, slots=True)
class CallArrived:
    """Somebody calls a number. `arrived_at` is when the switch first saw the call, also on a later try."""

    leg: str
    number: str
    caller: str
    arrived_at: datetime


@dataclass(frozen=True, slots=True)
class KeyPressed:
    """The caller pressed a key: 0-9, * or #."""

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
class LegEnded:
    """A leg, of a caller or an agent, is gone."""

    leg: str


@dataclass(frozen=True, slots=True)
class Disconnected:
    """The switch can no longer be reached; events may be missed until the next census."""


@dataclass(frozen=True, slots=True)
class CallerSeen:
    """A caller found in the switch: what a CallArrived would have said, and the legs in the caller's bridge."""

    arrival: CallArrived
    together_with: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Census:
    """Everything alive in the switch at one moment, to compare with what is believed."""

    callers: Mapping[str, CallerSeen] = field(default_factory=dict)
    # Legs of agents, by leg; the value is the login.
    agents: Mapping[str, str] = field(default_factory=dict)


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


SwitchEvent = CallArrived | KeyPressed | MessagePlayed | AgentLegUp | LegEnded | Disconnected | Census
Event = SwitchEvent | AgentAsked
