"""The nodes of this instance's switch: one, or several behind a front (TOCSIN_NODES)."""

import random
from dataclasses import dataclass

from tocsin.project.instance import Instance, instance


@dataclass(frozen=True)
class Node:
    """One Asterisk: its name, which is also its part's, and its own ports."""

    name: str
    http_port: int
    sip_port: int
    rtp_first: int
    rtp_last: int


def nodes_of(instance: Instance) -> tuple[Node, ...]:
    """The nodes of an instance, in order; one alone takes calls on the instance's own port for SIP."""
    ports = instance.ports
    if instance.nodes == 1:
        return (Node("engine", ports.switch_http, ports.sip, ports.rtp_first, ports.rtp_last),)
    share = (ports.rtp_last + 1 - ports.rtp_first) // instance.nodes
    return tuple(
        Node(
            name=f"engine-{number}",
            http_port=ports.web + 110 + number,
            sip_port=ports.web + 170 + number,
            rtp_first=ports.rtp_first + (number - 1) * share,
            rtp_last=ports.rtp_first + number * share - 1,
        )
        for number in range(1, instance.nodes + 1)
    )


def resting(instance: Instance) -> frozenset[str]:
    """The nodes that take no new calls: kept in a file, for a front that is started again must know them, too."""
    file = instance.home / "resting"
    return frozenset(file.read_text(encoding="ascii").split() if file.exists() else ())


def set_resting(instance: Instance, names: frozenset[str]) -> None:
    """From now on these nodes take no new calls, as soon as the front was told."""
    draft = instance.home / "resting.new"
    draft.write_text("\n".join(sorted(names)), encoding="ascii")
    draft.replace(instance.home / "resting")


def telephone_ports() -> list[int]:
    """Where telephones in browsers connect, the one to try first being first: any node, but none that rests."""
    at_rest = resting(instance)
    found = [node.http_port for node in nodes_of(instance) if node.name not in at_rest]
    random.shuffle(found)
    return found
