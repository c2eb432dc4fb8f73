"""What several tests of tapes begin with."""

from pathlib import Path
from typing import Any

import pytest

from tests import world
from tocsin.activations.models import Activation
from tocsin.activations.rules import Kind
from tocsin.authorities.models import Authority


@pytest.fixture
def folders(settings: Any, tmp_path: Path) -> Path:
    """Where the switch records and where tapes are kept, for one test."""
    settings.TAPES, settings.KEPT_TAPES = tmp_path / "tapes", tmp_path / "kept"
    settings.TAPES.mkdir()
    return tmp_path


@pytest.fixture
def fire(rivaal: Authority) -> Activation:
    made = world.activation(rivaal, languages=["nl"], kind=Kind.REAL)
    made.front_messages.all().delete()
    return made
