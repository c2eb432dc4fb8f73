"""What is known of a leg between two censuses, so that Asterisk is asked for nothing in vain."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum, auto


class Kind(Enum):
    """Whose leg it is: who called us, who is at work, whom we called."""

    CALLER = auto()
    AGENT = auto()
    DIALLED = auto()


@dataclass(slots=True)
class Leg:
    """A leg in our application; `requests_for` keeps it up to date."""

    kind: Kind
    # What a caller called.
    number: str = ""
    # Answered, here or out there.
    up: bool = False
    # Whether the leg's own bridge was made, and the other legs that are in there.
    has_bridge: bool = False
    partners: set[str] = field(default_factory=set)
    music: bool = False
    # The message that may be playing to this leg; None where that is not known.
    message: str | None = ""
    sent_back: bool = False


@dataclass(frozen=True, slots=True)
class Request:
    """An ARI request: HTTP method, path below /ari/, and query."""

    method: str
    path: str
    query: Mapping[str, str] = field(default_factory=dict)
