"""People and authorities in the console, which only an administrator sees."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from tests.web.forms import errors_next_to
from tocsin.accounts.models import Person
from tocsin.authorities.models import Authority, Number
from tocsin.logbook.models import Line
from tocsin.workforce.models import Agent

pytestmark = pytest.mark.django_db
Browser = Callable[[Person], Client]


@pytest.mark.parametrize(
    "path",
    [
        "/console/people/",
        "/console/people/add/",
        "/console/people/1/",
        "/console/authorities/",
        "/console/authorities/add/",
        "/console/authorities/rivaal/",
    ],
)
def test_only_an_administrator_sees_people_and_authorities(
    otto: Person, dirk: Person, ann: Agent, browser_of: Browser, path: str
) -> None:
    for person in (otto, dirk, ann.person):
        client = browser_of(person)
        assert client.get(path).status_code == 403
        assert client.post(path).status_code == 403


def a_person(authority: Authority, **changes: Any) -> dict[str, Any]:
    fields: dict[str, Any] = {
        "email": "wim@example.org",
        "name": "Wim",
        "roles": ["agent"],
        "authorities": [authority.pk],
        "level_nl": "3",
        "level_fr": "1",
        "d2": "1",
        "language": "nl",
    }
    return fields | changes


def test_an_agent_is_let_in_with_languages_and_a_link(ada: Person, rivaal: Authority, browser_of: Browser) -> None:
    client = browser_of(ada)
    response = client.post("/console/people/add/", a_person(rivaal), follow=True)
    wim = Person.objects.get(email="wim@example.org")
    agent = Agent.objects.get(person=wim)
    assert (agent.languages, agent.skills) == ({"nl": 3, "fr": 1}, {"d2": 1})
    assert list(agent.serves.all()) == [rivaal]
    found = re.search(r'<code id="link">(.*?)</code>', response.content.decode())
    assert found is not None
    assert found[1].startswith("http://testserver/account/password/link/")
    assert Client().get(found[1], follow=True).status_code == 200
    assert {line.kind for line in Line.objects.all()} == {"person.added", "agent.enrolled"}


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"email": "wim"}, "email"),
        ({"name": ""}, "name"),
        ({"roles": []}, "roles"),
        ({"roles": ["emperor"]}, "roles"),
        ({"level_nl": "", "level_fr": ""}, "level_nl"),
        ({"level_nl": "4"}, "level_nl"),
        ({"authorities": []}, "authorities"),
    ],
)
def test_what_is_wrong_about_a_person_stands_next_to_its_field(
    ada: Person, rivaal: Authority, browser_of: Browser, changes: dict[str, Any], field: str
) -> None:
    response = browser_of(ada).post("/console/people/add/", a_person(rivaal, **changes))
    assert response.status_code == 422
    assert errors_next_to(response.content.decode(), field) != []
    assert not Person.objects.filter(name="Wim").exists()


def test_a_second_person_with_an_address_is_refused_and_nothing_is_kept(
    ada: Person, dirk: Person, rivaal: Authority, browser_of: Browser
) -> None:
    response = browser_of(ada).post("/console/people/add/", a_person(rivaal, email="DIRK@example.org"))
    assert "already somebody with the address" in response.content.decode()
    assert not Agent.objects.exists()


def test_a_person_is_changed_and_put_out(
    ada: Person, dirk: Person, rivaal: Authority, browser_of: Browser
) -> None:
    client = browser_of(ada)
    path = f"/console/people/{dirk.pk}/"
    form = client.get(path).context["form"]
    assert form["roles"].value() == ["duty_officer"]
    client.post(path, {"name": "Dirk D.", "roles": ["coordinator"], "language": "fr"})
    dirk.refresh_from_db()
    assert (dirk.name, dirk.roles, dirk.is_active, list(dirk.authorities.all())) == (
        "Dirk D.",
        ["coordinator"],
        False,
        [],
    )


def test_a_link_is_shown_only_as_long_as_there_is_no_password(
    ada: Person, dirk: Person, browser_of: Browser
) -> None:
    client = browser_of(ada)
    path = f"/console/people/{dirk.pk}/"
    assert b'id="link"' not in client.get(path).content
    assert client.post(f"{path}reset/", {"sure": "on"})["Location"] == path
    assert b'id="link"' in client.get(path).content


def test_one_click_forgets_nobodys_access(ada: Person, dirk: Person, browser_of: Browser) -> None:
    client = browser_of(ada)
    path = f"/console/people/{dirk.pk}/reset/"
    assert path in client.get(f"/console/people/{dirk.pk}/").content.decode()
    assert errors_next_to(client.post(path, {"sure": ""}).content.decode(), "sure")
    assert client.get(path).status_code == 200
    dirk.refresh_from_db()
    assert dirk.has_usable_password()


def test_nobody_forgets_their_own_access(ada: Person, browser_of: Browser) -> None:
    client = browser_of(ada)
    assert f"/console/people/{ada.pk}/reset/" not in client.get(f"/console/people/{ada.pk}/").content.decode()
    response = client.post(f"/console/people/{ada.pk}/reset/", {"sure": "on"})
    assert response.status_code == 422
    assert "Another administrator has to do this for you" in response.content.decode()
    ada.refresh_from_db()
    assert ada.has_usable_password()


def test_an_authority_is_taken_on_and_given_a_number(ada: Person, browser_of: Browser) -> None:
    client = browser_of(ada)
    given = {"name": "Sint-Rivaal", "languages": ["nl"], "timezone": "Europe/Brussels"}
    assert client.post("/console/authorities/add/", given)["Location"] == "/console/authorities/sint-rivaal/"
    client.post("/console/authorities/sint-rivaal/", {"digits": "1771"})
    assert Number.objects.get().authorities.get().slug == "sint-rivaal"
    assert "1771" in client.get("/console/authorities/").content.decode()


def test_a_time_zone_that_does_not_exist_is_refused(ada: Person, browser_of: Browser) -> None:
    given = {"name": "Sint-Rivaal", "languages": ["nl"], "timezone": "Europe/Atlantis"}
    page = browser_of(ada).post("/console/authorities/add/", given).content.decode()
    assert errors_next_to(page, "timezone") == ["There is no time zone of that name."]


def test_a_number_that_is_none_is_refused_on_top(ada: Person, rivaal: Authority, browser_of: Browser) -> None:
    response = browser_of(ada).post("/console/authorities/rivaal/", {"digits": "17-71"})
    assert response.status_code == 422
    assert "A number is 2 to 15 digits" in response.content.decode()
