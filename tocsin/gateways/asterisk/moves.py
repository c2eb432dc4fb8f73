"""Which ARI requests carry a move out: as few as possible, for each costs processor time with every call."""

from collections.abc import Iterator, Mapping

from tocsin.calls import ports
from tocsin.gateways.asterisk.census import bridge_of
from tocsin.gateways.asterisk.legs import Kind, Leg, Request

# The dial plan's own reception of callers who were sent back; the extension is the number called.
_FALLBACK = "fallback"


def requests_for(move: ports.Move, legs: Mapping[str, Leg]) -> Iterator[Request]:
    """The requests that carry out a move about legs that are there, in order; none where the leg is not."""
    leg = legs.get(move.leg)
    if leg is None:
        return
    match move:
        case ports.Release() | ports.DropLeg():
            yield from _end(move, leg)
        case ports.SendBack(name, number) if leg.kind is Kind.CALLER:
            leg.sent_back = True
            query = {"context": _FALLBACK, "extension": number, "priority": "1"}
            yield Request("POST", f"channels/{name}/continue", query)
        case ports.TakeIn(name) if leg.kind is Kind.CALLER and not leg.up:
            leg.up = True
            yield Request("POST", f"channels/{name}/answer")
        case ports.Play() | ports.PlayMusic() | ports.StopPlaying() if leg.up or leg.kind is Kind.CALLER:
            yield from _sounds(move, leg)
        case ports.Connect(name, other) if other in legs and leg.kind is not Kind.AGENT:
            yield from _connect(name, other, legs)
        case ports.Part(name, other) if other in leg.partners:
            leg.partners.remove(other)
            # It would wait for the end of what is played to whoever leaves.
            yield from _stop_message(legs[other], legs[other].message)
            # The bridge stays, empty: Asterisk takes its time to remove one, and refuses another of the same name.
            leaving = other if leg.partners else f"{name},{other}"
            yield Request("POST", f"bridges/{bridge_of(name)}/removeChannel", {"channel": leaving})


def _end(move: ports.Release | ports.DropLeg, leg: Leg) -> Iterator[Request]:
    if isinstance(move, ports.Release) and leg.kind is Kind.AGENT:
        return
    yield Request("DELETE", f"channels/{move.leg}")
    if leg.has_bridge:
        leg.has_bridge = False
        yield Request("DELETE", f"bridges/{bridge_of(move.leg)}")


def _sounds(move: ports.Play | ports.PlayMusic | ports.StopPlaying, leg: Leg) -> Iterator[Request]:
    """Messages and music are played on the leg's own channel.

    In a bridge, each would need a channel of its own, and twice the processor time. Nobody is in a bridge but
    those who talk.
    """
    channel = f"channels/{move.leg}"
    match move:
        case ports.Play(_, message, media):
            leg.message = message
            sounds = ",".join(f"sound:tocsin/{name}" for name in media)
            yield Request("POST", f"{channel}/play/{message}", {"media": sounds})
        case ports.PlayMusic():
            leg.music = True
            yield Request("POST", f"{channel}/moh")
        case ports.StopPlaying(_, message):
            yield from _stop_message(leg, message)
            if leg.music:
                leg.music = False
                yield Request("DELETE", f"{channel}/moh")


def _stop_message(leg: Leg, message: str | None) -> Iterator[Request]:
    if message and leg.message in (message, None):
        leg.message = ""
        yield Request("DELETE", f"playbacks/{message}")


def _connect(name: str, other: str, legs: Mapping[str, Leg]) -> Iterator[Request]:
    """Both legs enter the bridge, also a caller who is there already.

    Towards a leg that enters, Asterisk begins a new RTP source (SSRC). Without that, who speaks next would seem to
    leap in time from who spoke before, and browsers play no such sound.
    """
    leg = legs[name]
    if not (leg.up and legs[other].up):
        return
    # Asterisk would have this request wait for the end of a message, and all others behind it.
    for entering in (leg, legs[other]):
        yield from _stop_message(entering, entering.message)
    if not leg.has_bridge:
        leg.has_bridge = True
        yield Request("POST", "bridges", {"type": "mixing", "bridgeId": bridge_of(name)})
    leg.partners.add(other)
    yield Request("POST", f"bridges/{bridge_of(name)}/addChannel", {"channel": f"{name},{other}"})
