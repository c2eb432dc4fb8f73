"""What the switch can be told to do."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class TakeIn:
    """Answer a caller, who then hears what is played; told again, it does nothing."""

    leg: str


@dataclass(frozen=True, slots=True)
class Play:
    """Play recordings to the caller one after the other, under a name; whatever was playing has stopped before.

    Ends with MessagePlayed, also when a recording is missing.
    """

    leg: str
    message: str
    media: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class PlayMusic:
    """Let the caller hear music until StopPlaying."""

    leg: str


@dataclass(frozen=True, slots=True)
class StopPlaying:
    """Stop the message named (empty: none) and the music, so that nothing but people is heard."""

    leg: str
    message: str


@dataclass(frozen=True, slots=True)
class Connect:
    """Bring an agent's leg into the caller's bridge: both hear each other."""

    leg: str
    agent_leg: str


@dataclass(frozen=True, slots=True)
class Part:
    """Take an agent's leg out of the caller's bridge; both legs stay up."""

    leg: str
    agent_leg: str


@dataclass(frozen=True, slots=True)
class Release:
    """Hang up the caller, if still there, and remove the bridge; an agent's leg in it stays up."""

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


Move = TakeIn | Play | PlayMusic | StopPlaying | Connect | Part | Release | SendBack | DropLeg
