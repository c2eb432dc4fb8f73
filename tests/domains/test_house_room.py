"""What stands in the way of starting is said in one line, with how to get past it."""

import socket
import subprocess
import sys
from pathlib import Path

import pytest

from tocsin.project import room
from tocsin.project.instance import Instance, read_instance
from tocsin.project.room import disk_in_the_way, ports_in_the_way


@pytest.fixture
def instance(tmp_path: Path) -> Instance:
    """An instance whose ports are free: the first of a block in which nobody listens."""
    for port in range(21000, 29000, 200):
        found = read_instance({"TOCSIN_HOME": str(tmp_path), "TOCSIN_PORT": str(port)})
        if not ports_in_the_way(found):
            return found
    pytest.fail("no block of ports is free on this machine")


@pytest.mark.parametrize(
    ("use", "kind"),
    [
        ("web", socket.SOCK_STREAM),
        ("switch_http", socket.SOCK_STREAM),
        ("sip", socket.SOCK_STREAM),
        ("sip", socket.SOCK_DGRAM),
        ("sip_tls", socket.SOCK_STREAM),
    ],
)
def test_a_port_that_is_taken_is_named_with_how_to_move(
    instance: Instance, use: str, kind: socket.SocketKind
) -> None:
    port = getattr(instance.ports, use)
    with socket.socket(socket.AF_INET, kind) as other:
        other.bind(("127.0.0.1", port))
        if kind == socket.SOCK_STREAM:
            other.listen()
        said = ports_in_the_way(instance)
    assert f"Port {port} " in said
    assert "TOCSIN_PORT=" in said
    assert "\n" not in said
    assert ports_in_the_way(instance) == ""


def test_up_starts_nothing_where_a_port_is_taken(instance: Instance) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", instance.ports.web))
        other.listen()
        answer = subprocess.run(
            [sys.executable, "-m", "tocsin.project.cli", "up"],
            env={"TOCSIN_HOME": str(instance.home), "TOCSIN_PORT": str(instance.ports.web)},
            capture_output=True,
            text=True,
            check=False,
        )
    assert answer.returncode == 1
    assert answer.stderr.startswith(f"tocsin: Port {instance.ports.web} (the website) is taken")
    assert not (instance.home / "kind").exists()
    assert not instance.postgres.exists()


def test_a_full_disk_is_said_before_anything_starts(instance: Instance, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(room, "MEGABYTES_TO_RUN", 10**9)
    assert "Make room" in disk_in_the_way(instance)
    monkeypatch.setattr(room, "MEGABYTES_TO_RUN", 0)
    assert disk_in_the_way(instance) == ""
