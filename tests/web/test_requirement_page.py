"""What is asked of agents: coordinators change it, the switchboard has it at once, and others only see it."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.test import Client

from tests import world
from tests.world import NOON
from tocsin.accounts.models import Person
from tocsin.activations.actions import change_requirement
from tocsin.activations.models import Activation
from tocsin.activations.rules import Requirement, State
from tocsin.authorities.models import Authority
from tocsin.calls.daemon import memory
from tocsin.logbook.models import Line
from tocsin.refusals import Refusal
from tocsin.workforce.models import Agent

pytestmark = pytest.mark.django_db
Browser = Callable[[Person], Client]


@pytest.fixture
def fire(rivaal: Authority) -> Activation:
    return world.activation(rivaal)


def page(activation: Activation) -> str:
    return f"/console/activations/{activation.pk}/agents/"


def in_force() -> Requirement:
    """What the switchboard loads."""
    return memory.load_scripts(State.OPEN)["1771"].requirement


def test_a_coordinator_asks_for_more_and_the_switchboard_has_it(
    carl: Person, fire: Activation, rivaal: Authority, browser_of: Browser
) -> None:
    world.agent("Cem", ["nl"], serves=rivaal, skills={"d2": 1, "radiation": 2})
    client = browser_of(carl)
    shown = client.get(page(fire)).content.decode()
    assert "radiation" in shown
    assert "skill_d2" not in shown
    fields = {"language_level": "2", "skill_radiation": "1", "relaxed_minutes": "5"}
    assert client.post(page(fire), fields)["Location"] == f"/console/activations/{fire.pk}/"
    assert in_force() == Requirement(2, {"radiation": 1}, relaxed_after=timedelta(minutes=5))
    line = Line.objects.get(kind="activation.requirement_changed")
    assert (line.by, line.facts["skills"], line.facts["relaxed_after_seconds"]) == (carl, ["radiation 1"], 300)
    told = client.get(f"/console/activations/{fire.pk}/").content.decode()
    for words in ("language at least: well.", "Has radiation, at least at level 1.", "after a wait of 5 minutes."):
        assert words in told
    assert (
        "Changed what is asked of agents"
        in client.get(f"/console/activations/{fire.pk}/logbook/").content.decode()
    )


def test_asking_for_less_takes_away_what_was_asked(carl: Person, fire: Activation, browser_of: Browser) -> None:
    Activation.objects.update(language_level=3, skills={"radiation": 2}, relaxed_after=timedelta(minutes=5))
    client = browser_of(carl)
    assert "skill_radiation" in client.get(page(fire)).content.decode(), "asked for, though nobody has it"
    client.post(page(fire), {"language_level": "1", "skill_radiation": "", "relaxed_minutes": ""})
    assert in_force() == Requirement()


@pytest.mark.parametrize(
    "fields",
    [
        {"language_level": "4"},
        {"language_level": ""},
        {"language_level": "1", "relaxed_minutes": "0"},
        {"language_level": "1", "relaxed_minutes": "soon"},
    ],
)
def test_what_makes_no_sense_is_said_beside_its_field(
    carl: Person, fire: Activation, browser_of: Browser, fields: dict[str, str]
) -> None:
    response = browser_of(carl).post(page(fire), fields)
    assert response.status_code == 422
    assert 'class="errors"' in response.content.decode()
    assert in_force() == Requirement()


def test_of_a_closed_line_nothing_is_asked_any_more(carl: Person, fire: Activation, browser_of: Browser) -> None:
    Activation.objects.update(state=State.CLOSED)
    client = browser_of(carl)
    response = client.post(page(fire), {"language_level": "2"})
    assert response.status_code == 422
    assert "This line is closed: nothing is asked of agents any more." in response.content.decode()
    shown = client.get(f"/console/activations/{fire.pk}/").content.decode()
    assert page(fire) not in shown


def test_nobody_of_another_authority_changes_or_sees_it(
    otto: Person, fire: Activation, browser_of: Browser
) -> None:
    client = browser_of(otto)
    assert client.get(page(fire)).status_code == 404
    assert client.post(page(fire), {"language_level": "2"}).status_code == 404
    with pytest.raises(Refusal, match="Only a coordinator of this authority"):
        change_requirement(activation=fire.pk, by=otto, requirement=Requirement(2), at=NOON)
    assert in_force() == Requirement()


def test_a_duty_officer_sees_it_and_an_agent_does_not(
    dirk: Person, ann: Agent, fire: Activation, browser_of: Browser
) -> None:
    client = browser_of(dirk)
    shown = client.get(f"/console/activations/{fire.pk}/").content.decode()
    assert "language at least: gets by." in shown
    assert page(fire) not in shown
    assert client.post(page(fire), {"language_level": "2"}).status_code == 403
    assert browser_of(ann.person).get(page(fire)).status_code == 403


@pytest.mark.parametrize(
    "requirement",
    [
        Requirement(4),
        Requirement(1, {"radiation": 0}),
        Requirement(1, {"d2": 1}),
        Requirement(relaxed_after=timedelta()),
    ],
)
def test_the_rule_holds_behind_the_form_too(carl: Person, fire: Activation, requirement: Requirement) -> None:
    with pytest.raises(Refusal):
        change_requirement(activation=fire.pk, by=carl, requirement=requirement, at=NOON)
    assert in_force() == Requirement()
