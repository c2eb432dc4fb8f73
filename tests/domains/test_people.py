"""Who works here: let in, changed, put out; authorities and their numbers."""

from typing import Any

import pytest
from allauth.mfa.models import Authenticator

from tests import world
from tests.world import NOON
from tocsin.accounts.models import Person
from tocsin.accounts.rules import Role
from tocsin.authorities.actions import add_authority, add_person, assign_number, change_person, reset_access
from tocsin.authorities.models import Authority, Number
from tocsin.authorities.queries import authorities_of
from tocsin.logbook.models import Line
from tocsin.refusals import Refusal

pytestmark = pytest.mark.django_db


@pytest.fixture
def ada(db: None) -> Person:
    """An administrator of the centre, who acts for nobody."""
    return world.person("Ada", Role.ADMINISTRATOR)


def let_in(by: Person | None, **changes: Any) -> Person:
    asked: dict[str, Any] = {
        "email": "Wim@Example.org",
        "name": "Wim",
        "roles": [Role.COORDINATOR],
        "language": "nl",
        "authorities": [],
        "at": NOON,
    }
    return add_person(by=by, **(asked | changes))


def change(by: Person, person: Person, **changes: Any) -> Person:
    asked: dict[str, Any] = {
        "name": person.name,
        "roles": [Role(role) for role in person.roles],
        "language": "en",
        "authorities": list(person.authorities.all()),
        "is_active": True,
        "at": NOON,
    }
    return change_person(by=by, person=person, **(asked | changes))


def last_line() -> Line:
    line = Line.objects.last()
    assert line is not None
    return line


def test_somebody_let_in_acts_for_the_authorities_given_and_has_no_password_yet(
    ada: Person, rivaal: Authority, elsewhere: Authority
) -> None:
    wim = let_in(ada, authorities=[rivaal])
    assert (wim.email, wim.roles, wim.language) == ("wim@example.org", ["coordinator"], "nl")
    assert list(authorities_of(person=wim)) == [rivaal]
    assert not wim.has_usable_password()
    line = last_line()
    assert (line.kind, line.by, line.subject) == ("person.added", ada, f"person:{wim.pk}")
    assert line.facts == {"roles": ["coordinator"], "authorities": [rivaal.pk], "active": True}


def test_the_first_administrator_is_let_in_by_nobody(db: None) -> None:
    assert let_in(None, roles=[Role.ADMINISTRATOR]).has_role(Role.ADMINISTRATOR)


def test_one_address_is_one_person_however_it_is_written(ada: Person) -> None:
    let_in(ada)
    with pytest.raises(Refusal, match="already somebody"):
        let_in(ada, email="WIM@example.org")
    assert Person.objects.filter(name="Wim").count() == 1


def test_nobody_is_let_in_without_a_role(ada: Person) -> None:
    with pytest.raises(Refusal, match="at least one role"):
        let_in(ada, roles=[])


@pytest.mark.parametrize("role", [role for role in Role if role is not Role.ADMINISTRATOR])
def test_only_an_administrator_lets_in_changes_resets_and_takes_on(role: Role, rivaal: Authority) -> None:
    somebody = world.person("Somebody", role, acts_for=rivaal)
    attempts = (
        lambda: let_in(somebody),
        lambda: change(somebody, somebody, roles=[Role.ADMINISTRATOR]),
        lambda: reset_access(by=somebody, person=somebody, at=NOON),
        lambda: add_authority(by=somebody, name="Elders", languages=["nl"], timezone="Europe/Brussels", at=NOON),
        lambda: assign_number(by=somebody, authority=rivaal, digits="1799", at=NOON),
    )
    for attempt in attempts:
        with pytest.raises(Refusal, match="Only an administrator"):
            attempt()
    assert not Line.objects.exists()


def test_a_change_replaces_roles_and_authorities(ada: Person, rivaal: Authority, elsewhere: Authority) -> None:
    wim = let_in(ada, authorities=[rivaal])
    change(ada, wim, roles=[Role.DUTY_OFFICER], authorities=[elsewhere])
    wim.refresh_from_db()
    assert wim.roles == ["duty_officer"]
    assert list(authorities_of(person=wim)) == [elsewhere]
    assert last_line().kind == "person.changed"


def test_an_administrator_cannot_lock_out_the_last_one_who_could_undo_it(ada: Person) -> None:
    with pytest.raises(Refusal, match="Another administrator"):
        change(ada, ada, is_active=False)
    with pytest.raises(Refusal, match="Another administrator"):
        change(ada, ada, roles=[Role.COORDINATOR])
    ada.refresh_from_db()
    assert ada.is_active
    assert ada.has_role(Role.ADMINISTRATOR)


def test_an_administrator_cannot_reset_the_last_one_who_can_sign_in(ada: Person) -> None:
    kept = ada.password
    with pytest.raises(Refusal, match="Another administrator"):
        reset_access(by=ada, person=ada, at=NOON)
    ada.refresh_from_db()
    assert ada.password == kept


def test_the_last_administrator_is_reset_on_the_machine_itself(ada: Person) -> None:
    assert not reset_access(by=None, person=ada, at=NOON).has_usable_password()


def test_a_reset_forgets_the_password_and_every_second_factor(ada: Person, dirk: Person) -> None:
    Authenticator.objects.create(user=dirk, type=Authenticator.Type.TOTP, data={})
    Authenticator.objects.create(user=ada, type=Authenticator.Type.TOTP, data={})
    reset_access(by=ada, person=dirk, at=NOON)
    dirk.refresh_from_db()
    assert not dirk.has_usable_password()
    assert [key.user for key in Authenticator.objects.all()] == [ada]
    assert last_line().kind == "person.access_reset"


def test_an_authority_is_taken_on_once(ada: Person) -> None:
    made = add_authority(by=ada, name="Sint-Rivaal", languages=["nl"], timezone="Europe/Brussels", at=NOON)
    assert made.slug == "sint-rivaal"
    assert last_line().kind == "authority.added"
    with pytest.raises(Refusal, match="already an authority"):
        add_authority(by=ada, name="Sint Rivaal", languages=["nl"], timezone="Europe/Brussels", at=NOON)


def test_a_number_may_be_shared_but_is_given_once(ada: Person, rivaal: Authority, elsewhere: Authority) -> None:
    shared = assign_number(by=ada, authority=elsewhere, digits="1771", at=NOON)
    assert set(shared.authorities.all()) == {rivaal, elsewhere}
    assert last_line().authority == elsewhere.pk
    with pytest.raises(Refusal, match="already has this number"):
        assign_number(by=ada, authority=elsewhere, digits="1771", at=NOON)
    assert Number.objects.filter(digits="1771").count() == 1


@pytest.mark.parametrize("digits", ["", "1", "17 71", "1771a", "++32", "1" * 16, "+32\n1771"])
def test_what_is_no_number_is_refused(ada: Person, rivaal: Authority, digits: str) -> None:
    with pytest.raises(Refusal, match="digits"):
        assign_number(by=ada, authority=rivaal, digits=digits, at=NOON)
