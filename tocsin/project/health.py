"""How each part of a running Tocsin is: one question per part, asked from outside its process."""

import http.client
import json
from base64 import b64encode
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import click
import psycopg

from tocsin.gateways.asterisk.front import nodes_that_answer
from tocsin.project.instance import Instance, instance
from tocsin.project.nodes import Node, nodes_of
from tocsin.project.parts import SWITCHBOARD, parts_of, standby_of
from tocsin.project.supervision import State, Supervisor
from tocsin.project.telephony import front_settings
from tocsin.refusals import Refusal

SECONDS_TO_ANSWER = 3
# A switchboard says every second that it lives, and one that stands by looks for the lead more often; this long
# without is more than a pause.
SECONDS_OF_SILENCE = 10
ALIVE = {"starting", "running"}
LOOPBACK_OF_ANY = {"0.0.0.0": "127.0.0.1", "::": "::1"}  # noqa: S104 - compared with, never bound


@dataclass(frozen=True)
class Health:
    """How one part is: `state` as its supervisor says, `trouble` in words, empty when it is healthy."""

    part: str
    state: str
    pid: int | None
    seconds_up: int
    trouble: str


def reachable(instance: Instance) -> str:
    """The address at which this machine reaches what listens on the instance's own."""
    return LOOPBACK_OF_ANY.get(instance.bind, instance.bind)


def address_of(instance: Instance) -> str:
    """Where this machine finds the website."""
    host = reachable(instance)
    return f"http://{f'[{host}]' if ':' in host else host}:{instance.ports.web}"


def http_status(*, host: str, port: int, path: str, login: str = "") -> int | None:
    """The status of the answer to a GET on this machine; None where nobody answers. `login` is user:password."""
    headers = {"Authorization": f"Basic {b64encode(login.encode()).decode()}"} if login else {}
    # http.client goes straight there, where urllib would ask the proxy that the environment names.
    connection = http.client.HTTPConnection(host, port, timeout=SECONDS_TO_ANSWER)
    try:
        connection.request("GET", path, headers=headers)
        return connection.getresponse().status
    except (OSError, http.client.HTTPException):
        return None
    finally:
        connection.close()


def trouble_of_postgres(instance: Instance) -> str:
    """The database takes a connection."""
    return "" if said_by_database(instance, "SELECT true") else "takes no connections yet"


def trouble_of_engine(instance: Instance, node: Node) -> str:
    """Asterisk's ARI answers, and it knows this instance's password."""
    login = f"switchboard:{instance.secret('ari')}"
    port = node.http_port
    status = http_status(host="127.0.0.1", port=port, path="/ari/asterisk/ping", login=login)
    if status == 200:
        return ""
    return "does not answer yet" if status is None else f"/ari/asterisk/ping answers {status}"


def trouble_of_front(instance: Instance) -> str:
    """Kamailio answers, and has somebody to hand a call to."""
    try:
        serving = nodes_that_answer(front_settings(instance).control)
    except (ConnectionError, Refusal):
        return "does not answer yet"
    return "" if serving else "finds no node that takes calls"


def trouble_of_web(instance: Instance) -> str:
    """The website answers its own question of health."""
    status = http_status(host=reachable(instance), port=instance.ports.web, path="/healthz")
    if status == 200:
        return ""
    return "does not answer yet" if status is None else f"/healthz answers {status}"


def trouble_of_switchboard(instance: Instance, *, process: int | None = None) -> str:
    """A switchboard leads: it holds its lock in the database, and has said not long ago that it lives.

    Where `process` is given and another one leads, it is enough that this one stands by.
    """
    switchboards = switchboards_by_lead(instance)
    if True not in switchboards.values():
        return "does not lead yet"
    if process is not None and not switchboards.get(process):
        return "" if process in switchboards else "does not stand by yet"
    silent_since = datetime.now(UTC) - timedelta(seconds=SECONDS_OF_SILENCE)
    speaks = f"SELECT EXISTS (SELECT FROM calls_pulse WHERE at > '{silent_since.isoformat()}')"  # noqa: S608 - ours
    return "" if said_by_database(instance, speaks) else "leads, but cannot record"


def trouble_of_work(instance: Instance) -> str:
    """A worker told the database not long ago that it lives; it does so every ten seconds."""
    lives = """
        SELECT EXISTS (SELECT FROM procrastinate_workers WHERE last_heartbeat > now() - interval '30 seconds')
    """
    return "" if said_by_database(instance, lives) else "does not work yet"


def switchboards_by_lead(instance: Instance) -> dict[int, bool]:
    """The processes of the switchboards that lead or stand by, and whether each leads.

    Whoever does not look for the lead does not stand by. None where the database does not answer.
    """
    connected = f"""
        SELECT process, leads
          FROM (SELECT split_part(application_name, ' ', 2)::int AS process, state_change,
                       EXISTS (SELECT FROM pg_locks
                                WHERE pid = activity.pid AND locktype = 'advisory' AND granted) AS leads
                  FROM pg_stat_activity AS activity
                 WHERE application_name ~ '^tocsin-switchboard [0-9]+$') AS switchboard
         WHERE leads OR state_change > now() - interval '{SECONDS_OF_SILENCE} seconds'
    """  # noqa: S608 - ours
    try:
        with asking_database(instance) as connection:
            return dict(connection.execute(connected).fetchall())
    except psycopg.Error:
        return {}


@contextmanager
def asking_database(instance: Instance) -> Iterator[psycopg.Connection]:
    """A connection by which the database answers in time, or raises a psycopg.Error."""
    with psycopg.connect(instance.database_dsn, connect_timeout=SECONDS_TO_ANSWER) as connection:
        connection.execute(f"SET statement_timeout = '{SECONDS_TO_ANSWER}s'".encode())
        yield connection


def said_by_database(instance: Instance, question: str) -> bool:
    """The answer of the database to a question of yes or no; no where it does not answer."""
    try:
        with asking_database(instance) as connection:
            return connection.execute(question.encode()).fetchone() == (True,)
    except psycopg.Error:
        return False


QUESTIONS: dict[str, Callable[[Instance], str]] = {
    "postgres": trouble_of_postgres,
    "front": trouble_of_front,
    "work": trouble_of_work,
    "web": trouble_of_web,
}


def trouble_of(part: str, instance: Instance, *, process: int | None = None) -> str:
    """What is wrong with a part that runs, as this `process` or as any; empty where it does its work."""
    if part in {each.name for each in (SWITCHBOARD, *standby_of(instance))}:
        return trouble_of_switchboard(instance, process=process)
    node = next((node for node in nodes_of(instance) if node.name == part), None)
    return trouble_of_engine(instance, node) if node else QUESTIONS[part](instance)


def health_of(instance: Instance, state: State) -> Health:
    """How the part is that a supervisor says this of."""
    trouble = trouble_of(state.name, instance, process=state.pid) if state.state in ALIVE else f"is {state.state}"
    return Health(part=state.name, state=state.state, pid=state.pid, seconds_up=state.seconds_up, trouble=trouble)


def healths(instance: Instance) -> list[Health]:
    """How every part is, in the order in which they start; all are stopped where nothing supervises them."""
    try:
        states = Supervisor(instance).states()
    except ConnectionError:
        states = {}
    return [
        health_of(instance, states.get(part.name, State(name=part.name, state="stopped", pid=None, seconds_up=0)))
        for part in parts_of(instance)
    ]


@click.command()
@click.option("--json", "as_json", is_flag=True, help="One JSON object instead of a table.")
@click.pass_context
def status(context: click.Context, *, as_json: bool) -> None:
    """Say how each part is; exit status 0 only when all are healthy."""
    found = healths(instance)
    ready = not any(health.trouble for health in found)
    if as_json:
        parts = [
            {
                "part": health.part,
                "state": health.state,
                "healthy": not health.trouble,
                "trouble": health.trouble,
                "pid": health.pid,
                "seconds_up": health.seconds_up,
            }
            for health in found
        ]
        summary = {
            "ready": ready,
            "demo": instance.demo,
            "home": str(instance.home),
            "address": address_of(instance),
            "parts": parts,
        }
        click.echo(json.dumps(summary))
    else:
        for health in found:
            since = f"up {health.seconds_up} s, pid {health.pid}" if health.pid else ""
            click.echo(f"{health.part:12} {health.trouble or 'healthy':36} {since}".rstrip())
        click.echo(f"ready {address_of(instance)}" if ready else "not ready: `tocsin doctor` says more")
    context.exit(0 if ready else 1)
