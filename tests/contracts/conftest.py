"""The engine, and a folder in which it may run."""

import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.contracts.nodes import Node, running, settings_in
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
