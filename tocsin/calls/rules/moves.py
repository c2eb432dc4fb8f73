"""What the switch can be told to do."""

from dataclasses import dataclass
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
    number: str
    shown: str
    patience: timedelta


@dataclass(frozen=True, slots=True)
class Play:
    """Play recordings to this leg alone one after the other, under a name; whatever was playing to it has stopped
    before.

    Ends with MessagePlayed, also when a recording is missing.
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
    """Bring another leg, an agent's or one that was dialled, into the caller's bridge: all in there hear each
    other.
    """

    leg: str
    other: str


@dataclass(frozen=True, slots=True)
class Part:
    """Take another leg out of the caller's bridge; all legs stay up, and those left hear each other."""

    leg: str
    other: str


@dataclass(frozen=True, slots=True)
class Release:
    """Hang up the caller, or who was dialled, if still there, and remove the bridge; other legs in it stay up."""

    leg: str


@dataclass(frozen=True, slots=True)
class SendBack:
    """Leave a caller who was not taken in to the switch's fallback, which tries again later."""

    leg: str
    number: str


@dataclass(frozen=True, slots=True)
class DropLeg:
    """Hang up a leg that serves nobody: an agent's older telephone, or one nobody knows."""

    leg: str


Move = TakeIn | Dial | Play | PlayMusic | StopPlaying | Connect | Part | Release | SendBack | DropLeg
