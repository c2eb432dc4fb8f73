"""The figures by interval through HTTP: the page, the files, and what is asked wrongly."""

import csv
import io
import json
import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import Any

import pytest
from django.test import Client

from tests.web.floods import closed_activation, flood_of, keep_call
from tocsin.accounts.models import Person
from tocsin.activations.models import Activation, ActivationStep
from tocsin.activations.rules import Kind, State
from tocsin.authorities.models import Authority
from tocsin.calls.models import CallStep
from tocsin.calls.rules.states import LEFT_QUESTION, CallState
from tocsin.workforce.models import Agent

pytestmark = pytest.mark.django_db
Browser = Callable[[Person], Client]
PATHS = ["intervals/", "intervals.csv", "intervals.json"]


@pytest.fixture
def flood(rivaal: Authority) -> Activation:
    return flood_of(rivaal)


def page_of(client: Client, activation: Activation, query: str = "", *, status: int = 200) -> str:
    response = client.get(f"/console/report/{activation.pk}/intervals/{query}")
    assert response.status_code == status
    return response.content.decode()


def rows_of(client: Client, activation: Activation, query: str) -> list[dict[str, str]]:
    response = client.get(f"/console/report/{activation.pk}/intervals.csv{query}")
    assert response.status_code == 200
    assert response["Content-Type"] == "text/csv; charset=utf-8"
    return list(csv.DictReader(io.StringIO(response.content.decode(), newline="")))


def told_of(client: Client, activation: Activation, query: str) -> dict[str, Any]:
    response = client.get(f"/console/report/{activation.pk}/intervals.json{query}")
    assert response.status_code == 200
    told: dict[str, Any] = json.loads(response.content)
    return told


def cells(page: str, part: str) -> list[list[str]]:
    """What stands in the rows of a part of the table (tbody, tfoot)."""
    body = page.partition(f"<{part}>")[2].partition(f"</{part}>")[0]
    rows = []
    for row in body.split("<tr>")[1:]:
        pieces = [piece.partition(">")[2].partition("</t")[0] for piece in row.split("<t")[1:]]
        rows.append(
            [
                " ".join(piece.replace('<span class="quiet">', "").replace("</span>", "").split())
                for piece in pieces
            ]
        )
    return rows


# --- For whom


@pytest.mark.parametrize("path", PATHS)
def test_nobody_of_another_authority_reads_the_figures(
    otto: Person, flood: Activation, browser_of: Browser, path: str
) -> None:
    assert browser_of(otto).get(f"/console/report/{flood.pk}/{path}").status_code == 404


@pytest.mark.parametrize("path", PATHS)
def test_agents_do_not_read_the_figures(ann: Agent, flood: Activation, browser_of: Browser, path: str) -> None:
    assert browser_of(ann.person).get(f"/console/report/{flood.pk}/{path}").status_code == 403


@pytest.mark.parametrize("path", PATHS)
def test_whoever_is_not_signed_in_is_asked_to(flood: Activation, client: Client, path: str) -> None:
    assert client.get(f"/console/report/{flood.pk}/{path}").status_code == 302


@pytest.mark.parametrize("path", PATHS)
def test_figures_of_an_activation_that_never_was_are_not_found(
    carl: Person, browser_of: Browser, path: str
) -> None:
    assert browser_of(carl).get(f"/console/report/4711/{path}").status_code == 404


@pytest.mark.parametrize("path", [f"{path}?by=language&interval=day&day=all" for path in PATHS])
def test_nothing_personal_leaves_the_house(
    carl: Person, flood: Activation, browser_of: Browser, path: str
) -> None:
    answer = browser_of(carl).get(f"/console/report/{flood.pk}/{path}").content.decode()

    assert "mark-" not in answer
    assert "leg-" not in answer


# --- The page


def test_it_shows_the_last_day_by_the_hour_where_nothing_is_asked(
    carl: Person, flood: Activation, browser_of: Browser
) -> None:
    keep_call(flood, arrived_at=datetime(2026, 3, 9, 6, 5, tzinfo=UTC), leg="leg-9")
    page = page_of(browser_of(carl), flood)

    assert "Monday 9 March 2026" in page
    assert [row[:3] for row in cells(page, "tbody")] == [["07:00", "1", "1"]]


def test_every_figure_is_told_of_an_interval(carl: Person, flood: Activation, browser_of: Browser) -> None:
    arrived_at = datetime(2026, 3, 7, 10, 31, tzinfo=UTC)
    keep_call(flood, arrived_at=arrived_at, leg="again", caller="mark-leg-7-1", answered=False, waited=40)
    keep_call(flood, arrived_at=arrived_at, leg="short", caller="mark-leg-7-1", answered=False, waited=2)
    page = page_of(browser_of(carl), flood, "?interval=15&day=2026-03-07")

    assert cells(page, "tbody")[1] == [
        *("11:30", "3", "1", "50 %", "0:10", "0:17"),
        *("2", "1", "0", "0", "0", "0", "0", "0", "3", "1"),
    ]


BECAME = (
    "Answered",
    "By keypad",
    "Abandoned",
    "Called back",
    "With 112",
    "Left a question",
    "Lost",
    "Not over yet",
)


@pytest.mark.parametrize("path", ["{}/", "{}/intervals/?interval=day&day=all", ""])
@pytest.mark.parametrize("state", [State.OPEN, State.CLOSED])
def test_what_became_of_the_calls_adds_up_to_the_offered(
    carl: Person, flood: Activation, browser_of: Browser, path: str, state: State
) -> None:
    Activation.objects.update(state=state)
    for leg, after, why in (("dialled", CallState.OUTSIDE, ""), ("asked", CallState.WAITING, LEFT_QUESTION)):
        at = datetime(2026, 3, 7, 15, tzinfo=UTC)
        keep_call(flood, arrived_at=at, leg=leg, answered=False)
        CallStep.objects.create(
            call_id=leg, activation=flood, before="", after=after, at=at + timedelta(seconds=5), why=why
        )
    page = browser_of(carl).get(f"/console/report/{path.format(flood.pk)}").content.decode()
    columns = re.findall(r"<th[^>]*>(.*?)</th>", page.partition("<thead>")[2].partition("</thead>")[0])
    rows = [dict(zip(columns, row, strict=True)) for row in cells(page, "tbody")]
    assert ("1", "1") in [(row["With 112"], row["Left a question"]) for row in rows]
    for row in rows:
        assert sum(int(row.get(became, 0)) for became in BECAME) == int(row["Offered"])


def test_the_whole_day_stands_below_and_counts_each_caller_once(
    carl: Person, flood: Activation, browser_of: Browser
) -> None:
    keep_call(flood, arrived_at=datetime(2026, 3, 7, 15, tzinfo=UTC), leg="again", caller="mark-leg-7-1")
    page = page_of(browser_of(carl), flood, "?interval=60&day=2026-03-07")

    [whole] = cells(page, "tfoot")
    assert (whole[0], whole[1], whole[-2], whole[-1]) == ("Whole day", "4", "4", "3")
    assert [row[-1] for row in cells(page, "tbody")] == ["1", "1", "1", "1"]


def test_calls_are_told_apart_by_language(carl: Person, flood: Activation, browser_of: Browser) -> None:
    page = page_of(browser_of(carl), flood, "?interval=day&by=language&day=all")

    assert [row[:3] for row in cells(page, "tbody")] == [
        ["Fri 6 Mar", "Dutch", "1"],
        ["Sat 7 Mar", "French", "2"],
        ["Sat 7 Mar", "Dutch", "1"],
        ["Sun 8 Mar", "French", "1"],
        ["Sun 8 Mar", "Dutch", "1"],
    ]
    assert [row[:3] for row in cells(page, "tfoot")] == [
        ["All days", "French", "3"],
        ["All days", "Dutch", "3"],
        ["All days", "All calls", "6"],
    ]


def test_it_leads_to_the_days_around_and_to_the_files(
    carl: Person, flood: Activation, browser_of: Browser
) -> None:
    client = browser_of(carl)
    page = page_of(client, flood, "?interval=5&by=language&day=2026-03-07")

    assert 'href="?interval=5&amp;by=language&amp;day=2026-03-06" rel="prev"' in page
    assert 'href="?interval=5&amp;by=language&amp;day=2026-03-08" rel="next"' in page
    assert "intervals.csv?interval=5&amp;by=language&amp;day=2026-03-07" in page
    assert "intervals.csv?interval=5&amp;by=language&amp;day=all" in page
    first = page_of(client, flood, "?interval=5&day=2026-03-06")
    assert 'rel="prev"' not in first
    assert 'rel="next"' in first


def test_the_repeated_hour_is_told_twice_and_the_second_says_so(
    carl: Person, rivaal: Authority, browser_of: Browser
) -> None:
    made = closed_activation(rivaal)
    for n, hour in enumerate((0, 1)):
        keep_call(made, arrived_at=datetime(2026, 10, 25, hour, 30, tzinfo=UTC), leg=f"leg-{n}")
    page = page_of(browser_of(carl), made, "?interval=30&day=2026-10-25")

    assert [row[0] for row in cells(page, "tbody")] == ["02:30", "02:30 again"]


def test_a_line_that_nobody_called_has_figures(carl: Person, rivaal: Authority, browser_of: Browser) -> None:
    client, made = browser_of(carl), closed_activation(rivaal)

    assert "Nobody called." in page_of(client, made)
    assert {row["offered"] for row in rows_of(client, made, "?interval=day")} == {"0"}
    assert rows_of(client, made, "?interval=day&by=language") == []


def test_an_interval_may_be_longer_than_the_line_was_open(
    carl: Person, rivaal: Authority, browser_of: Browser
) -> None:
    made = closed_activation(rivaal)
    ActivationStep.objects.all().delete()
    opened_at = datetime(2026, 3, 6, 7, tzinfo=UTC)
    for after, at in ((State.OPEN, opened_at), (State.CLOSED, opened_at + timedelta(minutes=2))):
        ActivationStep.objects.create(activation=made, before="", after=after, at=at)
    keep_call(made, arrived_at=opened_at + timedelta(minutes=1), leg="only")
    [row] = rows_of(browser_of(carl), made, "?interval=day")

    assert (row["day"], row["open"], row["offered"]) == ("2026-03-06", "yes", "1")


@pytest.mark.parametrize(("kind", "bands"), [(Kind.REAL, 0), (Kind.EXERCISE, 1)])
def test_the_figures_of_an_exercise_say_so(
    carl: Person, rivaal: Authority, browser_of: Browser, kind: Kind, bands: int
) -> None:
    client, made = browser_of(carl), closed_activation(rivaal, kind=kind)

    assert page_of(client, made).count("band-exercise") == bands
    assert {row["kind"] for row in rows_of(client, made, "?interval=day")} == {kind.value}


def test_the_figures_are_so_far_while_the_line_is_open(
    carl: Person, flood: Activation, browser_of: Browser
) -> None:
    client = browser_of(carl)
    assert "So far:" not in page_of(client, flood)

    Activation.objects.update(state=State.OPEN)
    assert "So far:" in page_of(client, flood)


def test_no_style_is_written_into_the_page(carl: Person, flood: Activation, browser_of: Browser) -> None:
    assert "style=" not in page_of(browser_of(carl), flood)


# --- What is asked wrongly


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize(
    "query", ["interval=7", "interval=", "by=agent", "day=2026-03-05", "day=yesterday", "day=2026-02-30"]
)
def test_what_does_not_exist_is_refused_and_said(
    carl: Person, flood: Activation, browser_of: Browser, path: str, query: str
) -> None:
    response = browser_of(carl).get(f"/console/report/{flood.pk}/{path}?{query}")

    assert response.status_code == 422
    assert 'aria-invalid="true"' in response.content.decode()


def test_all_days_in_minutes_are_for_the_files(carl: Person, flood: Activation, browser_of: Browser) -> None:
    client = browser_of(carl)

    assert "The files hold all days." in page_of(client, flood, "?interval=5&day=all", status=422)
    assert len(rows_of(client, flood, "?interval=5&day=all")) == 4 * 288


# --- The files


@pytest.mark.parametrize(("interval", "rows"), [("5", 1152), ("15", 384), ("30", 192), ("60", 96), ("day", 4)])
def test_a_file_leaves_no_gap(
    carl: Person, flood: Activation, browser_of: Browser, interval: str, rows: int
) -> None:
    client, query = browser_of(carl), f"?interval={interval}"
    of_csv, of_json = rows_of(client, flood, query), told_of(client, flood, query)["intervals"]

    assert len(of_csv) == len(of_json) == rows
    assert [row["start"] for row in of_csv] == [row["start"] for row in of_json]
    assert sum(int(row["offered"]) for row in of_csv) == sum(row["offered"] for row in of_json) == 6
    assert all(row["until"] == after["start"] for row, after in pairwise(of_csv))


def test_both_files_have_the_same_columns(carl: Person, flood: Activation, browser_of: Browser) -> None:
    client, query = browser_of(carl), "?interval=day&by=language"
    [of_csv, *_], [of_json, *_] = rows_of(client, flood, query), told_of(client, flood, query)["intervals"]

    assert list(of_csv) == ["activation", "kind", *of_json]
    assert of_json["language"] == "nl"


def test_a_file_says_when_the_line_was_open(carl: Person, flood: Activation, browser_of: Browser) -> None:
    rows = rows_of(browser_of(carl), flood, "?interval=60")

    assert rows[0]["start"] == "2026-03-06T00:00:00+01:00"
    assert [row["start"][:13] for row in rows if row["open"] == "yes"][::71] == ["2026-03-06T08", "2026-03-09T07"]


def test_a_file_of_days_has_a_row_for_each_and_nothing_where_there_is_no_share(
    carl: Person, flood: Activation, browser_of: Browser
) -> None:
    rows = rows_of(browser_of(carl), flood, "?interval=day")

    assert [(row["day"], row["open"], row["offered"]) for row in rows] == [
        ("2026-03-06", "yes", "1"),
        ("2026-03-07", "yes", "3"),
        ("2026-03-08", "yes", "2"),
        ("2026-03-09", "yes", "0"),
    ]
    assert (rows[1]["service_level"], rows[1]["mean_wait_answered_seconds"]) == ("1.0", "10.0")
    assert rows[3]["service_level"] == "", "there is no share of nothing"


def test_one_day_alone_is_a_file(carl: Person, flood: Activation, browser_of: Browser) -> None:
    told = told_of(browser_of(carl), flood, "?interval=60&day=2026-03-07")

    assert (len(told["intervals"]), told["interval"], told["by"]) == (24, "60", "nothing")
    assert {row["day"] for row in told["intervals"]} == {"2026-03-07"}


def test_a_title_is_never_a_formula_in_a_spreadsheet(carl: Person, flood: Activation, browser_of: Browser) -> None:
    Activation.objects.update(title='=HYPERLINK("http://example.org")')
    rows = rows_of(browser_of(carl), flood, "?interval=day")

    assert {row["activation"] for row in rows} == {'\'=HYPERLINK("http://example.org")'}
