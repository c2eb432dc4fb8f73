"""What is told while a message is being stopped, and what waits until that was granted."""

from tocsin.gateways.asterisk.ari import Answer
from tocsin.gateways.asterisk.legs import Request
from tocsin.gateways.asterisk.stopping import Stopping

STOP = Request("DELETE", "playbacks/m1", stops="ann")
PART = Request("POST", "bridges/call-zoe/removeChannel", {"channel": "zoe,ann"})
RECORD_ZOE = Request("POST", "bridges/call-zoe/record", {"name": "tape"})
PLAY_BRAM = Request("POST", "channels/bram/play/m2", {"media": "sound:tocsin/brief"})
GRANTED, TOO_EARLY, GONE, LOST = Answer(204), Answer(500, "Could not stop playback"), Answer(404), Answer(0)


class Told(Stopping):
    """Remembers what was told."""

    def __init__(self, *requests: Request) -> None:
        self.told: list[Request] = []
        super().__init__(lambda request, _: self.told.append(request))
        for request in requests:
            self.tell(request, "test")

    def is_answered(self, answer: Answer) -> bool:
        return self.is_granted(STOP, "test", answer)


def test_what_touches_the_leg_waits_until_the_end_of_its_message_is_granted() -> None:
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
    assert Told(STOP, PART, PLAY_BRAM).told == [STOP, PLAY_BRAM]


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
    stopping.is_granted(again, "test", GRANTED)
    assert stopping.told == [STOP, play, again, PART]


def test_another_connection_is_told_nothing_of_what_waited() -> None:
    stopping = Told(STOP, PART)
    stopping.forget()
    stopping.tell(RECORD_ZOE, "test")
    assert (stopping.told, stopping.held) == ([STOP, RECORD_ZOE], 0)


def test_the_answer_to_anything_else_is_its_last() -> None:
    stopping = Told(PART)
    assert stopping.is_granted(PART, "test", TOO_EARLY)
    assert stopping.told == [PART]
