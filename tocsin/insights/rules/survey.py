"""What callers answered who were asked after the conversation."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType


@dataclass(frozen=True, slots=True)
class Survey:
    """How many callers were asked, and by answer, 1 (worst) to 5, how many gave it.

    >>> Survey(4, {2: 1, 5: 1}).mean, Survey(4, {2: 1, 5: 1}).share, Survey().mean
    (3.5, 0.5, None)
    """

    asked: int = 0
    answers: Mapping[int, int] = field(default_factory=lambda: MappingProxyType({}))

    @property
    def answered(self) -> int:
        """How many gave an answer."""
        return sum(self.answers.values())

    @property
    def share(self) -> float | None:
        """The share of the asked who answered; None of none."""
        return self.answered / self.asked if self.asked else None

    @property
    def mean(self) -> float | None:
        """The mean of the answers; None of none."""
        given = self.answered
        return sum(value * count for value, count in self.answers.items()) / given if given else None
