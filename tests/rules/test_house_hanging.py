"""Which switchboards are started again because they hang, and which are left alone."""

import pytest

from tocsin.project import hanging
from tocsin.project.hanging import SECONDS_BETWEEN_LOOKS, SECONDS_OF_PATIENCE, SECONDS_TO_START, Hanging
from tocsin.project.instance import instance
from tocsin.project.supervision import State

NAMES = ("switchboard", "switchboard-2")
ILL_FOR_LONG = [0, SECONDS_BETWEEN_LOOKS, SECONDS_OF_PATIENCE]


def states(*, seconds_up: int = SECONDS_TO_START, state: str = "running") -> dict[str, State]:
    return {
        name: State(name=name, state=state, pid=pid, seconds_up=seconds_up) for pid, name in enumerate(NAMES, 7)
    }


@pytest.fixture
def ill(monkeypatch: pytest.MonkeyPatch) -> set[str]:
    """The parts that are ill: put them in."""
    parts: set[str] = set()
    monkeypatch.setattr(hanging, "trouble_of", lambda part, _, process: "ill" if part in parts else "")
    monkeypatch.setattr(hanging, "trouble_of_postgres", lambda _: "ill" if "postgres" in parts else "")
    return parts


def test_one_that_is_ill_for_long_is_started_again_and_the_other_left_alone(ill: set[str]) -> None:
    ill.add("switchboard-2")
    watched = Hanging(instance)
    *before, after = [watched.too_long(states(), at=at) for at in ILL_FOR_LONG]
    assert before == [{}, {}]
    assert after == {"switchboard-2": 8}


def test_one_that_gets_well_in_between_is_left_alone(ill: set[str]) -> None:
    watched = Hanging(instance)
    for at in range(0, 10 * SECONDS_OF_PATIENCE, SECONDS_BETWEEN_LOOKS):
        ill.symmetric_difference_update({"switchboard"})
        assert watched.too_long(states(), at=at) == {}


@pytest.mark.parametrize(
    "found",
    [states(seconds_up=SECONDS_TO_START - 1), states(state="starting"), states(state="stopped")],
    ids=["has not run for long", "starts", "is stopped"],
)
def test_one_that_starts_or_is_stopped_is_left_alone(ill: set[str], found: dict[str, State]) -> None:
    ill.update(NAMES)
    watched = Hanging(instance)
    assert [watched.too_long(found, at=at) for at in ILL_FOR_LONG] == [{}, {}, {}]


def test_without_the_database_all_are_left_alone(ill: set[str]) -> None:
    ill.update({*NAMES, "postgres"})
    watched = Hanging(instance)
    assert [watched.too_long(states(), at=at) for at in ILL_FOR_LONG] == [{}, {}, {}]


def test_another_process_has_its_own_patience(ill: set[str]) -> None:
    ill.add("switchboard")
    watched = Hanging(instance)
    assert watched.too_long(states(), at=0) == {}
    anew = states() | {"switchboard": State(name="switchboard", state="running", pid=9, seconds_up=99)}
    assert watched.too_long(anew, at=SECONDS_OF_PATIENCE) == {}
