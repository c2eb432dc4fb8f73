"""The report through HTTP: the page, and the files for other programs."""

import csv
import io
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from django.test import Client

from tests import world
from tocsin.accounts.models import Person
from tocsin.activations.models import Activation, ActivationStep
from tocsin.activations.rules import Kind, State
from tocsin.authorities.models import Authority
from tocsin.calls.models import Call, CallStep
from tocsin.calls.rules.states import CallState
from tocsin.workforce.models import Agent

pytestmark = pytest.mark.django_db
Browser = Callable[[Person], Client]
PATHS = ["", "days.csv", "hours.csv", "figures.json"]
FRIDAY = date(2026, 3, 6)


def closed_activation(rivaal: Authority, *, kind: Kind = Kind.REAL) -> Activation:
    """Open from a Friday morning to the Monday after, in Brussels."""
    made = world.activation(rivaal, kind=kind, state=State.CLOSED)
    opened_at = datetime(2026, 3, 6, 7, tzinfo=UTC)
    for after, at in ((State.OPEN, opened_at), (State.CLOSING, opened_at + timedelta(days=3))):
        ActivationStep.objects.create(activation=made, before="", after=after, at=at)
    return made


def keep_call(activation: Activation, *, arrived_at: datetime, leg: str, language: str = "nl") -> None:
    """Write a call that was answered after ten seconds and has ended."""
    story = [
        (CallState.WAITING, arrived_at),
        (CallState.TALKING, arrived_at + timedelta(seconds=10)),
        (CallState.ENDED, arrived_at + timedelta(minutes=4)),
    ]
    Call.objects.create(
        leg=leg,
        number="1771",
        caller_mark=f"mark-{leg}",
        activation=activation,
        language=language,
        state=CallState.ENDED,
        since=story[-1][1],
        arrived_at=arrived_at,
    )
    for after, at in story:
        CallStep.objects.create(
            call_id=leg, activation=activation, before="", after=after, at=at, language=language, why=""
        )


@pytest.fixture
def flood(rivaal: Authority) -> Activation:
    """One call on Friday, three on Saturday, two on Sunday, none on Monday."""
    made = closed_activation(rivaal)
    for day, calls in {6: 1, 7: 3, 8: 2}.items():
        for n in range(calls):
            arrived_at = datetime(2026, 3, day, 9 + n, 30, tzinfo=UTC)
            keep_call(made, arrived_at=arrived_at, leg=f"leg-{day}-{n}", language="fr" if n else "nl")
    return made


def rows_of(client: Client, activation: Activation, name: str) -> list[dict[str, str]]:
    response = client.get(f"/console/report/{activation.pk}/{name}")
    assert response.status_code == 200
    assert response["Content-Type"] == "text/csv; charset=utf-8"
    return list(csv.DictReader(io.StringIO(response.content.decode(), newline="")))


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


# --- The files


def test_the_days_are_a_table_without_gaps(carl: Person, flood: Activation, browser_of: Browser) -> None:
    rows = rows_of(browser_of(carl), flood, "days.csv")

    assert [(row["day"], row["open"], row["offered"]) for row in rows] == [
        ("2026-03-06", "yes", "1"),
        ("2026-03-07", "yes", "3"),
        ("2026-03-08", "yes", "2"),
        ("2026-03-09", "yes", "0"),
    ]
    assert (rows[1]["service_level"], rows[1]["mean_wait_answered_seconds"]) == ("1.0", "10.0")
    assert rows[3]["service_level"] == "", "there is no share of nothing"


def test_the_hours_are_told_with_their_offset(carl: Person, flood: Activation, browser_of: Browser) -> None:
    rows = rows_of(browser_of(carl), flood, "hours.csv")

    assert len(rows) == 4 * 24
    assert rows[0]["hour"] == "2026-03-06T00:00:00+01:00"
    assert next(row["hour"] for row in rows if row["offered"] == "1") == "2026-03-06T10:00:00+01:00"


def test_every_row_says_whether_it_was_an_exercise(carl: Person, rivaal: Authority, browser_of: Browser) -> None:
    made = closed_activation(rivaal, kind=Kind.EXERCISE)

    assert {row["kind"] for row in rows_of(browser_of(carl), made, "days.csv")} == {"exercise"}


def test_a_title_is_never_a_formula_in_a_spreadsheet(carl: Person, flood: Activation, browser_of: Browser) -> None:
    Activation.objects.update(title='=HYPERLINK("http://example.org")')
    rows = rows_of(browser_of(carl), flood, "days.csv")

    assert {row["activation"] for row in rows} == {'\'=HYPERLINK("http://example.org")'}


def test_everything_is_there_for_other_programs(carl: Person, flood: Activation, browser_of: Browser) -> None:
    told: dict[str, Any] = browser_of(carl).get(f"/console/report/{flood.pk}/figures.json").json()

    assert told["total"]["offered"] == 6
    assert told["peak_day"] == {"day": "2026-03-07", "offered": 3}
    assert (told["mean_per_day"], told["weekend_mean"]) == (1.5, 2.5)
    assert {code: figures["offered"] for code, figures in told["languages"].items()} == {"nl": 3, "fr": 3}
    assert told["callers"] == {"attempts": 6, "distinct": 6, "hidden": 0}
    assert (len(told["days"]), len(told["hours"])) == (4, 96)


@pytest.mark.parametrize("path", PATHS)
def test_nothing_personal_leaves_the_house(
    carl: Person, flood: Activation, browser_of: Browser, path: str
) -> None:
    answer = browser_of(carl).get(f"/console/report/{flood.pk}/{path}").content.decode()

    assert "mark-" not in answer
    assert "leg-" not in answer
