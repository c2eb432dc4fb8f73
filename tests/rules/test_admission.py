"""How many callers are taken in: as many as there is room for, and the rest are left to the switch's fallback."""

import os
from pathlib import Path

import pytest

from tests.rules.test_engine_configuration import written
from tests.world import NOON
from tocsin.calls import ports
from tocsin.calls.rules.floor import Floor
from tocsin.calls.rules.script import Script
from tocsin.calls.rules.states import CallState
from tocsin.calls.rules.switchboard import decide
from tocsin.project.instance import CALLS_OF_A_CORE, read_instance
from tocsin.refusals import Refusal

SCRIPT = Script(
    activation=1,
    authority=1,
    languages=("nl",),
    exercise=False,
    accepts=True,
    front={},
    hours=(),
    timezone="Europe/Brussels",
)
LINE = Floor(lines={"1771": SCRIPT})


def arrivals(*legs: str, number: str = "1771") -> list[ports.CallArrived]:
    return [ports.CallArrived(leg, number, "", NOON) for leg in legs]


def states(floor: Floor) -> dict[str, CallState]:
    return {leg: call.state for leg, call in floor.calls.items()}


def test_of_those_who_arrive_together_as_many_are_taken_in_as_there_is_room_for() -> None:
    decision = decide(LINE, arrivals("c1", "c2", "c3"), now=NOON, room=2)
    assert states(decision.floor) == {
        "c1": CallState.WAITING,
        "c2": CallState.WAITING,
        "c3": CallState.FALLBACK,
    }
    assert ports.SendBack("c3", "1771") in decision.moves


def test_a_census_takes_in_no_more_either() -> None:
    seen = {arrival.leg: ports.CallerSeen(arrival) for arrival in arrivals("c1", "c2")}
    decision = decide(LINE, [ports.Census(callers=seen)], now=NOON, room=1)
    assert list(states(decision.floor).values()) == [CallState.WAITING, CallState.FALLBACK]


def test_who_was_taken_in_stays_where_room_is_lost() -> None:
    taken_in = decide(LINE, arrivals("c1"), now=NOON, room=1).floor
    decision = decide(taken_in, arrivals("c2"), now=NOON, room=-1)
    assert states(decision.floor) == {"c1": CallState.WAITING, "c2": CallState.FALLBACK}


def test_who_is_turned_away_takes_no_room() -> None:
    decision = decide(LINE, [*arrivals("c1", number="112"), *arrivals("c2")], now=NOON, room=1)
    assert states(decision.floor) == {"c1": CallState.TURNED_AWAY, "c2": CallState.WAITING}


def test_as_a_last_resort_the_switch_itself_takes_no_more_calls() -> None:
    assert "maxcalls = 600\n" in written(most_calls=200, trunk_calls=400)["asterisk.conf"]


@pytest.mark.parametrize(("said", "most_calls"), [("", CALLS_OF_A_CORE * 4), ("250", 250)])
def test_how_many_are_taken_in_follows_the_cores_or_the_operator(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, said: str, most_calls: int
) -> None:
    monkeypatch.setattr(os, "cpu_count", lambda: 4)
    instance = read_instance({"TOCSIN_HOME": str(tmp_path), "TOCSIN_MOST_CALLS": said})
    assert instance.most_calls == most_calls


def test_more_are_taken_in_than_have_a_place_and_the_trunk_brings_no_fewer(tmp_path: Path) -> None:
    home = {"TOCSIN_HOME": str(tmp_path), "TOCSIN_MOST_CALLS": "200"}
    usual = read_instance(home)
    assert (usual.most_taken_in, usual.trunk_calls) == (300, 400)
    assert read_instance({**home, "TOCSIN_MOST_TAKEN_IN": "500"}).trunk_calls == 500
    most = read_instance({**home, "TOCSIN_MOST_CALLS": "100000"})
    assert most.trunk_calls == most.most_taken_in == most.most_calls


@pytest.mark.parametrize(
    ("name", "said"),
    [("TOCSIN_MOST_TAKEN_IN", "199"), ("TOCSIN_TRUNK_CALLS", "299"), ("TOCSIN_TRUNK_CALLS", "all")],
)
def test_a_ceiling_below_the_one_before_it_is_refused(tmp_path: Path, name: str, said: str) -> None:
    with pytest.raises(Refusal, match=f"{name}={said}"):
        read_instance({"TOCSIN_HOME": str(tmp_path), "TOCSIN_MOST_CALLS": "200", name: said})


@pytest.mark.parametrize("said", ["0", "-5", "many", "1e6", "1000000"])
def test_a_number_of_calls_that_is_none_is_refused(tmp_path: Path, said: str) -> None:
    with pytest.raises(Refusal, match="TOCSIN_MOST_CALLS"):
        read_instance({"TOCSIN_HOME": str(tmp_path), "TOCSIN_MOST_CALLS": said})
