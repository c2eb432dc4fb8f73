"""An agent's telephone that the switch calls at the agent's own number, and how far that is."""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

# How its name, and that of its leg behind the node, begin.
CALLED = "called-"


class Calling(StrEnum):
    """How far the call to an agent's own number is."""

    WANTED = "wanted"
    RINGING = "ringing"
    # Somebody, or a machine, answered: a key tells which.
    ASKED = "asked"
    # The agent pressed the key: the leg stands by, or is in a conversation.
    CONNECTED = "connected"
    ENDED = "ended"


class End(StrEnum):
    """Why such a call ended; beside the reasons why nobody answered."""

    # No line is open for which this agent takes calls, so nothing can be shown as who calls.
    NO_LINE = "no line"
    NO_KEY = "no key"
    HUNG_UP = "hung up"
    NEVER_TOLD = "never told"
    # The agent speaks through another telephone.
    REPLACED = "replaced"
    SIGNED_OUT = "signed out"


@dataclass(frozen=True, slots=True)
class CalledTelephone:
    """One call to an agent's number. `login` is its key, `leg` the name of what was dialled."""

    login: str
    agent: int
    number: str = field(repr=False)
    language: str
    stage: Calling = Calling.WANTED
    leg: str = ""
    why: str = ""
    due_at: datetime | None = None
    # The message started last, and since when the agent is offered the call that it told of.
    message: str = ""
    offered_since: datetime | None = None


def login_in(leg: str) -> str:
    """The called telephone that a leg is of; empty for all other legs.

    >>> login_in("engine-1-called-4e5f60718293a4b5"), login_in("engine-1-1763800000.7")
    ('called-4e5f60718293a4b5', '')
    """
    _, mark, rest = leg.partition(CALLED)
    return mark + rest
