"""Who talks with whom: legs that enter bridges and leave them. A leg is in one bridge at most."""

from collections.abc import Iterator

from tocsin.gateways.asterisk import listening
from tocsin.gateways.asterisk.legs import Kind, Leg, Legs, Request, bridge_of
from tocsin.gateways.asterisk.recording import end_tape
from tocsin.gateways.asterisk.sounds import stop_announcement, stop_message


def connect(name: str, other: str, legs: Legs) -> Iterator[Request]:
    """Both legs enter the bridge, also one who is there already.

    Towards a leg that enters, Asterisk begins a new RTP source (SSRC). Without that, who speaks next would seem to
    leap in time from who spoke before, and browsers play no such sound.
    """
    leg, guest = legs[name], legs.get(other)
    if guest is None or not (leg.up and guest.up) or guest.kind is Kind.CALLER or guest is leg:
        return
    yield from _leave(name, legs, bound_for=name)
    yield from _leave(other, legs, bound_for=name)
    # Asterisk would have this request wait for the end of a message, and all others behind it.
    for entering in (leg, guest):
        yield from stop_message(entering, entering.message)
    if not leg.has_bridge:
        leg.has_bridge = True
        yield Request("POST", "bridges", {"type": "mixing", "bridgeId": bridge_of(name)})
    leg.partners.add(other)
    guest.guest_of = name
    yield Request("POST", f"bridges/{bridge_of(name)}/addChannel", {"channel": f"{name},{other}"})


def part(name: str, other: str, legs: Legs) -> Iterator[Request]:
    """The other leg leaves, and where nobody else is left, this one, too."""
    leg = legs[name]
    if other not in leg.partners:
        return
    guest = legs[other]
    leg.partners.remove(other)
    guest.guest_of = ""
    yield from listening.end_with(other, of=name, legs=legs)
    # It would wait for the end of what is played to whoever leaves.
    yield from stop_message(guest, guest.message)
    leaving = other
    if not leg.partners:
        leaving = f"{name},{other}"
        yield from stop_message(leg, leg.message)
        yield from stop_announcement(leg, leg.announcement)
        yield from end_tape(leg)
    # The bridge stays, empty: Asterisk takes its time to remove one, and refuses another of the same name.
    yield Request("POST", f"bridges/{bridge_of(name)}/removeChannel", {"channel": leaving})


def dissolve(name: str, leg: Leg, legs: Legs) -> Iterator[Request]:
    """The end of a leg's own bridge, and of everything in it."""
    partners, leg.partners = sorted(leg.partners), set()
    for partner in partners:
        legs[partner].guest_of = ""
        yield from listening.end_with(partner, of=name, legs=legs)
    if leg.tape:
        # The bridge is removed after the end of the tape, of which nothing would be told without a bridge.
        yield from end_tape(leg)
    elif leg.has_bridge:
        leg.has_bridge = False
        yield Request("DELETE", f"bridges/{bridge_of(name)}")


def clear_up_after(name: str, leg: Leg, legs: Legs) -> Iterator[Request]:
    """What follows where a leg has ended, which is among the legs no more."""
    yield from listening.stop(name, leg, legs)
    for listener in sorted(leg.listeners):
        yield from listening.stop(listener, legs[listener], legs)
    if host := legs.get(leg.guest_of):
        host.partners.discard(name)
        if not host.partners:
            yield from end_tape(host)
    yield from dissolve(name, leg, legs)


def _leave(name: str, legs: Legs, *, bound_for: str) -> Iterator[Request]:
    leg = legs[name]
    yield from listening.stop(name, leg, legs)
    if leg.guest_of not in ("", bound_for):
        yield from part(leg.guest_of, name, legs)
    if name != bound_for:
        for partner in sorted(leg.partners):
            yield from part(name, partner, legs)
