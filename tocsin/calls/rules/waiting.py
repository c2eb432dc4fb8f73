"""How long a caller will still wait, as a range that is told: docs/algorithms/waiting-times.md says why so."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import inf
from statistics import NormalDist, median
from typing import NamedTuple

from tocsin.activations.rules import Stream

# What is told: as likely as not longer than the first, and one caller in ten waits longer than the second.
EVEN, LATE = 0.5, 0.9
# What is promised to those who are called back is longer than the wait of so many.
SURE = 0.97
# The ends of the ranges that are told, in minutes; they are spoken beforehand.
STEPS = (2, 5, 10, 15, 20, 30, 45, 60)
# How long calls with their wrap-up are on crisis lines; counts as so many calls of the line's own.
USUAL = {Stream.D5: timedelta(minutes=4), Stream.D2: timedelta(minutes=15)}
USUAL_CALLS = 5
# The last calls are known to the switchboard so long after they ended.
KNOWN_AFTER = timedelta(minutes=1)
# So many of the last calls count, and none for more than so many times their median: a call that was left open.
LAST_CALLS = 50
LONGEST_IN_MEDIANS = 4


class Minutes(NamedTuple):
    """A range that is told. `low` is 0 where less than `high` is said; `high` is None where more than `low` is."""

    low: int
    high: int | None


class Handled(NamedTuple):
    """A call that was answered: from the agent's first word, or from dialling, to the end of the wrap-up."""

    began_at: datetime
    ended_at: datetime


class Length(NamedTuple):
    """The mean length of calls, and from how many it is known."""

    mean: timedelta
    calls: int


@dataclass(frozen=True, slots=True)
class Estimate:
    """A wait that is as likely longer as shorter, one that one caller in ten exceeds, and one that is sure enough
    to promise a call-back by."""

    even: timedelta
    late: timedelta
    sure: timedelta

    def at_least(self, late: timedelta) -> "Estimate":
        """The same shape, stretched so that it is late no earlier than that."""
        if self.late >= late:
            return self
        longer = late / self.late
        return Estimate(self.even * longer, late, self.sure * longer)


def length_of_calls(
    last: Collection[Handled], *, going_on: Collection[datetime], now: datetime, stream: Stream
) -> Length:
    """How long calls with their wrap-up are, from the last ones and from when those began that go on; near the
    usual length while there are few.

    The calls that end first are the short ones. So the mean is what agents spent with callers while so many calls
    ended, with those that go on, for each that ended (B. Epstein and M. Sobel, Life Testing, Journal of the
    American Statistical Association 48, 1953, p. 486). While fewer ended than go on, usual ones stand in.

    >>> noon = datetime(2026, 3, 7, 12)
    >>> ended = [Handled(noon - timedelta(minutes=8), noon)] * 15
    >>> print(length_of_calls(ended, going_on=[], now=noon, stream=Stream.D5).mean)
    0:07:00
    >>> going_on = [noon - timedelta(minutes=8)] * 5
    >>> print(length_of_calls(ended, going_on=going_on, now=noon, stream=Stream.D5).mean)
    0:09:00
    """
    usual = USUAL[stream]
    added = max(USUAL_CALLS, min(len(going_on), LAST_CALLS) - len(last))
    calls = len(last) + added
    usually = usual.total_seconds()
    ended = [(each.ended_at - each.began_at).total_seconds() for each in last]
    longest = LONGEST_IN_MEDIANS * median([*ended, *[usually] * added])
    spent = _spent_seconds(last, going_on, now=now)
    seconds = max(sum(min(each, longest) for each in each_way) for each_way in (ended, spent))
    return Length(timedelta(seconds=(seconds + added * usually) / calls), calls)


def _spent_seconds(last: Collection[Handled], going_on: Collection[datetime], *, now: datetime) -> list[float]:
    """What agents spent with each caller in the time in which the last calls ended."""
    both = [*last, *(Handled(began_at, now) for began_at in going_on)]
    # Where as many are known as are kept, others ended before the first of them.
    begins = (each.ended_at for each in last) if len(last) >= LAST_CALLS else (each.began_at for each in both)
    since = min(begins, default=now)
    until = max((each.ended_at for each in last), default=now)
    until = max(until, now - KNOWN_AFTER)
    spans = (min(each.ended_at, until) - max(each.began_at, since) for each in both)
    return [max(span.total_seconds(), 0) for span in spans]


def estimate(*, place: float, agents: int, handle_time: timedelta, known_from: float = inf) -> Estimate:
    """The wait of whom `place` - 1 others are served before, by `agents` who are all busy; both are at least 1.

    The agents finish calls as a Poisson process of rate n/h, and the caller waits for the k-th of these: the wait
    has the gamma (Erlang) distribution of shape k and that rate. Its quantiles by Wilson and Hilferty (1931, Proc.
    of the National Academy of Sciences 17, p. 684) are within 1.4 % for every k:
    q = k (1 - 1/(9k) + z/(3 sqrt k))^3 h/n.

    What is promised takes into account that h itself is known from so many calls only: the variances of both,
    1/k and 1/m of the square of the mean, add up, and the wait is taken to have the gamma distribution of that
    mean and variance.

    >>> told = estimate(place=6, agents=4, handle_time=timedelta(minutes=4))
    >>> round(told.even / timedelta(minutes=1), 1), round(told.late / timedelta(minutes=1), 1)
    (5.7, 9.3)
    >>> sure = estimate(place=6, agents=4, handle_time=timedelta(minutes=4), known_from=20).sure
    >>> round(sure / timedelta(minutes=1), 1)
    12.2
    """
    pace = handle_time / agents
    even, late = (pace * _gamma_quantile(place, share) for share in (EVEN, LATE))
    shape = 1 / (1 / place + 1 / known_from)
    return Estimate(even, late, sure=pace * (place / shape) * _gamma_quantile(shape, SURE))


def _gamma_quantile(shape: float, share: float) -> float:
    spread = NormalDist().inv_cdf(share) / (3 * shape**0.5)
    return float(shape * (1 - 1 / (9 * shape) + spread) ** 3)


def minutes(told: Estimate) -> Minutes:
    """The range that is told: what is as likely as not rounded down, what is late rounded up.

    >>> minutes(estimate(place=6, agents=4, handle_time=timedelta(minutes=4)))
    Minutes(low=5, high=10)
    >>> minutes(estimate(place=52, agents=4, handle_time=timedelta(minutes=4)))
    Minutes(low=45, high=None)
    """
    low = max((step for step in STEPS if timedelta(minutes=step) <= told.even), default=0)
    high = min((step for step in STEPS if timedelta(minutes=step) >= told.late), default=None)
    return Minutes(low, high)


def ranges() -> Sequence[Minutes]:
    """Every range that can be told."""
    lows = (0, *STEPS)
    closed = [Minutes(low, high) for low in lows for high in STEPS if low < high]
    return [*closed, *(Minutes(low, None) for low in STEPS)]
