"""The one decision of the line. `decide` takes a floor and what happened, and answers the next floor, what to keep
in the journal and what to tell the switch. It touches nothing else, so that it can be repeated after a failure."""

import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from types import MappingProxyType, ModuleType

from tocsin.calls.rules import (
    announcements,
    call_backs,
    calling_agents,
    clock,
    closed,
    consulting,
    coordination,
    d2_breaks,
    desk,
    emergency,
    events,
    hold,
    journey,
    moves,
    promised,
    repair,
    routing,
    supervision,
    survey,
    taping,
    voice_questions,
)
from tocsin.calls.rules.agents import Agent
from tocsin.calls.rules.called_telephone import CalledTelephone
from tocsin.calls.rules.consultation import Consultation
from tocsin.calls.rules.draft import Draft
from tocsin.calls.rules.floor import Floor
from tocsin.calls.rules.hearing import Supervision
from tocsin.calls.rules.returning import LastCall
from tocsin.calls.rules.states import Call, CallState, CallStep, Question
from tocsin.calls.rules.tapes import Tape
from tocsin.calls.rules.treatment import Treatment
from tocsin.workforce.rules import AgentChange


@dataclass(frozen=True, slots=True)
class Decision:
    """What follows: the next floor, what changed of calls, agents, consultations, supervisions and tapes, the
    steps, the moves, in order, and what coordinators are answered, by their order."""

    floor: Floor
    calls: tuple[Call, ...]
    agents: tuple[Agent, ...]
    steps: tuple[CallStep, ...]
    changes: tuple[AgentChange, ...]
    moves: tuple[moves.Move, ...]
    answers: Mapping[int, events.Answer] = field(default_factory=dict)
    consultations: tuple[Consultation, ...] = ()
    supervisions: tuple[Supervision, ...] = ()
    tapes: tuple[Tape, ...] = ()
    # What the switch told of tapes that ended.
    recorded: tuple[events.Recorded, ...] = ()
    called_telephones: tuple[CalledTelephone, ...] = ()


def decide(
    floor: Floor,
    happened: Sequence[events.Event],
    *,
    now: datetime,
    room: int = sys.maxsize,
    places: int = sys.maxsize,
    returning: Mapping[str, LastCall] = MappingProxyType({}),
    treated: Mapping[str, Mapping[int, Treatment]] = MappingProxyType({}),
) -> Decision:
    """Decide all that happened, in order, then everything that is due, then the offers.

    `room` is how many more callers can be taken in: those who arrive after them are left to the switch's fallback,
    and only those already taken in are served. `places` is how many more can wait in line: whoever comes there
    after them is offered a call-back instead. `returning` has the last call of those who arrive and have called
    before, by the leg of the new one; `treated`, by the same, how coordinators have them treated, by activation.
    """
    draft = Draft.of(floor, now=now, room=room, places=places, returning=returning, treated=treated)
    for event in happened:
        _take(draft, event)
    for agent in draft.line.due_agents.until(now):
        desk.due(draft, draft.agents[agent])
    for agent in draft.line.d2_breaks.until(now):
        draft.keep_agent(draft.agents[agent], **d2_breaks.HAD)
    _take_due_calls(draft)
    calling_agents.tend(draft)
    routing.offer_calls(draft)
    call_backs.dial_by_itself(draft)
    calling_agents.tell_offers(draft)
    closed.turn_out(draft)
    # Last, so that nobody is told a place in line in the moment an agent is offered.
    announcements.announce_places(draft)
    supervision.follow(draft)
    taping.follow(draft)
    return Decision(
        floor=draft.floor_after(),
        calls=tuple(draft.touched_calls.values()),
        agents=tuple(draft.touched_agents.values()),
        consultations=tuple(draft.touched_consultations.values()),
        supervisions=tuple(draft.touched_supervisions.values()),
        tapes=tuple(draft.touched_tapes.values()),
        recorded=tuple(draft.recorded),
        called_telephones=tuple(draft.touched_telephones.values()),
        steps=tuple(draft.steps),
        changes=tuple(draft.changes),
        moves=tuple(draft.moves),
        answers=draft.answers,
    )


# By state, what follows when time is up, where it is not left to the part of the journey.
_DUE = {
    CallState.EMERGENCY: consulting.overdue,
    CallState.OUTSIDE: consulting.overdue,
    CallState.HELD: hold.due,
}


def _take_due_calls(draft: Draft) -> None:
    for leg in draft.line.due_calls.until(draft.now):
        call = draft.calls[leg]
        if call.state is not CallState.WAITING:
            due = _DUE.get(call.state) or _part_of(call).due
            due(draft, call)


def _take(draft: Draft, event: events.Event) -> None:
    match event:
        case events.CallArrived():
            journey.arrive(draft, event)
        case events.DialAnswered() | events.DialFailed() if consulting.is_asked(event.leg):
            _happen_outside(draft, event)
        case events.KeyPressed() | events.MessagePlayed() | events.DialAnswered() | events.DialFailed():
            _happen_at(draft, event)
        case events.AgentLegUp():
            desk.leg_up(draft, event)
        case events.Recorded():
            voice_questions.recorded(draft, event)
            taping.recorded(draft, event)
        case events.LegEnded():
            _leg_ended(draft, event.leg)
        case events.AgentAsked():
            desk.asked(draft, event)
        case events.CoordinatorAsked():
            draft.answers[event.order] = coordination.asked(draft, event)
        case events.ClockPut():
            clock.put(draft, event.by)
            promised.watch_anew(draft)
        case events.Census():
            repair.compare(draft, calling_agents.see(draft, event))
        case events.Disconnected():
            repair.lose_sight(draft, event)


def _happen_outside(draft: Draft, event: events.DialAnswered | events.DialFailed) -> None:
    match event:
        case events.DialAnswered():
            consulting.answered(draft, event.leg)
        case events.DialFailed():
            consulting.gone_outside(draft, event.leg, why=f"outside {event.why}")


def _happen_at(draft: Draft, event: events.OfCaller) -> None:
    if call := draft.call_at(event.leg):
        # Once a number rings, what is still told of the leg before it says nothing of who answers there.
        if event.leg == call.voice or call.call_back is None or not call.call_back.live:
            _happen_to(draft, call, event)
    elif telephone := calling_agents.telephone_at(draft, event.leg):
        calling_agents.happen(draft, telephone, event)


def _happen_to(draft: Draft, call: Call, event: events.OfCaller) -> None:
    match event:
        case events.KeyPressed() if emergency.is_dialled(draft, call, event.key):
            emergency.call_112(draft, draft.calls[call.leg])
        case events.KeyPressed():
            call = emergency.remember(draft, call, event.key)
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
    if call.state is CallState.SURVEYED:
        return survey
    if call.state is CallState.TURNED_AWAY or call.question is Question.CLOSED:
        return closed
    if call.question in voice_questions.QUESTIONS:
        return voice_questions
    return call_backs if call_backs.concern(call) else journey


def _leg_ended(draft: Draft, leg: str) -> None:
    if call := draft.call_at(leg):
        if leg != call.voice or call.to_be_dialled:
            # Hung up after a call-back was promised, or told once more.
            return
        if call.state is CallState.DIALLING:
            call_backs.unreached(draft, call, why="hung up")
        else:
            consulting.caller_leaves(draft, call)
            journey.hung_up(draft, call)
        return
    calling_agents.hung_up(draft, leg)
    for agent in draft.agents.values():
        if agent.leg == leg:
            desk.leg_lost(draft, agent)
            return
    consulting.gone_outside(draft, leg, why="outside hung up")
