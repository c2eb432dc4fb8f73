"""The window of callers that the dial plan may let in."""

from collections.abc import Iterator

from hypothesis import given
from hypothesis import strategies as st

from tocsin.gateways.asterisk.door import MOST_AT_HAND, Door
from tocsin.gateways.asterisk.legs import Request


def told(request: Request | None) -> int | None:
    """The room that Asterisk is told of."""
    return int(request.query["value"]) if request else None


def full_door() -> Door:
    """A door through which as many came as may be at hand, which Asterisk knows."""
    door = Door()
    door.opened()
    for place in range(MOST_AT_HAND):
        door.arrived(str(place))
    return door


def test_an_asterisk_just_connected_with_has_all_the_room() -> None:
    assert told(Door().opened()) == MOST_AT_HAND


def test_a_few_callers_cost_no_request() -> None:
    door = Door()
    door.opened()
    for place in range(5):
        door.arrived(str(place))
        door.settled(str(place))
        assert door.moved(unconfirmed=0) is None


def test_nobody_more_comes_in_while_all_are_at_hand() -> None:
    assert full_door().moved(unconfirmed=0) is None


def test_whoever_is_settled_makes_room() -> None:
    door = full_door()
    for place in range(MOST_AT_HAND):
        door.settled(str(place))
    assert told(door.moved(unconfirmed=0)) == MOST_AT_HAND


def test_what_asterisk_has_still_to_do_takes_room() -> None:
    door = full_door()
    for place in range(MOST_AT_HAND):
        door.settled(str(place))
    assert door.moved(unconfirmed=MOST_AT_HAND * 6) is None


def test_an_asterisk_that_falls_behind_lets_nobody_in() -> None:
    door = Door()
    door.opened()
    assert told(door.moved(unconfirmed=10_000)) == 0


def test_whoever_is_settled_twice_makes_room_once() -> None:
    door = full_door()
    for _ in range(MOST_AT_HAND):
        door.settled("0")
    assert door.moved(unconfirmed=0) is None


def test_a_new_connection_forgets_who_was_on_the_way() -> None:
    door = full_door()
    door.opened()
    assert door.moved(unconfirmed=0) is None


def test_a_dial_plan_that_undid_what_it_was_told_is_told_again() -> None:
    """A caller that came in read the room before it was told, and wrote one less afterwards."""
    door = full_door()
    for place in range(MOST_AT_HAND):
        door.settled(str(place))
    assert told(door.moved(unconfirmed=0)) == MOST_AT_HAND
    for place in range(3):
        door.arrived(str(place))
    assert door.moved(unconfirmed=0) is None
    assert door.is_unsure
    assert told(door.told_again(unconfirmed=0)) == MOST_AT_HAND - 3
    assert not door.is_unsure


def dial_plan(door: Door, callers: Iterator[int], room: int, wishes: int) -> int:
    """So many callers come to the dial plan, which has so much room; what is left of it."""
    for _ in range(min(wishes, room)):
        door.arrived(str(next(callers)))
        room -= 1
    return room


@given(st.lists(st.tuples(st.integers(0, 200), st.integers(0, 200)), max_size=30))
def test_never_more_are_at_hand_than_may_be_and_an_idle_door_is_open(rounds: list[tuple[int, int]]) -> None:
    door, callers = Door(), iter(range(10_000))
    room = told(door.opened()) or 0
    first = came = 0
    for wishes, answered in rounds:
        left = dial_plan(door, callers, room, wishes)
        came += room - left
        room = left
        assert came - first <= MOST_AT_HAND
        served = min(first + answered, came)
        for place in range(first, served):
            door.settled(str(place))
        first = served
        changed = told(door.moved(unconfirmed=0))
        room = room if changed is None else changed
    for place in range(first, came):
        door.settled(str(place))
    changed = told(door.moved(unconfirmed=0))
    assert (room if changed is None else changed) > MOST_AT_HAND // 2
