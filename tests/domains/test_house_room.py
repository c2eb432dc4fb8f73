"""What stands in the way of starting is said in one line, with how to get past it."""

import socket
import subprocess
import sys
from pathlib import Path

import pytest

from tests.instances import instance_in
from tocsin.project import room
from tocsin.project.instance import Instance
from tocsin.project.room import disk_in_the_way, ports_in_the_way


@pytest.fixture
def instance(tmp_path: Path) -> Instance:
    return instance_in(tmp_path)


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
        # A connection of an earlier test that has ended does not keep the port.
        other.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, kind == socket.SOCK_STREAM)
        other.bind(("127.0.0.1", port))
        if kind == socket.SOCK_STREAM:
            other.listen()
        said = ports_in_the_way(instance)
    assert f"Port {port} " in said
    assert "TOCSIN_PORT=" in said
    assert "\n" not in said
    assert ports_in_the_way(instance) == ""


def test_up_starts_nothing_where_a_port_is_taken(instance: Instance) -> None:
    with socket.create_server(("127.0.0.1", instance.ports.web)):
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
