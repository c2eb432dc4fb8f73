"""The screen for the numbers outside that agents may call, and what agents find of it on their desks."""

from collections.abc import Callable

import pytest
from django.db import IntegrityError, transaction
from django.test import Client

from tests import world
from tests.web.test_desk import a_call, drawn, put_on_desk, said, signed_in
from tocsin.accounts.models import Person
from tocsin.activations.rules import Kind
from tocsin.authorities.models import Authority
from tocsin.calls.models import Call, DeskOrder, OutsideNumber
from tocsin.calls.ports import Verb
from tocsin.logbook.models import Line
from tocsin.workforce.models import Agent
from tocsin.workforce.rules import AgentState

pytestmark = pytest.mark.django_db
Browser = Callable[[Person], Client]
DIRECTORY = "/console/authorities/rivaal/directory/"
PASSING = "/desk/passing/"
HOSPITAL = {"name": "Hospital", "number": "+32 3 222 22 22", "practice": ""}


@pytest.fixture
def hospital(rivaal: Authority) -> OutsideNumber:
    return OutsideNumber.objects.create(authority=rivaal, name="Hospital", number="+3232222222")


def on_the_line(ann: Agent, rivaal: Authority, *, kind: Kind = Kind.REAL) -> Call:
    return put_on_desk(ann, a_call(world.activation(rivaal, kind=kind)), state=AgentState.TALKING)


# --- The console


def test_a_coordinator_adds_a_number_and_removes_it_and_the_logbook_has_both(
    carl: Person, rivaal: Authority, browser_of: Browser
) -> None:
    client = browser_of(carl)
    assert f'href="{DIRECTORY}"' in client.get("/console/").content.decode()
    assert client.post(DIRECTORY, HOSPITAL)["Location"] == DIRECTORY
    added = rivaal.outside_numbers.get()
    assert (added.name, added.number) == ("Hospital", "+3232222222")
    assert "Hospital" in said(client.get(DIRECTORY).content.decode())
    assert client.post(f"{DIRECTORY}{added.pk}/remove/")["Location"] == DIRECTORY
    assert not OutsideNumber.objects.exists()
    lines = Line.objects.filter(kind__startswith="outside_number.").order_by("id")
    assert [(line.kind, line.by, line.facts["number"]) for line in lines] == [
        ("outside_number.added", carl, "+3232222222"),
        ("outside_number.removed", carl, "+3232222222"),
    ]


def test_an_administrator_finds_the_directory_of_any_authority(
    ada: Person, hospital: OutsideNumber, browser_of: Browser
) -> None:
    client = browser_of(ada)
    assert f'href="{DIRECTORY}"' in client.get("/console/authorities/rivaal/").content.decode()
    assert "Hospital" in said(client.get(DIRECTORY).content.decode())


@pytest.mark.parametrize(
    ("fields", "says"),
    [
        ({"number": "hospital"}, "is no number that can be called"),
        ({"number": "0032 3 222 22 22"}, "is no number that can be called"),
        ({"practice": "x"}, "is no number that can be called"),
        ({"name": "hospital "}, "is in the directory already"),
    ],
)
def test_what_cannot_be_added_is_said_and_what_was_typed_is_kept(
    carl: Person, hospital: OutsideNumber, browser_of: Browser, fields: dict[str, str], says: str
) -> None:
    response = browser_of(carl).post(DIRECTORY, {**HOSPITAL, "name": "Another", **fields})
    assert response.status_code == 422
    assert says in said(response.content.decode())
    assert OutsideNumber.objects.count() == 1


@pytest.mark.parametrize("number", ["hospital", "+", "", "112@elsewhere"])
def test_the_database_takes_nothing_that_cannot_be_called(rivaal: Authority, number: str) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        OutsideNumber.objects.create(authority=rivaal, name="Hospital", number=number)


def test_otto_finds_nothing_of_another_authority(
    otto: Person, hospital: OutsideNumber, browser_of: Browser
) -> None:
    client = browser_of(otto)
    assert client.get(DIRECTORY).status_code == 404
    assert client.post(DIRECTORY, {**HOSPITAL, "name": "Mine"}).status_code == 404
    assert client.post(f"{DIRECTORY}{hospital.pk}/remove/").status_code == 404
    assert list(OutsideNumber.objects.all()) == [hospital]


def test_officers_and_agents_have_no_such_screen(
    dirk: Person, ann: Agent, hospital: OutsideNumber, browser_of: Browser
) -> None:
    for person in (dirk, ann.person):
        client = browser_of(person)
        answers = [client.get(DIRECTORY), client.post(f"{DIRECTORY}{hospital.pk}/remove/")]
        assert {answer.status_code for answer in answers} == {403}


# --- The desk


def test_112_comes_first_and_then_those_of_the_authority(
    ann: Agent, rivaal: Authority, hospital: OutsideNumber, elsewhere: Authority
) -> None:
    OutsideNumber.objects.create(authority=elsewhere, name="Theirs", number="+3233333333")
    on_the_line(ann, rivaal)
    page = said(signed_in(ann.person).get(PASSING).content.decode())
    assert page.index("Call 112") < page.index("The caller agrees: call Hospital")
    assert "Theirs" not in page


@pytest.mark.parametrize("kind", Kind)
def test_one_key_calls_112_and_never_in_an_exercise(ann: Agent, rivaal: Authority, kind: Kind) -> None:
    on_the_line(ann, rivaal, kind=kind)
    assert ('data-key="F12"' in drawn(ann)) is (kind is Kind.REAL)


def test_the_click_asks_the_switchboard_with_the_number_of_the_directory(
    ann: Agent, rivaal: Authority, hospital: OutsideNumber
) -> None:
    call = on_the_line(ann, rivaal)
    words = {"verb": "consult", "call": call.pk, "to": "Hospital", "consent": "yes", "number": "+3299999999"}
    assert signed_in(ann.person).post(PASSING, words).status_code == 204
    order = DeskOrder.objects.get()
    assert (order.verb, order.to, order.number, order.consent) == (Verb.CONSULT, "Hospital", "+3232222222", True)


@pytest.mark.parametrize(("to", "status"), [("112", 204), ("Hospital", 422), ("Nobody", 404)])
def test_without_consent_only_112_is_called_and_nobody_who_is_not_in_the_directory(
    ann: Agent, rivaal: Authority, hospital: OutsideNumber, to: str, status: int
) -> None:
    call = on_the_line(ann, rivaal)
    words = {"verb": "consult", "call": call.pk, "to": to, "consent": ""}
    assert signed_in(ann.person).post(PASSING, words).status_code == status
    assert DeskOrder.objects.exists() is (status == 204)


def test_in_an_exercise_only_numbers_to_practise_with_are_called(
    ann: Agent, rivaal: Authority, hospital: OutsideNumber
) -> None:
    OutsideNumber.objects.create(authority=rivaal, name="Poison", number="+3234444444", practice="+3235555555")
    call = on_the_line(ann, rivaal, kind=Kind.EXERCISE)
    client = signed_in(ann.person)
    page = said(client.get(PASSING).content.decode())
    assert "112" not in page
    assert "Hospital" not in page
    words = {"verb": "consult", "call": call.pk, "consent": "yes"}
    assert client.post(PASSING, words | {"to": "112"}).status_code == 404
    assert client.post(PASSING, words | {"to": "Poison"}).status_code == 204
    assert DeskOrder.objects.get().number == "+3235555555"
