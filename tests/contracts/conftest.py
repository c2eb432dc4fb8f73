"""The engine, a folder in which it may run, and the switches of each kind."""

import functools
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.contracts.nodes import Node, running, settings_in, write_silence
from tests.contracts.switch_worlds import (
    BRIEF,
    ENDLESS,
    PATIENCE_SECONDS,
    Nodes,
    asterisk_world,
    rehearsed_world,
)
from tests.contracts.switchboard import Worlds
from tocsin.gateways.asterisk.engine import Engine, EngineSettings, run, run_outside
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


@pytest.fixture(params=["rehearsal", pytest.param("asterisk", marks=pytest.mark.telephony)])
def worlds(request: pytest.FixtureRequest) -> Worlds:
    """A switch of each kind."""
    if request.param == "rehearsal":
        return rehearsed_world
    return functools.partial(asterisk_world, request.getfixturevalue("nodes"))


@pytest.fixture(scope="module")
def nodes(engine: Engine, home: Path) -> Iterator[Nodes]:
    """Asterisk and its outside network, for all tests of this file."""
    settings = settings_in(home, rtp_first=19400)
    settings.media.mkdir()
    write_silence(settings.media / f"{BRIEF}.wav", seconds=0.1)
    write_silence(settings.media / f"{ENDLESS}.wav", seconds=4 * PATIENCE_SECONDS)
    running = Nodes(engine, settings)
    yield running
    running.stop()
