"""What is alive in Asterisk, read from what ARI tells of channels and bridges. Pure."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from tocsin.calls.ports import CallArrived, CallerSeen, Census, DialledSeen
from tocsin.gateways.asterisk.dialling import Intent
from tocsin.gateways.asterisk.legs import Kind, Leg

_BRIDGE = "call-"


@dataclass(frozen=True, slots=True)
class Findings:
    """A census, and what it leaves to be done.

    `answered` are the legs that were; `has_bridge` are the legs whose own bridge was made; `leftovers` are bridges
    whose leg is gone; `uncalled` are legs that were made to be dialled, and were not.
    """

    census: Census
    answered: frozenset[str]
    has_bridge: frozenset[str]
    uncalled: tuple[Intent, ...]
    leftovers: tuple[str, ...]


def bridge_of(leg: str) -> str:
    """The name of the bridge of a caller, or of somebody who was dialled."""
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
    here = [channel for channel in channels if channel["id"] in ours]
    answered = frozenset(channel["id"] for channel in here if channel["state"] == "Up")
    arrivals: dict[str, CallArrived] = {}
    agents: dict[str, str] = {}
    dialled: dict[str, Intent] = {}
    uncalled: list[Intent] = []
    # The newest last: of two telephones of one agent, that one counts.
    for channel in sorted(here, key=lambda channel: str(channel["creationtime"])):
        leg = channel["id"]
        match channel["dialplan"]["app_data"].split(","):
            case [_, "caller", number]:
                arrivals[leg] = arrival_of(channel, number=number)
            case [_, "agent", login]:
                agents[leg] = login
            case [_, "dialled", shown, seconds]:
                dialled[leg] = Intent(leg, shown, seconds)
                if leg not in answered and not channel["connected"]["number"]:
                    uncalled.append(dialled[leg])
    legs = arrivals.keys() | agents.keys() | dialled.keys()
    members = {bridge["id"]: legs & frozenset(bridge["channels"]) for bridge in bridges}
    together = {leg: frozenset(members.get(bridge_of(leg), ())) - {leg} for leg in legs}
    owners = arrivals.keys() | dialled.keys()
    return Findings(
        census=Census(
            callers={leg: CallerSeen(arrival, together[leg]) for leg, arrival in arrivals.items()},
            dialled={leg: DialledSeen(leg in answered, together[leg]) for leg in dialled},
            agents=agents,
        ),
        answered=answered,
        has_bridge=frozenset(leg for leg in owners if bridge_of(leg) in members),
        leftovers=tuple(
            bridge
            for bridge in members
            if bridge.startswith(_BRIDGE) and bridge.removeprefix(_BRIDGE) not in owners
        ),
        uncalled=tuple(uncalled),
    )


def known_legs(found: Findings) -> dict[str, Leg]:
    """What a census says of legs; what they hear is not known."""
    census = found.census
    callers, dialled = census.callers.items(), census.dialled.items()
    seen = [(leg, Kind.CALLER, caller.arrival.number, caller.together_with) for leg, caller in callers]
    seen += [(leg, Kind.DIALLED, "", outside.together_with) for leg, outside in dialled]
    seen += [(leg, Kind.AGENT, "", frozenset()) for leg in census.agents]
    return {
        name: Leg(
            kind,
            number=number,
            up=name in found.answered or kind is Kind.AGENT,
            has_bridge=name in found.has_bridge,
            partners=set(partners),
            music=True,
            message=None,
        )
        for name, kind, number, partners in seen
    }
