"""An activation that somebody changes: locked, by whoever may, with its line in the logbook."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from tocsin.accounts.models import Person
from tocsin.accounts.rules import Role
from tocsin.activations.models import Activation
from tocsin.activations.rules import State
from tocsin.authorities.models import Authority
from tocsin.logbook.actions import note, notify
from tocsin.refusals import Refusal


def changeable(
    key: int, *, by: Person, language: str | None = None, roles: Sequence[Role] = (Role.DUTY_OFFICER,)
) -> Activation:
    """An activation, locked, of which a person of these roles may change what it says, in its language if told."""
    activation = locked(key)
    check_officer(by, activation.authority, roles=roles)
    if State(activation.state) not in (State.ORDERED, State.OPEN):
        raise Refusal("This activation lets nobody in any more, so its message stays as it was.")
    if language is not None and language not in activation.languages:
        raise Refusal("This activation does not speak that language.")
    return activation


def locked(key: int) -> Activation:
    """An activation that nobody else changes until this transaction ends."""
    # Not FOR UPDATE: it would keep out the foreign keys of calls that are being recorded, whose transaction may
    # hold the logbook's chain, which we ask for next.
    chosen = Activation.objects.select_for_update(of=("self",), no_key=True)
    return chosen.select_related("authority").get(pk=key)


def noted(
    kind: str, activation: Activation, *, by: Person | None, at: datetime, facts: Mapping[str, object]
) -> None:
    """Write the logbook's line, and tell the switchboard that lines changed."""
    subject = f"activation:{activation.pk}"
    note(kind=kind, subject=subject, by=by, at=at, authority=activation.authority_id, facts=facts)
    notify("tocsin_switchboard", "lines")


def check_officer(person: Person, authority: Authority, *, roles: Sequence[Role] = (Role.DUTY_OFFICER,)) -> None:
    """Raise Refusal unless the person acts for the authority in one of these roles."""
    if not authority.members.filter(pk=person.pk).exists():
        raise Refusal("You do not act for this authority, so you cannot open or close its line.")
    if not any(person.has_role(role) for role in roles):
        raise Refusal("Only a duty officer opens or closes a line, or changes what it says.")
