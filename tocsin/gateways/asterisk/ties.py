"""Ties: the calls between two nodes of one switch that bring a leg on one into the bridge of a leg on the other.

A tie is dialled for one conversation and hung up with it; its name says who it is for.
"""

import re
import secrets
from collections.abc import Iterator
from dataclasses import dataclass, field

from tocsin.calls.ports import node_of
from tocsin.gateways.asterisk.legs import Request, bridge_of

_MARK, _BRIDGE = "tie~", "tie-"
# The leg of somebody who was dialled has the number of the attempt in its name, behind a ~, and that of somebody
# who was asked outside about them goes on behind it.
_LEG = r"([^~]+(?:~\d+(?:-asked-\d+)?)?)"
_NAME = re.compile(f"tie~{_LEG}~{_LEG}~([^~]+)")


@dataclass(frozen=True, slots=True)
class Tie:
    """A tie as both its nodes know it: whose bridge it leads to, and for which leg elsewhere."""

    leg: str
    other: str
    mark: str = field(default_factory=lambda: secrets.token_hex(4))

    @property
    def name(self) -> str:
        """The id of its channel on the node of the bridge, and the number it dials on the other."""
        return f"{_MARK}{self.leg}~{self.other}~{self.mark}"


def tie_named(name: str) -> Tie | None:
    """The tie of this name; None where it is the name of something else.

    >>> tie_named("tie~engine-1-1763800000.7~engine-2-1763800000.3~ab12").other
    'engine-2-1763800000.3'
    >>> tie_named("tie~engine-1-1763800000.7~2~engine-2-1763800000.3~1234").leg
    'engine-1-1763800000.7~2'
    """
    found = _NAME.fullmatch(name)
    return Tie(*found.groups()) if found else None


def tie_bridge(channel: str) -> str:
    """The name of the bridge that a tie from another node, and the leg it is for, are in."""
    return _BRIDGE + channel


def tie_of(bridge: str) -> str:
    """The channel of the tie that a bridge is for; empty where it is another bridge."""
    return bridge.removeprefix(_BRIDGE) if bridge.startswith(_BRIDGE) else ""


def make_tie(tie: Tie, *, app: str) -> Request:
    """The request that makes the channel of a tie, which then calls the other node."""
    query = {
        "endpoint": f"PJSIP/{tie.name}@{node_of(tie.other)}",
        "app": app,
        "appArgs": "tied",
        "channelId": tie.name,
        # What agents' telephones speak: nothing is transcoded.
        "formats": "alaw",
    }
    return Request("POST", "channels/create", query)


def join(tie: Tie) -> Iterator[Request]:
    """The requests that have a tie, whose channel was made, call the other node, with the leg here beside it."""
    yield Request("POST", f"bridges/{bridge_of(tie.leg)}/addChannel", {"channel": f"{tie.leg},{tie.name}"})
    yield Request("POST", f"channels/{tie.name}/dial")


def receive(channel: str, tie: Tie) -> Iterator[Request]:
    """The requests that bring a leg here and the tie that arrived for it together."""
    yield Request("POST", f"channels/{channel}/answer")
    yield Request("POST", "bridges", {"type": "mixing", "bridgeId": tie_bridge(channel)})
    query = {"channel": f"{channel},{tie.other}"}
    yield Request("POST", f"bridges/{tie_bridge(channel)}/addChannel", query)
