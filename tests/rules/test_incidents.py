"""Several incidents on one number: which one is asked once, after the language, and every way out is one's own."""

from collections.abc import Mapping
from dataclasses import replace

import pytest

from tests.rules.incidents_story import (
    ALONE,
    AT_FIRE,
    BOTH,
    FIRE,
    FIRE_BY_DAY,
    FLOOD,
    NUISANCE,
    about,
    asked,
    press,
    put_in_force,
)
from tests.rules.story import ANN, CEM, MIDNIGHT, SECOND, Story
from tocsin.activations.rules import Stream, spoken_name
from tocsin.calls import ports
from tocsin.calls.rules import incident_words, incidents, timing
from tocsin.calls.rules import script as words
from tocsin.calls.rules.returning import LastCall
from tocsin.calls.rules.script import Script
from tocsin.calls.rules.states import CallState, Question, Rank
from tocsin.calls.rules.switchboard import decide
from tocsin.calls.rules.treatment import Treatment


def test_with_one_incident_nothing_more_is_asked() -> None:
    story = Story(FLOOD)
    story.arrive()
    press(story, "1")
    assert about(story) == (CallState.INFORMING, FLOOD.activation, "nl")
    assert story.told()["c1"] == words.front(FLOOD, "nl")


def test_the_language_menu_has_the_languages_of_all_in_their_order() -> None:
    story = Story(BOTH)
    story.arrive()
    languages = ("nl", "fr", "de")
    assert story.told()["c1"] == words.menu(replace(FLOOD, languages=languages))


def test_after_the_language_each_incident_is_named_with_its_key_and_so_twice() -> None:
    story = asked()
    call = story.call()
    assert (call.state, call.question, call.language) == (CallState.CHOOSING, Question.INCIDENT, "nl")
    told = story.told()["c1"]
    assert told == incident_words.question((FLOOD, FIRE), "nl")
    named = ["Waarover belt u?", "De overstroming.", "Druk op 1.", "De brand.", "Druk op 2."]
    assert told == tuple(spoken_name("nl", text) for text in named * 2)


@pytest.mark.parametrize(("key", "script"), [("1", FLOOD), ("2", FIRE)], ids=["flood", "fire"])
def test_the_key_of_an_incident_leads_to_its_message_and_its_agents(key: str, script: Script) -> None:
    story = press(asked(), key)
    assert about(story) == (CallState.INFORMING, script.activation, "nl")
    assert story.told()["c1"] == words.front(script, "nl")
    story.hear_out()
    assert (story.state(), story.call().authority) == (CallState.WAITING, script.authority)
    story.make_ready(ANN, CEM)
    assert story.call().agent == (ANN if script is FLOOD else CEM)


def test_whoever_presses_nothing_is_about_the_oldest() -> None:
    story = Story(BOTH)
    story.arrive()
    story.hear_out()
    story.later(timing.KEY)
    assert story.call().question is Question.INCIDENT
    story.hear_out()
    story.later(timing.KEY)
    assert about(story) == (CallState.INFORMING, FLOOD.activation, "nl")
    assert story.call().question is None


def test_the_oldest_is_not_always_on_the_first_key() -> None:
    story = Story(incidents.on_one_number((replace(FIRE, key=1), replace(FLOOD, key=2))))
    story.arrive()
    press(story, "1")
    assert story.told()["c1"][1] == spoken_name("nl", "De brand.")
    story.hear_out()
    story.later(timing.KEY)
    assert story.call().activation == FLOOD.activation


def test_a_key_without_an_incident_has_them_asked_again() -> None:
    story = press(asked(), "5")
    assert (story.state(), story.call().question) == (CallState.CHOOSING, Question.INCIDENT)
    assert story.told()["c1"] == incident_words.question((FLOOD, FIRE), "nl")


@pytest.mark.parametrize("key", ["#", "A"])
def test_what_is_no_digit_changes_nothing(key: str) -> None:
    assert press(asked(), key).last.steps == ()


@pytest.mark.parametrize(("key", "script"), [("2", FLOOD), ("3", FIRE)], ids=["french", "german"])
def test_in_a_language_that_one_incident_has_nothing_is_asked(key: str, script: Script) -> None:
    story = asked(key)
    assert (story.state(), story.call().activation) == (CallState.INFORMING, script.activation)
    assert story.told()["c1"] == words.front(script, story.call().language)


def test_an_incident_that_takes_no_calls_at_this_hour_is_not_offered() -> None:
    story = Story(incidents.on_one_number((FLOOD, FIRE_BY_DAY)))
    story.arrive()
    assert story.told()["c1"] == words.menu(FLOOD)
    press(story, "1")
    assert about(story) == (CallState.INFORMING, FLOOD.activation, "nl")


def test_outside_the_hours_of_all_callers_hear_so_in_the_languages_of_all() -> None:
    closed = (replace(FLOOD, accepts=False), FIRE_BY_DAY)
    story = Story(incidents.on_one_number(closed))
    story.arrive()
    assert (story.state(), story.last.steps[0].why) == (CallState.TURNED_AWAY, "outside opening hours")
    door = replace(FIRE_BY_DAY, languages=("nl", "de", "fr"))
    assert story.told()["c1"] == words.turned_away(door, now=MIDNIGHT)


def test_an_incident_that_closes_while_the_caller_chooses_is_no_dead_end() -> None:
    story = asked()
    put_in_force(story, FLOOD, replace(FIRE, accepts=False))
    press(story, "2")
    assert about(story) == (CallState.INFORMING, FLOOD.activation, "nl")


def test_the_one_the_caller_belongs_to_closes_while_the_caller_chooses() -> None:
    story = asked()
    put_in_force(story, replace(FLOOD, accepts=False), FIRE)
    story.hear_out()
    story.later(timing.KEY)
    assert about(story) == (CallState.INFORMING, FIRE.activation, "nl")


def test_a_caller_for_whom_all_close_is_served_as_one_who_was_let_in() -> None:
    story = asked()
    put_in_force(story, replace(FLOOD, accepts=False), replace(FIRE, accepts=False))
    press(story, "2")
    assert about(story) == (CallState.INFORMING, FLOOD.activation, "nl")


def test_a_caller_whose_incidents_are_gone_waits_in_line() -> None:
    story = asked()
    story.floor = replace(story.floor, lines={})
    story.hear_out()
    story.later(timing.KEY)
    assert (story.state(), story.call().question) == (CallState.WAITING, None)


def test_a_second_incident_that_opens_is_heard_of_by_those_who_have_yet_to_choose_a_language() -> None:
    story = Story(FLOOD)
    story.arrive()
    put_in_force(story, FLOOD, FIRE)
    press(story, "1")
    assert story.call().question is Question.INCIDENT


def test_star_has_language_and_incident_asked_again_and_nothing_is_taken_along() -> None:
    story = Story(BOTH)
    story.call_again(last=replace(AT_FIRE, since=story.now))
    assert story.call("c2").place_since == MIDNIGHT
    story.tell(ports.KeyPressed("c2", "*"))
    # Its own languages are on the first keys.
    assert story.told()["c2"] == words.menu(replace(FIRE, languages=("nl", "de", "fr")))
    story.tell(ports.KeyPressed("c2", "1"))
    assert story.call("c2").question is Question.INCIDENT
    story.tell(ports.KeyPressed("c2", "1"))
    call = story.call("c2")
    assert (call.activation, call.authority) == (FLOOD.activation, FLOOD.authority)
    assert (call.place_since, call.known_to, call.heard_before) == (None, None, False)


def test_star_asks_for_the_incident_alone_where_all_speak_one_language() -> None:
    story = Story(incidents.on_one_number([replace(each, languages=("nl",)) for each in (FLOOD, FIRE)]))
    story.arrive()
    assert story.call().question is Question.INCIDENT
    press(press(story, "2"), "*")
    assert (story.call().question, story.call().activation) == (Question.INCIDENT, FIRE.activation)


def test_who_called_about_an_incident_before_comes_to_it_and_is_told_how_to_have_another() -> None:
    story = Story(BOTH)
    story.call_again(last=AT_FIRE)
    assert about(story, "c2") == (CallState.INFORMING, FIRE.activation, "nl")
    assert story.call("c2").known_to == CEM
    hints = incident_words.another("nl") + words.hints(FIRE, "nl", heard_before=True)
    assert story.told()["c2"] == hints + words.front(FIRE, "nl")


@pytest.mark.parametrize(
    ("last", "question"),
    [
        (replace(AT_FIRE, place_since=None, queued_at=None), None),
        (replace(AT_FIRE, activation=99), Question.INCIDENT),
    ],
    ids=["who never chose", "who called about one that is closed"],
)
def test_who_called_about_none_of_these_is_asked(last: LastCall, question: Question | None) -> None:
    story = Story(BOTH)
    story.call_again(last=last)
    call = story.call("c2")
    # Who never chose an incident may not have chosen a language either.
    assert call.state is (CallState.CHOOSING if question else CallState.GREETING)
    assert (call.question, call.place_since, call.known_to) == (question, None, None)


def test_who_called_about_one_that_takes_no_calls_now_gets_nobody_elses_place() -> None:
    story = Story(incidents.on_one_number((FLOOD, FIRE_BY_DAY)))
    story.call_again(last=AT_FIRE)
    call = story.call("c2")
    assert (call.activation, call.place_since, call.known_to) == (FLOOD.activation, None, None)


def test_the_journal_of_the_incident_that_was_not_meant_has_the_last_of_the_call() -> None:
    story = press(asked(), "2")
    told = [(step.activation, step.before, step.after, step.why) for step in story.last.steps]
    assert told == [
        (FLOOD.activation, CallState.CHOOSING, CallState.CHOOSING, incidents.CHOSE_ANOTHER),
        (FIRE.activation, CallState.CHOOSING, CallState.INFORMING, "pressed 2"),
    ]


def test_a_caller_who_dials_112_at_the_question_is_connected() -> None:
    story = asked()
    for key in "112":
        press(story, key)
    assert story.state() is CallState.EMERGENCY


def test_the_streams_asked_for_are_those_of_the_incident() -> None:
    story = Story(incidents.on_one_number((FLOOD, replace(FIRE, streams=(Stream.D5, Stream.D2)))))
    story.arrive()
    for key in "12":
        press(story, key)
    story.hear_out()
    assert story.call().question is Question.STREAM


# --- How coordinators have a caller treated


def arrives(treated: Mapping[int, Treatment]) -> Story:
    story = Story(BOTH)
    arrival = ports.CallArrived("c1", "1771", NUISANCE, story.now)
    story.last = decide(story.floor, [arrival], now=story.now, treated={"c1": treated})
    story.floor = story.last.floor
    return story


def test_who_is_not_taken_for_one_incident_is_for_another() -> None:
    treated = {FIRE.activation: Treatment.TOLD}
    fire, flood = (press(press(arrives(treated), "1"), key) for key in "21")
    assert (fire.state(), fire.told()["c1"]) == (CallState.TURNED_AWAY, words.not_taken(FIRE))
    assert fire.call().activation == FIRE.activation
    assert flood.state() is CallState.INFORMING


def test_who_is_not_taken_for_any_is_let_go_at_once() -> None:
    story = arrives({FIRE.activation: Treatment.TOLD, FLOOD.activation: Treatment.TOLD})
    assert story.state() is CallState.TURNED_AWAY


def test_who_is_served_last_is_so_in_that_incident_alone() -> None:
    treated = {FLOOD.activation: Treatment.LAST}
    fire, flood = (press(press(arrives(treated), "1"), key) for key in "21")
    assert (fire.call().rank, flood.call().rank) == (Rank.ORDINARY, Rank.LAST)


def test_whatever_is_said_of_several_is_spoken_before() -> None:
    spoken = {spoken_name(*text) for text in incident_words.texts(BOTH)}
    spoken |= {spoken_name(*text) for each in ALONE for text in words.opening_texts(each)}
    heard: set[str] = set()
    for language_key in "123":
        for key in "12":
            story = press(asked(language_key), key)
            heard |= {name for told in story.told().values() for name in told}
    again = Story(BOTH)
    again.call_again(last=AT_FIRE)
    heard |= set(again.told()["c2"]) | set(asked().told()["c1"]) | set(incidents.fallback(BOTH, now=MIDNIGHT))
    door = Story(BOTH)
    door.arrive()
    assert heard | set(door.told()["c1"]) <= spoken


# --- Whose turn it is


def test_incidents_on_one_number_share_an_agent_who_serves_both() -> None:
    story = Story(incidents.on_one_number((FLOOD, replace(FIRE, authority=1))))
    story.floor = replace(
        story.floor, agents={key: replace(each, languages={"nl": 2}) for key, each in story.floor.agents.items()}
    )
    for caller in range(6):
        leg = f"c{caller}"
        story.arrive(leg)
        # Four about the flood, and then two about the fire.
        for key in ("1", "1" if caller < 4 else "2"):
            story.tell(ports.KeyPressed(leg, key))
        story.hear_out(leg)
        story.now += SECOND
    story.make_ready(ANN)
    first = story.agent(ANN).call
    story.make_ready(2)
    assert (story.call(first).activation, story.call(story.agent(2).call).activation) == (1, FIRE.activation)


def test_lines_are_merged_by_number_and_each_activation_counts_once() -> None:
    newer = replace(FLOOD, accepts=False)
    line = incidents.merged({"1771": FLOOD}, {"1771": incidents.on_one_number((newer, FIRE))})["1771"]
    assert line == BOTH
    assert incidents.without({"1771": line}, FLOOD.activation) == {"1771": FIRE}
    assert incidents.without({"1771": FIRE}, FIRE.activation) == {}
