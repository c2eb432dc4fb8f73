"""`tocsin up`: every part, started in order, watched, and stopped together."""

import contextlib
import fcntl
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator

import click

from tocsin.project.hanging import Hanging
from tocsin.project.health import address_of, health_of
from tocsin.project.instance import Instance, instance
from tocsin.project.parts import POSTGRES, USING_DATABASE, standby_of, telephony_of
from tocsin.project.processes import command, last_line, surroundings
from tocsin.project.room import disk_in_the_way, ports_in_the_way
from tocsin.project.supervision import Supervisor, log_of, stop_leftovers, supervised
from tocsin.project.telephony import ensure_engine
from tocsin.refusals import Refusal

SECONDS_TO_BE_HEALTHY = 60
SECONDS_BETWEEN_QUESTIONS = 0.3
SECONDS_BETWEEN_LOOKS = 2


@click.command()
@click.option(
    "--demo", is_flag=True, help="Make a new instance a demo: a number to call, nobody real, loopback only."
)
def up(*, demo: bool) -> None:
    """Run every part until Ctrl-C, and say when it is ready."""
    try:
        stop_on_signals()
        with only_one(instance):
            make_way(instance)
            instance.create(demo=demo)
            click.echo(f"Tocsin{' demo' if instance.demo else ''} in {instance.home}")
            ensure_engine(instance)
            while True:
                run_parts(instance)
                click.echo("the supervisor of the processes was killed: starting everything again")
                stop_leftovers(instance)
    except KeyboardInterrupt:
        click.echo("stopped")


@contextlib.contextmanager
def only_one(instance: Instance) -> Iterator[None]:
    """Hold the instance for this `tocsin up`; raises Refusal where another one has it."""
    instance.make_home()
    path = instance.home / "up.lock"
    with path.open("a+") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            holder = path.read_text(encoding="ascii").strip()
            raise Refusal(
                f"Tocsin already runs in {instance.home} (process {holder}). Stop that one with Ctrl-C, "
                "or run a second instance with another TOCSIN_HOME and TOCSIN_PORT."
            ) from None
        lock.truncate(0)
        lock.write(str(os.getpid()))
        lock.flush()
        try:
            yield
        finally:
            # An interruption that comes while a process is being started leaves one that nobody knows.
            stop_leftovers(instance)


def stop_on_signals() -> None:
    """Let SIGTERM and a closed terminal interrupt as Ctrl-C does; the first is enough."""
    signals = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)

    def stop(*_: object) -> None:
        for each in signals:
            signal.signal(each, signal.SIG_IGN)
        # Not by click: a signal may come while it is in the middle of another line.
        os.write(sys.stdout.fileno(), b"stopping\n")
        raise KeyboardInterrupt

    for each in signals:
        signal.signal(each, stop)


def make_way(instance: Instance) -> None:
    """Stop what an earlier run left behind; raises Refusal where a port or the disk stands in the way."""
    if stop_leftovers(instance):
        click.echo("the last run was killed: what it left behind has been stopped")
    if trouble := ports_in_the_way(instance) or disk_in_the_way(instance):
        raise Refusal(trouble)


def run_parts(instance: Instance) -> None:
    """Run supervisord with every part in it; return only when it was killed."""
    # A supervisord that is gone while it is spoken to is one that was killed.
    with supervised(instance) as (supervisor, process), contextlib.suppress(ConnectionError):
        # The engine needs no database, so it starts meanwhile.
        telephony = [part.name for part in telephony_of(instance)]
        early = [POSTGRES.name, *telephony] if instance.embedded else telephony
        late = [part.name for part in USING_DATABASE]
        start(supervisor, early)
        if instance.embedded:
            wait_until_healthy(instance, supervisor, [POSTGRES.name])
        migrate(instance)
        start(supervisor, late)
        wait_until_healthy(instance, supervisor, [*telephony, *late])
        if standby := [part.name for part in standby_of(instance)]:
            # Not before: it would take from the others what they need of the machine to start.
            start(supervisor, standby)
            wait_until_healthy(instance, supervisor, standby)
        click.echo(f"ready {address_of(instance)}")
        watch(instance, supervisor, process)


def start(supervisor: Supervisor, names: list[str]) -> None:
    """Start these parts together, without waiting for them."""
    click.echo(f"starting {', '.join(names)}")
    for name in names:
        supervisor.start(name)


def wait_until_healthy(instance: Instance, supervisor: Supervisor, names: list[str]) -> None:
    """Return when these parts are healthy, all at once; raises Refusal where one is given up, or not in time."""
    told: set[str] = set()
    began = time.monotonic()
    while True:
        states = supervisor.states()
        healths = [health_of(instance, states[name]) for name in names]
        for health in healths:
            if not health.trouble and health.part not in told:
                told.add(health.part)
                click.echo(f"  {health.part} is healthy")
        ill = [health for health in healths if health.trouble]
        if not ill:
            return
        late = time.monotonic() - began > SECONDS_TO_BE_HEALTHY
        for health in ill:
            if late or health.state == "fatal":
                log = log_of(instance, health.part)
                raise Refusal(f"{health.part} {health.trouble} ({last_line(log)}); {log} says more.")
        time.sleep(SECONDS_BETWEEN_QUESTIONS)


def migrate(instance: Instance) -> None:
    """Bring the database to this version of the code."""
    click.echo("bringing the database up to date")
    log = log_of(instance, "migrate")
    with log.open("wb") as output:
        outcome = subprocess.run(
            command("db", "migrate"),
            env=surroundings(instance),
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            start_new_session=True,
            check=False,
        )
    if outcome.returncode != 0:
        raise Refusal(f"The database could not be brought up to date ({last_line(log)}); {log} says more.")


def watch(instance: Instance, supervisor: Supervisor, process: subprocess.Popen[bytes]) -> None:
    """Start again what supervisord gave up, and switchboards that hang, until supervisord is itself gone."""
    hanging = Hanging(instance)
    while True:
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(SECONDS_BETWEEN_LOOKS)
            return
        states = supervisor.states()
        for state in states.values():
            if state.state == "fatal":
                click.echo(f"{state.name} keeps stopping: starting it again")
                supervisor.start(state.name)
        for name, pid in hanging.too_long(states, at=time.monotonic()).items():
            click.echo(f"{name} hangs: starting it again")
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
