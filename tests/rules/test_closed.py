"""Whom nobody takes hears when the line opens, and the site, and may have an SMS and a call-back all the same."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from tests.rules.call_back_story import NUMBER, keys
from tests.rules.story import ANN, SCRIPT, SECOND, Story
from tests.rules.test_promises_in_hours import BY_DAY, HOUR, at, come_to
from tocsin.activations.rules import spoken_name
from tocsin.calls import ports
from tocsin.calls.ports import Verb
from tocsin.calls.rules import call_back_words, closed_words, incidents, sms_words, timing
from tocsin.calls.rules import script as words
from tocsin.calls.rules.phrases import PHRASES
from tocsin.calls.rules.script import Script
from tocsin.calls.rules.states import ASKED_FOR_SMS, CallState, Question

LINE = replace(
    BY_DAY,
    sms={"nl": "Alles op rivaal.example", "fr": "Tout sur rivaal.example"},
    sites={"nl": "rivaal.example", "fr": "rivaal.example"},
)
DUTCH = replace(LINE, languages=("nl",))
CLOSING = replace(DUTCH, accepts=False)


def calls(script: Script = DUTCH, *, caller: str = NUMBER) -> Story:
    """Somebody calls on a Tuesday evening."""
    story = Story(script)
    story.now = at(19)
    story.tell(ports.CallArrived("c1", "1771", caller, story.now))
    assert story.state() is CallState.TURNED_AWAY
    return story


def asked(script: Script = DUTCH, *, caller: str = NUMBER) -> Story:
    """Heard the message out, and is told what may be had."""
    story = calls(script, caller=caller)
    story.hear_out()
    assert (story.state(), story.call().question) == (CallState.CHOOSING, Question.CLOSED)
    return story


def spoken(text: str, language: str = "nl") -> str:
    return spoken_name(language, text)


def test_outside_the_hours_a_caller_hears_when_it_opens_and_the_site() -> None:
    assert calls().told()["c1"] == (
        spoken(PHRASES["nl"].outside_hours),
        spoken("Dit nummer gaat morgen om 8 uur weer open."),
        spoken("Alle informatie vindt u op rivaal punt example."),
    )


@pytest.mark.parametrize(
    ("hour", "told"),
    [(7, "Dit nummer gaat vandaag om 8 uur weer open."), (18, "Dit nummer gaat morgen om 8 uur weer open.")],
)
def test_the_day_is_told_as_people_say_it(hour: int, told: str) -> None:
    assert closed_words.opening(DUTCH, "nl", now=at(hour)) == (spoken(told),)


def test_before_days_without_hours_the_weekday_is_told() -> None:
    weekdays = replace(DUTCH, hours=DUTCH.hours[:5])
    friday_evening = at(19, day=13)
    told = spoken("Dit nummer gaat maandag om 8 uur weer open.")
    assert closed_words.opening(weekdays, "nl", now=friday_evening) == (told,)


def test_then_the_call_back_and_the_sms_are_offered() -> None:
    assert asked().told()["c1"] == closed_words.call_back("nl") + sms_words.offer("nl")


def test_where_there_is_nothing_to_be_had_the_caller_is_let_go_after_the_message() -> None:
    story = calls(replace(DUTCH, sms={}, call_backs=False))
    story.hear_out()
    assert story.last.steps[-1].why == "informed"
    assert story.floor.calls == {}


def test_a_hidden_number_has_no_sms_and_is_asked_for_a_number_to_be_called_back_at() -> None:
    story = asked(caller="")
    assert story.told()["c1"] == closed_words.call_back("nl")
    keys(story, "#")
    assert story.last.moves == ()
    keys(story, "1")
    assert story.call().question is Question.NUMBER


@pytest.mark.parametrize("begin", [calls, asked])
def test_the_hash_key_has_the_sms_sent_also_while_the_message_is_told(begin: Callable[[], Story]) -> None:
    story = begin()
    keys(story, "#")
    assert story.last.steps[-1].why == ASKED_FOR_SMS
    assert story.told()["c1"] == sms_words.on_its_way("nl")
    for _ in range(4):
        story.later(timing.LONGEST_MESSAGE)
    assert story.floor.calls == {}


def test_who_asks_to_be_called_back_is_promised_a_call_when_it_opens_in_open_time() -> None:
    story = asked()
    keys(story, "1")
    assert story.told()["c1"] == call_back_words.confirm_question("nl", NUMBER, region="BE", in_line=False)
    keys(story, "1")
    assert story.told()["c1"] == closed_words.promise(DUTCH, "nl", now=story.now)
    call = story.call()
    assert call.call_back
    promised_by = call.call_back.promised_by
    assert (call.state, call.due_at, promised_by) == (CallState.DEFERRED, at(8, day=11), at(12, day=11))
    story.hear_out()
    assert story.last.moves == (ports.Release("c1"),)


def test_who_says_no_to_the_number_is_let_go_and_never_in_line() -> None:
    story = asked()
    keys(story, "10")
    assert story.floor.calls == {}
    assert CallState.WAITING not in {step.after for step in story.last.steps}


def test_who_says_nothing_to_the_number_until_the_line_is_open_is_in_line() -> None:
    story = asked()
    keys(story, "1")
    story.now = at(8, day=11)
    story.tell()
    assert story.state() is CallState.WAITING


def test_who_was_promised_a_call_already_is_offered_no_other() -> None:
    story = asked()
    keys(story, "11")
    story.tell(ports.CallArrived("c2", "1771", NUMBER, story.now))
    story.hear_out("c2")
    assert story.told()["c2"] == sms_words.offer("nl")
    keys(story, "1", "c2")
    assert story.call("c2").question is Question.CLOSED


def test_in_several_languages_a_key_chooses_the_one_in_which_more_is_told() -> None:
    story = calls(LINE)
    told = story.told()["c1"]
    keyed = ((1, "nl"), (2, "fr"))
    assert all(spoken(PHRASES[each].choose.format(key=key), each) in told for key, each in keyed)
    keys(story, "2")
    assert story.told()["c1"] == closed_words.call_back("fr") + sms_words.offer("fr")
    keys(story, "11")
    assert (story.state(), story.call().language) == (CallState.DEFERRED, "fr")


def test_who_chooses_no_language_is_told_in_the_first() -> None:
    story = calls(LINE)
    story.hear_out()
    assert story.state() is CallState.TURNED_AWAY
    story.later(timing.KEY)
    assert (story.state(), story.call().language) == (CallState.CHOOSING, "nl")


def test_after_closing_the_site_and_the_sms_are_there_and_no_call_back() -> None:
    story = calls(CLOSING)
    assert story.told()["c1"] == (
        spoken(PHRASES["nl"].closed),
        spoken("Alle informatie vindt u op rivaal punt example."),
    )
    story.hear_out()
    assert story.told()["c1"] == sms_words.offer("nl")
    keys(story, "1")
    assert story.call().question is Question.CLOSED


def comes_after_closing(script: Script = CLOSING, *, caller: str = NUMBER) -> Story:
    """The line is closed for good, and somebody calls its number."""
    story = Story(None)
    story.floor = incidents.closed_for_good(replace(story.floor, lines={"1771": script}), script.activation)
    story.tell(ports.CallArrived("c1", "1771", caller, story.now))
    return story


def test_whoever_calls_when_the_line_is_closed_for_good_hears_so_and_the_site() -> None:
    story = comes_after_closing()
    assert story.told()["c1"] == (
        spoken(PHRASES["nl"].closed),
        spoken("Alle informatie vindt u op rivaal punt example."),
    )
    assert (story.state(), story.call().activation, story.call().language) == (CallState.TURNED_AWAY, None, "nl")


def test_a_number_that_never_had_a_line_is_not_in_use() -> None:
    story = comes_after_closing()
    story.tell(ports.CallArrived("c2", "1773", NUMBER, story.now))
    assert story.told()["c2"] == words.nothing_open(words.HOUSE_LANGUAGES)


def test_after_closing_for_good_the_sms_is_there_and_no_call_back() -> None:
    story = comes_after_closing()
    story.hear_out()
    assert story.told()["c1"] == sms_words.offer("nl")
    keys(story, "1#")
    assert [step.why for step in story.last.steps] == [ASKED_FOR_SMS]
    story.hear_out()
    story.later(timing.KEY)
    assert story.floor.calls == {}


def test_after_closing_for_good_each_language_has_a_key_and_the_first_is_for_who_presses_none() -> None:
    story = comes_after_closing(replace(LINE, accepts=False))
    told = story.told()["c1"]
    assert told[0] == spoken(PHRASES["nl"].closed)
    assert spoken(PHRASES["fr"].closed, "fr") in told
    keys(story, "2")
    assert (story.told()["c1"], story.call().language) == (sms_words.offer("fr"), "fr")
    story = comes_after_closing(replace(LINE, accepts=False, languages=("fr", "nl")))
    story.hear_out()
    story.later(timing.KEY)
    assert story.told()["c1"] == sms_words.offer("fr")


def test_without_an_sms_the_caller_of_a_closed_line_is_let_go_after_the_message() -> None:
    story = comes_after_closing(caller="")
    story.hear_out()
    assert story.floor.calls == {}


def test_of_a_closed_exercise_the_caller_hears_that_it_was_one() -> None:
    story = comes_after_closing(replace(CLOSING, exercise=True))
    assert story.told()["c1"][:2] == (spoken(PHRASES["nl"].exercise), spoken(PHRASES["nl"].closed))


@pytest.mark.parametrize(("was_exercise", "told"), [(False, 1), (True, 2)])
def test_an_exercise_that_closes_does_not_hide_what_was_closed_before_in_earnest(
    was_exercise: bool, told: int
) -> None:
    before, exercise = replace(CLOSING, exercise=was_exercise), replace(CLOSING, activation=2, exercise=True)
    floor = replace(Story(None).floor, lines={"1771": exercise}, closed={"1771": before})
    assert incidents.closed_for_good(floor, 2).closed["1771"].activation == told


def test_where_another_incident_is_open_nobody_hears_of_the_one_that_closed() -> None:
    both = incidents.on_one_number([replace(CLOSING, activation=1), replace(DUTCH, activation=2, key=2)])
    floor = incidents.closed_for_good(replace(Story(None).floor, lines={"1771": both}), 1)
    assert (floor.lines["1771"].activation, floor.closed) == (2, {})


def test_who_hears_of_a_closed_line_goes_on_with_it_when_another_opens() -> None:
    story = comes_after_closing()
    story.floor = replace(story.floor, lines={"1771": replace(SCRIPT, activation=2)})
    story.hear_out()
    keys(story, "#")
    assert story.last.steps[-1].why == ASKED_FOR_SMS


@pytest.mark.parametrize("exercise", [False, True])
def test_whoever_cannot_be_connected_with_112_on_a_closed_line_is_told_to_dial_it_and_in_no_line(
    exercise: bool,
) -> None:
    story = comes_after_closing(replace(CLOSING, exercise=exercise))
    story.hear_out()
    keys(story, "112")
    if not exercise:
        story.tell(ports.DialFailed("c1-asked-1", ports.DialFailure.CONGESTED))
    assert spoken(PHRASES["nl"].closed) in story.told()["c1"]
    assert (story.state(), story.call().question) == (CallState.CHOOSING, Question.CLOSED)
    story.hear_out()
    story.later(timing.KEY)
    assert story.floor.calls == {}


def test_whoever_dials_112_where_nobody_takes_calls_is_connected_with_112() -> None:
    story = asked()
    keys(story, "112")
    assert story.state() is CallState.EMERGENCY


@pytest.mark.parametrize(
    "script",
    [DUTCH, CLOSING, replace(DUTCH, sms={}, call_backs=False)],
    ids=["offered more", "closing", "no more"],
)
def test_whoever_dials_112_while_told_that_nobody_takes_calls_is_connected_with_112(script: Script) -> None:
    story = calls(script)
    keys(story, "112")
    assert story.state() is CallState.EMERGENCY
    story.tell(ports.DialAnswered("c1-asked-1"))
    assert story.state() is CallState.OUTSIDE


def test_whoever_dials_112_while_told_that_the_line_closed_for_good_is_connected_with_112() -> None:
    story = comes_after_closing()
    keys(story, "112")
    assert story.state() is CallState.EMERGENCY


def test_where_nothing_was_ever_open_112_is_not_called_and_the_caller_hears_on() -> None:
    story = Story(None)
    story.arrive()
    keys(story, "112")
    assert (story.state(), story.last.moves) == (CallState.TURNED_AWAY, ())


def test_who_presses_nothing_is_let_go() -> None:
    story = asked()
    story.hear_out()
    story.later(timing.KEY)
    assert story.floor.calls == {}


def test_who_is_in_line_when_it_closes_and_nobody_is_at_work_is_told_so_and_offered_a_call_back() -> None:
    story = Story(DUTCH)
    story.now = at(17, 59)
    story.arrive()
    come_to(story, at(18) + timing.POSITION)
    assert (story.state(), story.call().question) == (CallState.CHOOSING, Question.CLOSED)
    keys(story, "11")
    assert (story.state(), story.call().place.since) == (CallState.DEFERRED, at(17, 59))


def with_ann_busy() -> Story:
    """The caller c1 waits two minutes before closing, while Ann talks with c0."""
    story = Story(DUTCH)
    story.now = at(17, 58)
    story.make_ready(ANN)
    story.arrive("c0")
    story.ask(ANN, Verb.ACCEPT, "c0")
    story.arrive("c1")
    return story


def test_who_is_in_line_when_it_closes_is_served_while_somebody_is_at_work() -> None:
    story = with_ann_busy()
    come_to(story, at(18, 30))
    assert story.state() is CallState.WAITING
    story.ask(ANN, Verb.HANG_UP, "c0")
    story.ask(ANN, Verb.DONE, "c0")
    assert story.state() is CallState.OFFERED


def test_who_waits_for_an_hour_after_closing_is_told_so_and_offered_a_call_back() -> None:
    story = with_ann_busy()
    come_to(story, at(18) + timing.AFTER_HOURS - SECOND)
    assert story.state() is CallState.WAITING
    come_to(story, at(18) + timing.AFTER_HOURS + timing.POSITION)
    assert story.call().question is Question.CLOSED


def test_who_waits_on_a_line_that_is_open_day_and_night_is_told_nothing_of_it() -> None:
    story = Story(replace(DUTCH, hours=()))
    story.now = at(17, 59)
    story.arrive()
    come_to(story, at(23))
    assert story.state() is CallState.WAITING


@pytest.mark.parametrize("hours", [LINE.hours, LINE.hours[:5]], ids=["every day", "weekdays"])
def test_all_that_is_told_of_a_closed_line_is_spoken_before_it_opens(hours: tuple[object, ...]) -> None:
    script = replace(LINE, hours=hours)
    ready = {spoken_name(*text) for text in words.opening_texts(script)}
    for hour in range(24 * 7):
        now = at(0, day=9) + hour * HOUR
        for told in (script, replace(script, accepts=False)):
            assert set(words.turned_away(told, now=now, offering=("nl", "fr"))) <= ready
        assert set(closed_words.promise(script, "fr", now=now)) <= ready
    assert set(closed_words.call_back("fr")) <= ready


def test_all_that_is_told_of_a_line_that_is_closed_for_good_is_spoken_again() -> None:
    over = replace(LINE, accepts=False, exercise=True)
    ready = {spoken_name(*text) for text in words.after_closing_texts(over)}
    told = words.turned_away(over, now=at(19), offering=("nl", "fr"))
    assert {*told, *sms_words.offer("fr"), *sms_words.on_its_way("fr")} <= ready


def test_every_language_of_the_line_has_the_sentences() -> None:
    assert closed_words.SENTENCES.keys() == PHRASES.keys()


def test_outside_the_hours_too_a_number_is_promised_one_call() -> None:
    story = asked()
    keys(story, "11")
    assert story.state() is CallState.DEFERRED
    story.tell(ports.CallArrived("c2", "1771", "", story.now))
    story.hear_out("c2")
    keys(story, f"1{NUMBER.replace('+32', '0')}#", "c2")
    asks = call_back_words.number_question("nl", again=False)
    assert story.told()["c2"] == call_back_words.promised_already("nl") + asks
    story.hear_out("c2")
    story.later(timing.KEY)
    assert "c2" not in story.floor.calls
