"""The engine of a benchmark: as any other, with the peer's queue of so many members beside our line."""

import sys
from dataclasses import replace

from tocsin.gateways.asterisk.engine import run
from tocsin.project.instance import instance
from tocsin.project.telephony import engine_settings, ensure_engine

run(ensure_engine(instance), replace(engine_settings(instance), peer_queue=int(sys.argv[1])))
