"""Which ties are to be, and what one node has to be told of those that are made, arrive and end."""

from collections.abc import Iterable, Iterator, Set
from enum import Enum

from tocsin.calls.ports import is_on
from tocsin.gateways.asterisk.bridges import enter_tied, tie_broke
from tocsin.gateways.asterisk.census import Findings
from tocsin.gateways.asterisk.legs import Kind, Legs, Request
from tocsin.gateways.asterisk.ties import Tie, join, receive, tie_bridge, tie_named


class End(Enum):
    """The two ends of a tie: with the leg whose bridge it leads to, and with the other."""

    NEAR = "near"
    FAR = "far"


class Wanted:
    """The names of the ties that are to be, of all nodes of a switch: any other that arrives came too late."""

    def __init__(self) -> None:
        # By name, the ends of a tie that are not yet where they belong.
        self._awaited: dict[str, set[End]] = {}

    def __contains__(self, name: str) -> bool:
        return name in self._awaited

    def add(self, name: str) -> None:
        """This tie is to be."""
        self._awaited[name] = set(End)

    def discard(self, name: str) -> None:
        """This tie is to be no longer."""
        self._awaited.pop(name, None)

    def is_there(self, name: str, end: End) -> None:
        """One end of a tie is where it belongs."""
        if name in self._awaited:
            self._awaited[name].discard(end)

    def under_way(self, *, on: str) -> int:
        """How many ties of bridges on a node are not there yet."""
        return sum(bool(awaited) and _is_of(name, on) for name, awaited in self._awaited.items())

    def awaited(self, leg: str) -> set[str]:
        """The legs elsewhere that have yet to come into this one's bridge."""
        ties = [tie_named(name) for name, awaited in self._awaited.items() if awaited]
        return {tie.other for tie in ties if tie is not None and tie.leg == leg}

    def found(self, ties: Iterable[Tie], *, on: str) -> None:
        """Of the ties of bridges on a node, these are left."""
        self._awaited = {name: awaited for name, awaited in self._awaited.items() if not _is_of(name, on)}
        self._awaited |= {tie.name: set() for tie in ties}


def _is_of(name: str, node: str) -> bool:
    tie = tie_named(name)
    return tie is not None and is_on(tie.leg, node)


class NodeTies:
    """The ties of one node: those from its bridges to legs elsewhere, and those that arrived for its own legs."""

    def __init__(self, node: str, wanted: Wanted) -> None:
        self._node = node
        self._wanted = wanted
        self._arrived: dict[str, Tie] = {}

    @property
    def arrived_channels(self) -> Set[str]:
        """The channels of the ties that arrived."""
        return self._arrived.keys()

    @property
    def under_way(self) -> int:
        """How many ties from here are not there yet."""
        return self._wanted.under_way(on=self._node)

    def awaited(self, leg: str) -> set[str]:
        """The legs elsewhere that have yet to come into the bridge of this one."""
        return self._wanted.awaited(leg)

    def take_up(self, found: Findings, legs: Legs) -> Iterator[Request]:
        """After a census; what arrived unheard is received now."""
        self._wanted.found(found.ties, on=self._node)
        self._arrived = {channel: tie for channel, tie in found.arriving.items() if channel in found.answered}
        for channel in found.arriving.keys() - self._arrived.keys():
            yield from self.arrived(channel, found.arriving[channel].name, legs)

    def asked(self, request: Request) -> None:
        """What is asked of Asterisk says which ties are to be."""
        match request.method, request.path.split("/"):
            case "POST", ["channels", "create"] if tie_named(request.query["channelId"]):
                self._wanted.add(request.query["channelId"])
            case "DELETE", ["channels", name]:
                self._wanted.discard(name)

    def entered(self, channel: str) -> None:
        """A channel is in a bridge; it may be that of a tie."""
        self._wanted.is_there(channel, End.NEAR)

    def made(self, name: str) -> Iterator[Request]:
        """The channel of a tie is there, and calls the other node; unless the two were parted meanwhile."""
        tie = tie_named(name)
        if tie and name in self._wanted:
            yield from join(tie)
        else:
            yield Request("DELETE", f"channels/{name}")

    def arrived(self, channel: str, name: str, legs: Legs) -> Iterator[Request]:
        """Another node calls a leg here for one of its bridges."""
        tie = tie_named(name)
        self._wanted.is_there(name, End.FAR)
        if tie and name in self._wanted and may_be_guest(tie.other, legs):
            self._arrived[channel] = tie
            yield from enter_tied(tie.other, tie.leg, legs)
            yield from receive(channel, tie)
        else:
            yield Request("DELETE", f"channels/{channel}")

    def ended(self, channel: str, legs: Legs) -> Iterator[Request]:
        """A tie that had arrived is gone."""
        tie = self._arrived.pop(channel)
        yield Request("DELETE", f"bridges/{tie_bridge(channel)}")
        leg = legs.get(tie.other)
        others = {(one.leg, one.other) for one in self._arrived.values()}
        if leg and leg.guest_of == tie.leg and (tie.leg, tie.other) not in others:
            leg.guest_of = ""

    def broke(self, name: str, legs: Legs) -> tuple[str, list[Request]]:
        """A tie from here ended: the leg elsewhere, unless it was parted (empty), and what is to be done."""
        self._wanted.discard(name)
        tie = tie_named(name)
        leg = legs.get(tie.leg) if tie else None
        if tie and leg and leg.ties.get(tie.other) == name:
            return tie.other, list(tie_broke(tie.leg, tie.other, legs))
        return "", []

    def leg_left(self, name: str) -> Iterator[Request]:
        """A leg is gone, and the ties to it have no end here."""
        for channel, tie in self._arrived.items():
            if tie.other == name:
                yield Request("DELETE", f"channels/{channel}")

    def lost(self, legs: Legs, *, node: str, theirs: Set[str]) -> Iterator[Request]:
        """Ties that end nowhere, by what is now known of another node: its legs, and the ties it wants."""
        for leg in legs.values():
            for other, name in leg.ties.items():
                if is_on(other, node) and other not in theirs:
                    yield Request("DELETE", f"channels/{name}")
        for channel, tie in self._arrived.items():
            if is_on(tie.leg, node) and tie.name not in self._wanted:
                yield Request("DELETE", f"channels/{channel}")


def may_be_guest(name: str, legs: Legs) -> bool:
    """Whether a leg can come into the bridge of another: callers have bridges of their own alone."""
    leg = legs.get(name)
    return leg is not None and leg.up and leg.kind is not Kind.CALLER
