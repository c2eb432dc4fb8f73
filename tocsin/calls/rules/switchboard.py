"""The one decision of the line. `decide` takes a floor and what happened, and answers the next floor, what to keep
in the journal and what to tell the switch. It touches nothing else, so that it can be repeated after a failure."""

import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from types import MappingProxyType, ModuleType

from tocsin.calls.rules import call_backs, coordination, desk, events, journey, moves, repair, routing
from tocsin.calls.rules.agents import Agent
from tocsin.calls.rules.draft import Draft
from tocsin.calls.rules.floor import Floor
from tocsin.calls.rules.returning import LastCall
from tocsin.calls.rules.states import Call, CallState, CallStep
from tocsin.workforce.rules import AgentChange


@dataclass(frozen=True, slots=True)
class Decision:
    """What follows: the next floor, the calls and agents that changed, their steps, the moves, in order, and what
    coordinators are answered, by their order."""

    floor: Floor
    calls: tuple[Call, ...]
    agents: tuple[Agent, ...]
    steps: tuple[CallStep, ...]
    changes: tuple[AgentChange, ...]
    moves: tuple[moves.Move, ...]
    answers: Mapping[int, events.Answer] = field(default_factory=dict)


def decide(
    floor: Floor,
    happened: Sequence[events.Event],
    *,
    now: datetime,
    room: int = sys.maxsize,
    returning: Mapping[str, LastCall] = MappingProxyType({}),
) -> Decision:
    """Decide all that happened, in order, then everything that is due, then the offers.

    `room` is how many more callers can be taken in: those who arrive after them are left to the switch's fallback,
    and only those already taken in are served. `returning` has the last call of those who arrive and have called
    before, by the leg of the new one.
    """
    draft = Draft.of(floor, now=now, room=room, returning=returning)
    for event in happened:
        _take(draft, event)
    for agent in list(draft.agents.values()):
        if agent.due_at and agent.due_at <= now:
            desk.due(draft, draft.agents[agent.id])
    _take_due_calls(draft)
    routing.offer_calls(draft)
    call_backs.dial_by_itself(draft)
    # Last, so that nobody is told a place in line in the moment an agent is offered.
    journey.announce_places(draft)
    return Decision(
        floor=draft.floor_after(),
        calls=tuple(draft.touched_calls.values()),
        agents=tuple(draft.touched_agents.values()),
        steps=tuple(draft.steps),
        changes=tuple(draft.changes),
        moves=tuple(draft.moves),
        answers=draft.answers,
    )


def _take_due_calls(draft: Draft) -> None:
    for call in list(draft.calls.values()):
        if call.due_at and call.due_at <= draft.now and call.state is not CallState.WAITING:
            _part_of(call).due(draft, call)


def _take(draft: Draft, event: events.Event) -> None:
    match event:
        case events.CallArrived():
            journey.arrive(draft, event)
        case events.KeyPressed() | events.MessagePlayed() | events.DialAnswered() | events.DialFailed():
            if call := draft.call_at(event.leg):
                _happen_to(draft, call, event)
        case events.AgentLegUp():
            desk.leg_up(draft, event)
        case events.LegEnded():
            _leg_ended(draft, event.leg)
        case events.AgentAsked():
            desk.asked(draft, event)
        case events.CoordinatorAsked():
            draft.answers[event.order] = coordination.asked(draft, event)
        case events.Census():
            repair.compare(draft, event)
        case events.Disconnected():
            repair.lose_sight(draft)


def _happen_to(draft: Draft, call: Call, event: events.OfCaller) -> None:
    match event:
        case events.KeyPressed():
            _part_of(call).press(draft, call, event.key)
        case events.MessagePlayed() if event.message == call.message:
            # Only the newest of a call counts.
            _part_of(call).played(draft, call)
        case events.DialAnswered():
            call_backs.answered(draft, call)
        case events.DialFailed() if call.state is CallState.DIALLING:
            call_backs.unreached(draft, call, why=event.why)
        case _:
            pass


def _part_of(call: Call) -> ModuleType:
    """The rules of the part of the journey that a call is in."""
    return call_backs if call_backs.concern(call) else journey


def _leg_ended(draft: Draft, leg: str) -> None:
    if call := draft.call_at(leg):
        if leg != call.voice:
            # Hung up after a call-back was promised.
            return
        if call.state is CallState.DIALLING:
            call_backs.unreached(draft, call, why="hung up")
        else:
            journey.hung_up(draft, call)
        return
    for agent in draft.agents.values():
        if agent.leg == leg:
            desk.leg_lost(draft, agent)
            return
