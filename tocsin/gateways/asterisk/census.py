"""What is alive in Asterisk, read from what ARI tells of channels and bridges. Pure."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from tocsin.calls.ports import CallArrived, CallerSeen, Census, DialledSeen, ListenerSeen
from tocsin.gateways.asterisk.dialling import Intent
from tocsin.gateways.asterisk.legs import Kind, Leg, bridge_of, leg_of
from tocsin.gateways.asterisk.listening import bridge_of_ear, ear_of, read_ear


@dataclass(frozen=True, slots=True)
class Findings:
    """A census, and what it leaves to be done.

    `answered` are the legs that were; `has_bridge` are the legs whose own bridge was made; `ears` are the snoop
    channels by their listeners, and `unlent` those that were not brought together with them yet; `uncalled` are
    legs that were made to be dialled, and were not. Left over are bridges and snoop channels that serve nobody.
    """

    census: Census
    answered: frozenset[str]
    has_bridge: frozenset[str]
    ears: Mapping[str, str]
    unlent: Mapping[str, str]
    uncalled: tuple[Intent, ...]
    leftover_bridges: tuple[str, ...]
    leftover_ears: tuple[str, ...]


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
    ears: dict[str, tuple[str, ListenerSeen]] = {}
    uncalled: list[Intent] = []
    # The newest last: of two telephones of one agent, that one counts.
    for channel in sorted(here, key=lambda channel: str(channel["creationtime"])):
        leg = channel["id"]
        _, *said = channel["dialplan"]["app_data"].split(",")
        match said:
            case ["caller", number]:
                arrivals[leg] = arrival_of(channel, number=number)
            case ["agent", login]:
                agents[leg] = login
            case ["dialled", shown, seconds]:
                dialled[leg] = Intent(leg, shown, seconds)
                if leg not in answered and not channel["connected"]["number"]:
                    uncalled.append(dialled[leg])
            case _ if ear := read_ear(said):
                ears[leg] = ear
    legs = arrivals.keys() | agents.keys() | dialled.keys()
    members = {bridge["id"]: frozenset(bridge["channels"]) for bridge in bridges}
    together = {leg: (members.get(bridge_of(leg), frozenset()) & legs) - {leg} for leg in legs}
    busy = frozenset[str]().union(*together.values()) | {leg for leg in legs if together[leg]}
    used = {
        listener: ear
        for ear, (listener, hears) in ears.items()
        if hears.agent_leg in together.get(hears.leg, ()) and listener in legs - busy
    }
    unlent = {
        listener: ear
        for listener, ear in used.items()
        if not members.get(bridge_of_ear(ear), frozenset()) >= {ear, listener}
    }
    return Findings(
        census=Census(
            callers={leg: CallerSeen(arrival, together[leg]) for leg, arrival in arrivals.items()},
            dialled={leg: DialledSeen(leg in answered, together[leg]) for leg in dialled},
            agents=agents,
            consults={leg: together[leg] for leg in agents if together[leg]},
            listeners={listener: ears[ear][1] for listener, ear in used.items()},
        ),
        answered=answered,
        has_bridge=frozenset(leg for leg in legs if bridge_of(leg) in members),
        ears={listener: ear for listener, ear in used.items() if listener not in unlent},
        unlent=unlent,
        uncalled=tuple(uncalled),
        leftover_bridges=tuple(
            bridge
            for bridge in members
            if (leg_of(bridge) and leg_of(bridge) not in legs)
            or (ear_of(bridge) and ear_of(bridge) not in used.values())
        ),
        leftover_ears=tuple(ear for ear in ears if ear not in used.values()),
    )


def known_legs(found: Findings) -> dict[str, Leg]:
    """What a census says of legs; what they hear is not known."""
    census = found.census
    kinds = dict.fromkeys(census.callers, Kind.CALLER)
    kinds |= dict.fromkeys(census.dialled, Kind.DIALLED) | dict.fromkeys(census.agents, Kind.AGENT)
    legs = {
        name: Leg(
            kind,
            up=name in found.answered or kind is Kind.AGENT,
            has_bridge=name in found.has_bridge,
            music=True,
            message=None,
            announcement=None,
        )
        for name, kind in kinds.items()
    }
    together = {leg: caller.together_with for leg, caller in census.callers.items()}
    together |= {leg: dialled.together_with for leg, dialled in census.dialled.items()} | dict(census.consults)
    for name, partners in together.items():
        legs[name].partners = set(partners)
        for partner in partners:
            legs[partner].guest_of = name
    for name, seen in census.callers.items():
        legs[name].number = seen.arrival.number
    for name, hears in census.listeners.items():
        legs[name].hears, legs[name].ear = hears, found.ears.get(name, "")
        legs[hears.agent_leg].listeners.add(name)
    return legs
