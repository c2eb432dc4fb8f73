"""Several incidents on one number, and the fallback of the switch: what it tells, and who comes out of it."""

from dataclasses import replace

from tests.rules.incidents_story import BOTH, FIRE, FIRE_BY_DAY, FLOOD, about, press, put_in_force
from tests.rules.story import MIDNIGHT, Story
from tocsin.activations.rules import spoken_name
from tocsin.calls.rules import incidents, timing
from tocsin.calls.rules import script as words
from tocsin.calls.rules.states import CallState


def test_who_was_left_to_the_fallback_speaks_a_language_of_what_is_open_when_it_lets_go() -> None:
    story = Story(BOTH)
    story.places_left = 0
    story.arrive()
    for key in "21":
        press(story, key)
    story.hear_out()
    while story.state() is not CallState.FALLBACK:
        story.later(timing.KEY)
    assert about(story) == (CallState.FALLBACK, FLOOD.activation, "fr")
    put_in_force(story, replace(FLOOD, accepts=False), FIRE)
    story.floor = replace(story.floor, calls={"c1": replace(story.call(), messages=0)})
    story.come_again("c1", arrived_at=story.now)
    assert about(story) == (CallState.GREETING, FIRE.activation, "nl")


# --- While the switchboard is away


def test_who_comes_out_of_the_fallback_is_asked_like_everybody() -> None:
    story = Story(BOTH)
    story.arrive(room=0)
    assert story.state() is CallState.FALLBACK
    story.come_again(arrived_at=MIDNIGHT)
    press(press(story, "1"), "2")
    assert story.call().activation == FIRE.activation


def test_who_comes_out_of_the_fallback_of_one_that_closes_belongs_to_the_other() -> None:
    story = Story(BOTH)
    story.arrive(room=0)
    put_in_force(story, replace(FLOOD, accepts=False), FIRE)
    story.come_again(arrived_at=MIDNIGHT)
    assert (story.state(), story.call().activation) == (CallState.GREETING, FIRE.activation)
    assert [step.activation for step in story.last.steps] == [FLOOD.activation, FIRE.activation]


def test_the_fallback_tells_all_that_take_calls_in_each_of_their_languages() -> None:
    said = [
        ("nl", "De overstroming."),
        ("nl", "Blijf binnen."),
        ("nl", "De brand."),
        ("nl", "Sluit de ramen."),
        ("nl", "Blijf aan de lijn."),
        ("fr", "L'inondation."),
        ("fr", "Restez chez vous."),
        ("fr", "Restez en ligne."),
        ("de", "Das Feuer."),
        ("de", "Fenster zu."),
        ("de", "Bitte bleiben Sie am Apparat."),
    ]
    assert incidents.fallback(BOTH, now=MIDNIGHT) == tuple(spoken_name(*text) for text in said)


def test_the_fallback_is_that_of_the_only_one_that_takes_calls() -> None:
    line = incidents.on_one_number((FLOOD, FIRE_BY_DAY))
    assert incidents.fallback(line, now=MIDNIGHT) == words.fallback(FLOOD, now=MIDNIGHT)
    none = incidents.on_one_number((replace(FLOOD, accepts=False), FIRE_BY_DAY))
    door = incidents.closed_door(none, now=MIDNIGHT)
    assert incidents.fallback(none, now=MIDNIGHT) == words.turned_away(door, now=MIDNIGHT)
