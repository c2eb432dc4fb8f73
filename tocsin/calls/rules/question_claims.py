"""Who has a question that was left by voice before them: an agent takes it, hears it, and says what became of it.

Taken is taken for a while: whoever leaves, or forgets, keeps no question from the others.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from tocsin.workforce.rules import AgentState

# Enough to hear the longest question several times and to see to it.
LEASE = timedelta(minutes=10)
# With nobody on the line, and none to be written about.
MAY_TAKE_QUESTIONS = frozenset({AgentState.READY, AgentState.PAUSED, AgentState.ON_TASK})


class QuestionOutcome(StrEnum):
    """What was done about a question."""

    CALLED = "called"
    # An approved answer went by SMS.
    SMS = "sms"
    # Answered in another way, or nothing was to be done.
    OTHERWISE = "otherwise"


@dataclass(frozen=True, slots=True)
class Claim:
    """That an agent has a question, until then."""

    by: int
    until: datetime

    def holds(self, *, now: datetime) -> bool:
        """Whether nobody else may take the question yet."""
        return now < self.until


def may_claim(claim: Claim | None, *, by: int, now: datetime) -> bool:
    """Whether an agent may take a question that is claimed so; the own claim is renewed.

    >>> noon = datetime(2026, 3, 7, 12, 0)
    >>> claim = Claim(by=1, until=noon + LEASE)
    >>> may_claim(claim, by=2, now=noon), may_claim(claim, by=1, now=noon), may_claim(None, by=2, now=noon)
    (False, True, True)
    >>> may_claim(claim, by=2, now=noon + LEASE)
    True
    """
    return claim is None or claim.by == by or not claim.holds(now=now)
