"""Stories of callers to a number on which two authorities have something open."""

from dataclasses import replace
from datetime import time, timedelta

from tests.rules.story import CEM, MIDNIGHT, SCRIPT, Story
from tocsin.activations.rules import Hours
from tocsin.calls import ports
from tocsin.calls.rules import incidents
from tocsin.calls.rules.returning import LastCall
from tocsin.calls.rules.script import FrontWords, Script
from tocsin.calls.rules.states import CallState

# Of one authority, and the older.
FLOOD = replace(SCRIPT, key=1, names={"nl": "De overstroming.", "fr": "L'inondation."})
# Another authority's, whose agent is Cem; it speaks German, and no French.
FIRE = Script(
    activation=3,
    authority=2,
    languages=("nl", "de"),
    exercise=False,
    front={"nl": FrontWords("Sluit de ramen."), "de": FrontWords("Fenster zu.")},
    key=2,
    names={"nl": "De brand.", "de": "Das Feuer."},
)
BOTH = incidents.on_one_number((FIRE, FLOOD))
ALONE = tuple(replace(each, beside=()) for each in BOTH.incidents)
# Nobody takes calls of this at midnight.
FIRE_BY_DAY = replace(FIRE, hours=tuple(Hours(day, time(8), time(20)) for day in range(7)))
AT_FIRE = LastCall(
    language="nl",
    state=CallState.ENDED,
    since=MIDNIGHT + timedelta(minutes=5),
    place_since=MIDNIGHT,
    queued_at=MIDNIGHT + timedelta(minutes=1),
    answered=False,
    agent=CEM,
    activation=FIRE.activation,
)
NUISANCE = "+32477000001"


def asked(language_key: str = "1") -> Story:
    """A caller who chose a language, and is asked for the incident."""
    story = Story(BOTH)
    story.arrive()
    story.tell(ports.KeyPressed("c1", language_key))
    return story


def press(story: Story, key: str) -> Story:
    story.tell(ports.KeyPressed("c1", key))
    return story


def put_in_force(story: Story, *scripts: Script) -> None:
    story.floor = replace(story.floor, lines={"1771": incidents.on_one_number(scripts)})


def about(story: Story, leg: str = "c1") -> tuple[CallState, int | None, str]:
    call = story.call(leg)
    return call.state, call.activation, call.language
