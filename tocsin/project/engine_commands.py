"""`tocsin engine`: fetch the telephone engine, see what it is, and speak to the one that runs."""

import json
from datetime import datetime

import click

from tocsin.gateways.asterisk.engine import console, record_of
from tocsin.project.instance import instance
from tocsin.project.nodes import nodes_of
from tocsin.project.telephony import engine_folder, engine_settings, ensure_engine, present_engine
from tocsin.refusals import Refusal


@click.group()
def engine() -> None:
    """The telephone engine: Asterisk and the voice that speaks texts."""


@engine.command()
@click.option("--newest", is_flag=True, help="Fetch the newest, even where one is there.")
def install(*, newest: bool) -> None:
    """Fetch the engine into the instance's folder; needs no root, and is done once."""
    found = ensure_engine(instance, newest=newest)
    click.echo(f"Asterisk {found.version} is there.")


@engine.command()
@click.option("--json", "as_json", is_flag=True, help="One JSON object instead of a sentence.")
def status(*, as_json: bool) -> None:
    """Say which engine this instance runs and where it came from."""
    found = present_engine(instance)
    if found is None:
        raise Refusal("The telephone engine is not there yet: run `tocsin engine install`.")
    folder = engine_folder(instance)
    record = record_of(folder) if found.modules.is_relative_to(folder) else None
    if as_json:
        made_of = [package.name for package in record.packages] if record else []
        said = {
            "version": found.version,
            "suite": record.suite if record else None,
            "signed_at": record.signed_at if record else None,
            "modules": str(found.modules),
            "packages": made_of,
        }
        click.echo(json.dumps(said))
    elif record:
        signed = datetime.fromisoformat(record.signed_at)
        click.echo(
            f"Asterisk {found.version} in {folder}: {len(record.packages)} packages of "
            f"{record.suite} as of {signed:%-d %B %Y}."
        )
    else:
        click.echo(f"Asterisk {found.version}, this machine's own: {found.asterisk[0]}")


@engine.command()
def path() -> None:
    """Print the folder of the fetched engine."""
    click.echo(engine_folder(instance))


@engine.command("console")
@click.option("--node", "name", help="On this node, where the engine has several; on the first, if not given.")
@click.argument("order", nargs=-1)
def console_command(*, name: str | None, order: tuple[str, ...]) -> None:
    """Open Asterisk's console on the engine that runs, or carry out one ORDER, such as: core show channels."""
    names = [node.name for node in nodes_of(instance)]
    if name and name not in names:
        raise Refusal(f"There is no node {name}: the engine has {', '.join(names)}.")
    number = names.index(name) + 1 if name else 1
    found = present_engine(instance)
    if found is None:
        raise Refusal("The telephone engine is not there yet: run `tocsin engine install`.")
    console(found, engine_settings(instance, number=number), order=" ".join(order))
