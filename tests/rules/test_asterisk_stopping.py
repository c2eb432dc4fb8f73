"""What is told while a message is being stopped, and what waits until that was granted."""

import pytest

from tocsin.gateways.asterisk.ari import Answer
from tocsin.gateways.asterisk.legs import Request
from tocsin.gateways.asterisk.stopping import Stopping

STOP = Request("DELETE", "playbacks/m1", stops="ann")
PART = Request("POST", "bridges/call-zoe/removeChannel", {"channel": "zoe,ann"})
RECORD_ZOE = Request("POST", "bridges/call-zoe/record", {"name": "tape"})
CONNECT = Request("POST", "bridges/call-zoe/addChannel", {"channel": "zoe,ann"})
MAKE_BRIDGE = Request("POST", "bridges", {"type": "mixing", "bridgeId": "call-zoe"})
NEWS = Request("POST", "applications/tocsin/subscription", {"eventSource": "bridge:call-zoe"})
PAUSE = Request("POST", "recordings/live/tape/pause")
# About others, and yet like those about zoe and ann.
OTHERS = (
    Request("POST", "bridges", {"type": "mixing", "bridgeId": "call-bob"}),
    Request("POST", "bridges/call-bob/record", {"name": "another", "format": "wav", "ifExists": "fail"}),
    Request("POST", "channels/bram/play/m2", {"media": "sound:tocsin/brief"}),
    Request("POST", "asterisk/variable", {"variable": "ROOM", "value": "10"}),
)
GRANTED, TOO_EARLY, GONE, LOST = Answer(204), Answer(500, "Could not stop playback"), Answer(404), Answer(0)


class Told(Stopping):
    """Remembers what was told."""

    def __init__(self, *requests: Request) -> None:
        self.told: list[Request] = []
        super().__init__(lambda request, _: self.told.append(request))
        for request in requests:
            self.tell(request, "test")

    def is_answered(self, answer: Answer) -> bool:
        return self.answered(STOP, "test", answer)


def test_what_touches_the_leg_waits_until_the_end_of_its_message_answered() -> None:
    stopping = Told(STOP, PART, RECORD_ZOE)
    assert (stopping.told, stopping.held) == ([STOP], 2)
    assert stopping.is_answered(GRANTED)
    assert (stopping.told, stopping.held) == ([STOP, PART, RECORD_ZOE], 0)


def test_a_message_that_cannot_be_stopped_yet_is_stopped_again() -> None:
    stopping = Told(STOP, PART)
    assert not stopping.is_answered(TOO_EARLY)
    assert not stopping.is_answered(TOO_EARLY)
    assert stopping.told == [STOP, STOP, STOP]
    assert stopping.is_answered(GRANTED)
    assert stopping.told == [STOP, STOP, STOP, PART]


def test_what_is_about_others_does_not_wait() -> None:
    play = Request("POST", "channels/ann/play/m3", {"media": "sound:tocsin/brief"})
    alone = Request("POST", "channels/ann/record", {"name": "tape", "format": "wav", "maxSilenceSeconds": "10"})
    assert Told(STOP, MAKE_BRIDGE, CONNECT, RECORD_ZOE, play, alone, *OTHERS).told == [STOP, MAKE_BRIDGE, *OTHERS]


def test_a_tape_begins_after_its_bridge_was_made_and_is_paused_after_it_began() -> None:
    stop = Request("DELETE", "playbacks/m0", stops="zoe")
    in_order = [MAKE_BRIDGE, CONNECT, NEWS, RECORD_ZOE, PAUSE]
    stopping = Told(stop, *in_order)
    assert stopping.told == [stop]
    stopping.answered(stop, "test", GRANTED)
    assert stopping.told == [stop, *in_order]


def test_where_a_message_is_not_to_be_stopped_the_others_go_on_and_the_log_says_so(
    caplog: pytest.LogCaptureFixture,
) -> None:
    stopping = Told(STOP, PART)
    while not stopping.is_answered(TOO_EARLY):
        pass
    assert stopping.told[-2:] == [STOP, PART]
    assert "to stop what it plays to ann" in caplog.text


def test_nothing_waits_for_a_message_that_is_over_or_a_connection_that_is_lost() -> None:
    for answer in (GONE, LOST):
        stopping = Told(STOP, PART)
        assert stopping.is_answered(answer)
        assert stopping.told == [STOP, PART]


def test_the_next_message_of_the_same_leg_is_stopped_after_the_first() -> None:
    play, again = Request("POST", "channels/ann/play/m3"), Request("DELETE", "playbacks/m3", stops="ann")
    stopping = Told(STOP, play, again, PART)
    assert stopping.told == [STOP]
    stopping.is_answered(GRANTED)
    assert stopping.told == [STOP, play, again]
    stopping.answered(again, "test", GRANTED)
    assert stopping.told == [STOP, play, again, PART]


def test_another_connection_is_told_nothing_of_what_waited() -> None:
    stopping = Told(STOP, PART)
    stopping.forget()
    stopping.tell(RECORD_ZOE, "test")
    assert (stopping.told, stopping.held) == ([STOP, RECORD_ZOE], 0)


def test_the_answer_to_anything_else_is_its_last() -> None:
    stopping = Told(PART)
    assert stopping.answered(PART, "test", TOO_EARLY)
    assert stopping.told == [PART]
