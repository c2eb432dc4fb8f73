"""Which ARI requests carry a move out: as few as possible, for each costs processor time with every call."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from tocsin.calls import ports
from tocsin.gateways.asterisk.census import bridge_of

# The dial plan's own reception of callers who were sent back; the extension is the number called.
_FALLBACK = "fallback"


@dataclass(frozen=True, slots=True)
class Request:
    """An ARI request: HTTP method, path below /ari/, and query."""

    method: str
    path: str
    query: Mapping[str, str] = field(default_factory=dict)


@dataclass(slots=True)
class Caller:
    """What is known of a caller's leg; `requests_for` keeps it up to date and asks for nothing in vain."""

    taken_in: bool = False
    # In a bridge with an agent; at all other times the leg is in none.
    connected: bool = False
    music: bool = False
    # The message that may be playing; None where that is not known.
    message: str | None = ""
    sent_back: bool = False


def requests_for(move: ports.Move, caller: Caller) -> Iterator[Request]:
    """The requests that carry out a move about a caller, in order.

    A message ends before an agent comes: Asterisk would let that request, and all behind it, wait for the message.
    """
    channel = f"channels/{move.leg}"
    match move:
        case ports.TakeIn() if not caller.taken_in:
            caller.taken_in = True
            yield Request("POST", f"{channel}/answer")
        case ports.Play(_, message, media):
            caller.message = message
            sounds = ",".join(f"sound:tocsin/{name}" for name in media)
            yield Request("POST", f"{channel}/play/{message}", {"media": sounds})
        case ports.PlayMusic():
            caller.music = True
            yield Request("POST", f"{channel}/moh")
        case ports.StopPlaying(_, message):
            yield from _stop_message(caller, message)
            if caller.music:
                caller.music = False
                yield Request("DELETE", f"{channel}/moh")
        case ports.Connect(_, agent_leg):
            yield from _stop_message(caller, caller.message)
            yield from _connect(caller, move.leg, agent_leg)
        case ports.Part():
            yield from _part(caller, move.leg)
        case ports.Release():
            yield Request("DELETE", channel)
            yield from _part(caller, move.leg)
        case ports.SendBack(_, number):
            caller.sent_back = True
            yield Request("POST", f"{channel}/continue", {"context": _FALLBACK, "extension": number})
        case ports.DropLeg():
            yield Request("DELETE", channel)


def _stop_message(caller: Caller, message: str | None) -> Iterator[Request]:
    if message and caller.message in (message, None):
        caller.message = ""
        yield Request("DELETE", f"playbacks/{message}")


def _connect(caller: Caller, leg: str, agent_leg: str) -> Iterator[Request]:
    """Both legs enter the bridge, even where the caller is in it already.

    Entering makes Asterisk send what it hears there as a new RTP source (SSRC). Without that, the caller or the
    agent would get the next speaker as a leap in time of the one before, and much equipment would drop it.
    """
    if not caller.connected:
        caller.connected = True
        yield Request("POST", "bridges", {"type": "mixing", "bridgeId": bridge_of(leg)})
    yield Request("POST", f"bridges/{bridge_of(leg)}/addChannel", {"channel": f"{leg},{agent_leg}"})


def _part(caller: Caller, leg: str) -> Iterator[Request]:
    """Without their bridge, both legs wait for what comes next."""
    if caller.connected:
        caller.connected = False
        yield Request("DELETE", f"bridges/{bridge_of(leg)}")
