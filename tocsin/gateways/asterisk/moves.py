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

    number: str = ""
    taken_in: bool = False
    # Whether the leg's bridge was made, and the agents' legs that are with the caller in there.
    has_bridge: bool = False
    partners: set[str] = field(default_factory=set)
    music: bool = False
    # The message that may be playing; None where that is not known.
    message: str | None = ""
    sent_back: bool = False


def requests_for(move: ports.Move, caller: Caller) -> Iterator[Request]:
    """The requests that carry out a move about a caller, in order.

    Messages and music are played on the caller's own channel: in a bridge, each would need a channel of its own,
    and twice the processor time. Nobody is in a bridge but those who talk.
    """
    channel, bridge = f"channels/{move.leg}", f"bridges/{bridge_of(move.leg)}"
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
            # Asterisk would have this request wait for the end of a message, and all others behind it.
            yield from _stop_message(caller, caller.message)
            yield from _connect(caller, move.leg, agent_leg)
        case ports.Part(_, agent_leg) if agent_leg in caller.partners:
            caller.partners.remove(agent_leg)
            # The bridge stays, empty: Asterisk takes its time to remove one, and refuses another of the same name.
            leaving = agent_leg if caller.partners else f"{move.leg},{agent_leg}"
            yield Request("POST", f"{bridge}/removeChannel", {"channel": leaving})
        case ports.Release():
            yield Request("DELETE", channel)
            if caller.has_bridge:
                caller.has_bridge = False
                yield Request("DELETE", bridge)
        case ports.SendBack(_, number):
            caller.sent_back = True
            yield Request(
                "POST", f"{channel}/continue", {"context": _FALLBACK, "extension": number, "priority": "1"}
            )
        case ports.DropLeg():
            yield Request("DELETE", channel)


def _stop_message(caller: Caller, message: str | None) -> Iterator[Request]:
    if message and caller.message in (message, None):
        caller.message = ""
        yield Request("DELETE", f"playbacks/{message}")


def _connect(caller: Caller, leg: str, agent_leg: str) -> Iterator[Request]:
    """Both legs enter the bridge, also a caller who is there already.

    Towards a leg that enters, Asterisk begins a new RTP source (SSRC). Without that, who speaks next would seem to
    leap in time from who spoke before, and browsers play no such sound.
    """
    if not caller.has_bridge:
        caller.has_bridge = True
        yield Request("POST", "bridges", {"type": "mixing", "bridgeId": bridge_of(leg)})
    caller.partners.add(agent_leg)
    yield Request("POST", f"bridges/{bridge_of(leg)}/addChannel", {"channel": f"{leg},{agent_leg}"})
