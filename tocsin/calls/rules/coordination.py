"""What coordinators ask: that a caller goes earlier, to another queue, or to an agent whom they chose; that an
agent pauses or leaves; and what `supervision` decides of conversations."""

from tocsin.activations.rules import Stream
from tocsin.calls.rules import desk, promised, supervision, taping, timing
from tocsin.calls.rules.draft import Draft
from tocsin.calls.rules.events import Answer, CoordinatorAsked, LineVerb, SupervisorVerb
from tocsin.calls.rules.floor import ANY_AGENT
from tocsin.calls.rules.routing import Offer, make_offer
from tocsin.calls.rules.states import IN_LINE, NOT_ASKED, QUEUED, Call, CallState, Rank, Reason, Why
from tocsin.calls.rules.transfer import stays_in_d2
from tocsin.workforce.rules import AgentState

# Why an agent is paused whom a coordinator paused; the order says who, and why.
BY_COORDINATOR = "by coordinator"


def asked(draft: Draft, event: CoordinatorAsked) -> Answer:
    """Do what a coordinator asked, where it still can be done, and answer what became of it."""
    if event.verb in supervision.VERBS:
        return supervision.asked(draft, event)
    if event.verb in (SupervisorVerb.TAPE, SupervisorVerb.STOP_TAPE):
        return taping.coordinator_asked(draft, event)
    if event.verb in (SupervisorVerb.PAUSE, SupervisorVerb.SIGN_OUT):
        return _dismiss(draft, event)
    return _asked_about_caller(draft, event)


def _asked_about_caller(draft: Draft, event: CoordinatorAsked) -> Answer:
    call = draft.calls.get(event.call)
    if call is None or call.activation != event.activation or call.state not in IN_LINE | QUEUED:
        return Answer.GONE
    if event.verb is LineVerb.GIVE:
        return _give(draft, event, call)
    if call.state is CallState.OFFERED:
        return Answer.RINGING
    match event.verb:
        # Who is served last was decided with its reasons, and is undone there.
        case LineVerb.RAISE if Rank.RAISED < call.rank < Rank.LAST:
            draft.keep_call(call, rank=Rank.RAISED)
        case LineVerb.LOWER if call.rank is Rank.RAISED:
            draft.keep_call(call, rank=Rank.ORDINARY)
        case LineVerb.MOVE:
            return _move(draft, event, call)
        case _:
            return Answer.AS_IT_WAS
    return Answer.DONE


def _move(draft: Draft, event: CoordinatorAsked, call: Call) -> Answer:
    """To another language or stream of the line; the place in line stays what it is.

    Not from D2 back to D5 once an agent spoke with the caller: what was said there stays.
    """
    script = draft.floor.script_of(call)
    language, stream = event.language or call.language, event.stream or call.stream
    if script is None or language not in script.languages or stream not in script.streams:
        return Answer.NOT_TAKEN
    if stream is Stream.D5 and stays_in_d2(call.stream, answered=call.answered):
        return Answer.STAYS_IN_D2
    if (language, stream) == (call.language, call.stream):
        return Answer.AS_IT_WAS
    # The wait that was told was another line's.
    call = draft.keep_call(call, language=language, stream=stream, told_by=None, told_place=None)
    if call.question:
        # Asked in the language before; the place is told in the other at the end of this decision.
        draft.keep_call(call, due_at=draft.now, **NOT_ASKED)
    return Answer.DONE


def _give(draft: Draft, event: CoordinatorAsked, call: Call) -> Answer:
    """Offer the caller to an agent who is ready, also where that agent has less than the line asks for otherwise.

    Never asked for less: that the agent serves the authority, speaks the language and, for D2, is trained. A break
    from victims that the agent should have had is waived, and the reason says so.
    """
    if event.agent is not None and event.agent == call.agent:
        return Answer.AS_IT_WAS
    agent = draft.agents.get(event.agent or 0)
    if agent is None or not agent.is_free:
        return Answer.AGENT_NOT_FREE
    if not agent.may_take(call, ANY_AGENT, now=draft.now, waives_break=True):
        return Answer.AGENT_UNABLE
    relaxed = not agent.may_take(call, draft.floor.wanted_for(call), now=draft.now, waives_break=True)
    silent = (call.due_at is not None and call.state is CallState.OFFERED) or call.due_at == draft.now
    if call.state is CallState.OFFERED:
        call = _take_back(draft, call)
    waived = call.stream is Stream.D2 and not agent.takes_d2
    chosen = Why.BREAK_WAIVED if waived else Why.PICKED
    reason = Reason(Why.PICKED, "", chosen, relaxed, call.rank)
    make_offer(draft, Offer(call, agent, reason), silent=silent)
    return Answer.DONE


def _take_back(draft: Draft, call: Call) -> Call:
    """The agent whose telephone rings is ready again, and has missed nothing."""
    ringing = draft.agents[call.agent or 0]
    draft.move_agent(ringing, AgentState.READY, why="given to another", call="", idle_since=ringing.idle_since)
    if call.to_be_dialled:
        return promised.back_in_line(draft, call, why="given to another")
    return draft.move_call(call, CallState.WAITING, why="given to another", due_in=timing.POSITION, agent=None)


def _dismiss(draft: Draft, event: CoordinatorAsked) -> Answer:
    """Pause an agent, who finishes a conversation and the note of it first; or sign one out, whose caller is first
    in line then."""
    agent = draft.agents.get(event.agent or 0)
    if agent is None or agent.state is AgentState.SIGNED_OUT:
        return Answer.AS_IT_WAS
    if event.verb is SupervisorVerb.SIGN_OUT:
        desk.sign_out(draft, agent, why=BY_COORDINATOR)
        draft.keep_agent(draft.agents[agent.id], reason=BY_COORDINATOR)
        return Answer.DONE
    if agent.state in (AgentState.OFFERED, AgentState.TALKING, AgentState.WRAP_UP):
        return Answer.BUSY
    draft.move_agent(agent, AgentState.PAUSED, why=BY_COORDINATOR, call="", reason=BY_COORDINATOR)
    return Answer.DONE
