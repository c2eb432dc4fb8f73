"""The one command line, `tocsin`: its verbs by what they are for, each imported only when it is asked for."""

import importlib
import sys

import click

from tocsin.project.processes import close_pool
from tocsin.refusals import Refusal

# A verb is registered by naming its click command here; the text after the colon is the command's own name.
VERBS = {
    "Run": {
        "up": "tocsin.project.up:up",
        "status": "tocsin.project.health:status",
        "run": "tocsin.project.run:run",
    },
    "Practise": {
        "rehearse": "tocsin.project.rehearsal:rehearse",
    },
    "Look after": {
        "engine": "tocsin.project.engine_commands:engine",
        "node": "tocsin.project.node_commands:node",
        "doctor": "tocsin.project.doctor:doctor",
        "db": "tocsin.project.database:db",
        "people": "tocsin.project.people_commands:people",
        "manage": "tocsin.project.manage:manage",
    },
}


class Verbs(click.Group):
    """A group whose commands are imported when they are used: no verb pays for the others."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - click's own signature
        return [name for verbs in VERBS.values() for name in verbs]

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002
        for verbs in VERBS.values():
            if cmd_name in verbs:
                module, _, attribute = verbs[cmd_name].partition(":")
                found = getattr(importlib.import_module(module), attribute)
                assert isinstance(found, click.Command)  # noqa: S101 - VERBS is our own
                return found
        return None

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        for purpose, verbs in VERBS.items():
            rows = [
                (name, found.get_short_help_str(limit=90))
                for name in verbs
                if (found := self.get_command(ctx, name)) is not None
            ]
            with formatter.section(purpose):
                formatter.write_dl(rows)


@click.command(cls=Verbs, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="tocsin")
def tocsin() -> None:
    """Tocsin, the crisis contact centre: run it, look after it, rehearse with it."""


def main() -> None:
    """Run one verb; a refusal is one line on the error output, and exit status 1."""
    try:
        tocsin()
    except Refusal as refusal:
        click.echo(f"tocsin: {refusal}", err=True)
        sys.exit(1)
    finally:
        close_pool()


if __name__ == "__main__":
    main()
