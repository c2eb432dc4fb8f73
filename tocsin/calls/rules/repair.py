"""After a reconnection: what is believed is compared with what the switch has, and the differences become
ordinary events. The switch never repeats what it told while nobody listened."""

from tocsin.calls.rules import desk, events, journey, moves, timing
from tocsin.calls.rules.agents import Agent
from tocsin.calls.rules.draft import Draft
from tocsin.calls.rules.states import UNSEEN_END, CallState
from tocsin.workforce.rules import AgentState


def compare(draft: Draft, census: events.Census) -> None:
    """Bring the floor in line with the census."""
    for call in list(draft.calls.values()):
        if call.state is CallState.FALLBACK:
            # The fallback is outside the census; whoever is still there tries again soon.
            draft.keep_call(call, due_at=draft.now + timing.FALLBACK_RETURN)
        elif call.leg not in census.callers:
            # Told nothing: whoever comes again in this moment would be the one to hear it.
            journey.gone(draft, call, why=UNSEEN_END)
    for leg, login in census.agents.items():
        desk.leg_up(draft, events.AgentLegUp(leg, login))
    for agent in list(draft.agents.values()):
        if agent.leg not in census.agents and not _is_known_gone(agent):
            desk.leg_lost(draft, agent)
    for leg, seen in census.callers.items():
        touched = draft.touched_calls.get(leg)
        if touched and touched.state is CallState.ENDED:
            # Ended in this very decision, by an event from before the census.
            draft.tell(moves.Release(leg))
        elif leg in draft.calls and draft.calls[leg].state is not CallState.FALLBACK:
            _resume(draft, leg, seen)
        else:
            journey.arrive(draft, seen.arrival)


def lose_sight(draft: Draft) -> None:
    """The switch cannot be reached: who is in its fallback cannot come back, and is not given up for that."""
    for call in list(draft.calls.values()):
        if call.state is CallState.FALLBACK:
            draft.keep_call(call, due_at=None)


def _is_known_gone(agent: Agent) -> bool:
    """Whether it was decided already that the agent's telephone is gone; not so after a restart of our own."""
    undecided = agent.state is AgentState.OFFERED or agent.due_at is None
    return not agent.leg and (agent.state is AgentState.SIGNED_OUT or not undecided)


def _resume(draft: Draft, leg: str, seen: events.CallerSeen) -> None:
    """Have the switch do again what the call's state asks for; it may have been told, or not, before the end."""
    call = draft.calls[leg]
    agent = draft.agents.get(call.agent) if call.agent is not None else None
    partner = agent.leg if agent and call.state is CallState.TALKING else ""
    for stranger in seen.together_with - {partner}:
        draft.tell(moves.Part(leg, stranger))
    match call.state:
        case CallState.TALKING if partner and partner not in seen.together_with:
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
