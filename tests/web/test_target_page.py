"""The target of a line: coordinators change it, and every figure is told by it at once."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.test import Client

from tests import world
from tests.domains.past_calls import take_call
from tests.world import NOON
from tocsin.accounts.models import Person
from tocsin.activations.actions import change_target
from tocsin.activations.models import Activation
from tocsin.activations.rules import State, Target
from tocsin.authorities.models import Authority
from tocsin.insights.actions import keep_figures
from tocsin.insights.queries.board import board
from tocsin.insights.queries.report import report
from tocsin.logbook.models import Line
from tocsin.refusals import Refusal
from tocsin.workforce.models import Agent

pytestmark = pytest.mark.django_db
Browser = Callable[[Person], Client]
LATER = NOON + timedelta(hours=2)


@pytest.fixture
def fire(rivaal: Authority) -> Activation:
    made = world.activation(rivaal)
    for leg, waited in (("a", 15), ("b", 45), ("c", 100)):
        take_call(activation=made, arrived_at=NOON, waited=waited, leg=leg)
    return made


def page(activation: Activation) -> str:
    return f"/console/activations/{activation.pk}/target/"


def in_target() -> tuple[int, int]:
    """On the board and in the report."""
    fire = Activation.objects.get()
    on_board = board(activation=fire, now=LATER).today.in_target
    return on_board, report(activation=fire, now=LATER).total.in_target


@pytest.mark.parametrize("kept", [False, True], ids=["counted", "kept before"])
def test_every_figure_is_told_by_the_new_target_at_once_and_by_the_old_one_again(
    carl: Person, fire: Activation, browser_of: Browser, kept: bool
) -> None:
    if kept:
        keep_figures(activation=fire.pk, now=LATER)
    assert in_target() == (1, 1)
    client = browser_of(carl)
    assert client.get(page(fire)).context["form"].initial == {"percent": 80, "seconds": 20}
    answer = client.post(page(fire), {"percent": "90", "seconds": "60"})
    assert answer["Location"] == f"/console/activations/{fire.pk}/"
    assert in_target() == (2, 2)
    if kept:
        keep_figures(activation=fire.pk, now=LATER)
        assert in_target() == (2, 2)
    client.post(page(fire), {"percent": "80", "seconds": "20"})
    assert in_target() == (1, 1)


def test_the_target_stands_on_the_board_in_the_report_in_files_and_in_the_logbook(
    carl: Person, fire: Activation, browser_of: Browser
) -> None:
    client = browser_of(carl)
    client.post(page(fire), {"percent": "90", "seconds": "60"})
    shown = client.get(f"/console/activations/{fire.pk}/").content.decode()
    assert "90 of 100 calls are answered within 60 seconds." in shown
    seen = client.get(f"/console/board/{fire.pk}/").content.decode()
    assert "Answered within 60 s" in seen
    assert "aim: 90" in seen
    assert "Answered within 60 s" in client.get(f"/console/report/{fire.pk}/").content.decode()
    figures = client.get(f"/console/report/{fire.pk}/figures.json").json()
    assert (figures["target_seconds"], figures["target_percent"]) == (60.0, 90)
    line = Line.objects.get(kind="activation.target_changed")
    assert (line.by, line.facts) == (carl, {"within_seconds": 60.0, "percent": 90})
    assert "Changed the target" in client.get(f"/console/activations/{fire.pk}/logbook/").content.decode()


@pytest.mark.parametrize(
    "fields",
    [
        {"percent": "0", "seconds": "20"},
        {"percent": "101", "seconds": "20"},
        {"percent": "80", "seconds": "4"},
        {"percent": "80", "seconds": "601"},
        {"percent": "80", "seconds": "soon"},
        {"percent": "", "seconds": ""},
    ],
)
def test_what_makes_no_sense_is_said_and_changes_nothing(
    carl: Person, fire: Activation, browser_of: Browser, fields: dict[str, str]
) -> None:
    assert browser_of(carl).post(page(fire), fields).status_code == 422
    assert Activation.objects.get().target == Target()


@pytest.mark.parametrize(
    "target", [(timedelta(seconds=4), 80), (timedelta(seconds=20), 0), (timedelta(days=1), 80)]
)
def test_what_nobody_can_aim_at_is_refused(target: tuple[timedelta, int]) -> None:
    with pytest.raises(Refusal):
        Target(*target)


def test_a_closed_line_keeps_its_target(carl: Person, fire: Activation, browser_of: Browser) -> None:
    Activation.objects.update(state=State.CLOSED)
    response = browser_of(carl).post(page(fire), {"percent": "90", "seconds": "60"})
    assert response.status_code == 422
    assert "its figures stay as they are" in response.content.decode()


def test_otto_duty_officers_and_agents_change_no_target(
    otto: Person, dirk: Person, ann: Agent, fire: Activation, browser_of: Browser
) -> None:
    assert browser_of(otto).post(page(fire), {"percent": "90", "seconds": "60"}).status_code == 404
    for person in (dirk, ann.person):
        assert browser_of(person).get(page(fire)).status_code == 403
    with pytest.raises(Refusal):
        change_target(activation=fire.pk, by=otto, target=Target(), at=NOON)
