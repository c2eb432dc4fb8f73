"""After a reconnection: what is believed is compared with what the switch has, and the differences become
ordinary events. The switch never repeats what it told while nobody listened."""

from tocsin.calls.rules import call_backs, desk, events, journey, moves, timing
from tocsin.calls.rules.agents import Agent
from tocsin.calls.rules.draft import Draft
from tocsin.calls.rules.states import UNSEEN_END, Call, CallState
from tocsin.workforce.rules import AgentState


def compare(draft: Draft, census: events.Census) -> None:
    """Bring the floor in line with the census."""
    for call in list(draft.calls.values()):
        _look_for(draft, call, census)
    for leg, login in census.agents.items():
        desk.leg_up(draft, events.AgentLegUp(leg, login))
    for agent in list(draft.agents.values()):
        if agent.leg not in census.agents and not _is_known_gone(agent):
            desk.leg_lost(draft, agent)
    for leg, dialled in census.dialled.items():
        _find_dialled(draft, leg, dialled)
    for leg, seen in census.callers.items():
        _find_caller(draft, leg, seen)


def _look_for(draft: Draft, call: Call, census: events.Census) -> None:
    """Whether a call that is believed in is there."""
    if call.state is CallState.FALLBACK:
        # The fallback is outside the census; whoever is still there tries again soon.
        draft.keep_call(call, due_at=draft.now + timing.FALLBACK_RETURN)
    elif call.to_be_dialled:
        if call.leg in census.callers:
            # Has been told by when the call comes.
            draft.tell(moves.Release(call.leg))
    elif call.voice in census.callers or call.voice in census.dialled:
        return
    elif call.state is CallState.DIALLING:
        call_backs.unreached(draft, call, why=UNSEEN_END)
    else:
        # Told nothing: whoever comes again in this moment would be the one to hear it.
        journey.gone(draft, call, why=UNSEEN_END)


def _find_caller(draft: Draft, leg: str, seen: events.CallerSeen) -> None:
    touched = draft.touched_calls.get(leg)
    call = draft.calls.get(leg)
    if touched and touched.state is CallState.ENDED:
        # Ended in this very decision, by an event from before the census.
        draft.tell(moves.Release(leg))
    elif call is None or call.state is CallState.FALLBACK:
        journey.arrive(draft, seen.arrival)
    elif call.voice == leg:
        _resume(draft, call, seen.together_with)


def _find_dialled(draft: Draft, leg: str, seen: events.DialledSeen) -> None:
    call = draft.call_at(leg)
    if call is None or call.voice != leg or call.to_be_dialled:
        draft.tell(moves.Release(leg))
    elif call.state is not CallState.DIALLING:
        _resume(draft, call, seen.together_with)
    elif seen.answered:
        call_backs.answered(draft, call)


def lose_sight(draft: Draft) -> None:
    """The switch cannot be reached: who is in its fallback cannot come back, and is not given up for that."""
    for call in list(draft.calls.values()):
        if call.state is CallState.FALLBACK:
            draft.keep_call(call, due_at=None)


def _is_known_gone(agent: Agent) -> bool:
    """Whether it was decided already that the agent's telephone is gone; not so after a restart of our own."""
    undecided = agent.state is AgentState.OFFERED or agent.due_at is None
    return not agent.leg and (agent.state is AgentState.SIGNED_OUT or not undecided)


def _resume(draft: Draft, call: Call, together_with: frozenset[str]) -> None:
    """Have the switch do again what the call's state asks for; it may have been told, or not, before the end."""
    leg = call.voice
    agent = draft.agents.get(call.agent) if call.agent is not None else None
    partner = agent.leg if agent and call.state is CallState.TALKING else ""
    for stranger in together_with - {partner}:
        draft.tell(moves.Part(leg, stranger))
    match call.state:
        case CallState.TALKING if partner and partner not in together_with:
            draft.tell(moves.StopPlaying(leg, call.playing), moves.Connect(leg, partner))
        case CallState.HELD:
            draft.tell(moves.PlayMusic(leg))
        case CallState.GREETING | CallState.INFORMING | CallState.CHOOSING | CallState.TURNED_AWAY:
            # The end of the message may have been missed: a short wait, then on as if it had been heard.
            draft.tell(moves.TakeIn(leg))
            draft.keep_call(call, due_at=draft.now + timing.KEY)
        case CallState.WAITING | CallState.OFFERED | CallState.RECONNECTING:
            draft.tell(moves.TakeIn(leg), moves.PlayMusic(leg))
        case _:
            pass
