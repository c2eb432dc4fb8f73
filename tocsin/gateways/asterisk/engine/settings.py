"""What an operator decides about the telephone switch, checked before any of it reaches a file."""

import ipaddress
import re
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Literal

from tocsin.refusals import Refusal

# Addresses of this machine that only rehearsals, tests and benchmarks speak from: callers, and agents.
CALLERS_ADDRESS = "127.0.0.10"
AGENTS_ADDRESS = "127.0.0.20"
# And the one on which several nodes and their front speak among themselves; the web process, too, is on 127.0.0.1.
INSIDE_ADDRESS = "127.0.0.2"
# What nodes know the front by, as by a trunk.
FRONT = "front"

_PRINTABLE = re.compile(r"[ -~]*")
_SHORTEST_PASSWORD = 20


def _refuse_unprintable(settings: object) -> None:
    """A line break in a value would become a setting of its own."""
    for field in fields(settings):  # type: ignore[arg-type]
        value = getattr(settings, field.name)
        texts = value if isinstance(value, tuple) else (value,)
        if not all(_PRINTABLE.fullmatch(text) for text in texts if isinstance(text, str)):
            raise Refusal(f"The telephone setting {field.name} holds a character that is not plain text.")


@dataclass(frozen=True, kw_only=True)
class Trunk:
    """A carrier: where its calls may come from and where calls to it go.

    `peers` are addresses or networks; `contact` is host:port. With `user`, calls and registration prove
    themselves with that user and `password`; `register` announces us to the carrier. With `their_password`,
    the carrier must prove itself as the user `name`: beside its peers, or from anywhere where none are named.
    `encrypted` asks for SRTP with keys in the SDP, which is only safe over TLS. `check_seconds` is the time
    between OPTIONS pings, and after `silence_seconds` without a packet a call is held to be lost; 0 is never,
    for both.
    """

    name: str
    peers: tuple[str, ...]
    contact: str
    transport: Literal["udp", "tcp", "tls"] = "udp"
    user: str = ""
    password: str = ""
    register: bool = False
    their_password: str = ""
    encrypted: bool = False
    check_seconds: int = 30
    silence_seconds: int = 120

    def __post_init__(self) -> None:
        _refuse_unprintable(self)
        if not re.fullmatch(r"[a-z][a-z0-9-]{0,30}", self.name):
            raise Refusal(f"A trunk's name is lower-case letters, digits and hyphens; {self.name!r} is not.")
        if not re.fullmatch(r"(?:[A-Za-z0-9.-]+|\[[0-9a-f:]+\]):[0-9]{1,5}", self.contact):
            raise Refusal(f"The trunk {self.name} is reached at host:port; {self.contact!r} is not.")
        if self.transport not in ("udp", "tcp", "tls"):
            raise Refusal(f"The trunk {self.name} speaks udp, tcp or tls; {self.transport!r} is none of them.")
        if not self.peers and not self.their_password:
            raise Refusal(
                f"The trunk {self.name} names neither the peers that its calls come from nor their_password, "
                "so that anybody could call."
            )
        if self.their_password and len(self.their_password) < _SHORTEST_PASSWORD:
            raise Refusal(
                f"The trunk {self.name}: strangers may try their_password as often as they like; give it at least "
                f"{_SHORTEST_PASSWORD} characters."
            )
        for peer in self.peers:
            try:
                ipaddress.ip_network(peer, strict=False)
            except ValueError:
                raise Refusal(f"The trunk {self.name}: {peer!r} is no address or network.") from None
        if self.register and not self.user:
            raise Refusal(f"The trunk {self.name} registers with the carrier, so it needs a user.")
        if self.encrypted and self.transport != "tls":
            raise Refusal(f"The trunk {self.name} encrypts speech; its keys travel safely over tls only.")


def outside_trunk(*, sip_port: int) -> Trunk:
    """The trunk to the rehearsed outside network, whose callers may be as silent as they like."""
    return _rehearsed("outside", CALLERS_ADDRESS, sip_port)


def agents_trunk(*, sip_port: int) -> Trunk:
    """The trunk over which synthetic agents sign in."""
    return _rehearsed("agents-trunk", AGENTS_ADDRESS, sip_port)


def _rehearsed(name: str, address: str, sip_port: int) -> Trunk:
    return Trunk(name=name, peers=(address,), contact=f"{address}:{sip_port}", check_seconds=0, silence_seconds=0)


@dataclass(frozen=True, kw_only=True)
class Nat:
    """How the switch is seen from the other side of a router, and who helps browsers through theirs.

    `external_address` is our public address, `local_networks` those that need no translation; `stun` and
    `turn` are host:port.
    """

    external_address: str = ""
    local_networks: tuple[str, ...] = ()
    stun: str = ""
    turn: str = ""
    turn_user: str = ""
    turn_password: str = ""

    def __post_init__(self) -> None:
        _refuse_unprintable(self)


@dataclass(frozen=True, kw_only=True)
class Certificate:
    """Files that prove who we are to carriers that call over TLS (PEM)."""

    certificate: Path
    key: Path


@dataclass(frozen=True, kw_only=True)
class Neighbour:
    """Another node of the same switch, on this machine, and the port on which it takes SIP."""

    name: str
    sip_port: int


@dataclass(frozen=True, kw_only=True)
class EngineSettings:
    """Everything the switch's configuration depends on.

    `home` is the instance's folder (TOCSIN_HOME). `bind` is the address that SIP and speech use; ARI and the
    browsers' WebSocket are always on 127.0.0.1. `password` is that of the ARI user `switchboard`.
    `trunk_calls` is how many calls the trunks bring at once, and `most_calls` how many may be with agents, whose
    telephones count, too; 0 for no limit. `rehearsal` lets synthetic agents call
    from this machine; `peer_queue` is the number of members of the benchmark's comparison queue, 0 for none.
    `name` is the node's among its `neighbours`: where it has such, calls come to it from `inside` alone, the
    addresses that the front and the neighbours send from, and go out by the `front`, as host:port.
    """

    home: Path
    bind: str
    http_port: int
    sip_port: int
    sip_tls_port: int
    rtp_first: int
    rtp_last: int
    password: str
    trunks: tuple[Trunk, ...]
    outside_http_port: int
    outside_sip_port: int
    most_calls: int = 0
    trunk_calls: int = 0
    rehearsal: bool = False
    peer_queue: int = 0
    nat: Nat = Nat()
    certificate: Certificate | None = None
    name: str = "engine"
    neighbours: tuple[Neighbour, ...] = ()
    front: str = ""
    inside: tuple[str, ...] = (INSIDE_ADDRESS,)

    def __post_init__(self) -> None:
        _refuse_unprintable(self)
        try:
            ipaddress.ip_address(self.bind)
        except ValueError:
            raise Refusal(f"The switch listens on an address, such as 127.0.0.1; {self.bind!r} is none.") from None
        if len(self.password) < _SHORTEST_PASSWORD:
            raise Refusal("The switch's password is too short to be a random one.")
        if self.rehearsal and not self.is_local:
            raise Refusal("Rehearsals with synthetic agents need a switch that listens on 127.0.0.1 only.")
        if self.peer_queue and not self.is_local:
            raise Refusal("The benchmark's comparison queue needs a switch that listens on 127.0.0.1 only.")
        if self.neighbours and any(trunk.transport == "tls" or trunk.user for trunk in self.trunks):
            raise Refusal("Several nodes serve no carrier over tls yet, and none that wants a password.")
        if self.neighbours and any(trunk.their_password for trunk in self.trunks):
            raise Refusal(
                "Several nodes know carriers by their addresses alone: leave their_password out of trunks.toml."
            )
        if any(trunk.transport == "tls" for trunk in self.trunks) and self.certificate is None:
            raise Refusal("A trunk over tls needs a certificate: set TOCSIN_SIP_CERTIFICATE and TOCSIN_SIP_KEY.")
        if self.neighbours and ipaddress.ip_address(self.bind).is_unspecified:
            raise Refusal("Several nodes listen on one address: set TOCSIN_BIND to that of this machine.")
        if self.neighbours and self.nat.external_address:
            raise Refusal("Several nodes behind a router are not served yet: unset TOCSIN_EXTERNAL_ADDRESS.")

    @property
    def sip_address(self) -> str:
        """Where the switch takes SIP: a node that has neighbours only from this machine."""
        return INSIDE_ADDRESS if self.neighbours else self.bind

    @property
    def is_local(self) -> bool:
        """Whether nobody outside this machine can reach the switch."""
        return ipaddress.ip_address(self.bind).is_loopback

    @property
    def run_folder(self) -> Path:
        """What the switch writes while it runs, its configuration among it."""
        return self.home / f"{self.name}-run"

    @property
    def outside_folder(self) -> Path:
        """The same for the rehearsed outside network."""
        return self.home / "outside-run"

    @property
    def tapes(self) -> Path:
        """Where conversations are recorded, if they are."""
        return self.home / "tapes"

    @property
    def media(self) -> Path:
        """The recordings the switch may play."""
        return self.home / "media"
