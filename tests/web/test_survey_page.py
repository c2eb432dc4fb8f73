"""The console through HTTP: the question after the conversation, and what callers answered."""

import csv
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.test import Client

from tests import world
from tests.domains.past_calls import keep_call
from tests.web.forms import errors_next_to
from tests.world import NOON
from tocsin.accounts.models import Person
from tocsin.activations.models import Activation
from tocsin.activations.queries import survey_in_force
from tocsin.activations.rules import State
from tocsin.authorities.models import Authority
from tocsin.calls.models import CallStep
from tocsin.calls.rules.states import RATED, CallState

pytestmark = pytest.mark.django_db
Browser = Callable[[Person], Client]


@pytest.fixture
def opened(rivaal: Authority) -> Activation:
    return world.activation(rivaal)


def address(opened: Activation, language: str = "nl") -> str:
    return f"/console/activations/{opened.pk}/survey/{language}/"


def test_nobody_is_asked_before_an_officer_writes_a_question_which_the_page_of_the_activation_has(
    dirk: Person, opened: Activation, browser_of: Browser
) -> None:
    client = browser_of(dirk)
    there = f"/console/activations/{opened.pk}/"
    assert client.get(there).content.decode().count("callers are asked nothing") == 2
    assert client.post(address(opened), {"text": " Hoe was\n het? "})["Location"] == there
    page = client.get(there).content.decode()
    assert "Hoe was het?" in page
    assert page.count("callers are asked nothing") == 1
    assert "Changed the question after" in client.get(f"{there}logbook/").content.decode()
    client.post(address(opened), {"text": ""})
    assert survey_in_force(opened) == {}


def test_what_is_too_long_or_says_nothing_is_refused(
    dirk: Person, opened: Activation, browser_of: Browser
) -> None:
    client = browser_of(dirk)
    response = client.post(address(opened), {"text": "a" * 161})
    assert response.status_code == 422
    assert "at most 160 characters" in errors_next_to(response.content.decode(), "text")[0]
    assert client.post(address(opened), {"text": "!!"}).status_code == 422
    assert client.get(address(opened, "de")).status_code == 404
    Activation.objects.update(state=State.CLOSING)
    assert client.post(address(opened), {"text": "Hoe was het?"}).status_code == 422
    assert not opened.survey_questions.exists()


def test_nobody_else_sees_the_page(carl: Person, otto: Person, opened: Activation, browser_of: Browser) -> None:
    assert browser_of(carl).get(address(opened)).status_code == 403
    assert browser_of(otto).get(address(opened)).status_code == 404


def test_the_report_and_its_file_have_the_share_and_the_mean_and_the_call_its_answer(
    carl: Person, opened: Activation, browser_of: Browser
) -> None:
    client = browser_of(carl)
    report = f"/console/report/{opened.pk}/"
    assert "Question after the conversation" not in client.get(report).content.decode()
    ways = (CallState.WAITING, CallState.TALKING, CallState.SURVEYED, CallState.ENDED)
    for leg in ("c1", "c2", "c3"):
        keep_call(activation=opened, story=[(state, NOON) for state in ways], leg=leg)
    for leg, value in (("c1", 5), ("c2", 4)):
        CallStep.objects.create(
            call_id=leg,
            activation=opened,
            before=CallState.SURVEYED,
            after=CallState.SURVEYED,
            at=NOON,
            language="nl",
            why=RATED,
            reason={"question": 1, "value": value},
        )
    page = client.get(report).content.decode()
    section = page.partition('id="survey-title"')[2].partition("</section>")[0]
    assert [part.partition("<")[0] for part in section.split('class="figure">')[1:]] == ["3", "2", "4.5"]
    assert "67" in section
    assert client.get(f"{report}figures.json").json()["survey"] == {
        "asked": 3,
        "answered": 2,
        "answered_share": 0.6667,
        "mean": 4.5,
        "answers": {"1": 0, "2": 0, "3": 0, "4": 1, "5": 1},
    }
    story = client.get(f"/console/line/{opened.pk}/calls/c1/").content.decode()
    assert "the caller is asked how it was" in story
    assert "Answered the question after the conversation: 5." in story


def test_the_answers_are_a_file_by_interval_and_language_without_anybody_in_it(
    carl: Person, otto: Person, opened: Activation, browser_of: Browser
) -> None:
    client = browser_of(carl)
    report = f"/console/report/{opened.pk}/"
    assert "survey.csv" not in client.get(report).content.decode()
    ways = (CallState.WAITING, CallState.TALKING, CallState.SURVEYED, CallState.ENDED)
    hour = timedelta(hours=1)
    # Asked a second before the hour, and answered in the next.
    last = NOON + hour - timedelta(seconds=1)
    for leg, at, language, value in (("c1", NOON, "nl", 5), ("c2", NOON, "nl", 2), ("c3", last, "fr", 4)):
        keep_call(activation=opened, story=[(state, at) for state in ways], leg=leg)
        CallStep.objects.create(
            call_id=leg,
            activation=opened,
            before=CallState.SURVEYED,
            after=CallState.SURVEYED,
            at=at + timedelta(seconds=2),
            language=language,
            why=RATED,
            reason={"question": 1, "value": value},
        )
    keep_call(activation=opened, story=[(state, NOON + hour) for state in ways], leg="c4")
    assert f'href="{report}survey.csv?interval=60"' in client.get(report).content.decode()
    CallStep.objects.filter(call_id="c3").update(language="fr")
    file = client.get(f"{report}survey.csv?interval=60")
    assert 'filename="activation-' in file["Content-Disposition"]
    columns, *rows = csv.reader(file.content.decode().splitlines())
    assert [dict(zip(columns, row, strict=True))["start"] for row in rows] == [
        "2026-03-07T13:00:00+01:00",
        "2026-03-07T13:00:00+01:00",
        "2026-03-07T14:00:00+01:00",
    ]
    assert columns[5:] == ["language", "asked", "answered", "answered_share", "mean"] + [
        f"answered_{value}" for value in range(1, 6)
    ]
    assert [row[5:] for row in rows] == [
        ["fr", "1", "1", "1.0", "4.0", "0", "0", "0", "1", "0"],
        ["nl", "2", "2", "1.0", "3.5", "0", "1", "0", "0", "1"],
        ["nl", "1", "0", "0.0", "", "0", "0", "0", "0", "0"],
    ]
    assert client.get(f"{report}survey.csv?interval=7").status_code == 422
    assert browser_of(otto).get(f"{report}survey.csv").status_code == 404
