"""The real switch, called by the real outside network: what it does by itself."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from tests.contracts.nodes import Node, call, eventually, write_silence
from tocsin.gateways.asterisk.engine import EngineSettings

pytestmark = pytest.mark.telephony

MESSAGE_SECONDS = 1


@pytest.fixture
def message(settings: EngineSettings) -> Iterator[None]:
    """A message for callers to 1771 while nobody is in charge: silence will do."""
    file = settings.media / "fallback/1771.wav"
    file.parent.mkdir(exist_ok=True)
    write_silence(file, seconds=MESSAGE_SECONDS)
    yield
    file.unlink()


def only_channel(switch: Node, **where: str) -> Any:
    """The switch's one channel, once it is there in this place of the dial plan."""

    def look() -> Any:
        return [
            channel
            for channel in switch.ask("GET", "channels")
            if all(channel["dialplan"][name] == value for name, value in where.items())
        ]

    (channel,) = eventually(look, f"a call at {where}")
    return channel


def until_it_runs(next_event: Callable[[str], Any], application: str, *, after: str = "") -> Any:
    """The event of a call that comes to this application of the dial plan, with those it `passed` before."""
    passed: list[str] = []
    while True:
        event = next_event("ChannelDialplan")
        if event["timestamp"] > after:
            if event["dialplan_app"] == application:
                return {**event, "passed": passed}
            passed.append(event["dialplan_app"])


def send_back(switch: Node, channel: str) -> None:
    """What the switchboard does with a caller it cannot take now."""
    switch.ask("POST", f"channels/{channel}/continue", context="fallback", extension="1771", priority="1")


@pytest.fixture(autouse=True)
def quiet(request: pytest.FixtureRequest) -> Iterator[None]:
    """Each test leaves the switch as it found it."""
    yield
    if "switch" in request.fixturenames:
        switch = request.getfixturevalue("switch")
        eventually(lambda: switch.ask("GET", "channels") == [], "all calls to end")


def test_a_caller_hears_the_message_once_and_then_music_while_nobody_is_in_charge(
    switch: Node, outside: Node, message: None
) -> None:
    # Who only looks on is in charge of nothing.
    with switch.listening("onlooker") as next_event, call(outside, "PJSIP/1771@callers"):
        playing = until_it_runs(next_event, "Playback")
        assert playing["dialplan_app_data"] == "tocsin/fallback/1771"
        assert playing["channel"]["state"] == "Up"
        until_it_runs(next_event, "MusicOnHold")
        with switch.listening("tocsin") as next_told:
            told = next_told("StasisStart")
            send_back(switch, told["channel"]["id"])
            waiting = until_it_runs(next_event, "MusicOnHold", after=told["timestamp"])
            assert "Playback" not in waiting["passed"]


def test_a_waiting_caller_is_handed_over_with_the_time_of_arrival(
    switch: Node, outside: Node, message: None
) -> None:
    with call(outside, "PJSIP/1771@callers"):
        waiting = only_channel(switch, app_name="MusicOnHold")
        with switch.listening("tocsin") as next_event:
            told = next_event("StasisStart")
    assert told["args"] == ["caller", "1771"]
    assert told["channel"]["id"] == waiting["id"]
    assert told["channel"]["creationtime"] == waiting["creationtime"]
    assert told["channel"]["caller"]["number"] == "+3225550123"


def test_a_caller_without_any_message_waits_with_music(switch: Node, outside: Node) -> None:
    with call(outside, "PJSIP/112@callers"):
        assert only_channel(switch, app_name="MusicOnHold")["state"] == "Up"


def test_a_call_is_told_to_whoever_is_in_charge_before_it_is_answered(switch: Node, outside: Node) -> None:
    with switch.listening("tocsin") as next_event, call(outside, "PJSIP/+3225551771@callers"):
        told = next_event("StasisStart")
    assert told["args"] == ["caller", "+3225551771"]
    assert told["channel"]["state"] == "Ring"


def test_a_caller_sent_back_returns_by_itself(switch: Node, outside: Node) -> None:
    with switch.listening("tocsin") as next_event, call(outside, "PJSIP/1771@callers"):
        first = next_event("StasisStart")["channel"]
        send_back(switch, first["id"])
        again = next_event("StasisStart")["channel"]
    assert (again["id"], again["creationtime"]) == (first["id"], first["creationtime"])


@pytest.mark.parametrize("dialled", ["abc", "1771x", "1", "agent-ann", "1234567890123456", "fallback", "17%2F71"])
def test_what_is_no_number_is_not_found(switch: Node, outside: Node, dialled: str) -> None:
    with outside.listening("outside") as next_event:
        outside.ask("POST", "channels", endpoint=f"PJSIP/{dialled}@callers", app="outside")
        assert next_event("ChannelDestroyed")["cause"] == 1


def test_a_synthetic_agent_is_known_by_its_login(switch: Node, outside: Node) -> None:
    with switch.listening("tocsin") as next_event, call(outside, "PJSIP/agent-ann@agents"):
        assert next_event("StasisStart")["args"] == ["agent", "ann"]


def test_an_agent_who_calls_while_nobody_is_in_charge_is_told_to_try_again(switch: Node, outside: Node) -> None:
    with outside.listening("outside") as next_event:
        outside.ask("POST", "channels", endpoint="PJSIP/agent-ann@agents", app="outside")
        assert next_event("ChannelDestroyed")["cause"] == 34


def test_a_caller_for_whom_there_is_no_room_hears_it_ring_and_comes_in_when_there_is(
    switch: Node, outside: Node
) -> None:
    with switch.listening("tocsin") as next_event:
        switch.ask("POST", "asterisk/variable", variable="ROOM", value="0")
        with call(outside, "PJSIP/1771@callers"):
            ringing = only_channel(switch, app_name="WaitForCondition")
            assert ringing["state"] == "Ring"
            switch.ask("POST", "asterisk/variable", variable="ROOM", value="7")
            told = next_event("StasisStart")
            assert told["channel"]["id"] == ringing["id"]
            assert switch.ask("GET", "asterisk/variable", variable="ROOM") == {"value": "6"}


@pytest.fixture
def one_may_ring(switch: Node) -> Iterator[None]:
    """There is no room, and it rings for one caller at most."""
    before = switch.ask("GET", "asterisk/variable", variable="MOST_RINGING")["value"]
    for name, value in (("ROOM", "0"), ("MOST_RINGING", "1")):
        switch.ask("POST", "asterisk/variable", variable=name, value=value)
    yield
    switch.ask("POST", "asterisk/variable", variable="MOST_RINGING", value=before)


@pytest.mark.usefixtures("one_may_ring")
def test_where_it_rings_for_as_many_as_may_the_next_caller_hears_busy(switch: Node, outside: Node) -> None:
    with switch.listening("tocsin"), call(outside, "PJSIP/1771@callers"):
        only_channel(switch, app_name="WaitForCondition")
        with outside.listening("outside") as next_event:
            outside.ask("POST", "channels", endpoint="PJSIP/1771@callers", app="outside")
            assert next_event("ChannelDestroyed")["cause"] == 17


@pytest.mark.usefixtures("one_may_ring")
def test_it_rings_for_another_when_who_heard_it_hung_up_or_came_in(switch: Node, outside: Node) -> None:
    with switch.listening("tocsin") as next_event:
        with call(outside, "PJSIP/1771@callers"):
            only_channel(switch, app_name="WaitForCondition")
        eventually(lambda: not switch.ask("GET", "channels"), "the first to be gone")
        with call(outside, "PJSIP/1771@callers"):
            second = only_channel(switch, app_name="WaitForCondition")
            switch.ask("POST", "asterisk/variable", variable="ROOM", value="1")
            assert next_event("StasisStart")["channel"]["id"] == second["id"]
            with call(outside, "PJSIP/1771@callers"):
                third = only_channel(switch, app_name="WaitForCondition")
                assert third["id"] != second["id"]


def test_a_caller_for_whom_there_is_no_room_for_long_hears_the_message_and_then_music(
    switch: Node, outside: Node, message: None
) -> None:
    with switch.listening("onlooker") as next_event:
        room = switch.ask("GET", "asterisk/variable", variable="ROOM")["value"]
        switch.ask("POST", "asterisk/variable", variable="ROOM", value="0")
        with switch.listening("tocsin"), call(outside, "PJSIP/1771@callers"):
            until_it_runs(next_event, "Playback")
            assert "Stasis" not in until_it_runs(next_event, "MusicOnHold")["passed"]
            assert "Stasis" not in until_it_runs(next_event, "MusicOnHold")["passed"]
        switch.ask("POST", "asterisk/variable", variable="ROOM", value=room)
