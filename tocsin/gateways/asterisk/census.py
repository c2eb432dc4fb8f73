"""What is alive in Asterisk, read from what ARI tells of channels and bridges. Pure."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from tocsin.calls.ports import CallArrived, CallerSeen, Census

_BRIDGE = "call-"


@dataclass(frozen=True, slots=True)
class Findings:
    """A census, and what it leaves to be done.

    `answered` are the legs that were; `has_bridge` are the callers whose bridge was made; `leftovers` are bridges
    whose caller is gone.
    """

    census: Census
    answered: frozenset[str]
    has_bridge: frozenset[str]
    leftovers: tuple[str, ...]


def bridge_of(leg: str) -> str:
    """The name of the bridge that a caller is in."""
    return _BRIDGE + leg


def arrival_of(channel: Mapping[str, Any], *, number: str) -> CallArrived:
    """A caller's arrival, from an ARI channel; the caller's number is as the trunk gave it."""
    # Such as 2026-11-21T22:40:55.883+0000.
    arrived_at = datetime.fromisoformat(channel["creationtime"]).astimezone(UTC)
    return CallArrived(leg=channel["id"], number=number, caller=channel["caller"]["number"], arrived_at=arrived_at)


def read_census(
    *,
    channels: Collection[Mapping[str, Any]],
    bridges: Collection[Mapping[str, Any]],
    ours: Collection[str],
) -> Findings:
    """Read ARI's lists of channels and bridges.

    `ours` are the ids of the channels that our application holds; others are in the fallback, or ending.
    """
    members = {bridge["id"]: frozenset(bridge["channels"]) for bridge in bridges}
    arrivals: dict[str, CallArrived] = {}
    agents: dict[str, str] = {}
    # The newest last: of two telephones of one agent, that one counts.
    for channel in sorted(channels, key=lambda channel: str(channel["creationtime"])):
        leg = channel["id"]
        if leg not in ours:
            continue
        match channel["dialplan"]["app_data"].split(","):
            case [_, "caller", number]:
                arrivals[leg] = arrival_of(channel, number=number)
            case [_, "agent", login]:
                agents[leg] = login
    together = {leg: members.get(bridge_of(leg), frozenset()) for leg in arrivals}
    return Findings(
        census=Census(
            callers={leg: CallerSeen(arrival, together[leg] & agents.keys()) for leg, arrival in arrivals.items()},
            agents=agents,
        ),
        answered=frozenset(channel["id"] for channel in channels if channel["state"] == "Up"),
        has_bridge=frozenset(leg for leg in arrivals if bridge_of(leg) in members),
        leftovers=tuple(
            bridge
            for bridge in members
            if bridge.startswith(_BRIDGE) and bridge.removeprefix(_BRIDGE) not in arrivals
        ),
    )
