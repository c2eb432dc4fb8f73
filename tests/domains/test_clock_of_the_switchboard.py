"""The machine's clock is put back or forward under a switchboard that leads, and while none does."""

from datetime import UTC, datetime, timedelta

import pytest
from django.db.models import F

from tests import world
from tests.switchboards import call, in_thread, play, state_of, switchboard, until
from tocsin.authorities.models import Authority
from tocsin.calls.daemon import clock
from tocsin.calls.models import Call, CallStep, Pulse
from tocsin.calls.rules import timing
from tocsin.gateways.rehearsal.switch import RehearsalSwitch
from tocsin.logbook.models import Line

pytestmark = pytest.mark.django_db(transaction=True)

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
CLOSE = timedelta(minutes=1)


def kept() -> list[int]:
    """By how many seconds the clock was put, as the logbook has it."""
    return [line.facts["seconds"] for line in Line.objects.filter(kind="switchboard.clock_put")]


@pytest.mark.parametrize("by", [-HOUR, DAY], ids=["an hour back", "a day forward"])
def test_who_waits_goes_on_waiting_as_before(
    rivaal: Authority, by: timedelta, monkeypatch: pytest.MonkeyPatch
) -> None:
    world.activation(rivaal, languages=["nl"])
    switch = RehearsalSwitch()

    async def story() -> None:
        async with switchboard(switch):
            leg = call(switch)
            await until(lambda: state_of(leg) == "waiting")
            monkeypatch.setattr(clock, "wall", lambda: datetime.now(UTC) + by)
            later = call(switch)
            await until(lambda: state_of(later) == "waiting")
            await until(kept)
            first = await in_thread(lambda: Call.objects.get(pk=leg))
            assert abs(first.ahead - by) < CLOSE
            assert first.due_at
            assert first.due_at - (datetime.now(UTC) + by) <= timing.POSITION
            switch.hang_up(leg)
            await until(lambda: state_of(leg) == "ended")

    play(story)
    assert len(kept()) == 1
    ended = CallStep.objects.filter(after="ended").latest("pk")
    assert abs(ended.at - datetime.now(UTC)) < CLOSE, "the journal of the call went on by another clock"


def test_a_clock_that_shows_the_time_is_left_alone(rivaal: Authority) -> None:
    world.activation(rivaal, languages=["nl"])
    switch = RehearsalSwitch()

    async def story() -> None:
        async with switchboard(switch):
            leg = call(switch)
            await until(lambda: state_of(leg) == "waiting")

    play(story)
    assert kept() == []
    assert Call.objects.get().ahead == timedelta()


def test_a_clock_put_back_while_nobody_led_is_noticed_by_the_next_who_does(rivaal: Authority) -> None:
    world.activation(rivaal, languages=["nl"])
    switch = RehearsalSwitch()

    async def story() -> None:
        async with switchboard(switch):
            leg = call(switch)
            await until(lambda: state_of(leg) == "waiting")
            await until(Pulse.objects.exists)
        await in_thread(an_hour_ago)
        async with switchboard(switch):
            await until(kept)
            first = await in_thread(lambda: Call.objects.get(pk=leg))
            assert first.due_at
            assert first.due_at - datetime.now(UTC) <= timing.POSITION

    def an_hour_ago() -> None:
        """What was stored was stored by a clock that was an hour ahead of the one there is now."""
        Pulse.objects.update(at=F("at") + HOUR)
        Call.objects.update(due_at=F("due_at") + HOUR, since=F("since") + HOUR)

    play(story)
