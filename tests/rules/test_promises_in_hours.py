"""Promises on a line with opening hours: told honestly, counted in open time, and nobody dialled outside them."""

from dataclasses import replace
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from tests.rules.call_back_story import LINE, keys
from tests.rules.story import ANN, SECOND, Story
from tocsin.activations.rules import Hours
from tocsin.calls import ports
from tocsin.calls.ports import DialFailure, Verb
from tocsin.calls.rules import call_back_words, closed_words, timing
from tocsin.calls.rules.script import Script
from tocsin.calls.rules.states import CallState, Rank
from tocsin.workforce.rules import AgentState

BRUSSELS = ZoneInfo("Europe/Brussels")
BY_DAY = replace(
    LINE,
    hours=tuple(Hours(weekday, time(8), time(18)) for weekday in range(7)),
    timezone="Europe/Brussels",
    front={},
)
MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)


def at(hour: int, minute: int = 0, *, day: int = 10) -> datetime:
    return datetime(2026, 3, day, hour, minute, tzinfo=BRUSSELS)


def promised(now: datetime, *, script: Script = BY_DAY) -> Story:
    """The caller c1 is promised to be called back at that time; nobody is at work, so within four hours."""
    story = Story(script)
    story.now = now
    story.arrive()
    keys(story, "2")
    keys(story, "11")
    story.tell(ports.LegEnded("c1"))
    assert story.call().call_back
    return story


def deferred() -> Story:
    """The line closed before anybody called back."""
    story = promised(at(17, 59))
    story.later(MINUTE)
    assert story.state() is CallState.DEFERRED
    return story


def promised_by(story: Story) -> datetime:
    assert story.call().call_back
    return story.call().call_back.promised_by


def come_to(story: Story, now: datetime) -> None:
    """Let the time pass as the switchboard does: something is decided whenever it is due."""
    while (due := story.floor.next_due(after=story.now)) and due <= now:
        story.now = max(due, story.now)
        story.tell()
    story.now = now
    story.tell()


def test_what_falls_within_the_hours_of_the_day_is_told_as_on_any_line() -> None:
    story = Story(BY_DAY)
    story.now = at(14)
    story.arrive()
    keys(story, "2")
    keys(story, "11")
    assert story.told() == {"c1": call_back_words.promise("fr", timedelta(hours=4))}
    assert promised_by(story) == at(18)


def test_what_does_not_is_told_for_the_next_opening_and_counted_in_open_time() -> None:
    story = Story(BY_DAY)
    story.now = at(17, 59)
    story.arrive()
    keys(story, "2")
    keys(story, "11")
    assert story.told() == {"c1": closed_words.promise(BY_DAY, "fr", now=story.now)}
    assert promised_by(story) == at(11, 59, day=11)


def test_who_was_promised_a_call_is_not_dialled_while_the_line_is_closed_and_is_when_it_opens() -> None:
    story = promised(at(17, 59), script=replace(BY_DAY, dials_itself=True))
    come_to(story, at(18))
    assert story.state() is CallState.DEFERRED
    story.make_ready(ANN)
    come_to(story, at(3, day=11))
    assert story.state() is CallState.DEFERRED
    come_to(story, at(8, day=11))
    assert story.state() is CallState.DIALLING


def test_a_restart_while_the_line_is_closed_changes_nothing() -> None:
    story = promised(at(17, 59))
    come_to(story, at(18))
    story.restart()
    story.make_ready(ANN)
    come_to(story, at(7, 59, day=11))
    assert story.state() is CallState.DEFERRED
    come_to(story, at(8, day=11))
    assert story.state() is CallState.OFFERED


def test_a_switchboard_that_was_away_at_the_closing_hour_dials_nobody_after_it() -> None:
    story = promised(at(17, 59), script=replace(BY_DAY, dials_itself=True))
    story.restart()
    story.now = at(20)
    story.make_ready(ANN)
    assert story.state() is CallState.DEFERRED


def test_an_agent_who_takes_a_call_back_a_moment_after_closing_is_free_and_nobody_is_dialled() -> None:
    story = promised(at(17, 59))
    story.now = at(18) - SECOND
    story.make_ready(ANN)
    story.now = at(18) + SECOND
    story.ask(ANN, Verb.ACCEPT)
    assert (story.state(), story.agent().state) == (CallState.DEFERRED, AgentState.READY)
    assert not any(isinstance(move, ports.Dial) for move in story.last.moves)


def test_whoever_was_not_reached_before_closing_is_tried_again_when_it_opens() -> None:
    story = promised(at(17, 50))
    story.now = at(17, 59)
    story.make_ready(ANN)
    story.ask(ANN, Verb.ACCEPT)
    story.tell(ports.DialFailed(story.call().voice, DialFailure.BUSY))
    assert story.state() is CallState.RETRYING
    come_to(story, at(18, 30))
    assert (story.state(), story.call().rank) == (CallState.DEFERRED, Rank.CALL_BACK)
    come_to(story, at(8, day=11))
    assert story.state() is CallState.OFFERED


def test_closing_makes_no_promise_urgent_and_nearing_its_end_does() -> None:
    story = promised(at(17, 59))
    come_to(story, at(11, 53, day=11))
    assert (story.state(), story.call().rank) == (CallState.PROMISED, Rank.ORDINARY)
    come_to(story, at(11, 54, day=11))
    assert story.call().rank is Rank.CALL_BACK


def test_a_promise_is_given_up_after_open_time_and_not_overnight() -> None:
    story = promised(at(14))
    over = at(8, day=11) + timing.PROMISE_OVER
    come_to(story, over - SECOND)
    assert story.state() is CallState.PROMISED
    come_to(story, over)
    assert "c1" not in story.floor.calls


@pytest.mark.parametrize("day", [28, 24], ids=["summer begins", "summer ends"])
def test_the_night_in_which_the_clock_is_put_ends_at_the_hour_on_the_wall(day: int) -> None:
    evening = datetime(2026, 3 if day == 28 else 10, day, 17, 59, tzinfo=BRUSSELS)
    story = promised(evening)
    opens = datetime.combine(evening.date() + timedelta(days=1), time(8), BRUSSELS)
    assert promised_by(story) == opens + timedelta(hours=3, minutes=59)
    come_to(story, evening + MINUTE)
    assert story.call().due_at == opens


def test_a_clock_that_is_put_moves_no_opening_hour() -> None:
    story = promised(at(17, 59))
    come_to(story, at(18))
    story.now = at(21)
    story.tell(ports.ClockPut(HOUR))
    assert (story.state(), story.call().due_at) == (CallState.DEFERRED, at(8, day=11))
    story.now = at(9, day=11)
    story.tell(ports.ClockPut(12 * HOUR))
    assert story.state() is CallState.PROMISED


def test_who_is_cut_off_after_closing_is_called_back_when_it_opens() -> None:
    story = Story(BY_DAY)
    story.now = at(17, 59)
    story.arrive()
    keys(story, "2")
    story.now = at(18, 5)
    story.tell(ports.Census(nodes={"": story.now - SECOND}))
    assert story.state() is CallState.DEFERRED
    assert promised_by(story) == at(8, 15, day=11)


def test_who_was_promised_a_call_and_is_in_danger_dials_112_also_after_closing() -> None:
    story = Story(BY_DAY)
    story.now = at(17, 59)
    story.arrive()
    keys(story, "2")
    keys(story, "11")
    story.now = at(18)
    story.tell()
    assert story.state() is CallState.DEFERRED
    keys(story, "112")
    assert story.state() is CallState.EMERGENCY
