"""Callers in the fallback whom the switchboard gave up too early: nobody is hung up, nobody counts twice."""

from datetime import timedelta

import pytest

from tests import world
from tests.switchboards import call, in_thread, play, state_of, switchboard, until
from tocsin.activations.models import Activation
from tocsin.authorities.models import Authority
from tocsin.calls.daemon import leading
from tocsin.calls.models import Call, CallStep
from tocsin.calls.rules import timing
from tocsin.gateways.rehearsal.switch import RehearsalSwitch
from tocsin.insights.queries import journal
from tocsin.insights.rules.days import total
from tocsin.insights.rules.figures import Figures

pytestmark = pytest.mark.django_db(transaction=True)


async def given_up(switch: RehearsalSwitch, monkeypatch: pytest.MonkeyPatch) -> str:
    """A caller who was sent back, and then not seen for too long; there is room again afterwards."""
    with monkeypatch.context() as busy:
        busy.setattr(leading, "CONGESTED_BACKLOG", -1)
        # The fallback's message is longer than this.
        busy.setattr(timing, "FALLBACK_RETURN", timedelta(microseconds=1))
        leg = call(switch)
        await until(lambda: state_of(leg) == "ended")
    assert switch.hears(leg) == "fallback"
    return leg


def steps_of(leg: str) -> list[tuple[str, str]]:
    return list(CallStep.objects.filter(call_id=leg).order_by("pk").values_list("before", "after"))


def counted(activation: Activation) -> Figures:
    arrived_at = Call.objects.get().arrived_at
    hour = timedelta(hours=1)
    return total(journal.tallies(activation=activation.pk, edges=[arrived_at - hour, arrived_at + hour]))


def test_who_comes_again_after_being_given_up_is_the_same_call_and_counts_once(
    rivaal: Authority, monkeypatch: pytest.MonkeyPatch
) -> None:
    activation = world.activation(rivaal, languages=["nl"])
    switch = RehearsalSwitch()
    legs: list[str] = []

    async def story() -> None:
        async with switchboard(switch):
            legs.append(await given_up(switch, monkeypatch))
            before = await in_thread(Call.objects.get)
            assert (await in_thread(lambda: counted(activation))).abandoned == 1
            switch.try_again()
            await until(lambda: state_of(legs[0]) == "waiting")
            after = await in_thread(Call.objects.get)
            assert (after.arrived_at, after.caller_mark) == (before.arrived_at, before.caller_mark)
            assert switch.hears(legs[0]) != "fallback"

    play(story)
    assert steps_of(legs[0]) == [
        ("", "fallback"),
        ("fallback", "ended"),
        ("", "informing"),
        ("informing", "waiting"),
    ]
    figures = counted(activation)
    assert (figures.attempts, figures.offered, figures.in_progress, figures.abandoned) == (1, 1, 1, 0)


def test_who_came_again_after_being_given_up_while_nobody_listened_is_taken_in_and_not_released(
    rivaal: Authority,
) -> None:
    activation = world.activation(rivaal, languages=["nl"])
    switch = RehearsalSwitch()
    leg = call(switch)
    Call.objects.create(
        leg=leg,
        number="1771",
        activation=activation,
        language="nl",
        state="ended",
        since=world.NOON,
        arrived_at=world.NOON,
    )
    for before, after in (("", "fallback"), ("fallback", "ended")):
        CallStep.objects.create(
            call_id=leg, activation=activation, before=before, after=after, at=world.NOON, language="nl"
        )

    async def story() -> None:
        async with switchboard(switch):
            await until(lambda: state_of(leg) == "waiting")
        assert switch.is_up(leg)

    play(story)
    assert Call.objects.get().arrived_at == world.NOON
