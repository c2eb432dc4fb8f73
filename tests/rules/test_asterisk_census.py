"""How what Asterisk tells of channels and bridges is read."""

from datetime import UTC, datetime
from typing import Any

import pytest

from tocsin.calls.ports import CallArrived, CallerSeen, DialFailure, DialledSeen, ListenerSeen
from tocsin.gateways.asterisk.census import Findings, known_legs, read_census
from tocsin.gateways.asterisk.dialling import Intent, failure_of
from tocsin.gateways.asterisk.ties import Tie

ARRIVED = "2026-11-21T22:40:55.883+0100"


def channel(
    leg: str,
    said: str,
    *,
    created: str = ARRIVED,
    state: str = "Up",
    connected: str = "",
    context: str = "line",
) -> dict[str, Any]:
    """A channel as ARI tells of it, with what the dial plan said of it."""
    return {
        "id": leg,
        "state": state,
        "caller": {"number": "0470112233"},
        "connected": {"number": connected},
        "creationtime": created,
        "dialplan": {"app_name": "Stasis", "app_data": f"tocsin,{said}", "context": context},
    }


def read(*, channels: list[dict[str, Any]], bridges: list[dict[str, Any]], ours: list[str]) -> Findings:
    since = datetime(2026, 11, 21, tzinfo=UTC)
    return read_census(channels=channels, bridges=bridges, ours=ours, nodes={"": since})


def test_a_caller_is_seen_with_number_time_and_the_agents_in_the_bridge() -> None:
    found = read(
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
    found = read(channels=[channel("c", "caller,1771"), channel("a", "agent,ann")], bridges=[], ours=["a"])
    assert not found.census.callers
    assert found.census.agents == {"a": "ann"}
    assert not found.census.in_fallback


def test_who_is_in_the_fallback_is_told_but_not_who_is_about_to_be_heard_of_again() -> None:
    waits, back = channel("c", "", context="fallback"), channel("d", "caller,1771", context="fallback")
    found = read(channels=[waits, back], bridges=[], ours=["d"])
    assert found.census.in_fallback == {"c"}
    assert found.census.callers.keys() == {"d"}


def test_the_newest_of_an_agents_telephones_comes_last() -> None:
    newer = channel("newer", "agent,ann", created="2026-11-21T22:40:56.000+0100")
    found = read(channels=[newer, channel("older", "agent,ann")], bridges=[], ours=["newer", "older"])
    assert list(found.census.agents) == ["older", "newer"]


def test_legs_that_still_ring_are_not_among_the_answered() -> None:
    found = read(
        channels=[channel("a", "agent,ann", state="Ring"), channel("c", "caller,1771")],
        bridges=[],
        ours=["a", "c"],
    )
    assert found.answered == {"c"}


def test_only_bridges_of_callers_who_are_gone_are_left_over() -> None:
    found = read(
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


TIE = Tie("b-c", "a-ann", "1")


def tied(tie: Tie) -> dict[str, Any]:
    """The channel of a tie on the caller's node."""
    return channel(tie.name, "tied")


def test_an_agent_elsewhere_is_together_with_the_caller_whose_bridge_the_tie_is_in() -> None:
    found = read(
        channels=[channel("b-c", "caller,1771"), tied(TIE)],
        bridges=[{"id": "call-b-c", "channels": ["b-c", TIE.name]}],
        ours=["b-c", TIE.name],
    )
    assert found.census.callers["b-c"].together_with == {"a-ann"}
    assert (found.ties, found.leftover_ties) == ((TIE,), ())


def test_a_tie_that_is_in_no_bridge_or_whose_caller_is_gone_is_left_over() -> None:
    gone = Tie("b-gone", "a-ann", "2")
    found = read(
        channels=[channel("b-c", "caller,1771"), tied(TIE), tied(gone)],
        bridges=[{"id": "call-b-c", "channels": ["b-c"]}, {"id": "call-b-gone", "channels": [gone.name]}],
        ours=["b-c", TIE.name, gone.name],
    )
    assert found.ties == ()
    assert found.leftover_ties == (TIE.name, gone.name)
    assert found.leftover_bridges == ("call-b-gone",)


def test_a_tie_that_arrived_is_kept_for_as_long_as_its_agent_is_there() -> None:
    channels = [channel("a-7", f"tie,{TIE.name}"), channel("a-ann", "agent,ann")]
    bridges = [{"id": "tie-a-7", "channels": ["a-7", "a-ann"]}]
    found = read(channels=channels, bridges=bridges, ours=["a-7", "a-ann"])
    assert (found.arriving, found.leftover_ties, found.leftover_bridges) == ({"a-7": TIE}, (), ())
    found = read(channels=channels[:1], bridges=bridges, ours=["a-7"])
    assert (found.arriving, found.leftover_ties, found.leftover_bridges) == ({}, ("a-7",), ("tie-a-7",))
