"""What calls need from outside: a telephone switch, to which moves go out and from which events come in, and what
carries SMS."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from tocsin.calls.rules.events import (
    AgentAsked,
    AgentLegUp,
    Answer,
    CallArrived,
    CallerSeen,
    Census,
    ClockPut,
    CoordinatorAsked,
    DialAnswered,
    DialFailed,
    DialFailure,
    DialledSeen,
    Disconnected,
    Event,
    KeyPressed,
    LegEnded,
    LineVerb,
    ListenerSeen,
    MessagePlayed,
    Recorded,
    SupervisorVerb,
    SwitchEvent,
    Verb,
    is_on,
    node_of,
)
from tocsin.calls.rules.moves import (
    Announce,
    Connect,
    Dial,
    DropLeg,
    Listen,
    Move,
    Part,
    PauseRecording,
    Play,
    PlayMusic,
    Record,
    RecordAlone,
    Release,
    SendBack,
    StopListening,
    StopPlaying,
    StopRecording,
    TakeIn,
)

# The vocabulary of the port, which the rules decide in.
__all__ = [
    "AgentAsked",
    "AgentLegUp",
    "Announce",
    "Answer",
    "CallArrived",
    "CallerSeen",
    "Census",
    "ClockPut",
    "Connect",
    "CoordinatorAsked",
    "Dial",
    "DialAnswered",
    "DialFailed",
    "DialFailure",
    "DialledSeen",
    "Disconnected",
    "DropLeg",
    "Event",
    "KeyPressed",
    "LegEnded",
    "LineVerb",
    "Listen",
    "ListenerSeen",
    "Login",
    "MessagePlayed",
    "Move",
    "Part",
    "PauseRecording",
    "Play",
    "PlayMusic",
    "Record",
    "RecordAlone",
    "Recorded",
    "Release",
    "SendBack",
    "SmsCarrier",
    "SmsRefusedError",
    "StopListening",
    "StopPlaying",
    "StopRecording",
    "SupervisorVerb",
    "Switch",
    "SwitchEvent",
    "TakeIn",
    "Verb",
    "is_on",
    "node_of",
]


@dataclass(frozen=True, slots=True)
class Login:
    """A telephone that may register: SIP user name, and the digest that proves the password.

    `digest` is MD5(username:realm:password) in hexadecimal (RFC 8760 keeps MD5; browsers' SIP libraries know
    nothing else); the password itself is known to the telephone alone. `agent` says whether it is an agent's
    telephone or, in a demonstration, a citizen's; `browser` whether it speaks WebRTC over the relay, or plain SIP.
    """

    username: str
    digest: str
    agent: bool
    browser: bool = True


class Switch(Protocol):
    """A telephone switch that does what it is told and tells what happens.

    - `connect` waits until the switch answers and returns the census; from then on every event after the census
      is in the inbox, each exactly once and in the order it happened. An event may also tell what the
      census told: the receiver treats both alike.
    - `next_events` waits until something has happened and returns all that has; after Disconnected nothing more
      comes until `connect` is called again.
    - A switch may have several nodes, and each leg is for ever on the one that its name begins with (`is_on`).
      One node lost is told by a Disconnected that names it; the others go on, the switch itself looks for it, and
      tells a Census of it when it is back or given up. Legs on different nodes can be connected like any others.
      Nobody listens in but where caller, agent and listener are on one node: elsewhere Listen does nothing.
    - `carry_out` starts moves and does not wait for their end. Moves are carried out in the order given, also
      across calls of `carry_out`. A move about a leg that is gone does nothing. Calls that are up are never harmed
      by a lost connection.
    - Every `Dial` of a new leg ends in one DialAnswered or one DialFailed, unless the connection is lost before:
      then the census tells of the leg, which rings, is up, or is not there. A leg that rings can be hung up, and
      nothing else. Nobody is called twice under one name of a leg while it is there, and who answers while nobody
      commands the switch stays on the line. Whether a person answered or a machine, the switch cannot tell.
    - A census tells of conversations and of who listens in. Of tapes it tells nothing: whoever wants one asks for
      it again, and one that came to its end while nobody listened is there as a file, of mode 0600.
    - `keep_logins` makes the telephones given, and no others, able to register; it may be repeated at any time and
      repairs what a restart of the switch forgot. Answers whether it could: where not, it is to be repeated.
    - `close` ends the connection: calls that are up stay up, and who was not taken in yet is left to the fallback.
    - `backlog` is the number of moves told and not yet confirmed: what admission control looks at.
    """

    @property
    def backlog(self) -> int: ...

    async def connect(self) -> Census: ...

    async def next_events(self, *, timeout_seconds: float | None) -> Sequence[SwitchEvent]: ...

    async def carry_out(self, moves: Sequence[Move]) -> None: ...

    async def keep_logins(self, logins: Sequence[Login]) -> bool: ...

    async def close(self) -> None: ...


class SmsRefusedError(Exception):
    """The carrier will never deliver this message: the number takes none, or it does not want the text."""


class SmsCarrier(Protocol):
    """What carries text messages to mobile telephones.

    `send` hands one over and returns once the carrier has taken it; whether the telephone got it is not told.
    `number` is E.164, `text` any characters of Unicode. Under one `key` at most one message is delivered, however
    often it is sent, also after a restart. Raises SmsRefusedError where trying again is in vain, and OSError where
    it is not: the carrier is away, or takes no more at the moment.
    """

    def send(self, *, key: str, number: str, text: str) -> None: ...
