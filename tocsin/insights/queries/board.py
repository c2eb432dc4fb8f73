"""What the board shows of an activation, now and since midnight."""

from dataclasses import dataclass
from datetime import date, datetime

from tocsin.activations.models import Activation
from tocsin.calls.queries import state_of_plant
from tocsin.insights.queries import journal, settled
from tocsin.insights.rules.days import Tally, day_of, total
from tocsin.insights.rules.figures import Callers, Figures
from tocsin.insights.rules.intervals import Interval, edges
from tocsin.insights.rules.moment import AgentNow, Moment, Verdict, moment, verdict
from tocsin.workforce.models import Agent
from tocsin.workforce.rules import AgentState


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
    since, until = edges(Interval.DAY, days=[day], timezone=activation.timezone)
    found = settled.tallies(activation=activation.pk, since=since, until=until, now=now, cut=settled.in_quarters)
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
        callers=journal.callers(activation=activation.pk, edges=[since, until]).get((since, ""), Callers()),
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
