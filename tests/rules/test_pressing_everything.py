"""A caller who presses everything, in every situation: nobody is let go, held or bound by it."""

from dataclasses import replace

import pytest

from tests.rules import test_closed as closed
from tests.rules.every_state import EVERY, Begin, calling_112, with_112
from tests.rules.story import SCRIPT
from tocsin.calls import ports
from tocsin.calls.rules import timing
from tocsin.calls.rules.states import CONVERSATION, IN_LINE, CallState
from tocsin.workforce.rules import AgentState

KEYS = "0123456789*#"
# Where a caller may be at last, with nothing more to be done by time alone: in line, with somebody, or gone by the
# rules of a promise or of a number where nothing is open.
LAST = {*IN_LINE, *CONVERSATION, CallState.OUTSIDE, CallState.PROMISED, CallState.RETRYING, CallState.DEFERRED}
GOES = {CallState.TURNED_AWAY, CallState.FALLBACK, CallState.SURVEYED}


@pytest.mark.parametrize("at_once", [True, False], ids=["all at once", "one by one"])
@pytest.mark.parametrize("begin", EVERY.values(), ids=EVERY.keys())
def test_whoever_presses_everything_goes_the_way_of_everybody(begin: Begin, at_once: bool) -> None:
    story = begin()
    before = story.state()
    pressed = [ports.KeyPressed(story.call().voice, key) for key in KEYS * 3]
    for events in [pressed] if at_once else [[key] for key in pressed]:
        story.tell(*events)
    # What is pressed in the survey, or where nobody takes calls, may end the call, and nothing else does.
    assert "c1" in story.floor.calls or before is CallState.SURVEYED or begin is closed.asked
    for _ in range(3):
        story.later(timing.LONGEST_MESSAGE)
    goes = before in GOES or begin is closed.asked
    assert ("c1" not in story.floor.calls) if goes else story.state() in LAST
    story.tell(ports.LegEnded("c1"), *(ports.LegEnded(call.voice) for call in story.floor.calls.values()))
    bound = {agent.call for agent in story.floor.agents.values() if agent.state is AgentState.TALKING}
    assert "c1" not in bound


@pytest.mark.parametrize("begin", EVERY.values(), ids=EVERY.keys())
def test_on_a_number_that_is_closed_for_good_no_key_is_a_failure_in_whatever_situation(begin: Begin) -> None:
    for key in KEYS:
        story = begin()
        call = replace(story.call(), activation=None)
        floor = replace(story.floor, lines={}, closed={"1771": SCRIPT})
        story.floor = replace(floor, calls={**floor.calls, "c1": call})
        story.tell(ports.KeyPressed(call.voice, key))
        assert "c1" in story.floor.calls or call.state is CallState.SURVEYED


@pytest.mark.parametrize("begin", [with_112, calling_112])
def test_whoever_is_with_112_from_a_number_that_is_closed_for_good_stays_whatever_is_pressed(begin: Begin) -> None:
    story = begin()
    before = replace(story.call(), activation=None)
    floor = replace(story.floor, lines={}, closed={"1771": SCRIPT})
    story.floor = replace(floor, calls={"c1": before})
    for key in KEYS:
        story.tell(ports.KeyPressed("c1", key))
        assert story.last.moves == ()
    assert story.state() is before.state
