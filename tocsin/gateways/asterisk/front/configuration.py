"""Kamailio's configuration, made anew at every start from what the operator decided. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass
from ipaddress import ip_address, ip_network
from pathlib import Path

from tocsin.gateways.asterisk.engine import Neighbour, Trunk
from tocsin.gateways.asterisk.engine.settings import AGENTS_ADDRESS, INSIDE_ADDRESS
from tocsin.gateways.asterisk.filling import filled

# What may be dialled: the same as in the nodes' own dial plan. No other door of theirs is open to callers.
_NUMBER = "^[+]?[0-9]{2,15}$"
_AGENT = "^agent-"
# In the list of destinations: not called, and not asked how it is either, so that no answer brings it back.
_RESTS = 4


@dataclass(frozen=True, kw_only=True)
class FrontSettings:
    """Everything the front's configuration depends on.

    `bind` and `sip_port` are where carriers call, from the trunks' addresses alone; `inside_port` is the one from
    which it speaks to the `nodes`. Those that are `resting` get no new calls. `control` is the socket on which it
    takes orders. `rehearsal` lets synthetic agents call from this machine.
    """

    home: Path
    bind: str
    sip_port: int
    inside_port: int
    nodes: tuple[Neighbour, ...]
    trunks: tuple[Trunk, ...]
    control: Path
    resting: frozenset[str] = frozenset()
    rehearsal: bool = False

    @property
    def run_folder(self) -> Path:
        """What the front writes while it runs, its configuration among it."""
        return self.home / "front-run"


def configuration(settings: FrontSettings) -> str:
    """The text of kamailio.cfg."""
    carriers = _from_any(peer for trunk in settings.trunks for peer in trunk.peers)
    agents = _from_any([AGENTS_ADDRESS] if settings.rehearsal else [])
    return filled(
        __package__,
        "kamailio.cfg",
        outside=_outside(settings),
        inside=f"{INSIDE_ADDRESS}:{settings.inside_port}",
        destinations=settings.run_folder / "destinations",
        control=settings.control,
        nodes=INSIDE_ADDRESS,
        number=_NUMBER,
        carriers=_carriers(settings),
        known=" || ".join((carriers, agents, _from_any([INSIDE_ADDRESS]))),
        admitted=f'(({carriers}) && $rU =~ "{_NUMBER}") || (({agents}) && $rU =~ "{_AGENT}")',
    )


def destinations(settings: FrontSettings) -> str:
    """The text of the list of nodes, which a front that runs can be told to read again."""
    return "".join(
        f"1 sip:{INSIDE_ADDRESS}:{node.sip_port} {_RESTS if node.name in settings.resting else 0} 0 "
        f"duid={node.name}\n"
        for node in settings.nodes
    )


def _carriers(settings: FrontSettings) -> str:
    """How to call out: by each carrier in turn, until one of them carries the call."""
    routes = [
        filled(
            __package__,
            "carrier.cfg",
            place=place,
            following=place + 1,
            contact=f"{trunk.contact};transport={trunk.transport}",
            transport=trunk.transport,
            outside=_outside(settings),
        )
        for place, trunk in enumerate(settings.trunks, start=1)
    ]
    nobody = f'route[CARRIER_{len(settings.trunks) + 1}] {{\n    t_reply("503", "No Carrier");\n}}\n'
    return "".join((*routes, nobody))


def _outside(settings: FrontSettings) -> str:
    return f"{_host(settings.bind)}:{settings.sip_port}"


def _from_any(addresses: Iterable[str]) -> str:
    """The condition that a message comes from one of these addresses or networks."""
    terms = [f"src_ip == {_peer(address)}" for address in addresses]
    # Kamailio has no word for never.
    return " || ".join(terms) or "src_ip == 0.0.0.0"


def _peer(address: str) -> str:
    network = ip_network(address, strict=False)
    if network.num_addresses == 1:
        return _host(str(network.network_address))
    return str(network) if network.version == 4 else f"[{network.network_address}]/{network.prefixlen}"


def _host(address: str) -> str:
    return f"[{address}]" if ip_address(address).version == 6 else address
