"""How what Asterisk tells of channels and bridges is read."""

from datetime import UTC, datetime
from typing import Any

import pytest

from tocsin.calls.ports import CallArrived, CallerSeen, DialFailure, DialledSeen, ListenerSeen
from tocsin.gateways.asterisk.census import known_legs, read_census
from tocsin.gateways.asterisk.dialling import Intent, failure_of

ARRIVED = "2026-11-21T22:40:55.883+0100"


def channel(
    leg: str, said: str, *, created: str = ARRIVED, state: str = "Up", connected: str = ""
) -> dict[str, Any]:
    """A channel as ARI tells of it, with what the dial plan said of it."""
    return {
        "id": leg,
        "state": state,
        "caller": {"number": "0470112233"},
        "connected": {"number": connected},
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
    assert found.leftover_bridges == ("call-gone",)


def test_of_who_was_dialled_it_is_told_who_answered_and_who_is_with_them() -> None:
    found = read_census(
        channels=[
            channel("up", "dialled,1771,30"),
            channel("rings", "dialled,1771,30", state="Ringing", connected="1771"),
            channel("c", "caller,1771"),
        ],
        bridges=[
            {"id": "call-up", "channels": ["up", "a"]},
            {"id": "call-c", "channels": ["c", "up", "stranger"]},
        ],
        ours=["up", "rings", "c"],
    )
    assert found.census.dialled == {"up": DialledSeen(answered=True), "rings": DialledSeen(answered=False)}
    assert found.census.callers["c"].together_with == {"up"}
    assert found.has_bridge == {"up", "c"}
    assert (found.leftover_bridges, found.uncalled) == ((), ())


def test_a_leg_that_was_made_and_shows_no_number_was_never_called() -> None:
    found = read_census(
        channels=[
            channel("made", "dialled,1771,30", state="Down"),
            channel("called", "dialled,1771,30", state="Down", connected="1771"),
        ],
        bridges=[],
        ours=["made", "called"],
    )
    assert found.uncalled == (Intent("made", "1771", "30"),)


@pytest.mark.parametrize(
    ("cause", "why"),
    [
        (1, DialFailure.UNREACHABLE),
        (16, DialFailure.GIVEN_UP),
        (17, DialFailure.BUSY),
        (18, DialFailure.NO_ANSWER),
        (19, DialFailure.NO_ANSWER),
        (21, DialFailure.REFUSED),
        (28, DialFailure.UNREACHABLE),
        (34, DialFailure.CONGESTED),
        (127, DialFailure.CONGESTED),
    ],
)
def test_a_failure_is_known_by_its_cause(cause: int, why: DialFailure) -> None:
    assert failure_of(cause) is why


def test_of_who_listens_in_it_is_told_to_what() -> None:
    found = read_census(
        channels=[
            channel("c", "caller,1771"),
            *(channel(leg, f"agent,{leg}") for leg in ("a", "s", "t")),
            channel("ear", "listens,c,a,s,silent"),
            channel("new", "listens,c,a,t,whispers"),
        ],
        bridges=[{"id": "call-c", "channels": ["c", "a"]}, {"id": "ear-ear", "channels": ["s", "ear"]}],
        ours=["c", "a", "s", "t", "ear", "new"],
    )
    assert found.census.listeners == {
        "s": ListenerSeen("c", "a", whispers=False),
        "t": ListenerSeen("c", "a", whispers=True),
    }
    assert (found.ears, found.unlent) == ({"s": "ear"}, {"t": "new"})
    assert (found.leftover_ears, found.leftover_bridges) == ((), ())
    legs = known_legs(found)
    assert legs["a"].guest_of == "c"
    assert legs["a"].listeners == {"s", "t"}


@pytest.mark.parametrize(
    "talking", [["c"], ["a", "c", "s"]], ids=["the agent left the caller", "the listener joined them"]
)
def test_an_ear_whose_conversation_is_over_is_left_over(talking: list[str]) -> None:
    found = read_census(
        channels=[
            channel("c", "caller,1771"),
            channel("a", "agent,ann"),
            channel("s", "agent,sofie"),
            channel("ear", "listens,c,a,s,silent"),
        ],
        bridges=[{"id": "call-c", "channels": talking}, {"id": "ear-ear", "channels": ["ear"]}],
        ours=["c", "a", "s", "ear"],
    )
    assert not found.census.listeners
    assert (found.leftover_ears, found.leftover_bridges) == (("ear",), ("ear-ear",))
