"""Reports: of March 2022 as its press figures tell it (made calls, real totals), and of other activations."""

import random
from datetime import UTC, date, datetime, time, timedelta

import pytest

from tests.domains.past_calls import NOON, an_activation, keep_call, take_call
from tocsin.activations.models import Activation, ActivationStep, OpeningHours
from tocsin.activations.rules import State
from tocsin.calls import models as calls
from tocsin.calls.rules.states import CallState
from tocsin.insights.queries.report import report
from tocsin.insights.rules import days

pytestmark = pytest.mark.django_db

FIRST, LAST = date(2022, 3, 3), date(2022, 4, 4)
TOTAL, PEAK, WEEKEND = 6253, 421, 66


def calls_of_the_ukraine_centre() -> dict[date, int]:
    """Calls per day: 33 days, 421 on 7 March, 66 on each of ten weekend days, and 6,253 in all."""
    all_days = days.days_from(FIRST, LAST)
    weekend = [day for day in all_days if day.weekday() >= 5]
    ordinary = [day for day in all_days if day.weekday() < 5 and day != date(2022, 3, 7)]
    rest = TOTAL - PEAK - WEEKEND * len(weekend)
    made = dict.fromkeys(weekend, WEEKEND) | {date(2022, 3, 7): PEAK}
    each, more = divmod(rest, len(ordinary))
    return made | {day: each + (n < more) for n, day in enumerate(ordinary)}


def seed_the_ukraine_centre() -> Activation:
    """The activation of a month, with calls from 8 to 20 h; the clock goes forward on 27 March."""
    chance = random.Random(20220303)  # noqa: S311 - not for secrets
    midnight = days.start_of(FIRST, "Europe/Brussels")
    activation = an_activation(opened_at=midnight + timedelta(hours=7))
    closed_at = days.start_of(LAST, "Europe/Brussels") + timedelta(hours=21)
    activation.state = State.CLOSED
    activation.save()
    for before, after in ((State.OPEN, State.CLOSING), (State.CLOSING, State.CLOSED)):
        ActivationStep.objects.create(activation=activation, before=before, after=after, at=closed_at)
    for day, count in calls_of_the_ukraine_centre().items():
        rows: list[calls.Call] = []
        steps: list[calls.CallStep] = []
        morning = days.start_of(day + timedelta(days=1), "Europe/Brussels") - timedelta(hours=16)
        for n in range(count):
            arrived_at = morning + timedelta(seconds=chance.uniform(0, 12 * 3600))
            add_ukraine_call(rows, steps, activation, arrived_at, leg=f"{day}-{n}", chance=chance)
        # Day by day: the database gives up whoever says nothing for long within a transaction.
        calls.Call.objects.bulk_create(rows)
        calls.CallStep.objects.bulk_create(steps)
    return activation


def add_ukraine_call(
    rows: list[calls.Call],
    steps: list[calls.CallStep],
    activation: Activation,
    arrived_at: datetime,
    *,
    leg: str,
    chance: random.Random,
) -> None:
    language = chance.choice(["nl", "fr", "fr", "uk"])
    waited = timedelta(seconds=chance.expovariate(1 / 15))
    answered = chance.random() < 0.93
    story = [(CallState.WAITING, arrived_at)]
    if answered:
        story.append((CallState.TALKING, arrived_at + waited))
    story.append((CallState.ENDED, arrived_at + waited + answered * timedelta(minutes=4)))
    rows.append(
        calls.Call(
            leg=leg,
            number="1771",
            caller_mark=f"{chance.randrange(4000)}",
            activation=activation,
            language=language,
            state=CallState.ENDED,
            since=story[-1][1],
            arrived_at=arrived_at,
        )
    )
    befores = ["", *(state for state, _ in story)]
    steps += [
        calls.CallStep(
            call_id=leg,
            activation=activation,
            before=before,
            after=after,
            at=at,
            language=language,
            why="seed",
        )
        for before, (after, at) in zip(befores, story, strict=False)
    ]


def test_the_report_says_the_figures_the_press_was_given_of_the_ukraine_centre() -> None:
    activation = seed_the_ukraine_centre()

    told = report(activation=activation, now=datetime(2022, 6, 1, tzinfo=UTC))

    assert told.total.offered == TOTAL
    assert told.peak_day == days.Peak(date(2022, 3, 7), PEAK)
    assert told.weekend_mean == WEEKEND
    assert (len(told.open_days), round(told.mean_per_day or 0)) == (33, 189)
    assert sum(figures.offered for figures in told.hours.values()) == TOTAL
    assert sum(figures.offered for figures, _ in told.languages.values()) == TOTAL
    assert len(told.hours) == 33 * 24 - 1, "one hour was left out by the clock"
    assert told.total.offered == told.total.answered + told.total.abandoned


def test_days_outside_the_opening_hours_do_not_lower_the_means() -> None:
    activation = an_activation(opened_at=datetime(2026, 3, 6, 8, tzinfo=UTC))
    for weekday in range(6):
        OpeningHours.objects.create(activation=activation, weekday=weekday, start=time(8), until=time(20))
    # Friday 6, Saturday 7, Monday 9 March; on Sunday somebody is turned away.
    for day in (6, 7, 9):
        take_call(activation=activation, arrived_at=datetime(2026, 3, day, 12, tzinfo=UTC), leg=f"d{day}")
    sunday = datetime(2026, 3, 8, 12, tzinfo=UTC)
    keep_call(
        activation=activation,
        story=[(CallState.TURNED_AWAY, sunday), (CallState.ENDED, sunday)],
        leg="sunday",
    )

    told = report(activation=activation, now=datetime(2026, 3, 9, 15, tzinfo=UTC))

    assert (told.mean_per_day, told.weekend_mean) == (1, 1)
    assert [(day.day, figures.turned_away) for day, figures in told.days.items()] == [
        (6, 0),
        (7, 0),
        (8, 1),
        (9, 0),
    ]


def test_the_report_of_an_activation_nobody_called_has_no_means() -> None:
    activation = an_activation(opened_at=NOON)
    ActivationStep.objects.all().delete()

    told = report(activation=activation, now=NOON)

    assert (told.mean_per_day, told.weekend_mean, told.peak_day) == (None, None, None)
