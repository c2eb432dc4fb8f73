"""Bars as a picture: where everything stands, so that a template only has to write it down as SVG.

Bars live in a plot that stretches with the page; lines and words are placed in per cent, so that they do not.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import accumulate

# The plot's own units: one per bar across, this many from the axis to the top.
HEIGHT = 100
_BAR = 0.84
_LINES = 4
_EDGE = 95


@dataclass(frozen=True, slots=True)
class Mark:
    """Words at a place in per cent: from the left for a bar, from the top for a line."""

    place: float
    text: str

    @property
    def percent(self) -> str:
        """The place as SVG wants it, with a point in every language."""
        return f"{self.place:.2f}%"

    @property
    def anchor(self) -> str:
        """Which part of the words stands at the place, so that none hang over the far edge."""
        return "end" if self.place > _EDGE else "middle"


@dataclass(frozen=True, slots=True)
class Chart:
    """Stacked bars. `paths` holds one path for each kind of part, the lowest first."""

    bars: int
    paths: tuple[str, ...]
    lines: tuple[Mark, ...]
    labels: tuple[Mark, ...]
    highest: int


def stacked_bars(
    bars: Sequence[Sequence[int]], *, labels: Mapping[int, str], kinds: int, name: Callable[[int], str] = str
) -> Chart:
    """A chart of bars, each with the same `kinds` of parts, lowest part first; `labels` are words by bar.

    `name` says how a number on the axis is written.
    """
    highest = max((sum(parts) for parts in bars), default=0)
    step = line_step(highest)
    top = step * max(1, -(-highest // step))
    return Chart(
        bars=len(bars),
        paths=tuple(_path(bars, kind=kind, top=top) for kind in range(kinds)),
        lines=tuple(Mark(100 - 100 * value / top, name(value)) for value in range(0, top + 1, step)),
        labels=tuple(Mark(100 * (bar + 0.5) / len(bars), text) for bar, text in sorted(labels.items())),
        highest=highest,
    )


def line_step(highest: int) -> int:
    """The distance between lines: the smallest of 1, 2, 5, 10, 20 ... that needs at most four.

    >>> [line_step(highest) for highest in (0, 3, 9, 421)]
    [1, 1, 5, 200]
    """
    step = 1
    while step * _LINES < highest:
        step = step * 5 // 2 if str(step).startswith("2") else step * 2
    return step


def _path(bars: Sequence[Sequence[int]], *, kind: int, top: int) -> str:
    pieces = []
    for bar, parts in enumerate(bars):
        if not parts[kind]:
            continue
        *_, below, above = accumulate((0, *parts[: kind + 1]))
        left = bar + (1 - _BAR) / 2
        low, high = (HEIGHT - HEIGHT * value / top for value in (below, above))
        pieces.append(f"M{left:.2f} {low:.2f}V{high:.2f}h{_BAR}V{low:.2f}z")
    return "".join(pieces)
