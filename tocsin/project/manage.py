"""`tocsin manage`: Django's own commands, for this instance."""

import os

import click


@click.command(add_help_option=False, context_settings={"ignore_unknown_options": True})
@click.argument("words", nargs=-1, type=click.UNPROCESSED)
def manage(words: tuple[str, ...]) -> None:
    """Run one of Django's commands (what manage.py is elsewhere)."""
    from django.core.management import execute_from_command_line  # noqa: PLC0415 - Django is slow to load

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tocsin.project.settings")
    execute_from_command_line(["tocsin manage", *words])
