"""`tocsin run PART`: one part of Tocsin in the foreground, as a supervisor or a unit of systemd calls it."""

import asyncio
import os
import signal

import click

from tocsin.project.instance import instance
from tocsin.project.processes import leashed, stop_with_parent

# Jobs that are over leave no rows: there are hundreds a day, and what failed is in the log.
WORKER = ("procrastinate", "worker", "--name", "work", "--delete-jobs", "always")


@click.group()
def run() -> None:
    """Run one part in the foreground."""
    if leashed():
        stop_with_parent(signal.SIGTERM)
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tocsin.project.settings")


@run.command()
def postgres() -> None:
    """The embedded PostgreSQL."""
    from tocsin.project.postgres import serve  # noqa: PLC0415 - each part imports its own world only

    serve(instance)


@run.command()
@click.argument("number", type=int, default=1)
def engine(number: int) -> None:
    """The telephone engine (Asterisk), or the node of this NUMBER where it has several."""
    from tocsin.project.telephony import become_engine  # noqa: PLC0415

    become_engine(instance, number=number)


@run.command()
def front() -> None:
    """What carriers call where the engine has several nodes (Kamailio)."""
    from tocsin.project.telephony import become_front  # noqa: PLC0415

    become_front(instance)


@run.command()
def outside() -> None:
    """The outside telephone network of a rehearsal (a second Asterisk)."""
    from tocsin.project.telephony import become_outside  # noqa: PLC0415

    become_outside(instance)


@run.command()
def switchboard() -> None:
    """The daemon that decides what becomes of every call."""
    import django  # noqa: PLC0415
    from django.conf import settings  # noqa: PLC0415

    # It has one connection. A pool would wait longer from one attempt to the next while the database is away.
    settings.DATABASES["default"]["OPTIONS"].pop("pool")
    django.setup()
    import uvloop  # noqa: PLC0415

    uvloop.run(run_switchboard())


async def run_switchboard() -> None:
    """Run the daemon with the gateways of the settings until SIGTERM or Ctrl-C."""
    from django.conf import settings  # noqa: PLC0415

    from tocsin import wiring  # noqa: PLC0415
    from tocsin.calls import daemon  # noqa: PLC0415
    from tocsin.calls.daemon.limits import Limits  # noqa: PLC0415

    stop = asyncio.Event()
    for ending in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(ending, stop.set)
    await daemon.run(
        switch=wiring.switch(),
        speech=wiring.speech(),
        dsn=instance.database_dsn,
        region=settings.REGION,
        limits=Limits(most_calls=instance.most_calls, most_taken_in=instance.most_taken_in),
        stop=stop,
    )


@run.command()
def work() -> None:
    """Jobs and schedules."""
    from django.core.management import execute_from_command_line  # noqa: PLC0415

    execute_from_command_line(["tocsin", *WORKER])


@run.command()
def web() -> None:
    """The website, the desk and the console."""
    from tocsin.project.website import serve  # noqa: PLC0415

    serve(instance)
