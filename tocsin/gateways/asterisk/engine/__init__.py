"""Asterisk itself: fetched from a Debian mirror without root, configured from settings, and run."""

from tocsin.gateways.asterisk.engine.execution import console, run, run_outside
from tocsin.gateways.asterisk.engine.installation import Record, install, installed, record_of
from tocsin.gateways.asterisk.engine.programs import Engine, system_engine
from tocsin.gateways.asterisk.engine.settings import (
    Certificate,
    EngineSettings,
    Nat,
    Neighbour,
    Trunk,
    outside_trunk,
)
from tocsin.gateways.asterisk.engine.transfer import Progress

__all__ = [
    "Certificate",
    "Engine",
    "EngineSettings",
    "Nat",
    "Neighbour",
    "Progress",
    "Record",
    "Trunk",
    "console",
    "install",
    "installed",
    "outside_trunk",
    "record_of",
    "run",
    "run_outside",
    "system_engine",
]
