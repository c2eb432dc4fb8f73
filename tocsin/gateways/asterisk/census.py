"""What is alive in Asterisk, read from what ARI tells of channels and bridges. Pure."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from types import MappingProxyType
from typing import Any

from tocsin.calls.ports import CallArrived, CallerSeen, Census, DialledSeen, ListenerSeen
from tocsin.gateways.asterisk.dialling import Intent
from tocsin.gateways.asterisk.legs import Kind, Leg, bridge_of, leg_of
from tocsin.gateways.asterisk.listening import bridge_of_ear, ear_of, read_ear
from tocsin.gateways.asterisk.moves import FALLBACK
from tocsin.gateways.asterisk.ties import Tie, tie_named, tie_of


@dataclass(frozen=True, slots=True)
class Findings:
    """A census, and what it leaves to be done.

    `answered` are the legs that were; `has_bridge` are the legs whose own bridge was made; `ears` are the snoop
    channels by their listeners, and `unlent` those that were not brought together with them yet; `uncalled` are
    legs that were made to be dialled, and were not; `ties` are those by which legs elsewhere are in bridges here,
    `arriving` those that came for legs here, by channel. Left over are bridges, snoop channels and ties that serve
    nobody.
    """

    census: Census
    answered: frozenset[str]
    has_bridge: frozenset[str]
    ears: Mapping[str, str]
    unlent: Mapping[str, str]
    uncalled: tuple[Intent, ...]
    leftover_bridges: tuple[str, ...]
    leftover_ears: tuple[str, ...]
    ties: tuple[Tie, ...]
    arriving: Mapping[str, Tie]
    leftover_ties: tuple[str, ...]


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
    nodes: Mapping[str, datetime] = MappingProxyType({}),
) -> Findings:
    """Read ARI's lists of channels and bridges.

    `ours` are the ids of the channels that our application holds; others are in the fallback, or ending.
    `nodes` is whose lists these are, and since when it runs.
    """
    here = [channel for channel in channels if channel["id"] in ours]
    answered = frozenset(channel["id"] for channel in here if channel["state"] == "Up")
    said = _said(here, answered=answered)
    legs = said.legs
    members = {bridge["id"]: frozenset(bridge["channels"]) for bridge in bridges}
    kept = [
        tie for name, tie in said.ties.items() if name in members.get(bridge_of(tie.leg), ()) and tie.leg in legs
    ]
    arriving = {channel: tie for channel, tie in said.arriving.items() if tie.other in legs}
    together = _together(legs, members, kept)
    used = _ears_in_use(said, together, arriving.values())
    unlent = {
        listener: ear
        for listener, ear in used.items()
        if not members.get(bridge_of_ear(ear), frozenset()) >= {ear, listener}
    }
    return Findings(
        census=Census(
            callers={leg: CallerSeen(arrival, together[leg]) for leg, arrival in said.arrivals.items()},
            dialled={leg: DialledSeen(leg in answered, together[leg]) for leg in said.dialled},
            agents=said.agents,
            consults={leg: together[leg] for leg in said.agents if together[leg]},
            listeners={listener: said.ears[ear][1] for listener, ear in used.items()},
            in_fallback=frozenset(
                channel["id"]
                for channel in channels
                if channel["id"] not in ours and channel["dialplan"]["context"] == FALLBACK
            ),
            nodes=nodes,
        ),
        answered=answered,
        has_bridge=frozenset(leg for leg in legs if bridge_of(leg) in members),
        ears={listener: ear for listener, ear in used.items() if listener not in unlent},
        unlent=unlent,
        uncalled=tuple(said.uncalled),
        leftover_bridges=_leftover_bridges(members, legs=legs, ears=used.values(), arriving=arriving),
        leftover_ears=tuple(ear for ear in said.ears if ear not in used.values()),
        ties=tuple(kept),
        arriving=arriving,
        leftover_ties=(
            *(name for name, tie in said.ties.items() if tie not in kept),
            *(channel for channel in said.arriving if channel not in arriving),
        ),
    )


@dataclass(slots=True)
class _Said:
    """Our channels, by what they said when they came: `ears` with their listeners and what these hear."""

    arrivals: dict[str, CallArrived] = field(default_factory=dict)
    agents: dict[str, str] = field(default_factory=dict)
    dialled: dict[str, Intent] = field(default_factory=dict)
    uncalled: list[Intent] = field(default_factory=list)
    ears: dict[str, tuple[str, ListenerSeen]] = field(default_factory=dict)
    ties: dict[str, Tie] = field(default_factory=dict)
    arriving: dict[str, Tie] = field(default_factory=dict)

    @property
    def legs(self) -> frozenset[str]:
        """Those in which people are."""
        return frozenset(self.arrivals.keys() | self.agents.keys() | self.dialled.keys())


def _said(here: Collection[Mapping[str, Any]], *, answered: Collection[str]) -> _Said:
    found = _Said()
    # The newest last: of two telephones of one agent, that one counts.
    for channel in sorted(here, key=lambda channel: str(channel["creationtime"])):
        leg = channel["id"]
        _, *said = channel["dialplan"]["app_data"].split(",")
        match said:
            case ["caller", number]:
                found.arrivals[leg] = arrival_of(channel, number=number)
            case ["agent", login]:
                found.agents[leg] = login
            case ["dialled", shown, seconds]:
                found.dialled[leg] = Intent(leg, shown, seconds)
                if leg not in answered and not channel["connected"]["number"]:
                    found.uncalled.append(found.dialled[leg])
            case ["tied"] if tie := tie_named(leg):
                found.ties[leg] = tie
            case ["tie", name] if tie := tie_named(name):
                found.arriving[leg] = tie
            case _ if ear := read_ear(said):
                found.ears[leg] = ear
    return found


def _together(
    legs: frozenset[str], members: Mapping[str, frozenset[str]], ties: Collection[Tie]
) -> dict[str, frozenset[str]]:
    """Who is in the bridge of each leg, here or by a tie."""
    together = {leg: (members.get(bridge_of(leg), frozenset()) & legs) - {leg} for leg in legs}
    for tie in ties:
        together[tie.leg] |= {tie.other}
    return together


def _ears_in_use(said: _Said, together: Mapping[str, frozenset[str]], arriving: Collection[Tie]) -> dict[str, str]:
    """The snoop channels, by listeners who speak with nobody, of conversations that go on."""
    busy = frozenset[str]().union(*together.values()) | {leg for leg in together if together[leg]}
    busy |= {tie.other for tie in arriving}
    alone = said.legs - busy
    return {
        listener: ear
        for ear, (listener, hears) in said.ears.items()
        if hears.agent_leg in together.get(hears.leg, ()) and listener in alone
    }


def _leftover_bridges(
    members: Collection[str], *, legs: Collection[str], ears: Collection[str], arriving: Collection[str]
) -> tuple[str, ...]:
    """The bridges of legs, snoop channels and ties that are gone."""
    return tuple(
        bridge
        for bridge in members
        if (leg_of(bridge) and leg_of(bridge) not in legs)
        or (ear_of(bridge) and ear_of(bridge) not in ears)
        or (tie_of(bridge) and tie_of(bridge) not in arriving)
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
        for partner in partners & legs.keys():
            legs[partner].guest_of = name
    for tie in found.ties:
        legs[tie.leg].ties[tie.other] = tie.name
    for tie in found.arriving.values():
        legs[tie.other].guest_of = tie.leg
    for name, seen in census.callers.items():
        legs[name].number = seen.arrival.number
    for name, hears in census.listeners.items():
        legs[name].hears, legs[name].ear = hears, found.ears.get(name, "")
        legs[hears.agent_leg].listeners.add(name)
    return legs
