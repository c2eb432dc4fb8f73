"""Stories of callers who are to be called back, as far as each test needs them."""

from dataclasses import replace

from tests.rules.story import ANN, SCRIPT, SECOND, Story
from tocsin.calls import ports
from tocsin.calls.ports import DialFailure, Verb
from tocsin.calls.rules import timing
from tocsin.calls.rules.script import KeypadAnswer
from tocsin.calls.rules.states import CallState

LINE = replace(SCRIPT, call_backs=True)
# Shown by every caller of the stories.
NUMBER = "+32477000001"
ANSWER = KeypadAnswer(5, "3", "Où ?", "Ici.")


def keys(story: Story, pressed: str, leg: str = "c1") -> None:
    story.tell(*(ports.KeyPressed(leg, key) for key in pressed))


def in_line(*, automatic: bool = False, hidden: bool = False) -> Story:
    """The caller c1 waits in French, and c2 after."""
    story = Story(replace(LINE, dials_itself=automatic))
    if hidden:
        story.tell(ports.CallArrived("c1", "1771", "", story.now))
        keys(story, "2")
        story.hear_out()
    else:
        story.wait_in_line("c1", "2")
    story.now += SECOND
    story.wait_in_line("c2", "2")
    return story


def promised(*, automatic: bool = False) -> Story:
    """The caller c1 hung up with a promise."""
    story = in_line(automatic=automatic)
    keys(story, "11")
    story.hear_out()
    story.tell(ports.LegEnded("c1"))
    assert story.state() is CallState.PROMISED
    return story


def answering() -> Story:
    """The caller c1 waits in French, where questions have an answer on a key."""
    story = Story(replace(LINE, answers={"fr": (ANSWER,)}))
    story.wait_in_line("c1", "2")
    keys(story, "0")
    assert story.state() is CallState.WAITING
    return story


def dialling(attempt: int = 1) -> Story:
    """Ann took the call-back, and the number rings."""
    story = promised()
    story.make_ready(ANN)
    story.ask(ANN, Verb.ACCEPT)
    for _ in range(1, attempt):
        story.tell(ports.DialFailed(story.call().voice, DialFailure.BUSY))
        story.tell(ports.LegEnded("c2"))
        story.later(timing.RETRY)
        story.ask(ANN, Verb.ACCEPT)
    assert story.state() is CallState.DIALLING
    return story


def answered() -> Story:
    story = dialling()
    story.tell(ports.DialAnswered("leg-ann-for-c1~1"))
    return story


def reached() -> Story:
    story = answered()
    keys(story, "1", "leg-ann-for-c1~1")
    assert story.state() is CallState.TALKING
    return story
