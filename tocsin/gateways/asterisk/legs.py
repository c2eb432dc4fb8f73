"""What is known of a leg between two censuses, so that Asterisk is asked for nothing in vain."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum, auto

from tocsin.calls.ports import Dial, ListenerSeen


class Kind(Enum):
    """Whose leg it is: who called us, who is at work, whom we called."""

    CALLER = auto()
    AGENT = auto()
    DIALLED = auto()


@dataclass(slots=True)
class Tape:
    """What a leg's bridge is recorded on: `running` once that has begun, `ending` once its end was asked for."""

    name: str
    running: bool = False
    ending: bool = False


@dataclass(slots=True)
class Leg:
    """A leg in our application; `requests_for` keeps it up to date."""

    kind: Kind
    # What a caller called.
    number: str = ""
    # Of a leg that is dialled: what was asked, and by which trunks where the one before cannot carry it.
    dial: Dial | None = None
    trunks_left: Sequence[str] = ()
    # Answered, here or out there.
    up: bool = False
    # Whether the leg's own bridge was made, whether we asked for its news, and the other legs that are in there.
    has_bridge: bool = False
    has_news: bool = False
    partners: set[str] = field(default_factory=set)
    # The ties to those of them who are on another node, by leg.
    ties: dict[str, str] = field(default_factory=dict)
    # Whose bridge the leg is in, where that is not its own; that may be on another node, where a tie leads.
    guest_of: str = ""
    # Where the leg listens in, the snoop channel it does that with, and the legs that listen in to this one.
    hears: ListenerSeen | None = None
    ear: str = ""
    listeners: set[str] = field(default_factory=set)
    tape: Tape | None = None
    music: bool = False
    # The message that may be playing to this leg, and the one in its bridge; None where that is not known.
    message: str | None = ""
    announcement: str | None = ""
    # The messages that are stopped and not known to be over, and whether it was told already that they are.
    stopped: dict[str, bool] = field(default_factory=dict)
    sent_back: bool = False


Legs = Mapping[str, Leg]

_BRIDGE = "call-"


@dataclass(frozen=True, slots=True)
class Request:
    """An ARI request: HTTP method, path below /ari/, and query; `stops` is the leg whose message it ends."""

    method: str
    path: str
    query: Mapping[str, str] = field(default_factory=dict)
    stops: str = ""


def bridge_of(leg: str) -> str:
    """The name of a leg's own bridge."""
    return _BRIDGE + leg


def leg_of(bridge: str) -> str:
    """Whose bridge it is; empty where it is nobody's."""
    return bridge.removeprefix(_BRIDGE) if bridge.startswith(_BRIDGE) else ""


def ask_for_news(name: str, leg: Leg, *, app: str) -> Iterator[Request]:
    """Have the end of what is played or recorded in a leg's bridge told, also when our legs have just left it."""
    if not leg.has_news:
        leg.has_news = True
        yield Request("POST", f"applications/{app}/subscription", {"eventSource": f"bridge:{bridge_of(name)}"})
