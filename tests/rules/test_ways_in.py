"""The synthetic callers of a rehearsal press what leads to the incident and the language they are meant for."""

from datetime import time, timedelta

import pytest

from tests.world import NOON
from tocsin.activations.rules import Hours
from tocsin.calls.rules import incidents
from tocsin.calls.rules.events import CallArrived, KeyPressed
from tocsin.calls.rules.floor import Floor
from tocsin.calls.rules.script import FrontWords, Script
from tocsin.calls.rules.switchboard import decide
from tocsin.project.players import Way, ways_in


def script(activation: int, *languages: str, key: int = 1, hours: tuple[Hours, ...] = ()) -> Script:
    return Script(
        activation=activation,
        authority=1,
        languages=languages,
        exercise=True,
        key=key,
        hours=hours,
        front={language: FrontWords(text="Blijf binnen.") for language in languages},
        names=dict.fromkeys(languages, "De brand."),
    )


NIGHT = (Hours(5, time(1), time(2)),)
LINES = {
    "one in one language": [script(1, "nl")],
    "one in two languages": [script(1, "nl", "fr")],
    "two in the same languages": [script(1, "nl", "fr"), script(2, "nl", "fr", key=2)],
    "two that share a language, the newer first by key": [
        script(1, "nl", "fr", key=3),
        script(2, "fr", "de", key=2),
    ],
    "one of two at this hour": [script(1, "nl", hours=NIGHT), script(2, "nl", "fr", key=2)],
}


@pytest.mark.parametrize("line", LINES.values(), ids=LINES)
def test_every_way_leads_to_its_incident_in_its_language(line: list[Script]) -> None:
    ways = ways_in(incidents.on_one_number(line), now=NOON)
    assert {(way.activation, way.language) for way in ways} == {
        (each.activation, language) for each in line if each.takes_calls(NOON) for language in each.languages
    }
    for way in ways:
        assert served(line, way) == (way.activation, way.language)


def served(line: list[Script], way: Way) -> tuple[int | None, str]:
    """The incident and the language of a call that arrived and pressed the keys of a way, and no others."""
    floor = Floor(lines={"1771": incidents.on_one_number(line)})
    arrival = CallArrived("c1", "1771", "+32470112233", NOON)
    for second, event in enumerate([arrival, *(KeyPressed("c1", key) for key in way.keys)]):
        floor = decide(floor, [event], now=NOON + timedelta(seconds=second)).floor
    call = floor.calls["c1"]
    assert call.state == "informing", "nothing is left to choose"
    return call.activation, call.language


def test_where_nothing_takes_calls_there_is_no_way_in() -> None:
    assert ways_in(script(1, "nl", hours=NIGHT), now=NOON) == []
