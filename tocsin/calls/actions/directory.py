"""Whom agents may call about a caller: its administrator or coordinators arrange the directory of an authority.

112 is in none of them, because every agent may call it.
"""

import re
from datetime import datetime

from django.db import transaction

from tocsin.accounts.models import Person
from tocsin.accounts.rules import Role
from tocsin.authorities.models import Authority
from tocsin.authorities.queries import acts_for
from tocsin.calls.models import LONGEST_OUTSIDE_NAME, OutsideNumber
from tocsin.logbook.actions import note
from tocsin.refusals import Refusal


def add_outside_number(
    *, authority: Authority, name: str, number: str, practice: str, by: Person | None, at: datetime
) -> OutsideNumber:
    """Let agents call a number outside. `practice` is called in its place in an exercise; empty: nothing is.

    Raises Refusal where a number is none, or the name is taken.
    """
    _check_arranges(by, authority)
    name = " ".join(name.split())
    if not 0 < len(name) <= LONGEST_OUTSIDE_NAME:
        raise Refusal("Give it a name of at most %(longest)d characters.", longest=LONGEST_OUTSIDE_NAME)
    digits, instead = _digits(number), _digits(practice) if practice else ""
    with transaction.atomic():
        # Of two who add one name, one waits.
        Authority.objects.select_for_update(no_key=True).get(pk=authority.pk)
        if authority.outside_numbers.filter(name__iexact=name).exists():
            raise Refusal("“%(name)s” is in the directory already: remove it first.", name=name)
        added = OutsideNumber.objects.create(authority=authority, name=name, number=digits, practice=instead)
        _note("outside_number.added", added, by=by, at=at)
    return added


def remove_outside_number(*, outside: OutsideNumber, by: Person, at: datetime) -> None:
    """Let agents call it no more; what was called before stays in the journal with its name and number."""
    _check_arranges(by, outside.authority)
    with transaction.atomic():
        _note("outside_number.removed", outside, by=by, at=at)
        outside.delete()


def _digits(number: str) -> str:
    digits = re.sub(r"[\s./()-]", "", number)
    if not re.fullmatch(r"\+[1-9][0-9]{6,14}|[1-9][0-9]{2,5}", digits):
        raise Refusal(
            "“%(number)s” is no number that can be called: write it with its country code, as +32 3 123 45 67, or "
            "as a short number.",
            number=number,
        )
    return digits


def _check_arranges(person: Person | None, authority: Authority) -> None:
    if person is None or person.has_role(Role.ADMINISTRATOR):
        return
    if not acts_for(person, authority, Role.COORDINATOR):
        raise Refusal("Only an administrator, or a coordinator of this authority, changes its directory.")


def _note(kind: str, outside: OutsideNumber, *, by: Person | None, at: datetime) -> None:
    facts: dict[str, object] = {"name": outside.name, "number": outside.number, "practice": outside.practice}
    subject, authority = f"outside_number:{outside.pk}", outside.authority_id
    note(kind=kind, subject=subject, by=by, at=at, authority=authority, facts=facts)
