"""The clock of the machine is put back or forward: whatever goes on goes on as if nothing had happened."""

from dataclasses import fields, is_dataclass, replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from tests.rules.every_state import EVERY, Begin
from tests.rules.hearing_story import Floor
from tests.rules.story import ANN, SECOND, Story
from tocsin.calls import ports
from tocsin.calls.rules import timing
from tocsin.calls.rules.states import CallState, CallStep

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
# As long as everything that is waited for, and some of it again.
SPANS = [SECOND, timing.KEY, timing.AGENT_RETURN, timing.POSITION, timing.WRAP_UP, timing.LONGEST_MESSAGE, HOUR]
# All but who waits for an opening hour, which is by the clock on the wall.
BY_SPANS = {name: begin for name, begin in EVERY.items() if name != "deferred"}


def put_clock(story: Story, by: timedelta) -> None:
    story.now += by
    story.tell(ports.ClockPut(by))


def back(thing: Any, by: timedelta) -> Any:
    """A value as it would be, had the clock not been put by so much."""
    if isinstance(thing, datetime):
        return thing - by
    if isinstance(thing, dict):
        return {key: back(value, by) for key, value in thing.items()}
    if not is_dataclass(thing) or isinstance(thing, type):
        return thing
    kept = {"arrived_at", "began_at"}
    changes = {f.name: back(getattr(thing, f.name), by) for f in fields(thing) if f.name not in kept and f.init}
    if "ahead" in changes:
        changes["ahead"] -= by
    return replace(thing, **changes)


@pytest.mark.parametrize("by", [-HOUR, DAY], ids=["an hour back", "a day forward"])
@pytest.mark.parametrize("begin", BY_SPANS.values(), ids=BY_SPANS.keys())
def test_whatever_is_waited_for_takes_as_long_as_before(begin: Begin, by: timedelta) -> None:
    story, undisturbed = begin(), begin()
    put_clock(story, by)
    assert (story.last.steps, story.last.moves) == ((), ())
    for span in [timedelta(), *SPANS]:
        told, expected = story.later(span), undisturbed.later(span)
        assert told.moves == expected.moves
        assert told.steps == expected.steps
        for part in ("calls", "agents", "consultations"):
            assert back(getattr(story.floor, part), by) == getattr(undisturbed.floor, part)


@pytest.mark.parametrize("by", [-HOUR, DAY])
def test_a_coordinator_hears_as_soon_after_the_agent_was_told_as_ever(by: timedelta) -> None:
    floor = Floor()
    floor.order(ports.SupervisorVerb.LISTEN)
    put_clock(floor, by)
    assert floor.last.moves == ()
    floor.later(timing.BEFORE_LISTENING)
    assert [type(move) for move in floor.last.moves] == [ports.Listen]


def test_without_being_told_an_hour_back_would_keep_an_offer_ringing_for_an_hour() -> None:
    story = EVERY["offered"]()
    story.now -= HOUR
    story.later(timing.OFFER)
    assert story.state() is CallState.OFFERED
    story.tell(ports.ClockPut(-HOUR))
    assert story.last.changes[0].why == "not answered"


def test_who_calls_after_the_clock_was_put_back_is_behind_those_who_wait() -> None:
    story = EVERY["waiting"]()
    put_clock(story, -HOUR)
    story.now += SECOND
    story.wait_in_line("c2", "2")
    story.make_ready(ANN)
    assert (story.state("c1"), story.state("c2")) == (CallState.OFFERED, CallState.WAITING)


@pytest.mark.parametrize("by", [-HOUR, DAY], ids=["an hour back", "a day forward"])
def test_the_journal_of_a_call_goes_on_by_the_clock_of_its_arrival(by: timedelta) -> None:
    story = EVERY["waiting"]()
    waits_since = story.call().queued_at
    put_clock(story, by)
    story.later(10 * SECOND)
    [step] = steps_of(story, ports.LegEnded("c1"))
    assert waits_since is not None
    assert step.at - waits_since < timedelta(minutes=1)


def steps_of(story: Story, event: ports.Event) -> tuple[CallStep, ...]:
    return story.tell(event).steps
