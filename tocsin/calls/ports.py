"""What calls need from outside: a telephone switch. Events come in, moves go out."""

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
    SwitchEvent,
    Verb,
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
    "Recorded",
    "Release",
    "SendBack",
    "StopListening",
    "StopPlaying",
    "StopRecording",
    "Switch",
    "SwitchEvent",
    "TakeIn",
    "Verb",
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
      repairs what a restart of the switch forgot.
    - `close` ends the connection: calls that are up stay up, and who was not taken in yet is left to the fallback.
    - `backlog` is the number of moves told and not yet confirmed: what admission control looks at.
    """

    @property
    def backlog(self) -> int: ...

    async def connect(self) -> Census: ...

    async def next_events(self, *, timeout_seconds: float | None) -> Sequence[SwitchEvent]: ...

    async def carry_out(self, moves: Sequence[Move]) -> None: ...

    async def keep_logins(self, logins: Sequence[Login]) -> None: ...

    async def close(self) -> None: ...
