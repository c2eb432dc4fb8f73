"""What must be free before anything starts: ports and room on the disk."""

import shutil
import socket
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from tocsin.gateways.asterisk.engine.settings import INSIDE_ADDRESS
from tocsin.project.instance import Instance
from tocsin.project.nodes import nodes_of

MEGABYTES_TO_RUN = 200


@dataclass(frozen=True)
class Door:
    """A port that a part of the instance listens on."""

    host: str
    port: int
    kind: socket.SocketKind
    use: str

    @property
    def taken(self) -> bool:
        """Whether somebody listens there already."""
        family = socket.AF_INET6 if ":" in self.host else socket.AF_INET
        with socket.socket(family, self.kind) as trial:
            if self.kind == socket.SOCK_STREAM:
                # Connections of the last run that are still closing do not count.
                trial.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                trial.bind((self.host, self.port))
            except OSError:
                return True
        return False


def doors(instance: Instance) -> Iterator[Door]:
    """Every port that the instance needs for itself; media takes whichever is free among thousands."""
    ports = instance.ports
    stream, datagram = socket.SOCK_STREAM, socket.SOCK_DGRAM
    yield Door(host=instance.bind, port=ports.web, kind=stream, use="the website")
    for node in nodes_of(instance):
        yield Door(host="127.0.0.1", port=node.http_port, kind=stream, use="the telephone switch")
    if instance.nodes > 1:
        for port in (*(node.sip_port for node in nodes_of(instance)), ports.front_inside):
            yield Door(host=INSIDE_ADDRESS, port=port, kind=datagram, use="SIP among the nodes")
    yield Door(host=instance.bind, port=ports.sip, kind=stream, use="SIP over TCP")
    yield Door(host=instance.bind, port=ports.sip, kind=datagram, use="SIP over UDP")
    yield Door(host=instance.bind, port=ports.sip_tls, kind=stream, use="SIP over TLS")


def ports_in_the_way(instance: Instance) -> str:
    """In one line, which port is taken and how to move; empty where all are free."""
    for door in doors(instance):
        if door.taken:
            elsewhere = instance.ports.web + 1000
            return (
                f"Port {door.port} ({door.use}) is taken by another program, so nothing was started. "
                f"Stop that program, or move every port of Tocsin: TOCSIN_PORT={elsewhere}"
            )
    return ""


def megabytes_free(folder: Path) -> int:
    """What the disk of a folder, or of the nearest one that exists, still holds."""
    while not folder.exists():
        folder = folder.parent
    return shutil.disk_usage(folder).free // 1_000_000


def disk_in_the_way(instance: Instance) -> str:
    """In one line, that the disk is too full to run; empty where it is not."""
    free = megabytes_free(instance.home)
    if free >= MEGABYTES_TO_RUN:
        return ""
    return (
        f"The disk of {instance.home} has {free} MB left and Tocsin needs {MEGABYTES_TO_RUN} MB to run. "
        "Make room, or put the instance on another disk: TOCSIN_HOME=..."
    )
