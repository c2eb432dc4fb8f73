"""The switchboard's decision, event by event: what a caller lives through until the line, and at the end."""

from dataclasses import replace

import pytest

from tests.rules.story import ANN, MIDNIGHT, SCRIPT, SECOND, Story
from tocsin.activations.rules import Hours, spoken_name
from tocsin.calls import ports
from tocsin.calls.ports import Verb
from tocsin.calls.rules import script as words
from tocsin.calls.rules import timing
from tocsin.calls.rules.phrases import PHRASES
from tocsin.calls.rules.script import FrontWords, Script
from tocsin.calls.rules.states import CallState
from tocsin.calls.rules.switchboard import decide
from tocsin.workforce.rules import AgentState


def test_a_caller_is_taken_in_and_hears_the_menu_in_every_language() -> None:
    story = Story()
    story.arrive()
    assert story.state() is CallState.GREETING
    assert story.last.moves == (ports.TakeIn("c1"), ports.Play("c1", "c1-1", words.menu(SCRIPT)))


def test_a_key_chooses_the_language_and_stops_the_menu() -> None:
    story = Story()
    story.arrive()
    story.tell(ports.KeyPressed("c1", "2"))
    assert (story.state(), story.call().language) == (CallState.INFORMING, "fr")
    assert story.last.moves == (
        ports.StopPlaying("c1", "c1-1"),
        ports.Play("c1", "c1-2", words.front(SCRIPT, "fr")),
    )


@pytest.mark.parametrize("key", ["0", "3", "9", "*", "#", "²", ""])
def test_a_key_without_a_language_changes_nothing(key: str) -> None:
    story = Story()
    story.arrive()
    story.tell(ports.KeyPressed("c1", key))
    assert story.state() is CallState.GREETING
    assert story.last.moves == ()


def test_a_key_pressed_after_the_language_was_chosen_changes_nothing() -> None:
    story = Story()
    story.arrive()
    story.tell(ports.KeyPressed("c1", "2"))
    story.tell(ports.KeyPressed("c1", "1"))
    assert (story.call().language, story.last.moves) == ("fr", ())


def test_a_caller_who_presses_nothing_gets_the_first_language_after_a_pause() -> None:
    story = Story()
    story.arrive()
    story.hear_out()
    story.later(timing.KEY)
    assert (story.state(), story.call().language) == (CallState.INFORMING, "nl")


def test_one_language_means_no_menu() -> None:
    story = Story(replace(SCRIPT, languages=("nl",)))
    story.arrive()
    assert story.state() is CallState.INFORMING


def test_without_a_front_message_the_language_leads_straight_to_the_line() -> None:
    story = Story(replace(SCRIPT, front={}))
    story.arrive()
    story.tell(ports.KeyPressed("c1", "2"))
    assert (story.state(), story.call().language) == (CallState.WAITING, "fr")
    assert story.places() == {"c1": words.position("fr", 1)}


def test_an_uploaded_recording_takes_the_place_of_the_spoken_text() -> None:
    script = Script(1, 1, ("nl",), exercise=False, front={"nl": FrontWords("Blijf binnen.", "recordings/abc")})
    assert words.front(script, "nl") == ("recordings/abc",)


def test_an_exercise_says_so_before_anything_else() -> None:
    exercise = replace(SCRIPT, exercise=True)
    assert next(text for _, text in words.menu_texts(exercise)) == "Dit is een oefening."
    assert words.menu(exercise).count(spoken_name("fr", "Ceci est un exercice.")) == 1
    alone = replace(exercise, languages=("nl",))
    assert next(text for _, text in words.front_texts(alone, "nl")) == "Dit is een oefening."


def test_only_the_end_of_the_newest_message_leads_on() -> None:
    story = Story()
    story.arrive()
    story.tell(ports.KeyPressed("c1", "2"))
    story.tell(ports.MessagePlayed("c1", "c1-1"))
    assert (story.state(), story.last.steps, story.last.moves) == (CallState.INFORMING, (), ())
    story.tell(ports.MessagePlayed("c1", "c1-2"))
    assert story.state() is CallState.WAITING


@pytest.mark.parametrize(
    ("script", "state", "after"),
    [
        (SCRIPT, CallState.GREETING, CallState.INFORMING),
        (replace(SCRIPT, languages=("nl",)), CallState.INFORMING, CallState.WAITING),
        (None, CallState.TURNED_AWAY, None),
    ],
    ids=["menu", "front message", "nothing open"],
)
def test_a_message_that_never_reports_its_end_does_not_hold_the_caller(
    script: Script | None, state: CallState, after: CallState | None
) -> None:
    story = Story(script)
    story.arrive()
    story.later(timing.LONGEST_MESSAGE - SECOND)
    assert story.state() is state
    story.later(SECOND)
    assert (story.state() if story.floor.calls else None) is after
    assert story.last.moves[0] == (ports.StopPlaying("c1", "c1-1") if after else ports.Release("c1"))


def test_after_the_front_message_the_caller_is_told_the_place_in_line_and_then_hears_music() -> None:
    story = Story()
    story.wait_in_line()
    assert story.state() is CallState.WAITING
    assert story.last.moves == (
        ports.StopPlaying("c1", "c1-2"),
        ports.StopPlaying("c1", "c1-2"),
        ports.Play("c1", "c1-3", words.position("nl", 1) + words.wait("nl", None)),
    )
    story.hear_out()
    assert story.last.moves == (ports.PlayMusic("c1"),)


def test_nothing_open_is_said_in_several_languages_and_the_caller_is_let_go() -> None:
    story = Story(script=None)
    story.arrive()
    assert story.state() is CallState.TURNED_AWAY
    texts = [PHRASES[language].nothing_open for language in ("nl", "fr", "de", "en")]
    spoken = tuple(spoken_name(*text) for text in zip(("nl", "fr", "de", "en"), texts, strict=True))
    assert story.last.moves == (ports.TakeIn("c1"), ports.Play("c1", "c1-1", spoken))
    story.hear_out()
    assert story.last.moves == (ports.Release("c1"),)
    assert story.floor.calls == {}


def test_outside_the_opening_hours_callers_hear_so() -> None:
    monday_morning = Hours(0, MIDNIGHT.time().replace(hour=9), MIDNIGHT.time().replace(hour=12))
    story = Story(replace(SCRIPT, hours=(monday_morning,)))
    story.arrive()
    assert story.state() is CallState.TURNED_AWAY
    assert story.last.steps[0].why == "outside opening hours"
    for language in ("nl", "fr"):
        assert spoken_name(language, PHRASES[language].outside_hours) in story.told()["c1"]


def test_a_closing_line_lets_nobody_new_in_but_serves_those_who_wait() -> None:
    story = Story()
    story.wait_in_line()
    closing = {"1771": replace(SCRIPT, accepts=False)}
    story.floor = replace(story.floor, lines=closing)
    story.arrive("c2")
    assert story.state("c2") is CallState.TURNED_AWAY
    assert story.last.steps[0].why == "nothing open"
    story.make_ready(ANN)
    assert story.state("c1") is CallState.OFFERED


def test_a_caller_whose_line_was_closed_meanwhile_is_put_in_line_all_the_same() -> None:
    story = Story()
    story.arrive()
    story.floor = replace(story.floor, lines={})
    story.tell(ports.KeyPressed("c1", "2"))
    assert story.state() is CallState.GREETING
    story.later(timing.LONGEST_MESSAGE)
    assert (story.state(), story.last.steps[0].why) == (CallState.WAITING, "activation gone")


@pytest.mark.parametrize("stage", range(7))
def test_a_caller_may_hang_up_in_every_state(stage: int) -> None:
    story = Story()
    stages = [
        story.arrive,
        lambda: story.tell(ports.KeyPressed("c1", "2")),
        story.hear_out,
        lambda: story.make_ready(ANN),
        lambda: story.ask(ANN, Verb.ACCEPT),
        lambda: story.ask(ANN, Verb.HOLD),
        lambda: story.tell(ports.LegEnded("leg-ann")),
    ]
    for step in stages[: stage + 1]:
        step()
    story.tell(ports.LegEnded("c1"))
    assert story.floor.calls == {}
    assert ports.Release("c1") in story.last.moves
    assert story.agent().state in (AgentState.SIGNED_OUT, AgentState.READY, AgentState.WRAP_UP)


def test_a_caller_who_arrives_twice_is_taken_in_once() -> None:
    story = Story()
    story.arrive()
    story.arrive()
    assert (story.last.moves, story.last.steps) == ((), ())


def test_congestion_leaves_new_callers_to_the_fallback_and_keeps_their_arrival() -> None:
    story = Story()
    story.arrive(room=0)
    assert (story.state(), story.last.moves) == (CallState.FALLBACK, (ports.SendBack("c1", "1771"),))
    story.now += 5 * SECOND
    story.come_again(arrived_at=MIDNIGHT)
    assert story.state() is CallState.GREETING
    assert story.call().arrived_at == MIDNIGHT


def test_congestion_changes_nothing_for_those_taken_in() -> None:
    story = Story()
    story.arrive()
    story.tell(ports.KeyPressed("c1", "2"), room=0)
    assert story.state() is CallState.INFORMING


def test_who_comes_out_of_the_fallback_too_early_is_sent_back_and_not_given_up_meanwhile() -> None:
    story = Story()
    story.arrive(room=0)
    story.now += timing.FALLBACK_RETURN - SECOND
    story.come_again(arrived_at=MIDNIGHT, room=0)
    assert (story.last.moves, story.last.steps) == ((ports.SendBack("c1", "1771"),), ())
    story.later(timing.FALLBACK_RETURN - SECOND)
    assert story.state() is CallState.FALLBACK


def test_a_caller_not_seen_again_out_of_the_fallback_counts_as_gone_but_is_not_hung_up() -> None:
    story = Story()
    story.arrive(room=0)
    story.later(timing.FALLBACK_RETURN)
    assert story.floor.calls == {}
    assert [(step.before, step.after, step.why) for step in story.last.steps] == [
        ("fallback", "ended", "not seen again")
    ]
    assert story.last.moves == ()


@pytest.mark.parametrize("room", [1, 0])
def test_a_caller_who_comes_out_of_the_fallback_after_being_given_up_is_a_call_again(room: int) -> None:
    story = Story()
    story.arrive(room=0)
    story.later(timing.FALLBACK_RETURN)
    story.now += 15 * SECOND
    story.come_again(arrived_at=MIDNIGHT, room=room)
    assert story.state() is (CallState.GREETING if room else CallState.FALLBACK)
    assert story.call().arrived_at == MIDNIGHT
    assert [step.leg for step in story.last.steps] == ["c1"]


def test_deciding_the_same_again_gives_the_same() -> None:
    story = Story()
    events = [ports.CallArrived("c1", "1771", "", MIDNIGHT)]
    assert decide(story.floor, events, now=MIDNIGHT) == decide(story.floor, events, now=MIDNIGHT)
