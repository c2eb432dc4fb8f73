"""The figures of all activations side by side: the page, its files, and who sees which."""

import csv
import html
import io
import json
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.test import Client

from tests import world
from tests.domains.past_calls import take_call
from tests.domains.test_recount import recounted
from tests.world import NOON
from tocsin.accounts.models import Person
from tocsin.activations.models import Activation
from tocsin.activations.rules import Kind, State
from tocsin.authorities.models import Authority
from tocsin.insights.rules.intervals import Dimension, Interval
from tocsin.web.console import incidents
from tocsin.workforce.models import Agent

pytestmark = pytest.mark.django_db
Browser = Callable[[Person], Client]
PATHS = ["/console/report/", "/console/report/activations.csv", "/console/report/activations.json"]


@pytest.fixture
def floods(rivaal: Authority) -> list[Activation]:
    """Two real ones, the newer with two calls, and an exercise."""
    made = []
    for n, kind in enumerate((Kind.REAL, Kind.REAL, Kind.EXERCISE)):
        activation = world.activation(rivaal, kind=kind, state=State.CLOSED)
        Activation.objects.filter(pk=activation.pk).update(
            title=("=Flood", "Fire", "Practice")[n], ordered_at=NOON + timedelta(hours=n)
        )
        for call in range(n + 1):
            take_call(activation=activation, arrived_at=NOON, waited=15 * (call + 1), leg=f"c{n}{call}")
        made.append(Activation.objects.get(pk=activation.pk))
    return made


def test_every_activation_has_its_figures_and_they_are_those_of_the_journal(
    carl: Person, floods: list[Activation], browser_of: Browser
) -> None:
    rows = browser_of(carl).get("/console/report/").context["rows"]
    assert [activation.title for activation, _ in rows] == ["Fire", "=Flood"]
    for activation, row in rows:
        [of_the_day] = recounted(activation, interval=Interval.DAY, by=Dimension.NOTHING).values()
        assert (row.figures, row.callers) == of_the_day


def test_real_ones_and_exercises_are_never_side_by_side(
    carl: Person, floods: list[Activation], browser_of: Browser
) -> None:
    page = browser_of(carl).get("/console/report/?kind=exercise")
    assert [activation.title for activation, _ in page.context["rows"]] == ["Practice"]
    assert "EXERCISE" in page.content.decode()


def test_the_next_page_is_of_the_same_kind(
    carl: Person, floods: list[Activation], browser_of: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(incidents, "ON_A_PAGE", 1)
    client = browser_of(carl)
    world.activation(floods[2].authority, kind=Kind.EXERCISE)
    page = client.get("/console/report/?kind=exercise").content.decode()
    older = html.unescape(page.partition('<a class="button" href="?')[2].partition('"')[0])
    assert [activation.kind for activation, _ in client.get(f"/console/report/?{older}").context["rows"]] == [
        Kind.EXERCISE
    ]
    assert "?kind=exercise&amp;page=1" in client.get(f"/console/report/?{older}").content.decode()


def test_where_nothing_of_one_kind_was_opened_it_is_not_said_of_the_other(
    carl: Person, rivaal: Authority, browser_of: Browser
) -> None:
    world.activation(rivaal, kind=Kind.REAL)
    page = browser_of(carl).get("/console/report/?kind=exercise").content.decode()
    assert "No exercise was ever opened" in page


def test_the_files_have_the_same_figures_and_no_formula(
    carl: Person, floods: list[Activation], browser_of: Browser
) -> None:
    client = browser_of(carl)
    lines = list(csv.DictReader(io.StringIO(client.get(PATHS[1]).content.decode(), newline="")))
    assert [(line["activation"], line["kind"], line["offered"]) for line in lines] == [
        ("Fire", "real", "2"),
        ("'=Flood", "real", "1"),
    ]
    told = json.loads(client.get(PATHS[2]).content)["activations"]
    assert [(each["activation"], each["offered"], each["answered_in_target"]) for each in told] == [
        ("Fire", 2, 1),
        ("=Flood", 1, 1),
    ]
    assert list(told[0]) == list(lines[0])


@pytest.mark.parametrize("path", PATHS)
def test_otto_sees_none_of_others_and_agents_none_at_all(
    otto: Person, ann: Agent, floods: list[Activation], browser_of: Browser, path: str
) -> None:
    seen = browser_of(otto).get(path).content.decode()
    assert "Fire" not in seen
    assert "Flood" not in seen
    assert browser_of(ann.person).get(path).status_code == 403
