"""Tallies that are asked for again and again: what no call can change any more is counted once."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Max

from tocsin.activations.models import Activation
from tocsin.calls.models import CallStep
from tocsin.insights.queries import journal, kept
from tocsin.insights.rules.days import QUARTER, Tally, quarter_of

# A call may reach the journal some time after the switch; quarters younger than this are always counted.
UNSETTLED = timedelta(minutes=5)

Cut = Callable[[datetime, datetime], Sequence[datetime]]


def in_quarters(since: datetime, until: datetime) -> list[datetime]:
    """The edges of the quarters of an hour between two of their starts."""
    return [since + QUARTER * i for i in range((until - since) // QUARTER + 1)]


def as_a_whole(since: datetime, until: datetime) -> list[datetime]:
    """The edges of one interval."""
    return [since, until]


@dataclass(frozen=True, slots=True)
class _Settled:
    """The tallies of a stretch up to an instant before which no call can change any more, as of some step."""

    since: datetime
    until: datetime
    step: int
    tallies: tuple[Tally, ...] = ()


# By activation, what is aimed at, and cut. A process may forget this at any time: it is counted again.
_settled: dict[tuple[int, timedelta, Cut], _Settled] = {}


def tallies(
    *, activation: Activation, since: datetime, until: datetime, now: datetime, cut: Cut
) -> tuple[Tally, ...]:
    """As `journal.tallies`, for a stretch that is asked for every second; `cut` says into which intervals."""
    # Asked first: a step that is written meanwhile is looked at again the next time.
    step = CallStep.objects.aggregate(newest=Max("id", default=0))["newest"]
    key, known_by = activation.pk, (activation.pk, activation.target_within, cut)
    oldest = journal.oldest_arrival(activation=key) or now
    line = max(since, quarter_of(min(oldest, now - UNSETTLED)))
    known = _settled.get(known_by)
    if known is None or known.since != since or known.until > line or _is_outdated(key, known):
        known = _Settled(since, since, step)
    more: list[Tally] = []
    if known.until < line:
        more = kept.tallies(activation=key, edges=cut(known.until, line))
    known = _settled[known_by] = _Settled(since, line, step, (*known.tallies, *more))
    return (*known.tallies, *journal.tallies(activation=key, edges=cut(line, until)))


def _is_outdated(activation: int, known: _Settled) -> bool:
    """Whether something happened to a call that was taken as settled: it came out of the switch's fallback late.

    The switchboard may never have known it before, or have given it up. It may be about another incident on the
    number by then.
    """
    later = CallStep.objects.filter(activation__number__activations=activation, id__gt=known.step)
    return later.filter(call__arrived_at__gte=known.since, call__arrived_at__lt=known.until).exists()
