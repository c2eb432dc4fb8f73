"""Which ARI requests carry a move out: as few as possible, for each costs processor time with every call."""

from collections.abc import Iterator

from tocsin.calls import ports
from tocsin.gateways.asterisk import bridges, listening, recording, sounds
from tocsin.gateways.asterisk.legs import Kind, Leg, Legs, Request

# The dial plan's own reception of callers who were sent back; the extension is the number called.
FALLBACK = "fallback"


def requests_for(move: ports.Move, legs: Legs, *, app: str, node: str = "") -> Iterator[Request]:
    """The requests that carry out a move about legs that are there, in order; none where the leg is not.

    `node` is where the legs are, if the switch has several.
    """
    leg = legs.get(move.leg)
    if leg is None:
        return
    match move:
        case ports.Release() | ports.DropLeg():
            yield from _end(move, leg, legs)
        case ports.SendBack(name, number) if leg.kind is Kind.CALLER:
            leg.sent_back = True
            query = {"context": FALLBACK, "extension": number, "priority": "1"}
            yield Request("POST", f"channels/{name}/continue", query)
        case ports.TakeIn(name) if leg.kind is Kind.CALLER and not leg.up:
            leg.up = True
            yield Request("POST", f"channels/{name}/answer")
        case _ if leg.up or leg.kind is Kind.CALLER:
            yield from _serve(move, leg, legs, app=app, node=node)


def _end(move: ports.Release | ports.DropLeg, leg: Leg, legs: Legs) -> Iterator[Request]:
    if leg.kind is not Kind.AGENT or isinstance(move, ports.DropLeg):
        yield Request("DELETE", f"channels/{move.leg}")
        yield from bridges.dissolve(move.leg, leg, legs)


def _serve(move: ports.Move, leg: Leg, legs: Legs, *, app: str, node: str) -> Iterator[Request]:
    match move:
        case ports.Play():
            yield from sounds.play(move, leg)
        case ports.Announce():
            yield from sounds.announce(move, leg, app=app)
        case ports.PlayMusic(name):
            yield from sounds.play_music(name, leg)
        case ports.StopPlaying():
            yield from sounds.stop_playing(move, leg)
        case ports.Connect(name, other):
            here = ports.is_on(other, node)
            yield from (bridges.connect(name, other, legs) if here else bridges.tie_in(name, other, legs, app=app))
        case ports.Part(name, other):
            yield from bridges.part(name, other, legs)
        case ports.Listen():
            yield from listening.listen(move, legs, app=app)
        case ports.StopListening(name, listener) if (ear := legs.get(listener)) and ear.hears:
            if ear.hears.leg == name:
                yield from listening.stop(listener, ear, legs)
        case ports.Record() | ports.RecordAlone() | ports.PauseRecording() | ports.StopRecording():
            yield from recording.requests_for(move, leg, app=app)
