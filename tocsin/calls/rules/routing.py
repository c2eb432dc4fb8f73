"""Who is offered whom."""

from tocsin.calls.rules import journey, timing
from tocsin.calls.rules.draft import Draft
from tocsin.calls.rules.floor import Agent
from tocsin.calls.rules.states import Call, CallState
from tocsin.workforce.rules import AgentState


def longest_idle(agents: list[Agent], call: Call) -> Agent | None:
    """Of the agents who may take the call, the one who has been free the longest."""
    return min((a for a in agents if a.may_take(call)), key=lambda a: (a.idle_since, a.id), default=None)


def offer_calls(draft: Draft) -> None:
    """Offer waiting calls, in line order, each to the longest-idle ready agent who speaks the language."""
    ready = [a for a in draft.agents.values() if a.state is AgentState.READY and a.leg]
    if not ready:
        return
    waiting = sorted((c for c in draft.calls.values() if c.state is CallState.WAITING), key=journey.order_in_line)
    # Where one caller finds nobody, those behind in the same line find nobody either.
    without_agent: set[tuple[int | None, str]] = set()
    for call in waiting:
        if (call.authority, call.language) in without_agent:
            continue
        agent = longest_idle(ready, call)
        if agent is None:
            without_agent.add((call.authority, call.language))
            continue
        ready.remove(agent)
        # Nothing was said yet to a caller whose first announcement is due this instant; music covers the ringing
        # of an agent who does not answer at once.
        silent = call.due_at == draft.now
        draft.move_call(
            call,
            CallState.OFFERED,
            why="longest idle",
            agent=agent.id,
            due_in=timing.SILENCE if silent else None,
        )
        draft.move_agent(agent, AgentState.OFFERED, why="longest idle", due_in=timing.OFFER, call=call.leg)
        if not ready:
            return
