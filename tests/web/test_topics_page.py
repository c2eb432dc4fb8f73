"""The screen for the topics of calls: for administrators and an authority's own coordinators."""

from collections.abc import Callable

import pytest
from django.test import Client

from tests import world
from tocsin.accounts.models import Person
from tocsin.authorities.models import Authority
from tocsin.calls.models import Topic
from tocsin.workforce.models import Agent

pytestmark = pytest.mark.django_db
Browser = Callable[[Person], Client]
TOPICS = "/console/authorities/rivaal/topics/"


@pytest.fixture
def water(rivaal: Authority) -> Topic:
    return Topic.objects.create(authority=rivaal, name="Drinking water")


def shown(client: Client) -> tuple[list[str], list[str]]:
    """The names on the page: in use, and retired."""
    page = client.get(TOPICS).context
    return [topic.name for topic in page["in_use"]], [topic.name for topic in page["retired"]]


def test_a_coordinator_finds_the_topics_of_the_own_authority_and_adds_some(
    carl: Person, rivaal: Authority, water: Topic, browser_of: Browser
) -> None:
    client = browser_of(carl)
    assert f'href="{TOPICS}"' in client.get("/console/").content.decode()
    response = client.post(TOPICS, {"names": "Smoke and smell\r\n\r\n  Roads \r\n"})
    assert response["Location"] == TOPICS
    assert shown(client) == (["Drinking water", "Roads", "Smoke and smell"], [])


def test_an_administrator_finds_the_topics_of_any_authority(
    ada: Person, water: Topic, browser_of: Browser
) -> None:
    client = browser_of(ada)
    page = client.get("/console/authorities/rivaal/").content.decode()
    assert f'href="{TOPICS}"' in page
    assert "Drinking water" in page
    assert shown(client) == (["Drinking water"], [])


def test_a_topic_is_retired_and_used_again(carl: Person, water: Topic, browser_of: Browser) -> None:
    client = browser_of(carl)
    assert client.post(f"{TOPICS}{water.pk}/retire/")["Location"] == TOPICS
    assert shown(client) == ([], ["Drinking water"])
    client.post(TOPICS, {"names": "Drinking water"})
    assert shown(client) == (["Drinking water"], [])


def test_a_topic_gets_another_name(carl: Person, water: Topic, browser_of: Browser) -> None:
    client = browser_of(carl)
    path = f"{TOPICS}{water.pk}/"
    assert client.get(path).context["form"]["name"].value() == "Drinking water"
    assert client.post(path, {"name": "Tap water"})["Location"] == TOPICS
    assert shown(client) == (["Tap water"], [])


@pytest.mark.parametrize(
    ("names", "says"),
    [
        ("", "This field is required."),
        (" \r\n ", "This field is required."),
        ("drinking water", "Rivaal has these topics already."),
        ("a" * 81, "has 81 characters; a topic has 80 at most."),
    ],
)
def test_what_cannot_be_added_is_said_in_one_line_and_what_was_typed_is_kept(
    carl: Person, water: Topic, browser_of: Browser, names: str, says: str
) -> None:
    response = browser_of(carl).post(TOPICS, {"names": names})
    assert response.status_code == 422
    page = response.content.decode()
    assert says in page.partition('role="alert"')[2].partition("</div>")[0]
    assert names.strip() in page.partition("<textarea")[2].partition("</textarea>")[0]
    assert Topic.objects.count() == 1


def test_a_name_that_another_topic_has_is_refused_on_the_page(
    carl: Person, rivaal: Authority, water: Topic, browser_of: Browser
) -> None:
    Topic.objects.create(authority=rivaal, name="Roads", retired=True)
    response = browser_of(carl).post(f"{TOPICS}{water.pk}/", {"name": "roads"})
    assert response.status_code == 422
    assert "There is a topic “roads” already, in use or retired." in response.content.decode()


def test_otto_finds_no_topic_of_another_authority(otto: Person, water: Topic, browser_of: Browser) -> None:
    client = browser_of(otto)
    assert client.get(TOPICS).status_code == 404
    assert client.get(f"{TOPICS}{water.pk}/").status_code == 404
    assert client.post(TOPICS, {"names": "Mine"}).status_code == 404
    assert client.post(f"{TOPICS}{water.pk}/", {"name": "Mine"}).status_code == 404
    assert client.post(f"{TOPICS}{water.pk}/retire/").status_code == 404
    assert list(Topic.objects.values_list("name", "retired")) == [("Drinking water", False)]


def test_a_topic_is_not_reached_through_another_authority(
    otto: Person, elsewhere: Authority, water: Topic, browser_of: Browser
) -> None:
    client = browser_of(otto)
    own = "/console/authorities/elders/topics/"
    assert client.get(own).status_code == 200
    assert client.post(f"{own}{water.pk}/", {"name": "Mine"}).status_code == 404
    assert client.post(f"{own}{water.pk}/retire/").status_code == 404
    water.refresh_from_db()
    assert (water.name, water.retired) == ("Drinking water", False)


def test_officers_and_agents_have_no_such_screen(
    dirk: Person, ann: Agent, water: Topic, browser_of: Browser
) -> None:
    for person in (dirk, ann.person):
        client = browser_of(person)
        for path in (TOPICS, f"{TOPICS}{water.pk}/", f"{TOPICS}{water.pk}/retire/"):
            assert client.post(path).status_code == 403
    assert (
        TOPICS not in browser_of(world.person("Odd", acts_for=water.authority)).get("/console/").content.decode()
    )


def test_nothing_is_retired_by_following_a_link(carl: Person, water: Topic, browser_of: Browser) -> None:
    assert browser_of(carl).get(f"{TOPICS}{water.pk}/retire/").status_code == 405


def test_another_site_cannot_change_topics_in_a_coordinators_name(
    carl: Person, water: Topic, browser_of: Browser
) -> None:
    client = browser_of(carl)
    client.handler.enforce_csrf_checks = True
    for path in (TOPICS, f"{TOPICS}{water.pk}/", f"{TOPICS}{water.pk}/retire/"):
        assert client.post(path, {"names": "Theirs", "name": "Theirs"}).status_code == 403
    assert list(Topic.objects.values_list("name", "retired")) == [("Drinking water", False)]
