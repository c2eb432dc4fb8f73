"""The engine, a folder in which it may run, and the switches of each kind."""

import functools
import shutil
import tempfile
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from tests.contracts.asterisk_world import Nodes, asterisk_world
from tests.contracts.nodes import Node, free_ports, running, settings_in, write_silence
from tests.contracts.switch_worlds import BRIEF, BROKEN, ENDLESS, rehearsed_world
from tests.contracts.switchboard import Worlds
from tests.patience import PATIENCE_SECONDS
from tocsin.gateways.asterisk import nodes as asterisk_nodes
from tocsin.gateways.asterisk.engine import Engine, EngineSettings, Neighbour, run, run_outside
from tocsin.gateways.asterisk.engine.settings import AGENTS_ADDRESS, CALLERS_ADDRESS, INSIDE_ADDRESS
from tocsin.project.instance import instance
from tocsin.project.telephony import ensure_engine


@pytest.fixture(scope="module")
def engine() -> Engine:
    return ensure_engine(instance)


@pytest.fixture(scope="module")
def home() -> Iterator[Path]:
    # Not pytest's own folder, which is closed to other users: the switch gives up being root.
    folder = Path(tempfile.mkdtemp(prefix="tocsin-test-"))
    folder.chmod(0o711)
    yield folder
    shutil.rmtree(folder)


@pytest.fixture(scope="module")
def settings(home: Path) -> EngineSettings:
    return settings_in(home)


@pytest.fixture(scope="module")
def switch(engine: Engine, settings: EngineSettings) -> Iterator[Node]:
    with running(run, engine, settings) as node:
        yield node


@pytest.fixture(scope="module")
def outside(engine: Engine, settings: EngineSettings) -> Iterator[Node]:
    with running(run_outside, engine, settings) as node:
        yield node


@pytest.fixture(
    params=[
        "rehearsal",
        pytest.param("asterisk", marks=pytest.mark.telephony),
        pytest.param("two asterisks", marks=pytest.mark.telephony),
    ]
)
def worlds(request: pytest.FixtureRequest) -> Worlds:
    """A switch of each kind."""
    if request.param == "rehearsal":
        return rehearsed_world
    fixture = "nodes" if request.param == "asterisk" else "two_nodes"
    if fixture == "two_nodes" and (marker := request.node.get_closest_marker("one_node")):
        pytest.skip(*marker.args)
    return functools.partial(asterisk_world, request.getfixturevalue(fixture))


@pytest.fixture(scope="module")
def nodes(engine: Engine, home: Path) -> Iterator[Nodes]:
    """Asterisk and its outside network, for all tests of this file."""
    settings = settings_in(home, rtp_first=19400)
    record(settings.media)
    running = Nodes(engine, settings)
    yield running
    running.stop()


@pytest.fixture(scope="module")
def two_nodes(engine: Engine) -> Iterator[Nodes]:
    """Two Asterisks as one switch, and their outside network, for all tests of this file."""
    home = Path(tempfile.mkdtemp(prefix="tocsin-test-"))
    home.chmod(0o711)
    first = settings_in(home, rtp_first=19500)
    http_port, sip_port = free_ports(2)
    # Of both, that nothing stands before them here: callers and agents come to each by itself.
    first = replace(
        first,
        name="engine-1",
        rtp_last=first.rtp_first + 49,
        neighbours=(Neighbour(name="engine-2", sip_port=sip_port),),
        front=f"{CALLERS_ADDRESS}:{first.outside_sip_port}",
        inside=(INSIDE_ADDRESS, CALLERS_ADDRESS, AGENTS_ADDRESS),
    )
    second = replace(
        first,
        name="engine-2",
        http_port=http_port,
        sip_port=sip_port,
        rtp_first=first.rtp_first + 50,
        rtp_last=first.rtp_first + 99,
        neighbours=(Neighbour(name="engine-1", sip_port=first.sip_port),),
    )
    record(first.media)
    running = Nodes(engine, first, second)
    with pytest.MonkeyPatch.context() as patient:
        # A busy machine keeps the second one longer than the switchboard waits for it.
        patient.setattr(asterisk_nodes, "_GATHERING", timedelta(seconds=PATIENCE_SECONDS))
        yield running
    running.stop()
    shutil.rmtree(home)


def record(media: Path) -> None:
    """What the switch plays in these tests."""
    media.mkdir()
    write_silence(media / f"{BRIEF}.wav", seconds=0.1)
    for name, content in BROKEN.items():
        (media / f"{name}.wav").write_bytes(content)
    write_silence(media / f"{ENDLESS}.wav", seconds=3 * PATIENCE_SECONDS)
