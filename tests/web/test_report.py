"""The report through HTTP: the page, and the file for other programs."""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from tests.web.floods import closed_activation, flood_of
from tocsin.accounts.models import Person
from tocsin.activations.models import Activation
from tocsin.activations.rules import Kind, State
from tocsin.authorities.models import Authority
from tocsin.workforce.models import Agent

pytestmark = pytest.mark.django_db
Browser = Callable[[Person], Client]
PATHS = ["", "figures.json"]


@pytest.fixture
def flood(rivaal: Authority) -> Activation:
    return flood_of(rivaal)


# --- For whom


@pytest.mark.parametrize("path", PATHS)
def test_nobody_of_another_authority_reads_the_report(
    otto: Person, flood: Activation, browser_of: Browser, path: str
) -> None:
    assert browser_of(otto).get(f"/console/report/{flood.pk}/{path}").status_code == 404


@pytest.mark.parametrize("path", PATHS)
def test_agents_do_not_read_the_report(ann: Agent, flood: Activation, browser_of: Browser, path: str) -> None:
    assert browser_of(ann.person).get(f"/console/report/{flood.pk}/{path}").status_code == 403


@pytest.mark.parametrize("path", PATHS)
def test_whoever_is_not_signed_in_is_asked_to(flood: Activation, client: Client, path: str) -> None:
    assert client.get(f"/console/report/{flood.pk}/{path}").status_code == 302


# --- The page


def tile(page: str, label: str) -> str:
    """The figure under a label."""
    return page.partition(f">{label}</dt>")[2].partition('tile-figure">')[2].partition("<")[0]


def test_it_says_the_figures_that_the_press_asks_for(carl: Person, flood: Activation, browser_of: Browser) -> None:
    page = browser_of(carl).get(f"/console/report/{flood.pk}/").content.decode()

    assert tile(page, "Calls") == "6"
    assert tile(page, "Busiest day") == "3"
    assert "Saturday 7 March 2026" in page
    # Four days open, and a weekend of three and two calls.
    assert (tile(page, "Mean per day"), tile(page, "Mean per weekend day")) == ("2", "2")
    assert page.count('<div class="chart" role="img"') == 2


def test_it_is_so_far_while_the_line_is_open_and_final_afterwards(
    carl: Person, flood: Activation, browser_of: Browser
) -> None:
    client = browser_of(carl)
    assert "So far:" not in client.get(f"/console/report/{flood.pk}/").content.decode()

    Activation.objects.update(state=State.OPEN)
    assert "So far:" in client.get(f"/console/report/{flood.pk}/").content.decode()


@pytest.mark.parametrize(("kind", "bands"), [(Kind.REAL, 0), (Kind.EXERCISE, 1)])
def test_the_report_of_an_exercise_says_so(
    carl: Person, rivaal: Authority, browser_of: Browser, kind: Kind, bands: int
) -> None:
    made = closed_activation(rivaal, kind=kind)
    page = browser_of(carl).get(f"/console/report/{made.pk}/").content.decode()

    assert page.count("band-exercise") == bands


def test_a_line_that_nobody_called_has_a_report(carl: Person, rivaal: Authority, browser_of: Browser) -> None:
    made = closed_activation(rivaal)
    page = browser_of(carl).get(f"/console/report/{made.pk}/").content.decode()

    assert (tile(page, "Calls"), tile(page, "Busiest day"), tile(page, "Mean per day")) == ("0", "–", "0")
    assert "Nobody called." in page


def test_no_style_is_written_into_the_page(carl: Person, flood: Activation, browser_of: Browser) -> None:
    response = browser_of(carl).get(f"/console/report/{flood.pk}/")

    assert "style=" not in response.content.decode()
    assert "style-src 'self'" in response["Content-Security-Policy"]


# --- The file


def test_everything_is_there_for_other_programs(carl: Person, flood: Activation, browser_of: Browser) -> None:
    told: dict[str, Any] = browser_of(carl).get(f"/console/report/{flood.pk}/figures.json").json()

    assert told["total"]["offered"] == 6
    assert told["peak_day"] == {"day": "2026-03-07", "offered": 3}
    assert (told["mean_per_day"], told["weekend_mean"]) == (1.5, 2.5)
    assert {code: figures["offered"] for code, figures in told["languages"].items()} == {"nl": 3, "fr": 3}
    assert (told["total"]["attempts"], told["total"]["distinct_callers"]) == (6, 6)
    assert told["languages"]["fr"]["distinct_callers"] == 3
    assert (len(told["days"]), len(told["hours"])) == (4, 96)


@pytest.mark.parametrize("path", PATHS)
def test_nothing_personal_leaves_the_house(
    carl: Person, flood: Activation, browser_of: Browser, path: str
) -> None:
    answer = browser_of(carl).get(f"/console/report/{flood.pk}/{path}").content.decode()

    assert "mark-" not in answer
    assert "leg-" not in answer
