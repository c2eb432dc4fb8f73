"""What the switch can be told to do."""

from dataclasses import dataclass, field
from datetime import timedelta


@dataclass(frozen=True, slots=True)
class TakeIn:
    """Answer a caller, who then hears what is played; told again, it does nothing."""

    leg: str


@dataclass(frozen=True, slots=True)
class Dial:
    """Call a number outside through the trunk; told again while the leg rings or is up, it does nothing.

    `leg` is a name that no leg had before, `number` is E.164 or a short number such as 112, and `shown` is the
    number that is seen there. Nobody rings longer than the patience. Ends with DialAnswered or DialFailed; from
    the answer on, the leg can be told all that a caller's can.
    """

    leg: str
    # Somebody's: not to be told by accident, in a log or with a failure.
    number: str = field(repr=False)
    shown: str
    patience: timedelta


@dataclass(frozen=True, slots=True)
class Play:
    """Play recordings to this leg alone one after the other, under a name; whatever was playing to it has stopped
    before. A leg in a conversation hears nothing else meanwhile, and is not heard.

    Ends with MessagePlayed, also when a recording is missing.
    """

    leg: str
    message: str
    media: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Announce:
    """Play recordings to everybody in the leg's bridge, who go on hearing each other.

    Ends with MessagePlayed, also when a recording is missing or nobody is in there. StopPlaying stops it, too.
    """

    leg: str
    message: str
    media: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class PlayMusic:
    """Let a leg hear music until StopPlaying."""

    leg: str


@dataclass(frozen=True, slots=True)
class StopPlaying:
    """Stop the message named (empty: none) and the music, so that nothing but people is heard."""

    leg: str
    message: str


@dataclass(frozen=True, slots=True)
class Connect:
    """Bring another leg, an agent's or one that was dialled, into the leg's bridge: all in there hear each other.

    Whoever enters a bridge has left all others. Most bridges are callers'; an agent's own is for a word with a
    second agent.
    """

    leg: str
    other: str


@dataclass(frozen=True, slots=True)
class Part:
    """Take another leg out of the leg's bridge; all legs stay up, and those left hear each other."""

    leg: str
    other: str


@dataclass(frozen=True, slots=True)
class Listen:
    """Let a listener's leg hear what an agent hears and says with a caller, unheard.

    Whispering, the listener is heard by the agent and by nobody else. Told again it does nothing, or changes that.
    It ends when one of the three is gone, the agent has left the caller's bridge, or the listener enters one.
    """

    leg: str
    agent_leg: str
    listener: str
    whispers: bool = False


@dataclass(frozen=True, slots=True)
class StopListening:
    """Let a listener hear the caller's conversation no more."""

    leg: str
    listener: str


@dataclass(frozen=True, slots=True)
class Record:
    """Record what is said in the leg's bridge on a tape, whose name no tape had before; after a pause, go on.

    A leg has one tape at a time. Ends with Recorded: when it is stopped, when nobody is in the bridge to speak
    with, or when the leg is gone.
    """

    leg: str
    tape: str


@dataclass(frozen=True, slots=True)
class RecordAlone:
    """Record what is said at this leg, which is in no bridge, on a tape, whose name no tape had before.

    Ends with Recorded: when it is stopped, after `longest`, when nothing was said for some seconds, or when the
    leg is gone, which is told after it; of no seconds where nothing could be written. Until then nothing else is
    played to the leg.
    """

    leg: str
    tape: str
    longest: timedelta


@dataclass(frozen=True, slots=True)
class PauseRecording:
    """Leave out what is said from now on."""

    leg: str
    tape: str


@dataclass(frozen=True, slots=True)
class StopRecording:
    """The end of a tape."""

    leg: str
    tape: str


@dataclass(frozen=True, slots=True)
class Release:
    """Hang up the caller, or who was dialled, if still there, and remove the bridge; other legs in it stay up."""

    leg: str


@dataclass(frozen=True, slots=True)
class SendBack:
    """Leave a caller to the switch's fallback, which tries again later; also one who was taken in, once a message
    that is played to them has been stopped."""

    leg: str
    number: str


@dataclass(frozen=True, slots=True)
class DropLeg:
    """Hang up a leg that serves nobody: an agent's older telephone, or one nobody knows."""

    leg: str


Move = (
    TakeIn
    | Dial
    | Play
    | Announce
    | PlayMusic
    | StopPlaying
    | Connect
    | Part
    | Listen
    | StopListening
    | Record
    | RecordAlone
    | PauseRecording
    | StopRecording
    | Release
    | SendBack
    | DropLeg
)
