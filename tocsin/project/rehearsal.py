"""`tocsin rehearse`: synthetic callers and agents, over real SIP and RTP, through the whole line."""

import asyncio
import contextlib
import json
import os
import random
import subprocess
from collections.abc import Iterator
from dataclasses import asdict
from math import ceil

import click

from tocsin.project.instance import Instance, instance
from tocsin.project.postgres import answers
from tocsin.project.processes import command, surroundings
from tocsin.refusals import Refusal

LINE = "1771"
TALK_SECONDS = 12.0
# From hanging up until the next call can be taken.
BETWEEN_CALLS_SECONDS = 3.0


@click.command()
@click.option("--calls", type=click.IntRange(1, 20000), default=60, show_default=True, help="How many call.")
@click.option("--minutes", type=click.FloatRange(0.1, 240), default=3, show_default=True, help="Within this time.")
@click.option("--agents", type=click.IntRange(1, 500), help="How many answer; as many as needed, if not given.")
@click.option("--seed", type=int, help="The same seed makes the same callers.")
@click.option("--json", "as_json", is_flag=True, help="End with one JSON object.")
def rehearse(*, calls: int, minutes: float, agents: int | None, seed: int | None, as_json: bool) -> None:
    """Place synthetic calls to the number and have synthetic agents answer them."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tocsin.project.settings")
    import django  # noqa: PLC0415 - other verbs do without

    django.setup()
    from tocsin.project.stage import Play, perform  # noqa: PLC0415 - its tables need Django

    staff = agents or staff_needed(calls=calls, minutes=minutes)
    play = Play(
        line=LINE,
        calls=calls,
        seconds=minutes * 60,
        staff=staff,
        talk_seconds=TALK_SECONDS,
        chance=random.Random(seed),  # noqa: S311 - a play, no secret
    )
    with outside_network(instance):
        click.echo(f"callers: {calls} within {minutes:g} min, agents: {staff}", err=True)
        outcome = asyncio.run(perform(play, tell=lambda line: click.echo(line, err=True)))
    if as_json:
        click.echo(json.dumps(asdict(outcome)))
    else:
        for name, figure in asdict(outcome).items():
            click.echo(f"{name.replace('_', ' ')}: {figure:g}")
    if outcome.lost:
        raise Refusal(f"{outcome.lost} calls were lost; {instance.home / 'log' / 'switchboard.log'} says more.")


def staff_needed(*, calls: int, minutes: float) -> int:
    """Enough agents to be busy three quarters of the time.

    >>> staff_needed(calls=60, minutes=3)
    7
    """
    return ceil(calls * (TALK_SECONDS + BETWEEN_CALLS_SECONDS) / (minutes * 60) / 0.75)


@contextlib.contextmanager
def outside_network(instance: Instance) -> Iterator[None]:
    """A second Asterisk plays the telephone network for as long as the block runs."""
    if not instance.demo:
        raise Refusal(
            f"Synthetic calls are for a demo, and {instance.home} is none. Name the one that runs with "
            "TOCSIN_HOME and TOCSIN_PORT, or make one: TOCSIN_HOME=~/.tocsin-demo tocsin up --demo."
        )
    if not answers(instance):
        raise Refusal(f"Nothing runs in {instance.home}: start it first, and rehearse in a second terminal.")
    with (instance.home / "log" / "outside.log").open("ab") as output:
        network = subprocess.Popen(
            command("run", "outside"),
            env=surroundings(instance),
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
        )
    try:
        yield
    finally:
        network.terminate()
        network.wait()
