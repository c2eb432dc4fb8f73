"""`tocsin people`: the first administrator, and the way back in for one who lost everything."""

import os
from typing import TYPE_CHECKING

import click

from tocsin.project.instance import LOOPBACK, Instance, instance
from tocsin.project.postgres import serving
from tocsin.refusals import Refusal

if TYPE_CHECKING:
    from tocsin.accounts.models import Person


@click.group()
def people() -> None:
    """Who may sign in: the first administrator; the others are let in on the website."""
    import django  # noqa: PLC0415 - Django is slow to load

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tocsin.project.settings")
    django.setup()


@people.command("add-administrator")
@click.argument("email")
@click.argument("name")
def add_administrator(email: str, name: str) -> None:
    """Let an administrator in, and print the one-time link that sets the password."""
    from django.core.exceptions import ValidationError  # noqa: PLC0415
    from django.core.validators import validate_email  # noqa: PLC0415
    from django.utils import timezone  # noqa: PLC0415

    from tocsin.accounts.rules import Role  # noqa: PLC0415
    from tocsin.authorities.actions import add_person  # noqa: PLC0415

    try:
        validate_email(email)
    except ValidationError:
        raise Refusal(f"{email} is no e-mail address, so nobody was let in.") from None
    with serving(instance):
        person = add_person(
            by=None,
            email=email,
            name=name,
            roles=[Role.ADMINISTRATOR],
            language="en",
            authorities=[],
            at=timezone.now(),
        )
        _print_link(person)


@people.command()
@click.argument("email")
def reset(email: str) -> None:
    """Take somebody's access away, and print the one-time link that gives it anew.

    Forgets their password, passkeys, authenticator app and recovery codes, and signs them out everywhere. Their
    roles, and what they did, stay.
    """
    from django.utils import timezone  # noqa: PLC0415

    from tocsin.accounts.models import Person  # noqa: PLC0415
    from tocsin.authorities.actions import reset_access  # noqa: PLC0415

    with serving(instance):
        person = Person.objects.filter(email=email.lower()).first()
        if person is None:
            raise Refusal(f"Nobody here has the address {email}.")
        _print_link(reset_access(by=None, person=person, at=timezone.now()))


def _print_link(person: "Person") -> None:
    from tocsin.web.sign_in import password_link  # noqa: PLC0415

    click.echo(address_for_people(instance) + password_link(person))


def address_for_people(instance: Instance) -> str:
    """Where people open the website: by its name where it has one, for at digits there are no passkeys."""
    public = [origin for origin in instance.origins if origin.startswith("https://")]
    here = "localhost" if instance.bind in LOOPBACK else instance.bind
    return public[0] if public else f"http://{here}:{instance.ports.web}"
