"""A coordinator at somebody else's conversation: hears it, is heard by the agent or by both, or takes it over.

Who hears whom follows from what is wanted and what the switch was told last: so holds, other telephones and
restarts need no rules of their own. The agent is told before the ear is opened.
"""

from collections.abc import Mapping
from dataclasses import replace
from types import MappingProxyType

from tocsin.activations.rules import Stream
from tocsin.calls.rules import journey, moves, timing
from tocsin.calls.rules.agents import Agent
from tocsin.calls.rules.draft import Draft
from tocsin.calls.rules.events import (
    Answer,
    Census,
    CoordinatorAsked,
    ListenerSeen,
    SupervisorVerb,
    node_of,
)
from tocsin.calls.rules.floor import ANY_AGENT
from tocsin.calls.rules.hearing import Ear, Manner, Supervision
from tocsin.calls.rules.states import NOT_ASKED, Call, CallState
from tocsin.workforce.rules import AgentState

MANNERS: Mapping[str, Manner] = MappingProxyType(
    {
        SupervisorVerb.LISTEN: Manner.LISTEN,
        SupervisorVerb.WHISPER: Manner.WHISPER,
        SupervisorVerb.BARGE: Manner.BARGE,
    }
)
VERBS = MANNERS.keys() | {SupervisorVerb.TAKE_OVER, SupervisorVerb.LEAVE}
# Who hears somebody else's conversation does nothing else; a note is finished first.
_FREE = frozenset({AgentState.SIGNED_OUT, AgentState.READY, AgentState.PAUSED, AgentState.ON_TASK})
_SPOKEN = frozenset({CallState.TALKING, CallState.HELD})
SUPERVISES = "hears a conversation"
TAKEN_OVER = "taken over"
ELSEWHERE = "on another node"


def asked(draft: Draft, event: CoordinatorAsked) -> Answer:
    """Do what a coordinator asked about a conversation, where it can be done; `event.agent` is the coordinator."""
    hears = draft.supervisions.get(event.agent or 0)
    if event.verb is SupervisorVerb.LEAVE:
        if hears:
            _end(draft, hears, why="left")
        return Answer.DONE if hears else Answer.AS_IT_WAS
    call, coordinator = draft.calls.get(event.call), draft.agents.get(event.agent or 0)
    if call is None or call.activation != event.activation or call.agent is None or call.state not in _SPOKEN:
        return Answer.OVER
    if coordinator is None or not coordinator.leg or call.authority not in coordinator.authorities:
        return Answer.NO_TELEPHONE
    if call.stream is Stream.D2 and Stream.D2 not in coordinator.skills:
        return Answer.NOT_TRAINED
    return _asked_of_conversation(draft, event, call, coordinator)


def _asked_of_conversation(draft: Draft, event: CoordinatorAsked, call: Call, coordinator: Agent) -> Answer:
    hears = draft.supervisions.get(coordinator.id)
    if hears and (hears.call, hears.agent) != (call.leg, call.agent):
        _end(draft, hears, why="left")
        hears = None
    if event.verb is SupervisorVerb.TAKE_OVER:
        return _take_over(draft, hears, call, coordinator)
    if _is_elsewhere(draft, call, coordinator, MANNERS[event.verb]):
        return Answer.ELSEWHERE
    if hears:
        return _change(draft, hears, MANNERS[event.verb])
    return _begin(draft, event, call, coordinator)


def _begin(draft: Draft, event: CoordinatorAsked, call: Call, coordinator: Agent) -> Answer:
    if coordinator.state not in _FREE or coordinator.id == call.agent:
        return Answer.BUSY
    if coordinator.state is not AgentState.ON_TASK:
        draft.move_agent(coordinator, AgentState.ON_TASK, why=SUPERVISES)
    draft.keep_supervision(
        Supervision(
            order=event.order,
            call=call.leg,
            agent=call.agent or 0,
            by=coordinator.id,
            manner=MANNERS[event.verb],
            began_at=draft.now,
            opens_at=draft.now + timing.BEFORE_LISTENING,
        )
    )
    return Answer.DONE


def _change(draft: Draft, hears: Supervision, manner: Manner) -> Answer:
    if hears.manner is manner:
        return Answer.AS_IT_WAS
    draft.keep_supervision(hears, manner=manner)
    return Answer.DONE


def _take_over(draft: Draft, hears: Supervision | None, call: Call, coordinator: Agent) -> Answer:
    """The caller stays with the coordinator; the agent leaves, and finishes the note."""
    if hears is None:
        return Answer.NOT_HEARD
    if not coordinator.may_take(call, ANY_AGENT, now=draft.now):
        return Answer.NOT_TRAINED
    if call.leg in draft.consultations:
        return Answer.BUSY
    agent = draft.agents[hears.agent]
    draft.tell(moves.StopPlaying(call.voice, call.playing), moves.Connect(call.voice, coordinator.leg))
    if call.state is CallState.TALKING:
        draft.tell(moves.Part(call.voice, agent.leg))
    journey.wrap_up(draft, call, why=TAKEN_OVER)
    draft.move_agent(coordinator, AgentState.TALKING, why=TAKEN_OVER, call=call.leg)
    draft.move_call(call, CallState.TALKING, why=TAKEN_OVER, agent=coordinator.id, **NOT_ASKED)
    # Connected as whoever talks, and not as whoever supervises: there is nothing to undo.
    _end(draft, replace(hears, told=None), why=TAKEN_OVER)
    return Answer.DONE


def follow(draft: Draft) -> None:
    """After all else was decided: who hears whom as it now must be, and the end of what cannot go on."""
    for hears in list(draft.supervisions.values()):
        if why := _why_over(draft, hears):
            _end(draft, hears, why=why)
        elif (wanted := _wanted(draft, hears)) != hears.told or _has_ended(draft, hears.told):
            _undo(draft, hears.told, wanted)
            if wanted:
                draft.tell(_connection(wanted))
            draft.keep_supervision(hears, told=wanted)


def _has_ended(draft: Draft, told: Ear | None) -> bool:
    """Whether the switch closed the ear: the agent left the caller, if only between two moves of this decision."""
    if told is None or told.manner is Manner.BARGE:
        return False
    return moves.Part(told.leg, told.agent_leg) in draft.moves


def _why_over(draft: Draft, hears: Supervision) -> str:
    """Why nobody supervises any more; empty while somebody does."""
    coordinator, call = draft.agents.get(hears.by), draft.calls.get(hears.call)
    if call is None or call.state is CallState.SURVEYED:
        return "call ended"
    if call.agent != hears.agent:
        return "passed on"
    if coordinator is None or coordinator.state is not AgentState.ON_TASK:
        return "left"
    if _is_elsewhere(draft, call, coordinator, hears.manner):
        return ELSEWHERE
    # Without a telephone and without a limit for coming back, the switchboard was restarted: the census tells.
    if not coordinator.leg and coordinator.due_at:
        return "telephone lost"
    return ""


def _is_elsewhere(draft: Draft, call: Call, coordinator: Agent, manner: Manner) -> bool:
    """Whether nothing would be heard: the switch copies speech within a node, and brings together across them."""
    legs = (call.voice, draft.agents[call.agent].leg if call.agent is not None else "", coordinator.leg)
    return manner is not Manner.BARGE and len({node_of(leg) for leg in legs if leg}) > 1


def _wanted(draft: Draft, hears: Supervision) -> Ear | None:
    """How the coordinator is connected now: not before the agent was told, nor while the caller is on hold, nor a
    colleague for victims and relatives where the coordinator is not trained for them."""
    call, agent, coordinator = draft.calls[hears.call], draft.agents[hears.agent], draft.agents[hears.by]
    is_open = draft.now >= hears.opens_at and call.state is CallState.TALKING
    consultation = draft.consultations.get(call.leg)
    with_d2 = consultation is not None and consultation.to == Stream.D2
    may_hear = Stream.D2 in coordinator.skills or not with_d2
    if not (is_open and may_hear and agent.leg and coordinator.leg):
        return None
    return Ear(call.voice, agent.leg, coordinator.leg, hears.manner)


def _connection(ear: Ear) -> moves.Move:
    if ear.manner is Manner.BARGE:
        return moves.Connect(ear.leg, ear.listener)
    return moves.Listen(ear.leg, ear.agent_leg, ear.listener, whispers=ear.manner is Manner.WHISPER)


def _undo(draft: Draft, told: Ear | None, wanted: Ear | None) -> None:
    """What was told ends before anything else of this decision: nobody stays alone with a caller's music."""
    if told is None:
        return
    joined = told.manner is Manner.BARGE
    if joined and (wanted is None or wanted.manner is not Manner.BARGE or wanted.listener != told.listener):
        over: moves.Move = moves.Part(told.leg, told.listener)
    elif not joined and (wanted is None or wanted.listener != told.listener):
        over = moves.StopListening(told.leg, told.listener)
    else:
        return
    # A census in the same decision had it done again.
    draft.moves[:] = [over, *(move for move in draft.moves if move != _connection(told))]


def _end(draft: Draft, hears: Supervision, *, why: str) -> None:
    _undo(draft, hears.told, None)
    draft.keep_supervision(hears, told=None, ended_at=draft.now, why=why)


def joined(draft: Draft, call: Call) -> set[str]:
    """The legs of coordinators whom a caller must hear."""
    going_on = [
        each for each in draft.supervisions.values() if each.call == call.leg and not _why_over(draft, each)
    ]
    ears = [_wanted(draft, each) for each in going_on]
    return {ear.listener for ear in ears if ear and ear.manner is Manner.BARGE}


def compare(draft: Draft, census: Census) -> None:
    """Take up who hears whom as the switch has it; `follow` then tells the difference."""
    going_on = [hears for hears in draft.supervisions.values() if not _why_over(draft, hears)]
    ears = dict(census.listeners)
    for hears in going_on:
        listener = draft.agents[hears.by].leg
        ear = _wanted(draft, hears)
        # Who joins was compared with the caller's conversation: the switch is told already where needed.
        if ear is None or ear.manner is not Manner.BARGE:
            seen = ears.pop(listener, None)
            ear = _ear(listener, seen) if seen else None
        elif not census.has_asked_for(ear.leg):
            ear = hears.told
        draft.keep_supervision(hears, told=ear)
    for listener, seen in ears.items():
        draft.tell(moves.StopListening(seen.leg, listener))


def _ear(listener: str, seen: ListenerSeen) -> Ear:
    """What a census has of a listener."""
    return Ear(seen.leg, seen.agent_leg, listener, Manner.WHISPER if seen.whispers else Manner.LISTEN)
