"""Rounds of a benchmark, of which one that fails is counted and costs none of the others."""

import traceback
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from math import ceil

from tests.rush.centre import Tell
from tests.rush.processors import stolen_share

# After so many that failed one after the other, the rest would fail as well.
MOST_FAILED = 3


@dataclass(frozen=True)
class Rounds:
    """The seconds that each round measured, and how many rounds failed."""

    seconds: tuple[float, ...]
    failed: int = 0

    @property
    def p95(self) -> float | None:
        """The least that 95 in a hundred did not exceed: of fewer than twenty the greatest, of none None.

        One of those measured: what lies between two, or beyond them, nobody measured.
        """
        if not self.seconds:
            return None
        return round(sorted(self.seconds)[ceil(0.95 * len(self.seconds)) - 1], 2)


def rounds_of(name: str, once: Callable[[], float], *, times: int, tell: Tell) -> Rounds:
    """Measure so many times, and tell each; ends early where nothing works any more."""
    seconds: list[float] = []
    failed = in_a_row = 0
    stolen = stolen_share()
    for place in range(1, times + 1):
        try:
            measured = once()
        except Exception as error:
            traceback.print_exc()
            failed, in_a_row = failed + 1, in_a_row + 1
            tell(f"{name} {place} of {times} failed: {type(error).__name__}")
            if in_a_row == MOST_FAILED:
                break
        else:
            in_a_row = 0
            seconds.append(measured)
            tell(f"{name} {place} of {times}: {measured:.2f} s, while the host took {stolen():.0%}")
    rounds = Rounds(tuple(seconds), failed)
    tell(f"{name}: 95 of 100 within {rounds.p95} s; {', '.join(f'{each:.2f}' for each in sorted(seconds))}")
    return rounds


def worst_ratio(rounds: Mapping[str, Rounds], bars: Mapping[str, float]) -> float | None:
    """The greatest of what 95 in a hundred did not exceed, each to its bar; None where one was not measured."""
    ratios = [each.p95 / bars[name] for name, each in rounds.items() if each.p95 is not None]
    return round(max(ratios), 2) if len(ratios) == len(rounds) else None
