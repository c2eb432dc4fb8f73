"""Floors, for what is measured of the rules alone."""

from collections.abc import Collection
from datetime import UTC, datetime, timedelta

from tocsin.activations.rules import Stream
from tocsin.calls.ports import CallArrived, CallerSeen, Census, DialledSeen
from tocsin.calls.rules.agents import Agent
from tocsin.calls.rules.floor import Floor
from tocsin.calls.rules.script import Script
from tocsin.calls.rules.states import Call, CallState
from tocsin.workforce.rules import AgentState

NOW = datetime(2026, 3, 7, 12, tzinfo=UTC)
LANGUAGES = ("nl", "fr", "de", "en")
NUMBER = "1771"


def staffed(script: Script, *, agents: int, since: datetime) -> Floor:
    """A floor with one line, and so many agents who are signed out."""
    staff = [
        Agent(
            id=key,
            languages={"nl": 2},
            authorities=frozenset({script.authority}),
            state=AgentState.SIGNED_OUT,
            since=since,
            idle_since=since,
        )
        for key in range(agents)
    ]
    return Floor({NUMBER: script}, agents={agent.id: agent for agent in staff})


def census_of(floor: Floor, *, answered: Collection[str]) -> Census:
    """What a switch has that is as the floor says; of the numbers that are dialled, these answered."""
    here = [call for call in floor.calls.values() if not call.to_be_dialled]
    together = {
        call.leg: frozenset({floor.agents[call.agent].leg})
        for call in here
        if call.state is CallState.TALKING and call.agent is not None
    }
    alone = frozenset[str]()
    callers, dialled = {}, {}
    for call in here:
        if call.call_back:
            dialled[call.voice] = DialledSeen(call.voice in answered, together.get(call.leg, alone))
        else:
            arrival = CallArrived(call.leg, call.number, call.caller, call.arrived_at)
            callers[call.leg] = CallerSeen(arrival, together.get(call.leg, alone))
    return Census(callers, dialled, agents={agent.leg: agent.leg for agent in floor.agents.values()})


def a_flood(*, waiting: int, agents: int) -> Floor:
    """So many callers who wait for information or as relatives, each half in one of four languages: eight kinds.

    Every agent has two of the languages, every second one is trained for D2; all of them have a break.
    """
    streams = (Stream.D5, Stream.D2)
    script = Script(1, 1, LANGUAGES, exercise=False, streams=streams)
    callers = [
        _caller(place, language=LANGUAGES[place % 4], stream=streams[place // 4 % 2]) for place in range(waiting)
    ]
    staff = [_agent(key, languages=(LANGUAGES[key % 4], LANGUAGES[(key + 1) % 4])) for key in range(agents)]
    return Floor({NUMBER: script}, {call.leg: call for call in callers}, {agent.id: agent for agent in staff})


def _caller(place: int, *, language: str, stream: Stream) -> Call:
    since = NOW - timedelta(seconds=10_000 - place)
    return Call(
        leg=f"caller-{place}",
        number=NUMBER,
        caller="",
        arrived_at=since,
        state=CallState.WAITING,
        since=since,
        activation=1,
        authority=1,
        language=language,
        stream=stream,
        queued_at=since,
    )


def _agent(key: int, *, languages: tuple[str, str]) -> Agent:
    return Agent(
        id=key,
        languages=dict.fromkeys(languages, 2),
        authorities=frozenset({1}),
        state=AgentState.PAUSED,
        since=NOW,
        idle_since=NOW,
        skills={Stream.D2: 1} if key // 2 % 2 else {},
        leg=f"agent-{key}",
    )
