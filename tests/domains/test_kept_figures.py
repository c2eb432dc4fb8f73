"""Figures that no call can change are kept; what is told comes to the same, whenever they were kept."""

import random
from dataclasses import fields
from datetime import date, datetime, timedelta

import pytest

from tests.domains.past_calls import NOON, an_activation, keep_call, keep_journal, take_call
from tests.domains.test_recount import a_long_day, check_both, check_every_figure, go_on, two_incidents
from tests.journals import Journal
from tocsin.activations.models import Activation
from tocsin.activations.rules import State
from tocsin.calls.models import Call, CallStep
from tocsin.calls.rules.states import CallState
from tocsin.insights import jobs
from tocsin.insights.actions import keep_figures
from tocsin.insights.models import KeptSpan, KeptTally
from tocsin.insights.queries import journal as counting
from tocsin.insights.queries.history import in_all
from tocsin.insights.queries.kept import to_be_kept
from tocsin.insights.queries.report import report
from tocsin.insights.rules.figures import Figures

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)


def offered(activation: Activation, *, now: datetime) -> int:
    return report(activation=activation, now=now).total.offered


def test_every_figure_there_is_is_kept() -> None:
    kept = {field.name for field in KeptTally._meta.get_fields()}
    assert {field.name for field in fields(Figures)} <= kept


def test_a_long_day_that_was_kept_comes_to_the_same_by_both_counts() -> None:
    journal = a_long_day(date(2026, 7, 21))
    activation = an_activation(opened_at=journal.steps[0].at)
    keep_journal(journal, activation=activation)
    keep_figures(activation=activation.pk, now=journal.now)
    assert KeptTally.objects.count() > 100
    check_every_figure(activation, now=journal.now)


@pytest.mark.parametrize("seed", range(4))
def test_while_a_journal_grows_what_is_kept_now_and_then_is_never_wrong(seed: int) -> None:
    journal = Journal()
    chance = random.Random(seed)  # noqa: S311 - a play, no secret
    incidents = two_incidents(opened_at=journal.now)
    written = 0
    for _ in range(8):
        for _ in range(30):
            go_on(journal, chance=chance)
        written = keep_journal(journal, activation=incidents[0], beside=incidents[1], written=written)
        for incident in incidents:
            if chance.random() < 0.7:
                keep_figures(activation=incident.pk, now=journal.now)
        check_both(*incidents, journal)
    assert KeptTally.objects.exists()


def test_one_activation_that_cannot_be_counted_keeps_no_other_from_it(monkeypatch: pytest.MonkeyPatch) -> None:
    activations = [an_activation(opened_at=NOON, digits=digits) for digits in ("1771", "1772", "1773")]
    bad = activations[0].pk

    def keep(*, activation: int, now: datetime) -> None:
        if activation == bad:
            raise ArithmeticError("no such figure")
        keep_figures(activation=activation, now=now)

    monkeypatch.setattr(jobs.actions, "keep_figures", keep)
    with pytest.raises(ExceptionGroup, match="1 of 3"):
        jobs.keep_figures(int((NOON + HOUR).timestamp()))
    kept = set(KeptSpan.objects.values_list("activation_id", flat=True))
    assert kept == {each.pk for each in activations} - {bad}


def test_what_is_kept_is_not_counted_again(monkeypatch: pytest.MonkeyPatch) -> None:
    activation = an_activation(opened_at=NOON)
    take_call(activation=activation, arrived_at=NOON, leg="a")
    now = NOON + HOUR
    keep_figures(activation=activation.pk, now=now)
    take_call(activation=activation, arrived_at=now - timedelta(minutes=1), leg="b")
    asked: list[datetime] = []
    count = counting.tallies

    def counted(**asks):
        asked.append(asks["edges"][0])
        return count(**asks)

    monkeypatch.setattr(counting, "tallies", counted)
    assert offered(activation, now=now) == 2
    assert asked == [now - timedelta(minutes=5)]


def test_a_call_that_lives_is_not_kept_and_nothing_after_it() -> None:
    activation = an_activation(opened_at=NOON)
    keep_call(activation=activation, story=[(CallState.WAITING, NOON)], leg="waits")
    take_call(activation=activation, arrived_at=NOON + HOUR, leg="later")
    keep_figures(activation=activation.pk, now=NOON + 3 * HOUR)
    assert not KeptTally.objects.exists()
    assert KeptSpan.objects.get().until == NOON


def test_a_call_that_goes_on_after_its_time_was_kept_is_counted_anew_and_kept_anew() -> None:
    activation = an_activation(opened_at=NOON)
    take_call(activation=activation, arrived_at=NOON - HOUR, leg="before")
    story = [(CallState.FALLBACK, NOON), (CallState.ENDED, NOON + timedelta(minutes=1))]
    keep_call(activation=activation, story=story, leg="given-up")
    now = NOON + 2 * HOUR
    keep_figures(activation=activation.pk, now=now)
    assert in_all(activation=activation, now=now)[0].figures.abandoned == 1
    step = {"call_id": "given-up", "activation": activation, "language": "nl", "why": "test"}
    CallStep.objects.create(before="", after="waiting", at=now, **step)
    Call.objects.filter(leg="given-up").update(state="waiting")
    [row] = in_all(activation=activation, now=now)
    assert (row.figures.abandoned, row.figures.in_progress, row.figures.offered) == (0, 1, 2)
    CallStep.objects.create(before="waiting", after="talking", at=now, **step)
    CallStep.objects.create(before="talking", after="ended", at=now + HOUR, **step)
    Call.objects.filter(leg="given-up").update(state="ended")
    keep_figures(activation=activation.pk, now=now + 2 * HOUR)
    check_every_figure(activation, now=now + 2 * HOUR)
    assert sum(KeptTally.objects.values_list("answered", flat=True)) == 2


def test_figures_of_what_is_open_are_kept_every_minute_and_those_of_what_was_closed_until_they_are_final() -> None:
    activation = an_activation(opened_at=NOON)
    take_call(activation=activation, arrived_at=NOON, leg="a")
    jobs.keep_figures(int((NOON + HOUR).timestamp()))
    assert KeptSpan.objects.get().until == NOON + HOUR - timedelta(minutes=5)
    Activation.objects.update(state=State.CLOSED)
    activation.steps.create(before=State.OPEN, after=State.CLOSED, at=NOON + HOUR)
    assert list(to_be_kept(now=NOON + 2 * HOUR)) == [activation]
    assert list(to_be_kept(now=NOON + 26 * HOUR)) == []
    KeptSpan.objects.all().delete()
    assert list(to_be_kept(now=NOON + 26 * HOUR)) == [activation]
