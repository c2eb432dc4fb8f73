"""`tocsin db`: bring the database up to date, write it to a file, and read it back."""

import os
import subprocess
import tempfile
from datetime import UTC, datetime
from pathlib import Path

import click
import psycopg
from psycopg import sql
from psycopg.conninfo import make_conninfo

from tocsin.calls.rules.retention import SET_ASIDE, SET_ASIDE_KEPT
from tocsin.project.instance import Instance, instance
from tocsin.project.postgres import program, serving
from tocsin.refusals import Refusal

SUFFIX_NEW = "_new"


@click.group()
def db() -> None:
    """The database: migrate, backup, restore."""


@db.command()
def migrate() -> None:
    """Bring the database to this version of the code, and a demo to where it begins."""
    import django  # noqa: PLC0415 - Django is slow to load
    from django.core.management import call_command  # noqa: PLC0415

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tocsin.project.settings")
    with serving(instance):
        django.setup()
        call_command("migrate", interactive=False)
        call_command("createcachetable")
        if instance.demo:
            from tocsin.project.demo import prepare_demo  # noqa: PLC0415 - its tables need Django

            prepare_demo(at=datetime.now(UTC))


@db.command()
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
def backup(file: Path) -> None:
    """Write the whole database to FILE, while everything runs."""
    with serving(instance):
        write_backup(instance, file=file)
    click.echo(f"wrote {file} ({file.stat().st_size / 1_000_000:.1f} MB)")


@db.command()
@click.argument("file", type=click.Path(path_type=Path, exists=True, dir_okay=False))
def restore(file: Path) -> None:
    """Replace the database by what FILE holds; nothing may be connected meanwhile."""
    with serving(instance):
        kept = read_backup(instance, file=file)
    click.echo(
        f"restored {file}; the database as it was is kept as {kept} for {SET_ASIDE_KEPT.days} days, "
        "or until the next restore"
    )


def client(name: str, *options: str | Path, connection: dict[str, str]) -> None:
    """Run pg_dump or pg_restore with libpq's words for the connection; raises Refusal with its last words."""
    password = connection.get("password", "")
    address = make_conninfo(**{word: value for word, value in connection.items() if word != "password"})
    outcome = subprocess.run(
        [program(name), *options, "--dbname", address],
        # On the command line, everybody on the machine could read it.
        env={**os.environ, "PGPASSWORD": password},
        capture_output=True,
        text=True,
        check=False,
    )
    if outcome.returncode != 0:
        lines = outcome.stderr.strip().splitlines() or [f"exit status {outcome.returncode}"]
        said = next((line for line in lines if "error:" in line), lines[-1])
        raise Refusal(f"{name} failed, and nothing was changed: {said.removeprefix(f'{name}: error: ')}")


def write_backup(instance: Instance, *, file: Path) -> None:
    """Write the database to a file in pg_dump's own format, whole or not at all.

    The embedded server is read as its superuser: row-level security hides rows from the role `tocsin`, and
    pg_dump refuses to leave rows out. With DATABASE_URL, name for this one command a role that may BYPASSRLS.
    """
    if not file.parent.is_dir():
        raise Refusal(f"There is no folder {file.parent}: make it first, or name another. Nothing was written.")
    connection = dict(instance.connection)
    if instance.embedded:
        connection |= {"user": "postgres", "password": instance.secret("database-superuser")}
    descriptor, draft = tempfile.mkstemp(dir=file.parent, prefix=f".{file.name}-")
    os.close(descriptor)
    try:
        client("pg_dump", "--format", "custom", "--file", draft, connection=connection)
        with Path(draft).open("rb") as written:
            os.fsync(written.fileno())
        Path(draft).rename(file)
    finally:
        Path(draft).unlink(missing_ok=True)


def read_backup(instance: Instance, *, file: Path) -> str:
    """Put what a backup holds in the place of the database; give the name under which the old one is kept.

    It is read into a new database, and the names are exchanged in one transaction. Raises Refusal, with the
    database as it was, where the file is no backup or somebody is connected.
    """
    name: str = instance.connection["dbname"]
    fresh, previous = name + SUFFIX_NEW, name + SET_ASIDE
    beside = {**instance.connection, "dbname": "postgres"}
    with psycopg.connect(**beside, autocommit=True) as connection:
        refuse_while_used(connection, name=name)
        connection.execute(sql.SQL("DROP DATABASE IF EXISTS {}").format(sql.Identifier(fresh)))
        connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(fresh)))
        try:
            reading = {**instance.connection, "dbname": fresh}
            client("pg_restore", "--no-owner", "--exit-on-error", str(file), connection=reading)
            refuse_while_used(connection, name=name)
            connection.execute(sql.SQL("DROP DATABASE IF EXISTS {}").format(sql.Identifier(previous)))
            with connection.transaction():
                for old, new in ((name, previous), (fresh, name)):
                    connection.execute(
                        sql.SQL("ALTER DATABASE {} RENAME TO {}").format(sql.Identifier(old), sql.Identifier(new))
                    )
                # It remembers what the centre forgets: the sweep of old numbers drops it by this.
                connection.execute(
                    sql.SQL("COMMENT ON DATABASE {} IS {}").format(
                        sql.Identifier(previous), sql.Literal(datetime.now(UTC).isoformat())
                    )
                )
        finally:
            connection.execute(sql.SQL("DROP DATABASE IF EXISTS {}").format(sql.Identifier(fresh)))
    return previous


def refuse_while_used(connection: psycopg.Connection[tuple[object, ...]], *, name: str) -> None:
    """Raise Refusal where somebody is connected to the database."""
    count = connection.execute("SELECT count(*) FROM pg_stat_activity WHERE datname = %s", [name]).fetchone()
    if count != (0,):
        raise Refusal("The database is in use, so it was left as it is: stop Tocsin (Ctrl-C), then restore.")
