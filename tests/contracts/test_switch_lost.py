"""Connections to Asterisk that are lost at the worst moment, and what it refuses: played, to be met each time."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from datetime import timedelta
from http import HTTPStatus

import pytest

from tests.contracts.played_ari import PlayedAri
from tests.contracts.registering import REALM, login
from tests.patience import PATIENCE_SECONDS
from tocsin.calls import ports
from tocsin.gateways.asterisk.ari import Answer, open_ari
from tocsin.gateways.asterisk.door import MOST_AT_HAND
from tocsin.gateways.asterisk.switch import AsteriskSettings, AsteriskSwitch
from tocsin.gateways.asterisk.telephones import Browsers


def played(test: Callable[[PlayedAri, AsteriskSwitch], Awaitable[None]]) -> Callable[[], None]:
    """Runs a test with a switch that is not connected yet, to an Asterisk that is played."""

    def run() -> None:
        async def play() -> None:
            async with asyncio.timeout(PATIENCE_SECONDS), PlayedAri() as asterisk:
                switch = AsteriskSwitch(
                    AsteriskSettings(access=asterisk.access, browsers=Browsers(realm=REALM), trunks=("outside",))
                )
                await test(asterisk, switch)
                await switch.close()

        asyncio.run(play())

    run.__name__, run.__doc__ = test.__name__, test.__doc__
    return run


async def connect_with_an_agent(asterisk: PlayedAri, switch: AsteriskSwitch) -> None:
    """A connection, and a telephone on it whose leg is c1."""
    await switch.connect()
    await asterisk.happens({"type": "StasisStart", "args": ["agent", "ann"], "channel": {"id": "c1"}})
    assert await switch.next_events(timeout_seconds=None) == [ports.AgentLegUp("c1", "ann")]


@pytest.mark.parametrize("meanwhile", ["channels", "bridges", "applications/tocsin"])
def test_a_connection_lost_during_the_census_is_made_anew_or_told(meanwhile: str) -> None:
    @played
    async def play(asterisk: PlayedAri, switch: AsteriskSwitch) -> None:
        asterisk.failures[f"/ari/{meanwhile}"] = asterisk.lose
        await switch.connect()
        # Where the loss is noticed only after the census, it is told like any other.
        if len(asterisk.connections) == 1:
            assert ports.Disconnected() in await switch.next_events(timeout_seconds=None)

    play()


def test_what_is_asked_of_a_lost_connection_is_answered() -> None:
    async def play() -> None:
        async with asyncio.timeout(PATIENCE_SECONDS), PlayedAri() as asterisk:
            lost = asyncio.Event()
            ari = await open_ari(asterisk.access, on_event=lambda _: None, on_lost=lost.set)
            # Only who has asked for something is known to be served.
            await ari.ask("GET", "asterisk/info")
            await asterisk.lose()
            await lost.wait()
            with pytest.raises(ConnectionError):
                await ari.ask("GET", "asterisk/info")
            answers: list[Answer] = []
            ari.tell("DELETE", "channels/c1", then=answers.append)
            assert ([answer.status for answer in answers], ari.unanswered) == ([0], 0)

    asyncio.run(play())


def test_telephones_that_asterisk_refuses_to_tell_of_are_told_to_be_missing(
    caplog: pytest.LogCaptureFixture,
) -> None:
    @played
    async def play(asterisk: PlayedAri, switch: AsteriskSwitch) -> None:
        await switch.connect()
        asterisk.refusals["/ari/endpoints/PJSIP"] = HTTPStatus.INTERNAL_SERVER_ERROR
        assert not await switch.keep_logins([login("desk-a", "one")])
        asterisk.refusals.clear()
        assert await switch.keep_logins([login("desk-a", "one")])

    with caplog.at_level(logging.WARNING):
        play()
    assert "endpoints/PJSIP: 500" in caplog.text


def test_the_log_tells_what_was_refused_and_not_whose_number_it_was(caplog: pytest.LogCaptureFixture) -> None:
    number = "+32470445566"

    @played
    async def play(asterisk: PlayedAri, switch: AsteriskSwitch) -> None:
        await switch.connect()
        asterisk.refusals["channels/create"] = HTTPStatus.INTERNAL_SERVER_ERROR
        await switch.carry_out([ports.Dial("c1-back", number, "1771", timedelta(seconds=1))])
        assert await switch.next_events(timeout_seconds=None)

    play()
    assert "Dial c1-back" in caplog.text
    assert number not in caplog.text


def test_the_dial_plan_is_told_again_how_many_may_come_in_after_somebody_did() -> None:
    """Whoever comes in reads the room, and writes one less; what was told in between is undone."""

    @played
    async def play(asterisk: PlayedAri, switch: AsteriskSwitch) -> None:
        await switch.connect()
        await asterisk.is_told("ROOM", times=1)
        channel = {"id": "c1", "creationtime": "2026-03-07T12:00:00.000+0000", "caller": {"number": ""}}
        await asterisk.happens({"type": "StasisStart", "args": ["caller", "1771"], "channel": channel})
        await asterisk.is_told("ROOM", times=2)
        assert asterisk.variables["ROOM"] == [str(MOST_AT_HAND), str(MOST_AT_HAND - 1)]

    play()


def test_a_message_that_was_stopped_is_told_to_be_over_once_whether_or_not_asterisk_tells_it() -> None:
    """Of a message for who leaves a bridge in the moment in which it begins, Asterisk tells nothing."""

    @played
    async def play(asterisk: PlayedAri, switch: AsteriskSwitch) -> None:
        await connect_with_an_agent(asterisk, switch)
        await switch.carry_out([ports.Play("c1", "m1", ("brief",)), ports.StopPlaying("c1", "m1")])
        assert await switch.next_events(timeout_seconds=None) == [ports.MessagePlayed("c1", "m1")]
        for message in ("m1", "m2"):
            playback = {"id": message, "target_uri": "channel:c1"}
            await asterisk.happens({"type": "PlaybackFinished", "playback": playback})
        assert await switch.next_events(timeout_seconds=None) == [ports.MessagePlayed("c1", "m2")]

    play()


def test_a_message_that_cannot_be_stopped_yet_is_stopped_again_before_what_touches_its_leg() -> None:
    @played
    async def play(asterisk: PlayedAri, switch: AsteriskSwitch) -> None:
        await connect_with_an_agent(asterisk, switch)
        asterisk.asked.clear()
        asterisk.first_refusals["playbacks/m1"] = 2 * [HTTPStatus.INTERNAL_SERVER_ERROR]
        await switch.carry_out(
            [ports.Play("c1", "m1", ("brief",)), ports.StopPlaying("c1", "m1"), ports.PlayMusic("c1")]
        )
        assert await switch.next_events(timeout_seconds=None) == [ports.MessagePlayed("c1", "m1")]
        while switch.backlog:
            await switch.next_events(timeout_seconds=0.01)
        stopped = [path for path in asterisk.asked if path.startswith(("playbacks", "channels"))]
        assert stopped[-4:] == [*(3 * ["playbacks/m1"]), "channels/c1/moh"]

    play()


def test_a_connection_lost_while_a_message_is_stopped_leaves_nothing_to_be_told_to_the_next() -> None:
    @played
    async def play(asterisk: PlayedAri, switch: AsteriskSwitch) -> None:
        await connect_with_an_agent(asterisk, switch)
        asterisk.refusals["playbacks/m1"] = HTTPStatus.INTERNAL_SERVER_ERROR
        await switch.carry_out(
            [ports.Play("c1", "m1", ("brief",)), ports.StopPlaying("c1", "m1"), ports.PlayMusic("c1")]
        )
        await asterisk.lose()
        while ports.Disconnected() not in await switch.next_events(timeout_seconds=None):
            pass
        await switch.connect()
        while switch.backlog:
            await switch.next_events(timeout_seconds=0.01)
        assert "channels/c1/moh" not in asterisk.asked

    play()
