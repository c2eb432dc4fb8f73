from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from tocsin.calls.rules.agenda import Agenda

NOON = datetime(2026, 3, 7, 12, tzinfo=UTC)
INSTANTS = st.none() | st.integers(0, 5).map(lambda minutes: NOON + timedelta(minutes=minutes))


@given(st.lists(st.tuples(st.integers(1, 4), INSTANTS)))
def test_who_is_due_is_told_in_order_whatever_changed(changes: list[tuple[int, datetime | None]]) -> None:
    agenda, due = Agenda[int](), dict[int, datetime | None]()
    for key, at in changes:
        agenda.change(key, due.get(key), at)
        due[key] = at
    in_order = sorted((at, key) for key, at in due.items() if at)
    assert agenda.first == (in_order[0][0] if in_order else None)
    for now in (NOON - timedelta(minutes=1), NOON, NOON + timedelta(minutes=2), NOON + timedelta(minutes=5)):
        assert agenda.until(now) == [key for at, key in in_order if at <= now]


def test_a_copy_that_changes_leaves_the_original_as_it_is() -> None:
    agenda = Agenda[str]()
    agenda.change("a", None, NOON)
    agenda.copy().change("a", NOON, None)
    assert agenda.until(NOON) == ["a"]
