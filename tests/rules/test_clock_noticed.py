"""Whether the clock was put is told from two clocks, also where the machine stands still while they are read."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import pytest

from tocsin.calls.daemon import clock
from tocsin.calls.daemon.clock import Clock

NOON = datetime(2026, 3, 7, 12, tzinfo=UTC)
STALL, HOUR = timedelta(seconds=3), timedelta(hours=1)
# After which look at one of the two clocks the machine stands still.
LOOKS = range(4)


@dataclass
class Machine:
    """Its two clocks; `put` is by how much the one was put, `stalls` how long it stands still after each look."""

    runs: timedelta = timedelta()
    put: timedelta = timedelta()
    stalls: Iterator[timedelta] = field(default_factory=lambda: iter(()))

    def wall(self) -> datetime:
        return NOON + self._shown() + self.put

    def ticking(self) -> timedelta:
        return self._shown()

    def _shown(self) -> timedelta:
        shown = self.runs
        self.runs += next(self.stalls, timedelta())
        return shown

    def stands_still(self, *, after_look: int) -> None:
        self.stalls = iter([timedelta()] * after_look + [STALL])


@pytest.fixture
def machine(monkeypatch: pytest.MonkeyPatch) -> Machine:
    its = Machine()
    monkeypatch.setattr(clock, "wall", its.wall)
    monkeypatch.setattr(clock, "ticking", its.ticking)
    return its


def puts(read: Clock, times: Iterable[int] = range(3)) -> set[timedelta]:
    return {read.read()[1] for _ in times}


@pytest.mark.parametrize("look", LOOKS)
def test_a_machine_that_stands_still_while_the_clocks_are_read_puts_none(machine: Machine, look: int) -> None:
    read = Clock()
    machine.stands_still(after_look=look)
    assert puts(read) == {timedelta()}


@pytest.mark.parametrize("look", LOOKS)
def test_a_machine_that_stands_still_while_it_begins_puts_none(machine: Machine, look: int) -> None:
    machine.stands_still(after_look=look)
    assert puts(Clock()) == {timedelta()}


@pytest.mark.parametrize("look", LOOKS)
@pytest.mark.parametrize("by", [-HOUR, HOUR], ids=["back", "forward"])
def test_a_clock_that_was_put_is_noticed_by_as_much_though_the_machine_stands_still(
    machine: Machine, by: timedelta, look: int
) -> None:
    read = Clock()
    machine.put = by
    machine.stands_still(after_look=look)
    assert puts(read) == {by}
    read.follow(by)
    assert puts(read) == {timedelta()}
