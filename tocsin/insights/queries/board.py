"""What the board shows of an activation, now and since midnight."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from tocsin.activations.models import Activation
from tocsin.calls.models import Call
from tocsin.calls.queries import state_of_plant
from tocsin.insights.queries import journal
from tocsin.insights.rules.days import Tally, day_of, quarter_of, start_of, total
from tocsin.insights.rules.figures import Callers, Figures
from tocsin.insights.rules.moment import AgentNow, Moment, Verdict, moment, verdict
from tocsin.workforce.models import Agent
from tocsin.workforce.rules import AgentState

# A call may reach the journal some time after the switch; quarters younger than this are always counted.
UNSETTLED = timedelta(minutes=5)


@dataclass(frozen=True, slots=True)
class Board:
    """One look at the board. `today` and what follows are of the local civil day."""

    now: datetime
    verdict: Verdict
    moment: Moment
    agents: tuple[AgentNow, ...]
    day: date
    today: Figures
    tallies: tuple[Tally, ...]
    callers: Callers


def board(*, activation: Activation, now: datetime) -> Board:
    """The board of an activation."""
    day = day_of(now, activation.timezone)
    since, until = (start_of(d, activation.timezone) for d in (day, day + timedelta(days=1)))
    found = tallies_of_day(activation=activation.pk, since=since, until=until, now=now)
    agents = agents_signed_in(activation=activation)
    live = journal.live_calls(activation=activation.pk)
    at_once = moment(live, agents=agents, languages=activation.languages)
    plant = state_of_plant(at=now)
    return Board(
        now=now,
        verdict=verdict(
            moment=at_once, agents=agents, switchboard=plant.switchboard, switch=plant.switch, now=now
        ),
        moment=at_once,
        agents=agents,
        day=day,
        today=total(found),
        tallies=found,
        callers=journal.callers(activation=activation.pk, since=since, until=until),
    )


def agents_serving(*, activation: Activation) -> frozenset[int]:
    """The keys of all agents who serve the authority, at work or not: whose changes concern the board."""
    return frozenset(Agent.objects.filter(serves=activation.authority_id).values_list("pk", flat=True))


def agents_signed_in(*, activation: Activation) -> tuple[AgentNow, ...]:
    """The agents who serve the authority and are not signed out; those longest in their state first."""
    signed_in = (
        Agent.objects.filter(serves=activation.authority_id)
        .exclude(state=AgentState.SIGNED_OUT)
        .order_by("since", "pk")
        .values_list("person__name", "languages", "state", "since", "reason")
    )
    return tuple(
        AgentNow(name, tuple(languages), AgentState(state), since, reason)
        for name, languages, state, since, reason in signed_in
    )


@dataclass(frozen=True, slots=True)
class _Settled:
    """The tallies of a day up to an instant before which no call can change any more."""

    since: datetime
    until: datetime
    tallies: tuple[Tally, ...] = ()


# By activation. A process may forget this at any time: it is counted again.
_settled: dict[int, _Settled] = {}


def tallies_of_day(*, activation: int, since: datetime, until: datetime, now: datetime) -> tuple[Tally, ...]:
    """As `journal.tallies`, for a day that is asked for every second: what is settled is counted once."""
    oldest = journal.oldest_arrival(activation=activation) or now
    line = max(since, quarter_of(min(oldest, now - UNSETTLED)))
    known = _settled.get(activation)
    if known is None or known.since != since or known.until > line or _is_outdated(activation, known):
        known = _Settled(since, since)
    if known.until < line:
        more = journal.tallies(activation=activation, since=known.until, until=line)
        known = _settled[activation] = _Settled(since, line, (*known.tallies, *more))
    return (*known.tallies, *journal.tallies(activation=activation, since=known.until, until=until))


def _is_outdated(activation: int, known: _Settled) -> bool:
    """Whether a caller came out of the switch's fallback who had arrived before what was taken as settled."""
    arrived = Call.objects.filter(
        activation=activation, arrived_at__gte=known.since, arrived_at__lt=known.until
    ).count()
    return arrived != sum(tally.figures.attempts for tally in known.tallies)
