"""Keypad answers: every key in every state in which they are asked, and how a caller leaves with one."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from tests.rules.story import ANN, SCRIPT, Story
from tocsin.activations.rules import Stream
from tocsin.calls import ports
from tocsin.calls.ports import Verb
from tocsin.calls.rules import script as words
from tocsin.calls.rules import timing
from tocsin.calls.rules.script import KeypadAnswer
from tocsin.calls.rules.states import CallState, Question
from tocsin.workforce.rules import AgentState

WATER = KeypadAnswer(31, "3", "Puis-je boire l'eau ?", "Oui.")
SHELTER = KeypadAnswer(32, "5", "Où dormir ?", "Au hall 5.", recording="recordings/hall")
WITH_ANSWERS = replace(SCRIPT, answers={"fr": (WATER, SHELTER)})
BOTH = replace(WITH_ANSWERS, streams=(Stream.D5, Stream.D2))
QUESTIONS = words.questions(WITH_ANSWERS, "fr")
# In these stories, nobody is at work who could take the call.
ALONE = words.position("fr", 1) + words.wait("fr", None)
PLACE = ALONE + words.answers_in_line("fr")


def press(story: Story, *keys: str) -> None:
    for key in keys:
        story.tell(ports.KeyPressed("c1", key))


def choosing() -> Story:
    """The caller c1, who has just been asked the questions in French."""
    story = Story(WITH_ANSWERS)
    story.wait_in_line(key="2")
    assert (story.state(), story.told()) == (CallState.CHOOSING, {"c1": QUESTIONS})
    return story


def in_line() -> Story:
    """The caller c1, who waits and hears music."""
    story = choosing()
    press(story, "0")
    assert (story.state(), story.told()) == (CallState.WAITING, {"c1": PLACE})
    story.hear_out()
    return story


def asked_in_line() -> Story:
    """The caller c1, who waits, and asked for the questions."""
    story = in_line()
    press(story, "9")
    assert (story.state(), story.told()) == (CallState.WAITING, {"c1": QUESTIONS})
    return story


def offered() -> Story:
    """The caller c1, who is offered to Ann while an answer is told."""
    story = asked_in_line()
    press(story, "3")
    story.make_ready(ANN)
    assert (story.state(), story.call().answer) == (CallState.OFFERED, WATER.id)
    return story


ASKED = [choosing, asked_in_line, offered]
Begin = Callable[[], Story]


@pytest.mark.parametrize("begin", ASKED)
@pytest.mark.parametrize("answer", [WATER, SHELTER])
def test_a_key_tells_its_answer(begin: Begin, answer: KeypadAnswer) -> None:
    story = begin()
    state, playing = story.state(), story.call().message
    press(story, answer.key)
    assert story.told() == {"c1": (answer.media_name("fr"),)}
    assert ports.StopPlaying("c1", playing) in story.last.moves
    assert (story.state(), story.call().answer, story.last.steps) == (state, answer.id, ())


@pytest.mark.parametrize("begin", ASKED)
def test_an_answer_heard_to_its_end_is_kept_and_what_further_is_asked(begin: Begin) -> None:
    story = begin()
    state = story.state()
    press(story, "3")
    story.hear_out()
    assert story.told() == {"c1": words.after_answer("fr")}
    (step,) = story.last.steps
    assert (step.before, step.after, step.answer) == (state, state, WATER.id)
    assert (story.call().heard, story.call().answer) == (WATER.id, None)


@pytest.mark.parametrize("begin", ASKED)
def test_an_answer_can_be_heard_again_and_another_chosen(begin: Begin) -> None:
    story = begin()
    press(story, "3")
    story.hear_out()
    press(story, "1")
    assert story.told() == {"c1": (WATER.media_name("fr"),)}
    press(story, "5")
    assert story.told() == {"c1": (SHELTER.media_name("fr"),)}
    press(story, "2")
    assert story.told() == {"c1": QUESTIONS}


@pytest.mark.parametrize("begin", ASKED)
@pytest.mark.parametrize("key", ["4", "6", "7", "8", "9", "#", "", "²"])
def test_a_key_without_a_question_changes_nothing(begin: Begin, key: str) -> None:
    story = begin()
    before = story.call()
    press(story, key)
    assert (story.call(), story.last.moves) == (before, ())


@pytest.mark.parametrize("begin", [choosing, asked_in_line])
def test_again_means_nothing_before_an_answer(begin: Begin) -> None:
    story = begin()
    press(story, "1")
    assert story.last.moves == ()


def test_star_while_choosing_asks_for_the_language_and_forgets_the_answer_that_was_told() -> None:
    story = choosing()
    press(story, "3", "*")
    assert (story.state(), story.call().answer) == (CallState.GREETING, None)
    story.hear_out()
    assert story.call().heard is None
    press(story, "1")
    story.hear_out()
    assert (story.state(), story.call().language) == (CallState.WAITING, "nl")


@pytest.mark.parametrize("begin", [asked_in_line, offered])
def test_star_in_line_changes_nothing(begin: Begin) -> None:
    story = begin()
    press(story, "*")
    assert story.last.moves == ()


def test_who_presses_nothing_goes_to_the_line() -> None:
    story = choosing()
    story.hear_out()
    story.later(timing.KEY)
    assert (story.state(), story.told()) == (CallState.WAITING, {"c1": PLACE})
    assert (story.call().question, story.last.steps[-1].why) == (None, "no key pressed")


def test_who_presses_nothing_after_an_answer_goes_to_the_line() -> None:
    story = choosing()
    press(story, "3")
    story.hear_out()
    story.hear_out()
    story.later(timing.KEY)
    assert (story.state(), story.call().heard) == (CallState.WAITING, None)


@pytest.mark.parametrize("key", ["", "3"])
def test_who_presses_nothing_in_line_hears_the_place_again(key: str) -> None:
    story = asked_in_line()
    place = story.call().place
    if key:
        press(story, key)
        story.hear_out()
    story.hear_out()
    assert ports.PlayMusic("c1") in story.last.moves
    story.later(timing.KEY)
    assert (story.state(), story.told()) == (CallState.WAITING, {"c1": PLACE})
    assert (story.call().question, story.call().place) == (None, place)


def test_zero_in_line_goes_on_waiting_at_the_same_place() -> None:
    story = asked_in_line()
    press(story, "3")
    place, queued_at = story.call().place, story.call().queued_at
    press(story, "0")
    assert (story.state(), story.told()) == (CallState.WAITING, {"c1": PLACE})
    assert (story.call().question, story.call().place, story.call().queued_at) == (None, place, queued_at)


def test_zero_while_an_agent_is_offered_leads_to_music() -> None:
    story = offered()
    playing = story.call().message
    press(story, "0")
    assert story.last.moves == (ports.StopPlaying("c1", playing), ports.PlayMusic("c1"))
    assert story.call().question is None


def test_the_questions_can_be_asked_for_while_an_agent_is_offered() -> None:
    story = in_line()
    story.make_ready(ANN)
    press(story, "9")
    assert (story.state(), story.told(), story.call().due_at) == (CallState.OFFERED, {"c1": QUESTIONS}, None)


@pytest.mark.parametrize("keys", [("9",), ("9", "3")])
def test_nothing_that_is_told_delays_the_connection(keys: tuple[str, ...]) -> None:
    story = in_line()
    press(story, *keys)
    playing = story.call().message
    story.make_ready(ANN)
    assert story.state() is CallState.OFFERED
    story.ask(ANN, Verb.ACCEPT)
    assert (story.state(), story.call().question) == (CallState.TALKING, None)
    assert story.last.moves == (ports.StopPlaying("c1", playing), ports.Connect("c1", "leg-ann"))
    story.tell(ports.MessagePlayed("c1", playing))
    assert (story.last.moves, story.last.steps) == ((), ())


def test_an_announcement_does_not_cut_an_answer_off() -> None:
    story = asked_in_line()
    press(story, "3")
    story.later(timing.POSITION * 2)
    assert story.told() == {}


def test_an_offer_that_is_not_taken_does_not_cut_an_answer_off() -> None:
    story = offered()
    story.ask(ANN, Verb.DECLINE)
    assert story.state() is CallState.WAITING
    story.later(timing.POSITION)
    assert story.told() == {}
    story.hear_out()
    assert story.told() == {"c1": words.after_answer("fr")}


@pytest.mark.parametrize("begin", ASKED)
def test_an_answer_that_never_reports_its_end_does_not_hold_the_caller(begin: Begin) -> None:
    story = begin()
    press(story, "3")
    story.later(timing.LONGEST_MESSAGE)
    assert story.call().question is None or story.state() is CallState.OFFERED
    assert story.state() is not CallState.CHOOSING


@pytest.mark.parametrize("begin", ASKED)
@pytest.mark.parametrize(
    ("hears", "served"),
    [([], None), (["3"], None), (["3", "heard"], WATER.id), (["3", "heard", "5"], WATER.id)],
    ids=["nothing", "a part", "an answer", "an answer and a part of another"],
)
def test_who_leaves_leaves_with_the_answer_heard_to_its_end(
    begin: Begin, hears: list[str], served: int | None
) -> None:
    story = begin()
    for what in hears:
        if what == "heard":
            story.hear_out()
        else:
            press(story, what)
    story.tell(ports.LegEnded("c1"))
    assert story.floor.calls == {}
    assert (story.last.steps[-1].after, story.last.steps[-1].answer) == (CallState.ENDED, served)
    assert story.agent().state is not AgentState.OFFERED


def test_who_goes_on_to_the_line_and_leaves_there_leaves_without_an_answer() -> None:
    story = choosing()
    press(story, "3")
    story.hear_out()
    press(story, "0")
    story.tell(ports.LegEnded("c1"))
    assert story.last.steps[-1].answer is None


def test_whoever_spoke_with_an_agent_leaves_without_an_answer() -> None:
    story = offered()
    story.hear_out()
    story.ask(ANN, Verb.ACCEPT)
    story.tell(ports.LegEnded("c1"))
    assert story.last.steps[-1].answer is None


@pytest.mark.parametrize("key", ["1", ""])
def test_who_wants_information_is_asked_after_the_streams(key: str) -> None:
    story = Story(BOTH)
    story.wait_in_line(key="2")
    if key:
        press(story, key)
    else:
        story.hear_out()
        story.later(timing.KEY)
    assert (story.state(), story.call().question) == (CallState.CHOOSING, Question.ANSWERS)
    assert story.told() == {"c1": QUESTIONS}


def test_victims_and_relatives_are_asked_no_questions() -> None:
    story = Story(BOTH)
    story.wait_in_line(key="2")
    press(story, "2")
    assert (story.state(), story.told()) == (CallState.WAITING, {"c1": ALONE})
    press(story, "9")
    assert story.last.moves == ()


def test_a_language_without_answers_leads_to_the_line() -> None:
    story = Story(WITH_ANSWERS)
    story.wait_in_line(key="1")
    assert (story.state(), story.told()) == (
        CallState.WAITING,
        {"c1": words.position("nl", 1) + words.wait("nl", None)},
    )


@pytest.mark.parametrize("begin", ASKED)
def test_answers_that_were_changed_meanwhile_are_told_as_they_are_now(begin: Begin) -> None:
    story = begin()
    changed = replace(WATER, id=40, text="Non.")
    story.floor = replace(story.floor, lines={"1771": replace(WITH_ANSWERS, answers={"fr": (changed,)})})
    press(story, "3")
    assert (story.told(), story.call().answer) == ({"c1": (changed.media_name("fr"),)}, 40)
    before = story.call()
    press(story, "5")
    assert story.call() == before


@pytest.mark.parametrize("begin", ASKED)
def test_a_line_that_is_gone_leaves_nobody_with_the_questions(begin: Begin) -> None:
    story = begin()
    story.floor = replace(story.floor, lines={})
    press(story, "3", "0")
    story.later(timing.LONGEST_MESSAGE)
    assert story.state() in (CallState.WAITING, CallState.OFFERED)


@pytest.mark.parametrize("begin", ASKED)
def test_after_a_reconnection_the_caller_waits_on(begin: Begin) -> None:
    story = begin()
    press(story, "3")
    seen = ports.CallerSeen(ports.CallArrived("c1", "1771", "+32477000001", story.now))
    story.tell(ports.Disconnected())
    telephones = {agent.leg: "ann" for agent in story.floor.agents.values() if agent.leg}
    story.tell(ports.Census({"c1": seen}, agents=telephones))
    story.later(timing.POSITION)
    assert story.call().question is None or story.state() is CallState.OFFERED
    assert story.state() is not CallState.CHOOSING


def test_an_answer_that_could_not_be_spoken_is_not_offered() -> None:
    there = {words.spoken_name("fr", WATER.question), WATER.media_name("fr"), SHELTER.media_name("fr")}
    script = words.with_answers_that_sound(WITH_ANSWERS, there.__contains__)
    assert script.answers == {"fr": (WATER,)}
    everything = {words.spoken_name(*text) for text in words.opening_texts(WITH_ANSWERS)} | {SHELTER.recording}
    assert words.with_answers_that_sound(WITH_ANSWERS, everything.__contains__) == WITH_ANSWERS
    assert {*QUESTIONS, *words.after_answer("fr"), *words.answers_in_line("fr")} <= everything
