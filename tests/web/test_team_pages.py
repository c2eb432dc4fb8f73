"""Teams of agents: set on the agent's page, told apart in the figures and their files."""

import csv
import io
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from tests import world
from tests.domains.past_calls import take_call
from tests.world import NOON
from tocsin.accounts.models import Person
from tocsin.activations.models import Activation
from tocsin.authorities.models import Authority
from tocsin.calls.models import CallStep
from tocsin.workforce.actions import place_in_team
from tocsin.workforce.models import Agent
from tocsin.workforce.queries import teams_of

pytestmark = pytest.mark.django_db
Browser = Callable[[Person], Client]


@pytest.fixture
def flood(rivaal: Authority, ann: Agent, carl: Person) -> Activation:
    """One call that Ann answered, whose team begins like a formula, and one that nobody did."""
    made = world.activation(rivaal)
    place_in_team(agent=ann, authority=rivaal, team="=Nacht", by=carl, at=NOON)
    take_call(activation=made, arrived_at=NOON, leg="a")
    CallStep.objects.filter(after="talking").update(agent=ann)
    take_call(activation=made, arrived_at=NOON, talked=None, leg="b")
    return made


def fields_of(agent: Agent, **changes: Any) -> dict[str, Any]:
    known = {"name": "Ann", "roles": ["agent"], "level_nl": "2", "language": "nl", "is_active": "on"}
    return {**known, "authorities": [each.pk for each in agent.serves.all()], **changes}


def test_an_administrator_puts_an_agent_into_a_team_and_out_of_it(
    ada: Person, ann: Agent, rivaal: Authority, browser_of: Browser
) -> None:
    client, path, field = browser_of(ada), f"/console/people/{ann.person_id}/", f"team_{rivaal.pk}"
    client.post(path, fields_of(ann, **{field: "Nacht"}))
    assert teams_of(agent=ann) == {rivaal.pk: "Nacht"}
    page = client.get(path)
    assert page.context["form"][field].value() == "Nacht"
    assert "There are: Nacht" in page.content.decode()
    client.post(path, fields_of(ann, **{field: ""}))
    assert teams_of(agent=ann) == {}


def test_a_name_that_is_none_is_refused_in_words_and_nothing_is_changed(
    ada: Person, ann: Agent, rivaal: Authority, browser_of: Browser
) -> None:
    sent = fields_of(ann, name="Anna", **{f"team_{rivaal.pk}": "..."})
    response = browser_of(ada).post(f"/console/people/{ann.person_id}/", sent)
    assert response.status_code == 422
    assert "at least one letter or digit" in response.content.decode()
    ann.person.refresh_from_db()
    assert ann.person.name == "Ann"


def test_whoever_is_no_agent_is_asked_for_no_team(ada: Person, carl: Person, browser_of: Browser) -> None:
    assert "team_" not in browser_of(ada).get(f"/console/people/{carl.pk}/").content.decode()


def test_figures_are_told_apart_by_team(carl: Person, flood: Activation, browser_of: Browser) -> None:
    page = browser_of(carl).get(f"/console/report/{flood.pk}/intervals/?by=team&interval=day&day=all")
    assert [(row.value, row.figures.offered) for row in page.context["totals"]] == [
        ("not answered", 1),
        ("=Nacht", 1),
        ("", 2),
    ]


def test_figures_are_told_apart_by_stream(carl: Person, flood: Activation, browser_of: Browser) -> None:
    page = browser_of(carl).get(f"/console/report/{flood.pk}/intervals/?by=stream&interval=day&day=all")
    assert [row.value for row in page.context["totals"]] == ["Information (D5)", ""]


def test_the_name_of_a_team_is_never_a_formula_in_a_spreadsheet(
    carl: Person, flood: Activation, browser_of: Browser
) -> None:
    file = browser_of(carl).get(f"/console/report/{flood.pk}/intervals.csv?by=team&interval=day&day=all")
    rows = list(csv.DictReader(io.StringIO(file.content.decode())))
    assert [row["team"] for row in rows] == ["", "'=Nacht"]


def test_otto_sees_no_team_of_others(otto: Person, flood: Activation, browser_of: Browser) -> None:
    assert browser_of(otto).get(f"/console/report/{flood.pk}/intervals/?by=team").status_code == 404
