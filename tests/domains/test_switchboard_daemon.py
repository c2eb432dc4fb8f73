"""The switchboard as a process: it opens lines, survives its own end and the database's, and only one leads."""

import asyncio
from contextlib import AsyncExitStack
from datetime import UTC, datetime

import psycopg
import pytest
from django.conf import settings
from django.db import connection

from tests import world
from tests.patience import PATIENCE_SECONDS
from tests.switchboards import (
    Speech,
    at_work,
    call,
    dsn,
    in_thread,
    is_open,
    play,
    sign_in,
    state_of,
    switchboard,
    until,
)
from tocsin.accounts.rules import Role
from tocsin.activations.models import Activation
from tocsin.activations.rules import State, spoken_name
from tocsin.authorities.actions import change_person
from tocsin.authorities.models import Authority
from tocsin.calls import actions
from tocsin.calls.models import Call, CallStep, DeskOrder
from tocsin.calls.ports import Verb
from tocsin.calls.rules.numbers import caller_mark
from tocsin.gateways.rehearsal.switch import RehearsalSwitch
from tocsin.workforce.models import Agent

pytestmark = pytest.mark.django_db(transaction=True)


def test_a_line_that_was_ordered_is_spoken_for_and_opens(rivaal: Authority) -> None:
    world.activation(rivaal, state=State.ORDERED)
    speech, switch = Speech(), RehearsalSwitch()

    async def story() -> None:
        async with switchboard(switch, speech):
            await until(is_open)
            leg = call(switch)
            await until(lambda: CallStep.objects.filter(call_id=leg, after="greeting").exists())

    play(story)
    assert ("nl", "Bericht (nl).") in speech.said
    assert spoken_name("fr", "Bericht (fr).") in speech.joined["fallback/1771"]


def test_a_caller_who_was_there_before_the_switchboard_is_let_in(rivaal: Authority) -> None:
    world.activation(rivaal)
    switch = RehearsalSwitch()
    leg = call(switch)

    async def story() -> None:
        async with switchboard(switch):
            await until(lambda: state_of(leg))

    play(story)
    assert CallStep.objects.earliest("pk").after == "greeting"


def test_the_number_is_kept_as_e164(rivaal: Authority) -> None:
    world.activation(rivaal)
    switch = RehearsalSwitch()

    async def story() -> None:
        async with switchboard(switch):
            leg = call(switch)
            await until(lambda: state_of(leg))

    play(story)
    assert Call.objects.get().caller_mark == caller_mark("+32477123456", key=settings.CALLER_HASH_KEY)


def test_a_conversation_and_the_places_in_line_survive_the_switchboard(rivaal: Authority, ann: Agent) -> None:
    world.activation(rivaal, languages=["nl"])
    switch = RehearsalSwitch()
    legs: list[str] = []

    async def first_life() -> None:
        login, _ = await in_thread(lambda: actions.issue_login(session="s", agent=ann, at=datetime.now(UTC)))
        async with switchboard(switch):
            switch.agent_calls(login=login.username)
            await in_thread(lambda: actions.ask(agent=ann, verb=Verb.READY, at=datetime.now(UTC)))
            legs.append(call(switch))
            await until(lambda: state_of(legs[0]) == "offered")
            await in_thread(lambda: actions.ask(agent=ann, verb=Verb.ACCEPT, call=legs[0], at=datetime.now(UTC)))
            await until(lambda: state_of(legs[0]) == "talking")
            for _ in range(2):
                legs.append(call(switch))
                await until(lambda: state_of(legs[-1]) == "waiting")

    async def second_life() -> None:
        steps = await in_thread(CallStep.objects.count)
        async with switchboard(switch):
            await until(lambda: switch.logins)
            switch.hang_up(legs[0])
            await until(lambda: state_of(legs[0]) == "ended")
            await in_thread(lambda: actions.ask(agent=ann, verb=Verb.DONE, at=datetime.now(UTC)))
            await until(lambda: state_of(legs[1]) == "offered")
            assert await in_thread(lambda: state_of(legs[2])) == "waiting"
        assert await in_thread(CallStep.objects.count) == steps + 2

    async def story() -> None:
        await first_life()
        assert await in_thread(lambda: [state_of(leg) for leg in legs]) == ["talking", "waiting", "waiting"]
        assert all(switch.is_up(leg) for leg in legs)
        await second_life()

    play(story)


def test_a_call_whose_end_was_decided_but_never_told_is_released(rivaal: Authority) -> None:
    world.activation(rivaal, languages=["nl"])
    switch = RehearsalSwitch()
    leg = call(switch)
    Call.objects.create(
        leg=leg, number="1771", language="nl", state="ended", since=world.NOON, arrived_at=world.NOON
    )
    CallStep.objects.create(call_id=leg, before="", after="turned_away", at=world.NOON)

    async def story() -> None:
        async with switchboard(switch):
            await until(lambda: not switch.is_up(leg))

    play(story)
    assert state_of(leg) == "ended"
    assert CallStep.objects.count() == 1


def test_callers_who_left_while_nobody_listened_are_ended(rivaal: Authority) -> None:
    world.activation(rivaal, languages=["nl"])
    switch = RehearsalSwitch()

    async def story() -> None:
        async with switchboard(switch):
            leg = call(switch)
            await until(lambda: state_of(leg) == "waiting")
        switch.hang_up(leg)
        async with switchboard(switch):
            await until(lambda: state_of(leg) == "ended")

    play(story)
    assert CallStep.objects.get(after="ended").why == "gone while the switchboard was away"


def test_a_database_that_goes_away_and_comes_back_is_led_on(rivaal: Authority) -> None:
    world.activation(rivaal, languages=["nl"])
    switch = RehearsalSwitch()
    own = connection.connection.info.backend_pid

    async def story() -> None:
        async with switchboard(switch):
            first = call(switch)
            await until(lambda: state_of(first) == "waiting")
            end_sessions(but=own)
            second = call(switch)
            async with asyncio.timeout(PATIENCE_SECONDS):
                while await in_thread(lambda: state_of(second)) != "waiting":
                    # Who calls just then is left to the fallback, which tries again and again.
                    switch.try_again()
                    await asyncio.sleep(0.01)
            assert await in_thread(lambda: state_of(first)) == "waiting"

    play(story)
    assert CallStep.objects.filter(after="waiting").count() == 2


def end_sessions(*, but: int) -> None:
    """End every session with the tests' database, as a restart of PostgreSQL would, but this one."""
    with psycopg.connect(dsn(), autocommit=True) as own:
        own.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
            "WHERE datname = current_database() AND pid NOT IN (pg_backend_pid(), %s)",
            [but],
        )


def test_a_second_switchboard_stands_by_and_takes_over(rivaal: Authority) -> None:
    world.activation(rivaal, languages=["nl"])
    switch, other = RehearsalSwitch(), RehearsalSwitch()
    # So that the two do not give their legs the same names.
    for login in ("nobody", "nobody else"):
        other.agent_calls(login=login)

    async def story() -> None:
        async with AsyncExitStack() as standing_by:
            async with switchboard(switch):
                first = call(switch)
                await until(lambda: state_of(first))
                await standing_by.enter_async_context(switchboard(other))
                await until(lambda: switchboards() == 2)
                early = call(other)
                later = call(switch)
                await until(lambda: state_of(later))
                assert await in_thread(lambda: state_of(early)) == ""
            await until(lambda: state_of(early))

    play(story)


def switchboards() -> int:
    """How many have come to the tests' database, to lead or to stand by."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM pg_stat_activity "
            "WHERE datname = current_database() AND application_name LIKE 'tocsin-switchboard %'"
        )
        (found,) = cursor.fetchone()
    return int(found)


def test_what_was_asked_while_nobody_led_long_ago_is_not_done(rivaal: Authority, ann: Agent) -> None:
    DeskOrder.objects.create(agent=ann, verb="ready", at=world.NOON)

    async def story() -> None:
        async with switchboard(RehearsalSwitch()):
            await until(lambda: not DeskOrder.objects.exists())

    play(story)
    ann.refresh_from_db()
    assert ann.state == "signed_out"


@pytest.mark.parametrize("offered_only", [True, False], ids=["offered", "talking"])
def test_an_agent_whose_session_ends_is_off_the_telephone_and_the_caller_first_in_line(
    rivaal: Authority, ann: Agent, offered_only: bool
) -> None:
    world.activation(rivaal, languages=["nl"])
    switch = RehearsalSwitch()

    async def story() -> None:
        async with switchboard(switch):
            leg = await at_work(switch, ann, accepts=not offered_only)
            await in_thread(lambda: actions.end_logins(session="s", at=datetime.now(UTC)))
            await until(lambda: state_of(leg) == "waiting")
            await until(lambda: not switch.logins)
        assert switch.is_up(leg)

    play(story)
    ann.refresh_from_db()
    assert (ann.state, ann.call) == ("signed_out", "")
    assert Call.objects.get().first_in_line
    assert CallStep.objects.latest("pk").why == "signed out"


PUT_OUT = [{"is_active": False}, {"roles": [Role.COORDINATOR]}]


@pytest.mark.parametrize("change", PUT_OUT, ids=["deactivated", "no longer an agent"])
@pytest.mark.parametrize("while_away", [False, True], ids=["seen at once", "seen after a restart"])
def test_an_agent_who_is_put_out_leaves_the_floor_and_the_caller_goes_to_another(
    rivaal: Authority, ann: Agent, change: dict[str, object], while_away: bool
) -> None:
    world.activation(rivaal, languages=["nl"])
    other = world.agent("Nele", ["nl"], serves=rivaal)
    ada = world.person("Ada", Role.ADMINISTRATOR)
    switch = RehearsalSwitch()
    legs: list[str] = []

    def put_out() -> None:
        kept: dict[str, object] = {"roles": [Role.AGENT], "is_active": True}
        change_person(  # type: ignore[arg-type]
            by=ada,
            person=ann.person,
            name="Ann",
            language="nl",
            authorities=[rivaal],
            at=datetime.now(UTC),
            **(kept | change),
        )

    async def goes_to_another(leg: str) -> None:
        await until(lambda: state_of(leg) == "waiting")
        await until(lambda: not switch.logins)
        await sign_in(switch, other, session="t")
        await until(lambda: state_of(leg) == "offered")

    async def story() -> None:
        async with switchboard(switch):
            legs.append(await at_work(switch, ann, accepts=True))
            if not while_away:
                await in_thread(put_out)
                await goes_to_another(legs[0])
        if while_away:
            await in_thread(put_out)
            async with switchboard(switch):
                await goes_to_another(legs[0])

    play(story)
    ann.refresh_from_db()
    other.refresh_from_db()
    assert (ann.state, ann.call) == ("signed_out", "")
    assert (other.state, other.call) == ("offered", legs[0])


def test_a_closing_line_is_closed_when_the_last_caller_has_left(rivaal: Authority) -> None:
    world.activation(rivaal, languages=["nl"], state=State.CLOSING)
    switch = RehearsalSwitch()

    async def story() -> None:
        async with switchboard(switch):
            await until(lambda: Activation.objects.get().state == State.CLOSED)

    play(story)
