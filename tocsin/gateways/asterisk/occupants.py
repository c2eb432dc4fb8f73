"""Who is on one node, for whoever wants to stop it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from tocsin.gateways.asterisk.ari import AriAccess, AriRefusedError, delete_now, read_now
from tocsin.gateways.asterisk.census import read_census

_NOT_FOUND = 404


@dataclass(frozen=True, slots=True)
class Occupants:
    """How many callers there are, those in the fallback among them; and the telephones of agents.

    `idle` are those of agents who speak with nobody, by login; the value is the channel.
    """

    callers: int
    telephones: int
    idle: Mapping[str, str]


def occupants(access: AriAccess) -> Occupants:
    """Ask the node; raises ConnectionError where it does not answer."""
    try:
        channels, bridges = read_now(access, "channels"), read_now(access, "bridges")
    except AriRefusedError as starting:
        # It has no ARI yet.
        raise ConnectionError(str(starting)) from starting
    ours = _channels_of_ours(access)
    found = read_census(channels=channels, bridges=bridges, ours=ours, nodes={"": datetime.now(UTC)})
    agents = found.census.agents
    speaking = {leg for bridge in bridges for leg in bridge["channels"]}
    ears = {*found.ears.values(), *found.unlent.values()}
    ties = found.arriving.keys() | {tie.name for tie in found.ties}
    return Occupants(
        callers=len({channel["id"] for channel in channels} - agents.keys() - ears - ties),
        telephones=len(agents),
        idle={login: leg for leg, login in agents.items() if leg not in speaking},
    )


def _channels_of_ours(access: AriAccess) -> list[str]:
    try:
        return list(read_now(access, f"applications/{access.app}")["channel_ids"])
    except AriRefusedError as refused:
        if refused.status != _NOT_FOUND:
            raise
        # No switchboard was there since the node began to run.
        return []


def hang_up(access: AriAccess, channel: str) -> None:
    """End a call; one that has ended stays so. Raises ConnectionError where the node does not answer."""
    delete_now(access, f"channels/{channel}")
