"""What coordinators ask: that a caller goes earlier, to another queue, or to an agent whom they chose."""

from tocsin.calls.rules import call_backs, timing
from tocsin.calls.rules.draft import Draft
from tocsin.calls.rules.events import Answer, CoordinatorAsked, LineVerb
from tocsin.calls.rules.floor import ANY_AGENT
from tocsin.calls.rules.routing import Offer, make_offer
from tocsin.calls.rules.states import IN_LINE, QUEUED, Call, CallState, Rank, Reason, Why
from tocsin.workforce.rules import AgentState


def asked(draft: Draft, event: CoordinatorAsked) -> Answer:
    """Do what a coordinator asked about a caller, where it still can be done, and answer what became of it."""
    call = draft.calls.get(event.call)
    if call is None or call.activation != event.activation or call.state not in IN_LINE | QUEUED:
        return Answer.GONE
    if event.verb is LineVerb.GIVE:
        return _give(draft, event, call)
    if call.state is CallState.OFFERED:
        return Answer.RINGING
    match event.verb:
        case LineVerb.RAISE if call.rank > Rank.RAISED:
            draft.keep_call(call, rank=Rank.RAISED)
        case LineVerb.LOWER if call.rank is Rank.RAISED:
            draft.keep_call(call, rank=Rank.ORDINARY)
        case LineVerb.MOVE:
            return _move(draft, event, call)
        case _:
            return Answer.AS_IT_WAS
    return Answer.DONE


def _move(draft: Draft, event: CoordinatorAsked, call: Call) -> Answer:
    """To another language or stream of the line; the place in line stays what it is."""
    script = draft.floor.lines.get(call.number)
    language, stream = event.language or call.language, event.stream or call.stream
    if script is None or language not in script.languages or stream not in script.streams:
        return Answer.NOT_TAKEN
    if (language, stream) == (call.language, call.stream):
        return Answer.AS_IT_WAS
    draft.keep_call(call, language=language, stream=stream)
    return Answer.DONE


def _give(draft: Draft, event: CoordinatorAsked, call: Call) -> Answer:
    """Offer the caller to an agent who is ready, also where that agent has less than the line asks for otherwise.

    Never asked for less: that the agent serves the authority, speaks the language and, for D2, is trained.
    """
    if event.agent is not None and event.agent == call.agent:
        return Answer.AS_IT_WAS
    agent = draft.agents.get(event.agent or 0)
    if agent is None or not agent.is_free:
        return Answer.AGENT_NOT_FREE
    if not agent.may_take(call, ANY_AGENT, now=draft.now):
        return Answer.AGENT_UNABLE
    relaxed = not agent.may_take(call, draft.floor.wanted_for(call), now=draft.now)
    silent = (call.due_at is not None and call.state is CallState.OFFERED) or call.due_at == draft.now
    if call.state is CallState.OFFERED:
        call = _take_back(draft, call)
    reason = Reason(Why.PICKED, "", Why.PICKED, relaxed, call.rank)
    make_offer(draft, Offer(call, agent, reason), silent=silent)
    return Answer.DONE


def _take_back(draft: Draft, call: Call) -> Call:
    """The agent whose telephone rings is ready again, and has missed nothing."""
    ringing = draft.agents[call.agent or 0]
    draft.move_agent(ringing, AgentState.READY, why="given to another", call="", idle_since=ringing.idle_since)
    if call.to_be_dialled:
        return call_backs.back_in_line(draft, call, why="given to another")
    return draft.move_call(call, CallState.WAITING, why="given to another", due_in=timing.POSITION, agent=None)
