"""The door to personal records, and the only writer of authorities, their numbers and the centre's people."""

import re
from collections.abc import Collection, Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime

from allauth.mfa.models import Authenticator
from django.db import connection, transaction
from django.utils.text import slugify

from tocsin.accounts.models import Person
from tocsin.accounts.rules import Role
from tocsin.authorities.models import Authority, Membership, Number
from tocsin.logbook.actions import note, notify
from tocsin.refusals import Refusal


@contextmanager
def viewing(
    *,
    person: Person,
    authorities: Iterable[int],
    purpose: str,
    subject: str,
    at: datetime,
    streams: Iterable[str] = (),
) -> Iterator[None]:
    """Open a transaction in which the personal records of these authorities, and no others, can be read.

    Of what was written, only that of the streams given: what victims said is not shown with information.
    The view is noted with its purpose, last of all: while the transaction that wrote a line goes on, nobody else
    writes one, the switchboard neither. Nothing may be shown before the block has ended. Outside such a block
    row-level security shows no personal record at all.
    """
    keys = sorted(set(authorities))
    written = sorted(streams)
    with transaction.atomic():
        _let_see(",".join(map(str, keys)), streams=",".join(written))
        yield
        _let_see("")
        facts = {"purpose": purpose, "authorities": keys, "streams": written}
        note(kind="person.viewed", subject=subject, by=person, at=at, facts=facts)


@contextmanager
def acting_as_centre() -> Iterator[None]:
    """Open a transaction in which the centre's own processes may write personal records of every authority."""
    nested = connection.in_atomic_block
    with transaction.atomic():
        _let_see("centre")
        yield
        if nested:
            _let_see("")


def _let_see(viewer: str, *, streams: str = "") -> None:
    # Local to the transaction, and emptied again where the block is nested in a longer one.
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT set_config('tocsin.viewer', %s, true), set_config('tocsin.streams', %s, true)",
            [viewer, streams],
        )


def add_authority(
    *, by: Person | None, name: str, languages: Sequence[str], timezone: str, at: datetime
) -> Authority:
    """Take on a public body. `timezone` is a name of the IANA database; `by` is empty on the command line."""
    _check_administrator(by)
    slug = slugify(name)
    if not slug or not languages:
        raise Refusal("An authority has a name and speaks at least one language.")
    with transaction.atomic():
        if Authority.objects.filter(slug=slug).exists():
            raise Refusal("There is already an authority called %(name)s.", name=name)
        authority = Authority.objects.create(name=name, slug=slug, languages=list(languages), timezone=timezone)
        facts = {"name": name, "languages": list(languages), "timezone": timezone}
        note(
            kind="authority.added",
            subject=f"authority:{authority.pk}",
            by=by,
            at=at,
            authority=authority.pk,
            facts=facts,
        )
    return authority


def assign_number(*, by: Person | None, authority: Authority, digits: str, at: datetime) -> Number:
    """Let an authority be reached on a number; several authorities may share one."""
    _check_administrator(by)
    if not re.fullmatch(r"\+?[0-9]{2,15}", digits):
        raise Refusal("A number is 2 to 15 digits, with a plus sign before a country code: 1771, +3221234567.")
    with transaction.atomic():
        number, _new = Number.objects.get_or_create(digits=digits)
        if number.authorities.filter(pk=authority.pk).exists():
            raise Refusal("%(authority)s already has this number.", authority=authority)
        number.authorities.add(authority)
        note(
            kind="number.assigned",
            subject=f"number:{digits}",
            by=by,
            at=at,
            authority=authority.pk,
            facts={},
        )
    return number


def add_person(
    *,
    by: Person | None,
    email: str,
    name: str,
    roles: Collection[Role],
    language: str,
    authorities: Iterable[Authority],
    at: datetime,
    synthetic: bool = False,
) -> Person:
    """Let somebody in, who sets a password with a one-time link; what they may do follows from `roles`."""
    _check_administrator(by)
    if not roles:
        raise Refusal("Choose at least one role: without one there is nothing to see.")
    with transaction.atomic():
        if Person.objects.filter(email=email.lower()).exists():
            raise Refusal("There is already somebody with the address %(email)s.", email=email)
        person = Person.objects.create_user(
            email, name=name, roles=sorted(roles), language=language, synthetic=synthetic
        )
        _set_memberships(person, authorities)
        _note_person("person.added", person, by=by, at=at)
    return person


def change_person(
    *,
    by: Person,
    person: Person,
    name: str,
    roles: Collection[Role],
    language: str,
    authorities: Iterable[Authority],
    is_active: bool,
    at: datetime,
) -> Person:
    """Change what somebody may do, or let them in no more: their sessions then end with the next page."""
    _check_administrator(by)
    if by == person and (not is_active or Role.ADMINISTRATOR not in roles):
        raise Refusal("Another administrator has to take this role from you, so that one always remains.")
    if not roles:
        raise Refusal("Choose at least one role, or switch the account off.")
    with transaction.atomic():
        changed = Person.objects.select_for_update(no_key=True).get(pk=person.pk)
        changed.name, changed.roles, changed.language = name, sorted(roles), language
        changed.is_active = is_active
        changed.save(update_fields=["name", "roles", "language", "is_active"])
        _set_memberships(changed, authorities)
        _note_person("person.changed", changed, by=by, at=at)
        # Whoever may take calls no more is signed out there, with the telephone.
        notify("tocsin_switchboard", "agents")
    return changed


def choose_language(*, person: Person, language: str, at: datetime) -> None:
    """Keep the language of the screens that somebody chose for themselves: a code of settings.INSIDE_LANGUAGES."""
    if language == person.language:
        return
    with transaction.atomic():
        person.language = language
        person.save(update_fields=["language"])
        facts = {"language": language}
        note(kind="person.language_chosen", subject=f"person:{person.pk}", by=person, at=at, facts=facts)


def reset_access(*, by: Person | None, person: Person, at: datetime) -> Person:
    """Forget a lost password and every second factor: only a new one-time link lets the person in again.

    An administrator does this for others alone, so that whoever did it can still sign in; `by` is nobody on the
    machine itself, which is the way back in for the last one.
    """
    _check_administrator(by)
    if by == person:
        raise Refusal("Another administrator has to do this for you, so that one who can sign in always remains.")
    with transaction.atomic():
        locked = Person.objects.select_for_update(no_key=True).get(pk=person.pk)
        locked.set_unusable_password()
        locked.save(update_fields=["password"])
        Authenticator.objects.filter(user=locked).delete()
        _note_person("person.access_reset", locked, by=by, at=at)
    return locked


def _check_administrator(person: Person | None) -> None:
    if person is not None and not person.has_role(Role.ADMINISTRATOR):
        raise Refusal("Only an administrator changes who works here and for whom.")


def _set_memberships(person: Person, authorities: Iterable[Authority]) -> None:
    kept = [authority.pk for authority in authorities]
    Membership.objects.filter(person=person).exclude(authority__in=kept).delete()
    for key in kept:
        Membership.objects.get_or_create(person=person, authority_id=key)


def _note_person(kind: str, person: Person, *, by: Person | None, at: datetime) -> None:
    authorities = sorted(person.memberships.values_list("authority_id", flat=True))
    facts = {"roles": list(person.roles), "authorities": authorities, "active": person.is_active}
    note(kind=kind, subject=f"person:{person.pk}", by=by, at=at, facts=facts)
