"""Who calls again is known by the number, also to a switchboard that has just begun to lead."""

from datetime import UTC, datetime, timedelta

import pytest
from django.conf import settings

from tests import world
from tests.switchboards import play, state_of, switchboard, until
from tocsin.activations.models import Activation
from tocsin.activations.rules import State, spoken_name
from tocsin.authorities.models import Authority
from tocsin.calls import ports
from tocsin.calls.daemon.earlier import last_calls
from tocsin.calls.daemon.memory import load_scripts
from tocsin.calls.models import Call, CallStep
from tocsin.calls.rules.numbers import caller_mark
from tocsin.calls.rules.phrases import PHRASES
from tocsin.calls.rules.returning import LastCall
from tocsin.calls.rules.states import CallState
from tocsin.gateways.rehearsal.switch import RehearsalSwitch

pytestmark = pytest.mark.django_db(transaction=True)
ZOE = "+32477123456"
NOON = datetime(2026, 3, 7, 12, tzinfo=UTC)


def call(switch: RehearsalSwitch, caller: str = "0477 12 34 56") -> str:
    return switch.call(number="1771", caller=caller, at=datetime.now(UTC))


def switch_with_endless_menu() -> RehearsalSwitch:
    """A switch on which the languages are told until a key is pressed."""
    return RehearsalSwitch(endless=[spoken_name("nl", PHRASES["nl"].choose.format(key=1))])


async def waits_in_french(switch: RehearsalSwitch) -> str:
    leg = call(switch)
    await until(lambda: state_of(leg) == "greeting")
    switch.press(leg, key="2")
    await until(lambda: state_of(leg) == "waiting")
    return leg


@pytest.mark.parametrize("restarted", [False, True], ids=["the same switchboard", "another switchboard"])
def test_who_leaves_the_line_and_comes_back_has_language_and_place(rivaal: Authority, restarted: bool) -> None:
    world.activation(rivaal, languages=["nl", "fr"])
    switch = switch_with_endless_menu()
    legs: list[str] = []

    async def leave() -> None:
        legs.append(await waits_in_french(switch))
        switch.hang_up(legs[0])
        await until(lambda: state_of(legs[0]) == "ended")

    async def come_back() -> None:
        legs.append(call(switch))
        await until(lambda: state_of(legs[1]) == "waiting")

    async def story() -> None:
        async with switchboard(switch):
            await leave()
            if not restarted:
                await come_back()
        if restarted:
            async with switchboard(switch):
                await come_back()

    play(story)
    first, second = (Call.objects.get(pk=leg) for leg in legs)
    assert (second.language, second.place_since, second.heard_before) == ("fr", first.arrived_at, True)


def test_who_hides_the_number_is_nobody_known(rivaal: Authority) -> None:
    world.activation(rivaal, languages=["nl", "fr"])
    switch = switch_with_endless_menu()

    async def story() -> None:
        async with switchboard(switch):
            for _ in range(2):
                leg = call(switch, caller="anonymous")
                await until(lambda leg=leg: state_of(leg) == "greeting")
                switch.hang_up(leg)
                await until(lambda leg=leg: state_of(leg) == "ended")

    play(story)
    assert set(Call.objects.values_list("place_since", "heard_before")) == {(None, False)}


def earlier(opened: Activation | None, *, leg: str = "c1", caller: str = ZOE, at: datetime = NOON) -> None:
    """A call that was given up in line."""
    Call.objects.create(
        leg=leg,
        number="1771",
        caller_mark=caller_mark(caller, key=settings.CALLER_HASH_KEY),
        activation=opened,
        language="fr",
        state=CallState.ENDED,
        since=at + timedelta(minutes=2),
        arrived_at=at,
        queued_at=at + timedelta(minutes=1),
    )


def last_of(leg: str = "c9", *, caller: str = ZOE, now: datetime = NOON + timedelta(hours=1)) -> LastCall | None:
    arrival = ports.CallArrived(leg, "1771", caller, now)
    return last_calls([arrival], lines=load_scripts(State.OPEN), now=now).get(leg)


def test_a_call_that_was_never_taken_in_hides_none_before_it(rivaal: Authority) -> None:
    opened = world.activation(rivaal)
    earlier(opened)
    earlier(opened, leg="c2", at=NOON + timedelta(minutes=5))
    Call.objects.filter(pk="c2").update(queued_at=None, messages=0, state=CallState.FALLBACK)
    last = last_of()
    assert last and last.leg == "c1"


def test_a_promise_counts_before_a_later_call_that_was_turned_away(rivaal: Authority) -> None:
    opened = world.activation(rivaal)
    earlier(opened)
    Call.objects.update(state=CallState.PROMISED, promised_by=NOON + timedelta(hours=2))
    earlier(opened, leg="c2", at=NOON + timedelta(minutes=5))
    last = last_of()
    assert last and last.leg == "c1"


def test_the_newest_call_of_the_number_counts(rivaal: Authority) -> None:
    opened = world.activation(rivaal)
    earlier(opened)
    earlier(opened, leg="c2", at=NOON + timedelta(minutes=5))
    earlier(opened, leg="c3", caller="+32477999999", at=NOON + timedelta(minutes=8))
    assert last_of() == LastCall(
        language="fr",
        state=CallState.ENDED,
        since=NOON + timedelta(minutes=7),
        place_since=NOON + timedelta(minutes=5),
        queued_at=NOON + timedelta(minutes=6),
        answered=False,
        leg="c2",
        activation=opened.pk,
        chose_language=False,
    )


@pytest.mark.parametrize(
    ("before", "why", "chose"),
    [
        ("greeting", "pressed 2", True),
        ("greeting", "no key pressed", False),
        ("choosing", "pressed 2", False),
        ("", "called before", True),
        ("talking", "transferred", True),
    ],
)
def test_it_is_known_whether_the_language_was_chosen(
    rivaal: Authority, before: str, why: str, chose: bool
) -> None:
    opened = world.activation(rivaal)
    earlier(opened)
    CallStep.objects.create(
        call_id="c1", activation=opened, before=before, after="informing", at=NOON, language="fr", why=why
    )
    last = last_of()
    assert last
    assert last.chose_language is chose


def test_a_call_that_comes_out_of_the_fallback_is_not_its_own_last_one(rivaal: Authority) -> None:
    earlier(world.activation(rivaal), leg="c9")
    assert last_of("c9") is None


def test_yesterday_is_forgotten_at_midnight_of_the_authority(rivaal: Authority) -> None:
    # Brussels in March is an hour before UTC.
    earlier(world.activation(rivaal), at=datetime(2026, 3, 7, 22, 59, tzinfo=UTC))
    assert last_of(now=datetime(2026, 3, 7, 22, 59, 59, tzinfo=UTC)) is not None
    assert last_of(now=datetime(2026, 3, 7, 23, 0, tzinfo=UTC)) is None


def test_what_was_said_on_another_activation_is_not_known(rivaal: Authority) -> None:
    closed = world.activation(rivaal, state=State.CLOSED)
    earlier(closed)
    earlier(None, leg="c2")
    world.activation(rivaal)
    assert last_of() is None
