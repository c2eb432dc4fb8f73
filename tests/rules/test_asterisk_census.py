"""How what Asterisk tells of channels and bridges is read."""

from datetime import UTC, datetime
from typing import Any

from tocsin.calls.ports import CallArrived, CallerSeen
from tocsin.gateways.asterisk.census import read_census

ARRIVED = "2026-11-21T22:40:55.883+0100"


def channel(leg: str, said: str, *, created: str = ARRIVED, state: str = "Up") -> dict[str, Any]:
    """A channel as ARI tells of it, with what the dial plan said of it."""
    return {
        "id": leg,
        "state": state,
        "caller": {"number": "0470112233"},
        "creationtime": created,
        "dialplan": {"app_name": "Stasis", "app_data": f"tocsin,{said}"},
    }


def test_a_caller_is_seen_with_number_time_and_the_agents_in_the_bridge() -> None:
    found = read_census(
        channels=[channel("c", "caller,1771"), channel("a", "agent,ann")],
        bridges=[{"id": "call-c", "channels": ["c", "a", "a-stranger"]}],
        ours=["c", "a"],
    )
    arrived_at = datetime(2026, 11, 21, 21, 40, 55, 883000, tzinfo=UTC)
    arrival = CallArrived(leg="c", number="1771", caller="0470112233", arrived_at=arrived_at)
    assert found.census.callers == {"c": CallerSeen(arrival, frozenset({"a"}))}
    assert found.census.agents == {"a": "ann"}
    assert found.has_bridge == {"c"}


def test_a_channel_that_left_the_application_is_not_counted() -> None:
    found = read_census(channels=[channel("c", "caller,1771"), channel("a", "agent,ann")], bridges=[], ours=["a"])
    assert not found.census.callers
    assert found.census.agents == {"a": "ann"}


def test_the_newest_of_an_agents_telephones_comes_last() -> None:
    newer = channel("newer", "agent,ann", created="2026-11-21T22:40:56.000+0100")
    found = read_census(channels=[newer, channel("older", "agent,ann")], bridges=[], ours=["newer", "older"])
    assert list(found.census.agents) == ["older", "newer"]


def test_legs_that_still_ring_are_not_among_the_answered() -> None:
    found = read_census(
        channels=[channel("a", "agent,ann", state="Ring"), channel("c", "caller,1771")],
        bridges=[],
        ours=["a", "c"],
    )
    assert found.answered == {"c"}


def test_only_bridges_of_callers_who_are_gone_are_left_over() -> None:
    found = read_census(
        channels=[channel("c", "caller,1771")],
        bridges=[
            {"id": "call-c", "channels": ["c"]},
            {"id": "call-gone", "channels": ["a"]},
            {"id": "another", "channels": []},
        ],
        ours=["c"],
    )
    assert found.leftovers == ("call-gone",)
