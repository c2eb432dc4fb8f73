"""A switchboard that finds the switch behind with what it was told, until it is sent SIGUSR1. Run as a program."""

import asyncio
import os
import signal

import django

os.environ["DJANGO_SETTINGS_MODULE"] = "tocsin.project.settings"
django.setup()

from tocsin.calls.daemon import leading  # noqa: E402 - its tables need Django
from tocsin.project.run import run_switchboard  # noqa: E402

usual = leading.CONGESTED_BACKLOG
leading.CONGESTED_BACKLOG = -1
signal.signal(signal.SIGUSR1, lambda *_: setattr(leading, "CONGESTED_BACKLOG", usual))
asyncio.run(run_switchboard())
