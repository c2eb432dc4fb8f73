"""What the board shows of an activation, now and since midnight."""

from dataclasses import dataclass
from datetime import date, datetime
from itertools import product

from tocsin.activations.models import Activation
from tocsin.activations.rules import Requirement, Stream
from tocsin.calls.queries import presence
from tocsin.calls.rules import agents as rules
from tocsin.calls.rules.states import Call, CallState
from tocsin.insights.queries import journal, settled
from tocsin.insights.rules.days import Tally, day_of, total
from tocsin.insights.rules.figures import Callers, Figures
from tocsin.insights.rules.intervals import Interval, edges
from tocsin.insights.rules.moment import AgentNow, Moment, Owed, Verdict, Wanted, moment, owed, verdict
from tocsin.workforce.models import Agent
from tocsin.workforce.rules import AgentState


@dataclass(frozen=True, slots=True)
class Board:
    """One look at the board. `today` and what follows are of the local civil day."""

    now: datetime
    verdict: Verdict
    moment: Moment
    owed: Owed
    agents: tuple[AgentNow, ...]
    day: date
    today: Figures
    tallies: tuple[Tally, ...]
    callers: Callers


def board(*, activation: Activation, now: datetime) -> Board:
    """The board of an activation."""
    day = day_of(now, activation.timezone)
    since, until = edges(Interval.DAY, days=[day], timezone=activation.timezone)
    found = settled.tallies(activation=activation, since=since, until=until, now=now, cut=settled.in_quarters)
    agents = agents_signed_in(activation=activation)
    live = journal.live_calls(activation=activation.pk)
    streams = [Stream(stream) for stream in activation.streams]
    at_once = moment(live, agents=agents, languages=activation.languages, streams=streams)
    to_call_back = owed(journal.call_backs_owed(activation=activation.pk), now=now)
    there = presence(at=now)
    return Board(
        now=now,
        verdict=verdict(
            moment=at_once,
            agents=agents,
            late=to_call_back.late,
            switchboard=there.switchboard,
            switch=there.switch,
            now=now,
            target=activation.target_within,
        ),
        moment=at_once,
        owed=to_call_back,
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
        .select_related("person")
    )
    return tuple(_agent_now(agent, activation) for agent in signed_in)


def _agent_now(row: Agent, activation: Activation) -> AgentNow:
    agent = rules.Agent(
        id=row.pk,
        languages=row.languages,
        skills=row.skills,
        authorities=frozenset({activation.authority_id}),
        state=AgentState(row.state),
        since=row.since,
        idle_since=row.idle_since,
        d2_time=row.d2_time,
    )
    takes = _callers_for(agent, activation, waives_break=False)
    return AgentNow(
        name=row.person.name,
        languages=tuple(row.languages),
        state=agent.state,
        since=row.since,
        reason=row.reason,
        id=row.pk,
        takes=takes,
        rests_from=_callers_for(agent, activation, waives_break=True) - takes,
        rested_at=row.d2_rested_at,
    )


def _callers_for(agent: rules.Agent, activation: Activation, *, waives_break: bool) -> frozenset[Wanted]:
    """Whose calls an agent may take, at once or when less is asked after a long wait."""
    level, skills = activation.language_level, activation.skills
    asked = Requirement() if activation.relaxed_after else Requirement(level, skills)
    able = (
        Wanted(language, stream)
        for language, stream in product(agent.languages, Stream)
        if agent.may_take(
            Call(
                leg="",
                number="",
                caller="",
                arrived_at=agent.since,
                state=CallState.WAITING,
                since=agent.since,
                authority=activation.authority_id,
                language=language,
                stream=stream,
            ),
            asked,
            now=agent.since,
            waives_break=waives_break,
        )
    )
    return frozenset(able)
