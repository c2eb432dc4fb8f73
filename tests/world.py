"""Builders: the smallest piece of world a test needs, made through the models."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime

from tocsin.accounts.models import Person
from tocsin.accounts.rules import Role
from tocsin.activations.models import Activation, FrontMessage
from tocsin.activations.rules import Kind, State
from tocsin.authorities.models import Authority, Membership, Number
from tocsin.workforce.models import Agent

NOON = datetime(2026, 3, 7, 12, 0, tzinfo=UTC)
PASSWORD = "correct horse battery"


def authority(name: str = "Rivaal", *, number: str = "1771") -> Authority:
    """A municipality with a number of its own or one it shares."""
    made = Authority.objects.create(name=name, slug=name.lower(), languages=["nl", "fr"])
    made.numbers.add(Number.objects.get_or_create(digits=number)[0])
    return made


def person(name: str, *roles: Role, acts_for: Authority | None = None) -> Person:
    """Somebody who signs in with PASSWORD."""
    made = Person.objects.create_user(
        f"{name.lower()}@example.org", PASSWORD, name=name, roles=[role.value for role in roles]
    )
    if acts_for:
        Membership.objects.create(authority=acts_for, person=made)
    return made


def agent(
    name: str, languages: Sequence[str], *, serves: Authority, skills: Mapping[str, int] | None = None
) -> Agent:
    """An agent who is signed out, and fluent in the languages."""
    made = Agent.objects.create(
        person=person(name, Role.AGENT),
        languages=dict.fromkeys(languages, 2),
        skills=skills or {},
        since=NOON,
        idle_since=NOON,
    )
    made.serves.add(serves)
    return made


def activation(
    of: Authority,
    *,
    languages: Sequence[str] = ("nl", "fr"),
    kind: Kind = Kind.EXERCISE,
    state: State = State.OPEN,
) -> Activation:
    """An activation on the authority's first number, with a front message in each language."""
    made = Activation.objects.create(
        authority=of,
        number=of.numbers.first(),
        title="Rook boven de haven",
        kind=kind.value,
        languages=list(languages),
        timezone=of.timezone,
        state=state.value,
        ordered_at=NOON,
    )
    for language in languages:
        FrontMessage.objects.create(activation=made, language=language, text=f"Bericht ({language}).", at=NOON)
    return made
