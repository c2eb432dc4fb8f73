"""The service figures, defined once; every screen, report and file shows these and no others."""

from collections.abc import Iterable
from dataclasses import dataclass, fields
from datetime import datetime, timedelta
from typing import Self

from tocsin.activations.rules import Target
from tocsin.calls.rules.states import Outcome
from tocsin.insights.rules.courses import Course

# The T of the service level, where nothing else is aimed at.
TARGET = Target().within
# Who leaves before this could not have been answered in earnest: a wrong number, a change of mind.
SHORT = timedelta(seconds=5)


@dataclass(frozen=True, slots=True)
class Figures:
    """What became of the calls of some stretch of time. Figures of disjoint calls can be added.

    `offered` = `answered` + `self_served` + `left_question` + `abandoned` + `called_back` + `diverted` + `lost` +
    `in_progress`; who was turned away was not offered.
    """

    offered: int = 0
    answered: int = 0
    # Answered, after at most what is aimed at.
    in_target: int = 0
    # Left before an agent spoke.
    abandoned: int = 0
    # Of the abandoned: waited less than SHORT.
    short: int = 0
    # Of the abandoned: left during the greeting or the front message, before there was a place in line.
    before_line: int = 0
    # Hung up with the promise of a call-back, which was made or is over; of these, an agent spoke with.
    called_back: int = 0
    reached: int = 0
    # Ended where nobody saw it: the caller left, or the switch went down, while the switchboard was away.
    lost: int = 0
    in_progress: int = 0
    turned_away: int = 0
    # Left with a keypad answer heard to its end, and not with an agent.
    self_served: int = 0
    # Dialled 112 on the keypad, and 112 answered before an agent did. Not in the waits.
    diverted: int = 0
    # Left a question by voice, and before an agent spoke.
    left_question: int = 0
    # Sums over the answered, and over all who no longer wait for a first word.
    wait_of_answered: timedelta = timedelta()
    wait_of_all: timedelta = timedelta()

    def __add__(self, other: Self) -> Self:
        return type(self)(*(getattr(self, f.name) + getattr(other, f.name) for f in fields(self)))

    @property
    def attempts(self) -> int:
        """Calls that reached the number, let in or not."""
        return self.offered + self.turned_away

    @property
    def served(self) -> int:
        """Calls that ended with what the caller came for: an agent, or the keypad answer chosen."""
        return self.answered + self.self_served

    @property
    def service_level(self) -> float | None:
        """The share of the offered, short abandons left out, answered in target; None of none."""
        counted = self.offered - self.short
        return self.in_target / counted if counted else None

    @property
    def mean_wait_of_answered(self) -> timedelta | None:
        """The mean wait of those an agent spoke with."""
        return self.wait_of_answered / self.answered if self.answered else None

    @property
    def mean_wait_of_all(self) -> timedelta | None:
        """The mean wait of all whose wait is over, answered or not."""
        over = self.answered + self.self_served + self.left_question + self.abandoned + self.lost
        return self.wait_of_all / over if over else None


def figures_of(course: Course, *, now: datetime, target: timedelta = TARGET) -> Figures:
    """One call, counted."""
    waited = course.waited(until=now)
    match course.outcome:
        case Outcome.TURNED_AWAY:
            return Figures(turned_away=1)
        case Outcome.ANSWERED:
            return Figures(
                offered=1,
                answered=1,
                in_target=int(waited <= target),
                wait_of_answered=waited,
                wait_of_all=waited,
            )
        case Outcome.ABANDONED:
            in_message = course.taken_in_at is not None and course.lined_up_at is None
            return Figures(
                offered=1,
                abandoned=1,
                short=int(waited < SHORT),
                before_line=int(in_message),
                wait_of_all=waited,
            )
        case Outcome.CALLED_BACK | Outcome.DIVERTED as outcome:
            promised = outcome is Outcome.CALLED_BACK
            reached = promised and course.answered_at is not None
            return Figures(offered=1, called_back=int(promised), reached=int(reached), diverted=int(not promised))
        case Outcome.SELF_SERVED | Outcome.LEFT_QUESTION | Outcome.LOST as outcome:
            return Figures(
                offered=1,
                self_served=int(outcome is Outcome.SELF_SERVED),
                left_question=int(outcome is Outcome.LEFT_QUESTION),
                lost=int(outcome is Outcome.LOST),
                wait_of_all=waited,
            )
        case None:
            return Figures(offered=1, in_progress=1)


def figures(courses: Iterable[Course], *, now: datetime) -> Figures:
    """All calls, counted."""
    return sum((figures_of(course, now=now) for course in courses), Figures())


@dataclass(frozen=True, slots=True)
class Callers:
    """Calls and the people behind them. Each call from a hidden number counts as a caller, and says so."""

    attempts: int = 0
    distinct: int = 0
    hidden: int = 0


def callers(marks: Iterable[str]) -> Callers:
    """Callers by the marks of their calls; an empty mark is a hidden number."""
    marks = tuple(marks)
    hidden = marks.count("")
    return Callers(attempts=len(marks), distinct=len(set(marks) - {""}) + hidden, hidden=hidden)
