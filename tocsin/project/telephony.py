"""The telephone engine of this instance: where it is kept, and how it is set up."""

import os
import stat
import sys
import tomllib
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import NoReturn

import click

from tocsin.gateways.asterisk.ari import AriAccess
from tocsin.gateways.asterisk.engine import (
    Certificate,
    Engine,
    EngineSettings,
    Nat,
    Neighbour,
    Progress,
    Trunk,
    install,
    installed,
    outside_trunk,
    run,
    run_outside,
    system_engine,
)
from tocsin.gateways.asterisk.engine.settings import INSIDE_ADDRESS
from tocsin.gateways.asterisk.front import FrontSettings, run_front
from tocsin.project.instance import Instance
from tocsin.project.nodes import Node, nodes_of, resting
from tocsin.refusals import Refusal


def engine_folder(instance: Instance) -> Path:
    """Where the fetched engine is."""
    return instance.home / "engine"


def package_cache() -> Path:
    """Where fetched packages are kept for the next instance."""
    given = os.environ.get("TOCSIN_CACHE")
    usual = Path(os.environ.get("XDG_CACHE_HOME", Path.home() / ".cache")) / "tocsin"
    return Path(given).expanduser() if given else usual


def certificate() -> Certificate | None:
    """What proves to carriers over TLS who we are, where the operator has such."""
    proof, key = (os.environ.get(name) for name in ("TOCSIN_SIP_CERTIFICATE", "TOCSIN_SIP_KEY"))
    return Certificate(certificate=Path(proof), key=Path(key)) if proof and key else None


def router() -> Nat:
    """The way through the router that stands between, where there is one."""
    networks = os.environ.get("TOCSIN_LOCAL_NETWORKS", "")
    turn_user = os.environ.get("TOCSIN_TURN_USER", "")
    return Nat(
        external_address=os.environ.get("TOCSIN_EXTERNAL_ADDRESS", ""),
        local_networks=tuple(network.strip() for network in networks.split(",") if network.strip()),
        stun=os.environ.get("TOCSIN_STUN", ""),
        # The engine knows no passwords that run out; the browsers' TURN is enough for both ends.
        turn=os.environ.get("TOCSIN_TURN", "") if turn_user else "",
        turn_user=turn_user,
        turn_password=os.environ.get("TOCSIN_TURN_PASSWORD", ""),
    )


def read_trunks(text: str) -> tuple[Trunk, ...]:
    """The carriers, as TOCSIN_HOME/trunks.toml says them: one table [[trunk]] each, with the fields of Trunk.

    Raises Refusal where a field is unknown or missing.
    """
    try:
        said = tomllib.loads(text)
        tables = said.pop("trunk", [])
        trunks = tuple(Trunk(**{**table, "peers": tuple(table.get("peers", ()))}) for table in tables)
    except (tomllib.TOMLDecodeError, TypeError) as wrong:
        raise Refusal(f"trunks.toml cannot be used ({wrong}); docs/settings.md says how it is written.") from wrong
    if said:
        raise Refusal(f"trunks.toml says {', '.join(said)}, which means nothing: it holds [[trunk]] and no more.")
    return trunks


def close_to_others(file: Path) -> None:
    """Have a file of secrets read by its owner alone, and say so; raises Refusal where all would go on reading."""
    mode = stat.S_IMODE(file.stat().st_mode)
    if not mode & (stat.S_IRWXG | stat.S_IRWXO):
        return
    try:
        file.chmod(0o600)
    except PermissionError as somebody_elses:
        # Root may have handed it to the group of who runs Tocsin.
        if mode & stat.S_IRWXO:
            raise Refusal(
                f"{file} holds carriers' passwords and is open to everybody here, so it was not used: "
                f"chmod 600 {file}"
            ) from somebody_elses
    else:
        click.echo(f"{file} holds carriers' passwords, so it is now for its owner alone (mode 600).", err=True)


def carriers(instance: Instance) -> tuple[Trunk, ...]:
    """The carriers of an instance; only a demo is called from its rehearsed outside network."""
    file = instance.home / "trunks.toml"
    if instance.demo:
        return (outside_trunk(sip_port=instance.ports.outside_sip),)
    if not file.exists():
        return ()
    close_to_others(file)
    return read_trunks(file.read_text(encoding="utf-8"))


def engine_settings(instance: Instance, *, number: int = 1) -> EngineSettings:
    """What the configuration of a node of the engine is made from, the first being 1.

    Raises Refusal where there is none of that number.
    """
    ports = instance.ports
    nodes = nodes_of(instance)
    if not 1 <= number <= len(nodes):
        raise Refusal(f"There is no node {number}: the engine has {len(nodes)} (TOCSIN_NODES).")
    node = nodes[number - 1]
    return EngineSettings(
        home=instance.home,
        bind=instance.bind,
        name=node.name,
        neighbours=tuple(_neighbour(other) for other in nodes if other is not node),
        front=f"{INSIDE_ADDRESS}:{ports.front_inside}",
        http_port=node.http_port,
        sip_port=node.sip_port,
        sip_tls_port=ports.sip_tls,
        rtp_first=node.rtp_first,
        rtp_last=node.rtp_last,
        password=instance.secret("ari"),
        trunks=carriers(instance),
        nat=router(),
        outside_http_port=ports.outside_http,
        outside_sip_port=ports.outside_sip,
        most_calls=instance.most_calls,
        trunk_calls=instance.trunk_calls,
        rehearsal=instance.demo,
        certificate=certificate() if len(nodes) == 1 else None,
    )


def front_settings(instance: Instance) -> FrontSettings:
    """What the configuration of the front is made from."""
    return FrontSettings(
        home=instance.home,
        bind=instance.bind,
        sip_port=instance.ports.sip,
        inside_port=instance.ports.front_inside,
        nodes=tuple(_neighbour(node) for node in nodes_of(instance)),
        trunks=carriers(instance),
        control=instance.sockets / "front" / "control",
        resting=resting(instance),
        rehearsal=instance.demo,
    )


def access_to(node: Node, instance: Instance) -> AriAccess:
    """How the switchboard reaches a node."""
    return AriAccess(
        url=f"http://127.0.0.1:{node.http_port}",
        user="switchboard",
        password=instance.secret("ari"),
        app="tocsin",
    )


def _neighbour(node: Node) -> Neighbour:
    return Neighbour(name=node.name, sip_port=node.sip_port)


def present_engine(instance: Instance) -> Engine | None:
    """The engine that this instance would run now; None where it is still to be fetched."""
    if os.environ.get("TOCSIN_ENGINE") == "system":
        return system_engine()
    return installed(engine_folder(instance))


def ready_engine(instance: Instance) -> Engine:
    """The engine, for what runs now and fetches nothing; raises Refusal where it is still to be fetched."""
    engine = present_engine(instance)
    if engine is None:
        raise Refusal("The telephone engine is not there yet: run `tocsin engine install`.")
    return engine


def ensure_engine(instance: Instance, *, newest: bool = False) -> Engine:
    """The engine, fetched first where it is absent, or where the newest is asked for."""
    if os.environ.get("TOCSIN_ENGINE") == "system":
        return system_engine()
    return install(
        engine_folder(instance),
        cache=package_cache(),
        report=reporter(),
        mirror=os.environ.get("TOCSIN_DEBIAN_MIRROR", ""),
        suite=os.environ.get("TOCSIN_ENGINE_SUITE", ""),
        newest=newest,
    )


def reporter() -> Callable[[str, Progress | None], None]:
    """Shows how far the fetching is: one line that grows on a terminal, one line per stage elsewhere."""
    told: set[str] = set()

    def report(doing: str, progress: Progress | None) -> None:
        if progress is None:
            click.echo(doing)
            return
        megabytes = f"{progress.bytes / 1e6:.0f} of {progress.bytes_total / 1e6:.0f} MB"
        ended = progress.bytes >= progress.bytes_total
        if sys.stdout.isatty():
            click.echo(f"\r{doing}: {megabytes}, {progress.files} of {progress.files_total} files", nl=ended)
        elif ended and doing not in told:
            told.add(doing)
            click.echo(f"{doing}: {megabytes}, {progress.files_total} files")

    return report


def become_engine(instance: Instance, *, number: int) -> NoReturn:
    """Become a node of the engine, in the foreground; raises Refusal where it is not there."""
    run(ready_engine(instance), engine_settings(instance, number=number))


def become_front(instance: Instance) -> NoReturn:
    """Become what stands before several nodes; raises Refusal where that cannot be."""
    instance.make_sockets()
    run_front(front_settings(instance))


def become_outside(instance: Instance) -> NoReturn:
    """Become the telephone network of a rehearsal; raises Refusal where the engine is not there."""
    # Whoever is before it: the outside calls where callers do.
    run_outside(ready_engine(instance), replace(engine_settings(instance), sip_port=instance.ports.sip))
