"""What could stop the line and does not: one bad event, slow telephones, a long list to speak, a full house."""

import asyncio
import threading
from collections.abc import AsyncIterator, Sequence
from contextlib import suppress
from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection

from tests import world
from tests.patience import PATIENCE_SECONDS
from tests.switchboards import LIMITS, Speech, call, in_thread, play, sign_in, state_of, switchboard, until
from tocsin.activations.models import Activation
from tocsin.activations.rules import State
from tocsin.authorities.models import Authority
from tocsin.calls import actions, ports
from tocsin.calls.daemon import leading
from tocsin.calls.daemon.leading import Lead
from tocsin.calls.daemon.limits import Limits
from tocsin.calls.models import Call, DeskOrder
from tocsin.calls.ports import Verb
from tocsin.calls.rules.phrases import position_text
from tocsin.calls.rules.switchboard import decide
from tocsin.gateways.rehearsal.switch import RehearsalSwitch
from tocsin.workforce.models import Agent

pytestmark = pytest.mark.django_db(transaction=True)


def bad_call(switch: RehearsalSwitch) -> str:
    """A call that the database refuses: its number is longer than the column."""
    return switch.call(number="1" * 21, caller="", at=datetime.now(UTC))


@pytest.mark.parametrize("before", [True, False], ids=["found in the census", "arriving"])
def test_a_call_that_cannot_be_recorded_ends_and_everybody_else_is_received(
    rivaal: Authority, before: bool
) -> None:
    world.activation(rivaal, languages=["nl"])
    switch = RehearsalSwitch()
    together: list[str] = []

    def arrive() -> None:
        together.extend([call(switch), bad_call(switch), call(switch)])

    async def story() -> None:
        if before:
            arrive()
        async with switchboard(switch):
            if not before:
                earlier = call(switch)
                await until(lambda: state_of(earlier) == "waiting")
                arrive()
            first, bad, second = together
            await until(lambda: state_of(first) == state_of(second) == "waiting")
            await until(lambda: not switch.is_up(bad))
            later = call(switch)
            await until(lambda: state_of(later) == "waiting")
            assert switch.is_up(first)
            assert switch.is_up(second)

    play(story)
    assert not Call.objects.filter(pk=together[1]).exists()


def test_what_was_recorded_and_could_not_be_told_is_put_right_by_the_next_to_lead(rivaal: Authority) -> None:
    """Decided once more, it would be another decision: the first is what everybody knows."""

    class Clumsy(RehearsalSwitch):
        told = 0

        async def carry_out(self, moves: Sequence[ports.Move]) -> None:
            if any(isinstance(move, ports.TakeIn) for move in moves):
                self.told += 1
                if self.told == 1:
                    raise LookupError("the bookkeeping of the gateway is wrong")
            await super().carry_out(moves)

    world.activation(rivaal, languages=["nl"])
    switch = Clumsy()

    async def story() -> None:
        with pytest.raises(LookupError):
            async with switchboard(switch) as running:
                leg = call(switch)
                await asyncio.wait({running}, timeout=PATIENCE_SECONDS)
        assert switch.told == 1
        async with switchboard(switch):
            await until(lambda: state_of(leg) == "fallback")
            switch.try_again()
            await until(lambda: state_of(leg) == "waiting")

    play(story)


def test_what_agents_ask_beside_a_bad_call_is_done(rivaal: Authority, ann: Agent) -> None:
    world.activation(rivaal, languages=["nl"])
    switch = RehearsalSwitch()

    async def story() -> None:
        async with switchboard(switch):
            await sign_in(switch, ann, session="s")
            await until(lambda: state_of_agent(ann) == "ready")
            bad_call(switch)
            await in_thread(lambda: actions.ask(agent=ann, verb=Verb.PAUSE, reason="break", at=datetime.now(UTC)))
            await until(lambda: state_of_agent(ann) == "paused")

    play(story)


def state_of_agent(agent: Agent) -> str:
    return Agent.objects.get(pk=agent.pk).state


def test_what_an_agent_asks_and_cannot_be_decided_keeps_no_caller_out_and_is_dropped_when_old(
    rivaal: Authority, ann: Agent, monkeypatch: pytest.MonkeyPatch
) -> None:
    def stumble(floor, happened, **rest):
        if any(isinstance(event, ports.AgentAsked) for event in happened):
            raise KeyError("nobody thought of this")
        return decide(floor, happened, **rest)

    monkeypatch.setattr(leading, "decide", stumble)
    monkeypatch.setattr(leading, "MAX_ORDER_AGE", timedelta(seconds=1))
    world.activation(rivaal, languages=["nl"])
    switch = RehearsalSwitch()

    async def story() -> None:
        async with switchboard(switch):
            await in_thread(lambda: actions.ask(agent=ann, verb=Verb.READY, at=datetime.now(UTC)))
            async with asyncio.timeout(PATIENCE_SECONDS):
                while await in_thread(DeskOrder.objects.exists):
                    leg = call(switch)
                    await until(lambda leg=leg: state_of(leg) == "waiting")

    play(story)


def test_callers_do_not_wait_until_the_telephones_of_the_agents_are_made(rivaal: Authority, ann: Agent) -> None:
    class Slow(RehearsalSwitch):
        made = asyncio.Event()

        async def keep_logins(self, logins: Sequence[ports.Login]) -> bool:
            await self.made.wait()
            return await super().keep_logins(logins)

    world.activation(rivaal, languages=["nl"])
    actions.issue_login(session="s", agent=ann, at=datetime.now(UTC))
    switch = Slow()

    async def story() -> None:
        async with switchboard(switch):
            leg = call(switch)
            await until(lambda: state_of(leg) == "waiting")
            assert not switch.logins
            switch.made.set()
            await until(lambda: switch.logins)

    play(story)


def test_telephones_that_the_switch_refuses_are_made_a_little_later(
    rivaal: Authority, ann: Agent, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(leading, "LOGINS_AGAIN", timedelta(0))
    actions.issue_login(session="s", agent=ann, at=datetime.now(UTC))
    switch = RehearsalSwitch()
    switch.refuse_logins()

    async def story() -> None:
        async with switchboard(switch):
            await until(lambda: switch.logins)

    play(story)


def test_a_line_that_is_ordered_does_not_wait_until_the_places_of_another_are_spoken(
    rivaal: Authority, elsewhere: Authority
) -> None:
    world.activation(rivaal, languages=["nl"])
    ordered, told = asyncio.Event(), threading.Event()
    spoken_before_it_opened: list[str] = []
    places = {position_text("nl", place) for place in range(1, 200)}

    class OrderedMeanwhile(Speech):
        loop: asyncio.AbstractEventLoop

        def say(self, *, language: str, text: str) -> str:
            if text in places and not is_open(elsewhere):
                spoken_before_it_opened.append(text)
                if len(spoken_before_it_opened) == 1:
                    world.activation(elsewhere, languages=["nl"], state=State.ORDERED)
                    self.loop.call_soon_threadsafe(ordered.set)
                    assert told.wait(timeout=PATIENCE_SECONDS)
                connection.close()
            return super().say(language=language, text=text)

    async def wakes() -> AsyncIterator[str]:
        await ordered.wait()
        yield "lines"
        # Asked for the next only after this one was taken up.
        told.set()
        await asyncio.Event().wait()

    async def story() -> None:
        speech = OrderedMeanwhile()
        speech.loop = asyncio.get_running_loop()
        lead = Lead(switch=RehearsalSwitch(), speech=speech, region="BE", limits=LIMITS)
        leads = asyncio.create_task(lead.until_lost(wakes()))
        await until(lambda: is_open(elsewhere))
        leads.cancel()
        with suppress(asyncio.CancelledError):
            await leads

    play(story)
    assert spoken_before_it_opened == [position_text("nl", 1)]


def is_open(authority: Authority) -> bool:
    return Activation.objects.filter(authority=authority, state=State.OPEN).exists()


def test_when_the_line_is_full_callers_hear_the_fallback_until_somebody_leaves(rivaal: Authority) -> None:
    world.activation(rivaal, languages=["nl"])
    switch = RehearsalSwitch()

    async def story() -> None:
        async with switchboard(switch, limits=Limits(most_calls=2, most_taken_in=2)):
            inside = [call(switch), call(switch)]
            await until(lambda: [state_of(leg) for leg in inside] == ["waiting", "waiting"])
            third = call(switch)
            await until(lambda: state_of(third) == "fallback")
            switch.try_again()
            switch.hang_up(inside[0])
            await until(lambda: state_of(inside[0]) == "ended")
            switch.try_again()
            await until(lambda: state_of(third) == "waiting")

    play(story)


def test_who_comes_when_few_do_waits_for_nobody(rivaal: Authority, monkeypatch: pytest.MonkeyPatch) -> None:
    world.activation(rivaal, languages=["nl"])
    switch = RehearsalSwitch()
    monkeypatch.setattr(leading, "PACE", timedelta(days=1))

    async def story() -> None:
        async with switchboard(switch):
            for _ in range(3):
                leg = call(switch)
                await until(lambda leg=leg: state_of(leg) == "waiting")
                switch.hang_up(leg)
                await until(lambda leg=leg: state_of(leg) == "ended")

    play(story)


def test_a_crowd_is_decided_and_what_comes_after_it_too(rivaal: Authority) -> None:
    world.activation(rivaal, languages=["nl"])
    switch = RehearsalSwitch()

    async def story() -> None:
        async with switchboard(switch):
            crowd = [call(switch) for _ in range(3 * leading.CROWD)]
            await until(lambda: all(state_of(leg) == "waiting" for leg in crowd))
            for leg in crowd:
                switch.hang_up(leg)
            await until(lambda: all(state_of(leg) == "ended" for leg in crowd))

    play(story)


@pytest.mark.parametrize("later", range(8))
def test_who_is_to_stop_in_the_moment_in_which_somebody_calls_stops(later: int) -> None:
    switch = RehearsalSwitch()

    async def nothing() -> AsyncIterator[str]:
        await asyncio.Event().wait()
        yield ""

    async def story() -> None:
        lead = Lead(switch=switch, speech=Speech(), region="BE", limits=LIMITS)
        until_lost = asyncio.create_task(lead.until_lost(nothing()))
        first = call(switch)
        await until(lambda: Call.objects.filter(pk=first).exists())
        call(switch)
        for _ in range(later):
            await asyncio.sleep(0)
        until_lost.cancel()
        stopped, _ = await asyncio.wait({until_lost}, timeout=PATIENCE_SECONDS)
        assert stopped

    play(story)
