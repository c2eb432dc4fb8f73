"""A consultation: an agent asks somebody else before handing a caller over, while the caller hears music. Or a
caller who dialled 112 is connected with it."""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

# Between the name of a call and the number of the consultation, in the names of these alone.
ASKED = "-asked-"


class Stage(StrEnum):
    """How far a consultation is."""

    # Somebody is asked, and has not answered.
    RINGING = "ringing"
    # Both speak, and the caller hears music.
    SPEAKING = "speaking"
    # All three hear each other.
    TOGETHER = "together"
    # The caller speaks with somebody outside, and no agent does.
    ALONE = "alone"
    ENDED = "ended"


@dataclass(frozen=True, slots=True)
class Consultation:
    """What an agent asks about a caller.

    `name` is the key, and of a number outside the leg that is dialled; `to` is what was asked for: a stream, or
    somebody outside as the directory calls them.
    """

    name: str
    call: str
    # Who asks, None being the caller, who dialled 112; and which agent is asked.
    by: int | None
    agent: int | None
    to: str
    consent: bool
    topic: int | None
    stage: Stage
    began_at: datetime
    since: datetime
    # What is called outside; empty where an agent is asked.
    number: str = field(default="", repr=False)
    # How it ended.
    why: str = ""
