"""A million random histories: what tests/rules/test_switchboard_invariants.py does, and more often.

The same people, switch and promises; the next thing that happens is drawn without looking for a small example,
which takes a twentieth of the time. A history that breaks a promise is told, and its number brings it back:
`python -m tests.rush.histories NUMBER`.
"""

import multiprocessing
import os
import random
import sys
import time
import warnings
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cache
from typing import Any

from hypothesis.errors import NonInteractiveExampleWarning
from hypothesis.strategies import SearchStrategy

from tests.rules.test_switchboard_invariants import Exchange

HISTORIES = 1_000_000
STEPS = 50
TOLD_EVERY = 50_000
# So many examples of what may be chosen have each choice among them: there are never more than twenty.
_EXAMPLES = 500

Choices = Mapping[str, Sequence[Any]]


def measure(*, tell: Callable[[str], None]) -> dict[str, object]:
    """`histories` that kept every promise; all processors look for one that does not."""
    began = time.monotonic()
    kept, broken = 0, []
    # A process starts anew: the tests' machine is made for one.
    with multiprocessing.get_context("spawn").Pool(os.cpu_count()) as pool:
        for number, story in pool.imap_unordered(_told, range(HISTORIES), chunksize=100):
            if story:
                broken.append(number)
                tell(f"history {number}: {story}")
            else:
                kept += 1
            if (kept + len(broken)) % TOLD_EVERY == 0:
                tell(f"{kept} histories of {STEPS} steps kept every promise, {len(broken)} did not")
    return {
        "histories": kept,
        "steps": HISTORIES * STEPS,
        "broken": len(broken),
        "per_second": round(HISTORIES / (time.monotonic() - began)),
        "holds": not broken,
    }


def _told(number: int) -> tuple[int, str]:
    """The number of a history, and how it broke a promise; empty where it kept all."""
    steps: list[str] = []
    try:
        # Those from before a broken promise stay.
        steps.extend(history(number))
    except Exception as error:
        return number, f"{type(error).__name__} {error} after {'; '.join(steps)}"
    return number, ""


def history(number: int) -> Iterator[str]:
    """Let the history of this number happen, and tell each step; AssertionError where a promise is broken."""
    chance = random.Random(number)  # noqa: S311 - not for secrets
    exchange = Exchange()
    exchange.agents_come_in(ready=chance.random() < 0.5)
    for does, choices in chance.choices(_rules(), k=STEPS):
        chosen = {name: chance.choice(values) for name, values in choices.items()}
        yield f"{does.__name__} {chosen or ''}"
        does(exchange, **chosen)
        for holds in exchange.invariants:
            holds.function(exchange)


@cache
def _rules() -> Sequence[tuple[Callable[..., None], Choices]]:
    """What may happen, and what may be chosen then."""
    return [(rule.function, _choices(rule.arguments_strategies)) for rule in Exchange().rules]


def _choices(strategies: Mapping[str, SearchStrategy[Any]]) -> Choices:
    with warnings.catch_warnings():
        # They are drawn once and not in a test.
        warnings.simplefilter("ignore", NonInteractiveExampleWarning)
        return {
            name: sorted({strategy.example() for _ in range(_EXAMPLES)}, key=repr)
            for name, strategy in strategies.items()
        }


if __name__ == "__main__":
    for told in history(int(sys.argv[1])):
        print(told)  # noqa: T201
