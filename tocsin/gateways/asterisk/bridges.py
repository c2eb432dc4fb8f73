"""Who talks with whom: legs that enter bridges and leave them. A leg is in one bridge at most.

A leg on another node comes in by a tie (`ties`), which is in the bridge for it.
"""

from collections.abc import Iterator

from tocsin.gateways.asterisk import listening
from tocsin.gateways.asterisk.legs import Kind, Leg, Legs, Request, bridge_of
from tocsin.gateways.asterisk.recording import end_tape
from tocsin.gateways.asterisk.sounds import stop_announcement, stop_message
from tocsin.gateways.asterisk.ties import Tie, make_tie


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
    yield from stop_message(name, leg, leg.message)
    yield from stop_message(other, guest, guest.message)
    yield from _make_bridge(name, leg)
    leg.partners.add(other)
    guest.guest_of = name
    yield Request("POST", f"bridges/{bridge_of(name)}/addChannel", {"channel": f"{name},{other}"})


def tie_in(name: str, other: str, legs: Legs, *, app: str) -> Iterator[Request]:
    """A leg on another node is to come in: a tie is made, and dials once it is there (`ties.join`)."""
    leg = legs[name]
    if not leg.up or other in leg.ties:
        return
    yield from _leave(name, legs, bound_for=name)
    yield from stop_message(name, leg, leg.message)
    yield from _make_bridge(name, leg)
    tie = Tie(name, other)
    leg.partners.add(other)
    leg.ties[other] = tie.name
    yield make_tie(tie, app=app)


def make_way(name: str, other: str, legs: Legs) -> Iterator[Request]:
    """Two legs are about to enter a bridge: the ties end that hold them in others."""
    for host in [host for host in legs if host != name]:
        for entering in legs[host].ties.keys() & {name, other}:
            yield from part(host, entering, legs)


def enter_tied(name: str, host: str, legs: Legs) -> Iterator[Request]:
    """A leg goes to where the tie to a bridge on another node is, and is the guest of that bridge's leg."""
    yield from _leave(name, legs, bound_for=host)
    yield from stop_message(name, legs[name], legs[name].message)
    legs[name].guest_of = host


def leave_tied(name: str, host: str, legs: Legs, *, on_the_way: bool) -> Iterator[Request]:
    """A leg is parted from its host on another node, which hangs up the tie, also one that is `on_the_way`."""
    guest = legs.get(name)
    if guest is None or not (on_the_way or guest.guest_of == host):
        return
    if on_the_way:
        yield from _leave(name, legs, bound_for=host)
    guest.guest_of = ""
    yield from stop_message(name, guest, guest.message)


def tie_broke(name: str, other: str, legs: Legs) -> Iterator[Request]:
    """What follows where the tie to a leg on another node ended of itself."""
    leg = legs[name]
    del leg.ties[other]
    leg.partners.discard(other)
    if not leg.partners:
        yield from end_tape(leg)


def part(name: str, other: str, legs: Legs) -> Iterator[Request]:
    """The other leg leaves, and where nobody else is left, this one, too."""
    leg = legs[name]
    if other not in leg.partners:
        return
    leg.partners.remove(other)
    leaving = []
    if guest := legs.get(other):
        guest.guest_of = ""
        yield from listening.end_with(other, of=name, legs=legs)
        # It would wait for the end of what is played to whoever leaves.
        yield from stop_message(other, guest, guest.message)
        leaving = [other]
    if not leg.partners:
        leaving = [name, *leaving]
        yield from stop_message(name, leg, leg.message)
        yield from stop_announcement(name, leg, leg.announcement)
        yield from end_tape(leg)
    # The bridge stays, empty: Asterisk takes its time to remove one, and refuses another of the same name.
    if leaving:
        yield Request("POST", f"bridges/{bridge_of(name)}/removeChannel", {"channel": ",".join(leaving)})
    yield from _untie(leg, other)


def dissolve(name: str, leg: Leg, legs: Legs) -> Iterator[Request]:
    """The end of a leg's own bridge, and of everything in it."""
    partners, leg.partners = sorted(leg.partners), set()
    for partner in partners:
        yield from _untie(leg, partner)
        if guest := legs.get(partner):
            guest.guest_of = ""
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
    if leg.guest_of in legs and leg.guest_of != bound_for:
        yield from part(leg.guest_of, name, legs)
    leg.guest_of = leg.guest_of if leg.guest_of == bound_for else ""
    if name != bound_for:
        for partner in sorted(leg.partners):
            yield from part(name, partner, legs)


def _make_bridge(name: str, leg: Leg) -> Iterator[Request]:
    if not leg.has_bridge:
        leg.has_bridge = True
        yield Request("POST", "bridges", {"type": "mixing", "bridgeId": bridge_of(name)})


def _untie(leg: Leg, other: str) -> Iterator[Request]:
    if tie := leg.ties.pop(other, ""):
        yield Request("DELETE", f"channels/{tie}")
