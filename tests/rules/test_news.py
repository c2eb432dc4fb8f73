"""News for those in line: told with the place, when they are new and now and then, and in nobody's way."""

from dataclasses import replace
from datetime import timedelta

from tests.rules.story import ANN, MIDNIGHT, SCRIPT, SECOND, Story
from tocsin.calls import ports
from tocsin.calls.ports import Verb
from tocsin.calls.rules import script as words
from tocsin.calls.rules import timing
from tocsin.calls.rules.script import FrontWords, Script
from tocsin.calls.rules.states import CallState

OLD = FrontWords("Bus 12 rijdt niet.", since=MIDNIGHT - timedelta(hours=1))
WITH_NEWS = replace(SCRIPT, news={"nl": OLD})


def in_line(script: Script = WITH_NEWS) -> Story:
    """The caller c1, who waits, has been told the place, and hears music."""
    story = Story(script)
    story.wait_in_line()
    story.hear_out()
    return story


def are_told(story: Story, script: Script = WITH_NEWS) -> bool:
    """Whether the caller hears the news with the next announcement."""
    story.later(timing.POSITION)
    (news,) = words.news(script, "nl")
    return news in story.told()["c1"]


def test_who_comes_in_line_hears_the_news_of_before_after_some_time_and_then_now_and_then() -> None:
    story = in_line()
    assert [are_told(story) for _ in range(7)] == [False, False, True, False, False, True, False]


def test_what_is_new_is_told_with_the_next_place() -> None:
    story = in_line()
    story.now += SECOND
    changed = replace(SCRIPT, news={"nl": FrontWords("Bus 12 rijdt weer.", since=story.now)})
    story.floor = replace(story.floor, lines={"1771": changed})
    assert [are_told(story, changed) for _ in range(2)] == [True, False]


def test_a_language_without_news_hears_none() -> None:
    story = Story(WITH_NEWS)
    story.wait_in_line(key="2")
    story.hear_out()
    for _ in range(4):
        story.later(timing.POSITION)
        assert story.told() == {"c1": words.position("fr", 1) + words.wait("fr", None)}


def test_an_agent_who_answers_is_heard_at_once() -> None:
    story = in_line()
    assert [are_told(story) for _ in range(3)][-1]
    playing = story.call().message
    story.make_ready(ANN)
    story.ask(ANN, Verb.ACCEPT)
    assert story.last.moves == (ports.StopPlaying("c1", playing), ports.Connect("c1", "leg-ann"))
    assert story.state() is CallState.TALKING


def test_news_block_no_key() -> None:
    answers = {"nl": (words.KeypadAnswer(1, "3", "Waar?", "Hier."),)}
    story = Story(replace(WITH_NEWS, answers=answers))
    story.wait_in_line()
    story.tell(ports.KeyPressed("c1", "0"))
    assert [are_told(story) for _ in range(3)][-1]
    story.tell(ports.KeyPressed("c1", "9"))
    assert story.told() == {"c1": words.questions(replace(WITH_NEWS, answers=answers), "nl")}


def test_news_are_spoken_before_they_are_told() -> None:
    assert ("nl", OLD.text) in set(words.opening_texts(WITH_NEWS))
