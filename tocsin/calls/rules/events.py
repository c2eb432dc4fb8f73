"""What can happen to the line: told by the switch, or asked by an agent at the desk."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum

from tocsin.activations.rules import Stream
from tocsin.calls.rules.called_telephone import CALLED

# Asterisk's own name, behind which come the second and the number of the channel; or, of an agent's telephone that
# was called, the name of that.
_NODE = re.compile(rf"(.*?)-(?:\d+\.\d+|{CALLED})")


def is_on(leg: str, node: str) -> bool:
    """Whether a leg is on a node of the switch, whose name it begins with; a switch of one node may have no name.

    >>> is_on("engine-1-1763800000.7", "engine-1"), is_on("engine-1-1763800000.7", "engine-2")
    (True, False)
    """
    return not node or leg.startswith(f"{node}-")


def node_of(leg: str) -> str:
    """The node that a leg is on: the switch begins the name of a leg with the node's; empty where it has none.

    >>> node_of("engine-1-1763800000.7"), node_of("engine-2-1763800000.3-for-engine-1-1763800000.7~2")
    ('engine-1', 'engine-2')
    >>> node_of("engine-2-called-4e5f60718293a4b5")
    'engine-2'
    """
    found = _NODE.match(leg)
    return found[1] if found else ""


@dataclass(frozen=True, slots=True)
class CallArrived:
    """Somebody calls a number. `arrived_at` is when the switch first saw the call, also on a later try."""

    leg: str
    number: str
    caller: str = field(repr=False)
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
    # Of these, somebody spoke; None where the switch did not listen for that.
    spoken_seconds: int | None = None


@dataclass(frozen=True, slots=True)
class LegEnded:
    """A leg of a caller or an agent, or one that was dialled and answered, is gone."""

    leg: str


@dataclass(frozen=True, slots=True)
class Disconnected:
    """The switch, or the one node of it that is named, can no longer be reached; events may be missed until the
    next census."""

    node: str = ""


@dataclass(frozen=True, slots=True)
class ClockPut:
    """The clock was put forward by so much, or back where that is negative; no time passed by it."""

    by: timedelta


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
    """Everything alive at one moment in the switch, as far as it was asked, to compare with what is believed."""

    callers: Mapping[str, CallerSeen] = field(default_factory=dict)
    dialled: Mapping[str, DialledSeen] = field(default_factory=dict)
    # Legs of agents, by leg; the value is the login.
    agents: Mapping[str, str] = field(default_factory=dict)
    # The legs in an agent's own bridge, by the agent's leg.
    consults: Mapping[str, frozenset[str]] = field(default_factory=dict)
    # By the listener's leg.
    listeners: Mapping[str, ListenerSeen] = field(default_factory=dict)
    # Callers who are in the switch's fallback.
    in_fallback: frozenset[str] = field(default_factory=frozenset, compare=False)
    # The nodes that were asked and since when each runs: whoever had called before is cut off. None named: all of
    # them, and nothing is known of when. Two censuses are equal where the same legs are alive.
    nodes: Mapping[str, datetime] = field(default_factory=dict, compare=False)
    # All nodes that there are, where that is told: a leg on any other was on one that the switch has no more. Of
    # those that were not asked, a census follows.
    of: frozenset[str] = field(default_factory=frozenset, compare=False)

    def has_asked_for(self, leg: str) -> bool:
        """Whether the node of this leg was asked, or is no more."""
        return not self.nodes or self._is_on_none(leg) or any(is_on(leg, node) for node in self.nodes)

    def cut_off(self, leg: str, *, there_since: datetime) -> bool:
        """Whether the node of this leg began to run only after the leg was there, or is no more."""
        began = (since for node, since in self.nodes.items() if is_on(leg, node))
        return self._is_on_none(leg) or any(there_since < since for since in began)

    def _is_on_none(self, leg: str) -> bool:
        return bool(self.of) and not any(is_on(leg, node) for node in self.of)


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
    TRANSFER = "transfer"
    CONSULT = "consult"
    JOIN = "join"
    HAND_OVER = "hand_over"
    DONE = "done"
    SIGN_OUT = "sign_out"
    TAPE_OFF = "tape_off"
    TAPE_ON = "tape_on"


@dataclass(frozen=True, slots=True)
class AgentAsked:
    """An agent asked something at the desk; `call` is the leg of the call that was on the screen, or empty."""

    agent: int
    verb: Verb
    call: str = ""
    reason: str = ""
    # Of a transfer or a consultation: whereto (a stream, a language, a coordinator, a name outside), whether the
    # caller agrees, and the topic chosen so far.
    to: str = ""
    consent: bool = False
    topic: int | None = None
    # Of a consultation with somebody outside: the number to call, E.164 or short; with a coordinator: which.
    number: str = field(default="", repr=False)
    colleague: int | None = None


class LineVerb(StrEnum):
    """What a coordinator asks of the line."""

    RAISE = "raise"
    LOWER = "lower"
    MOVE = "move"
    GIVE = "give"


class SupervisorVerb(StrEnum):
    """What a coordinator asks of those who work there."""

    # Of a conversation: hear it, be heard by the agent alone or by both, have the caller, or none of it any more.
    LISTEN = "listen"
    WHISPER = "whisper"
    BARGE = "barge"
    TAKE_OVER = "take_over"
    LEAVE = "leave"
    # Of a conversation: record it, or no more.
    TAPE = "tape"
    STOP_TAPE = "stop_tape"
    # Of an agent.
    PAUSE = "pause"
    SIGN_OUT = "sign_out"


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
    # The caller spoke with somebody trained for victims and relatives, or was passed on to them.
    STAYS_IN_D2 = "stays_in_d2"
    AGENT_NOT_FREE = "agent_not_free"
    AGENT_UNABLE = "agent_unable"
    # The conversation is over, or with another agent.
    OVER = "over"
    # The coordinator has no telephone on the line, or none for this authority.
    NO_TELEPHONE = "no_telephone"
    # The coordinator, or the agent concerned, is with somebody.
    BUSY = "busy"
    # The coordinator may not take such calls.
    NOT_TRAINED = "not_trained"
    # Caller, agent and coordinator are on different nodes of the switch, and only who joins would be heard.
    ELSEWHERE = "elsewhere"
    # Nobody takes over a conversation unheard.
    NOT_HEARD = "not_heard"
    # The caller did not agree to be recorded, or the activation records nothing.
    NOT_AGREED = "not_agreed"
    # The switchboard was away, and nobody waits for the answer any more.
    TOO_LATE = "too_late"


@dataclass(frozen=True, slots=True)
class CoordinatorAsked:
    """A coordinator asked something about a caller of an activation, whose leg is `call`, or about an agent. The
    answer is kept under `order`. `language` and `stream` say where to, and are empty where they stay as they are.
    `agent` is whom it concerns: to whom a caller is given, who is paused; of a conversation, the coordinator, as
    the agent they are.
    """

    order: int
    verb: LineVerb | SupervisorVerb
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
Event = SwitchEvent | AgentAsked | CoordinatorAsked | ClockPut
