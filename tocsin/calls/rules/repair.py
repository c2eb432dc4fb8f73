"""After a reconnection: what is believed is compared with what the switch has, and the differences become
ordinary events. The switch never repeats what it told while nobody listened."""

from tocsin.calls.rules import (
    asking,
    call_backs,
    consulting,
    desk,
    events,
    journey,
    moves,
    supervision,
    taping,
    timing,
)
from tocsin.calls.rules.agents import Agent
from tocsin.calls.rules.draft import Draft
from tocsin.calls.rules.states import NOT_ASKED, UNSEEN_END, Call, CallState
from tocsin.workforce.rules import AgentState


def compare(draft: Draft, census: events.Census) -> None:
    """Bring the floor in line with the census, as far as it goes: a node may have been asked alone."""
    for call in [call for call in draft.calls.values() if census.has_asked_for(_leg_of(call))]:
        _look_for(draft, call, census)
    _find_agents(draft, census)
    consulting.compare_outside(draft, census)
    consulting.part_strangers(draft, census)
    for leg, dialled in census.dialled.items():
        if not consulting.is_asked(leg):
            _find_dialled(draft, leg, dialled, census)
    for leg, seen in census.callers.items():
        _find_caller(draft, leg, seen, census)
    consulting.bring_together(draft, census)
    supervision.compare(draft, census)
    taping.compare(draft, census)
    _settle(draft, census)


def _leg_of(call: Call) -> str:
    """The leg by whose node it is known whether the caller is there."""
    return call.leg if call.to_be_dialled else call.voice


def _look_for(draft: Draft, call: Call, census: events.Census) -> None:
    """Whether a call that is believed in is there."""
    # At a leg that was dialled the caller is since the call is in this state, or longer.
    there_since = call.since if call.is_called_back else call.arrived_at
    if call.is_called_back and call.leg in census.callers:
        # Has been told by when the call comes.
        draft.tell(moves.Release(call.leg))
    # Whoever is there is not cut off, whatever the clock said when the node began to run.
    is_there = call.voice in census.callers or call.voice in census.dialled
    if not (call.to_be_dialled or is_there) and census.cut_off(call.voice, there_since=there_since):
        consulting.caller_leaves(draft, call)
        call_backs.cut_off(draft, call)
    elif call.state is CallState.FALLBACK:
        # The fallback is outside the census; whoever is still there tries again soon.
        draft.keep_call(call, due_at=draft.now + timing.FALLBACK_RETURN)
    elif call.to_be_dialled or is_there or draft.is_about_to_dial(call.voice):
        return
    elif call.leg in census.in_fallback:
        # Recorded as it arrived, and never taken in: whoever decided that was gone before the switch was told.
        due_in = timing.FALLBACK_RETURN
        draft.move_call(call, CallState.FALLBACK, why="never taken in", due_in=due_in, messages=0, **NOT_ASKED)
    elif call.state is CallState.DIALLING:
        call_backs.unreached(draft, call, why=UNSEEN_END)
    else:
        # Told nothing: whoever comes again in this moment would be the one to hear it.
        consulting.caller_leaves(draft, call)
        journey.gone(draft, call, why=UNSEEN_END)


def _find_caller(draft: Draft, leg: str, seen: events.CallerSeen, census: events.Census) -> None:
    touched = draft.touched_calls.get(leg)
    call = draft.calls.get(leg)
    if touched and touched.state is CallState.ENDED:
        # Ended in this very decision, by an event from before the census.
        draft.tell(moves.Release(leg))
    elif call is None or call.state is CallState.FALLBACK:
        journey.arrive(draft, seen.arrival)
    elif call.voice == leg:
        _resume(draft, call, seen.together_with, census)


def _find_dialled(draft: Draft, leg: str, seen: events.DialledSeen, census: events.Census) -> None:
    call = draft.call_at(leg)
    if call is None or call.voice != leg or call.to_be_dialled:
        draft.tell(moves.Release(leg))
    elif call.state is not CallState.DIALLING:
        _resume(draft, call, seen.together_with, census)
    elif seen.answered:
        call_backs.answered(draft, call)


def _find_agents(draft: Draft, census: events.Census) -> None:
    for leg, login in census.agents.items():
        known = draft.agents.get(draft.floor.logins.get(login, 0))
        if known and known.leg and not census.has_asked_for(known.leg):
            # The agent has another telephone since this one's node was lost from sight.
            draft.tell(moves.DropLeg(leg))
        else:
            desk.leg_up(draft, events.AgentLegUp(leg, login))
    for agent in list(draft.agents.values()):
        if agent.leg not in census.agents and _was_asked_for(draft, agent, census) and not _is_known_gone(agent):
            desk.leg_lost(draft, agent)


def _was_asked_for(draft: Draft, agent: Agent, census: events.Census) -> bool:
    """Whether every node was asked on which the agent's telephone may be: after a restart of our own, all."""
    return census.has_asked_for(agent.leg) if agent.leg else census.of <= draft.nodes


def _settle(draft: Draft, census: events.Census) -> None:
    """Part those who were seen together before the node of one was asked, and should not be. Until all nodes have
    been asked, whom a restart left unknown may be on one that was not."""
    earlier = {leg: others for leg, others in draft.unsettled.items() if not census.has_asked_for(leg)}
    for leg, others in earlier.items():
        consulting.part(draft, census, leg, others - consulting.heard_at(draft, leg))
    if census.of <= draft.nodes:
        draft.unsettled = {}
        return
    seen = {leg: caller.together_with for leg, caller in census.callers.items()}
    seen |= {leg: dialled.together_with for leg, dialled in census.dialled.items()}
    seen |= {leg: census.consults.get(leg, frozenset()) for leg in census.agents}
    draft.unsettled = earlier | {
        leg: frozenset(other for other in others if not consulting.is_placed(draft, census, other))
        for leg, others in seen.items()
    }


def lose_sight(draft: Draft, lost: events.Disconnected) -> None:
    """A node cannot be reached: who is in its fallback cannot come back, and is not given up for that."""
    for call in list(draft.calls.values()):
        if call.state is CallState.FALLBACK and events.is_on(call.leg, lost.node):
            draft.keep_call(call, due_at=None)


def _is_known_gone(agent: Agent) -> bool:
    """Whether it was decided already that the agent's telephone is gone; not so after a restart of our own."""
    undecided = agent.state is AgentState.OFFERED or agent.due_at is None
    return not agent.leg and (agent.state is AgentState.SIGNED_OUT or not undecided)


def _resume(draft: Draft, call: Call, together_with: frozenset[str], census: events.Census) -> None:
    """Have the switch do again what the call's state asks for; it may have been told, or not, before the end."""
    leg = call.voice
    partners = consulting.heard_by(draft, call)
    consulting.part(draft, census, leg, together_with - partners)
    if missing := partners - together_with:
        draft.tell(moves.StopPlaying(leg, call.playing))
        draft.tell(*(moves.Connect(leg, partner) for partner in sorted(missing)))
    match call.state:
        case CallState.HELD | CallState.EMERGENCY:
            draft.tell(moves.PlayMusic(leg))
        case CallState.OUTSIDE if not partners:
            # Handed over, and it rings.
            draft.tell(moves.PlayMusic(leg))
        case CallState.CHOOSING if call.question in asking.QUESTIONS:
            # The number that was read out, or entered, is not stored.
            draft.tell(moves.TakeIn(leg))
            asking.ask_again(draft, call)
        case (
            CallState.GREETING
            | CallState.INFORMING
            | CallState.CHOOSING
            | CallState.TURNED_AWAY
            | CallState.SURVEYED
        ):
            # The end of the message may have been missed: a short wait, then on as if it had been heard.
            draft.tell(moves.TakeIn(leg))
            draft.keep_call(call, due_at=draft.now + timing.KEY)
        case CallState.WAITING | CallState.OFFERED if call.question:
            # An answer may have ended meanwhile, which nobody can tell: waiting goes on.
            draft.tell(moves.TakeIn(leg), moves.StopPlaying(leg, call.playing), moves.PlayMusic(leg))
            due_at = draft.now + timing.POSITION if call.state is CallState.WAITING else call.due_at
            draft.keep_call(call, due_at=due_at, question=None, answer=None, entered="")
        case CallState.WAITING | CallState.OFFERED | CallState.RECONNECTING:
            draft.tell(moves.TakeIn(leg), moves.PlayMusic(leg))
        case _:
            pass
