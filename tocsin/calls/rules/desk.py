"""What agents ask and what happens to their telephones."""

from dataclasses import replace

from tocsin.calls.rules import (
    asking,
    call_backs,
    consulting,
    d2_breaks,
    events,
    handing_over,
    hold,
    journey,
    moves,
    promised,
    survey,
    taping,
    timing,
    transfer,
)
from tocsin.calls.rules.agents import Agent
from tocsin.calls.rules.consultation import Consultation, Stage
from tocsin.calls.rules.draft import Draft
from tocsin.calls.rules.events import Verb
from tocsin.calls.rules.saying import end
from tocsin.calls.rules.states import CONVERSATION, NOT_ASKED, Call, CallState, Rank
from tocsin.workforce.rules import AT_TELEPHONE, AgentState

# In these states an agent is offered nothing until ready again.
AWAY = frozenset({AgentState.SIGNED_OUT, AgentState.PAUSED, AgentState.ON_TASK})
INTERRUPTIBLE = AWAY | {AgentState.READY, AgentState.WRAP_UP}
# Offers in a row that may go unanswered before the agent is paused.
MISSED_OFFERS = 2
# Why the line itself pauses an agent; beside the reasons that agents choose from.
MISSED = "missed calls"
DECLINED = "declined call"


def asked(draft: Draft, event: events.AgentAsked) -> None:
    """An agent asked something; what no longer fits the state, because it came too late, changes nothing."""
    agent = draft.agents.get(event.agent)
    if agent is None:
        return
    call = _call_of(draft, agent) if event.call == agent.call else None
    match event.verb:
        case Verb.READY if agent.state in AWAY:
            draft.move_agent(agent, AgentState.READY, why="ready", missed=0)
        case Verb.DONE if agent.state is AgentState.WRAP_UP:
            draft.move_agent(agent, AgentState.READY, why="wrap-up done", call="")
        case Verb.PAUSE | Verb.TASK if agent.state in INTERRUPTIBLE:
            after = AgentState.PAUSED if event.verb is Verb.PAUSE else AgentState.ON_TASK
            draft.move_agent(agent, after, why=event.verb, call="", reason=event.reason)
        case Verb.SIGN_OUT:
            sign_out(draft, agent, why="signed out")
        case Verb.TAPE_OFF | Verb.TAPE_ON if call:
            taping.agent_asked(draft, call, event.verb)
        case _ if call:
            _asked_about(draft, agent, call, event)
        case _:
            pass


def _call_of(draft: Draft, agent: Agent) -> Call | None:
    """The call that an agent is offered, has, or is asked about.

    Whoever still writes about a caller who was passed on has none: that caller is somebody else's.
    """
    call = draft.calls.get(agent.call)
    if call is None or (call.agent != agent.id and consulting.about(draft, agent) is None):
        return None
    return call


def _asked_about(draft: Draft, agent: Agent, call: Call, event: events.AgentAsked) -> None:
    """An agent asked something about the call on the desk."""
    if consultation := draft.consultations.get(call.leg):
        if agent.id == consultation.by:
            _about_a_colleague(draft, call, consultation, event)
        else:
            _as_colleague(draft, agent, consultation, event)
        return
    match event.verb:
        case Verb.ACCEPT if call.state is CallState.OFFERED:
            accept(draft, agent, call)
        case Verb.DECLINE if call.state is CallState.OFFERED:
            decline(draft, agent, call)
        case Verb.HANG_UP if call.state in CONVERSATION | {CallState.DIALLING}:
            hang_up(draft, call)
        case Verb.HOLD if call.state is CallState.TALKING:
            hold.begin(draft, agent, call)
        case Verb.RESUME if call.state is CallState.HELD:
            connect(draft, agent, call, why="resumed")
        case Verb.TRANSFER if transfer.may_pass_on(draft, call, event):
            transfer.pass_on(draft, agent, call, event)
        case Verb.CONSULT if event.number and transfer.may_call_outside(draft, call, event):
            consulting.call_outside(draft, agent, call, event)
        case Verb.CONSULT if not event.number and transfer.may_consult(call, event):
            consulting.begin(draft, agent, call, event)
        case _:
            pass


def _about_a_colleague(draft: Draft, call: Call, consultation: Consultation, event: events.AgentAsked) -> None:
    """The agent who consults somebody asked something."""
    speaks = consultation.stage is Stage.SPEAKING
    match event.verb:
        case Verb.RESUME:
            consulting.give_up(draft, consultation, why="resumed")
            consulting.release(draft, consultation, why="not needed")
        case Verb.JOIN if speaks:
            consulting.join(draft, consultation)
        case Verb.HAND_OVER if speaks or consultation.stage is Stage.TOGETHER:
            consulting.hand_over(draft, consultation, why="handed over")
        case Verb.HAND_OVER if consultation.number:
            handing_over.begin(draft, consultation)
        case Verb.CONSULT if transfer.may_call_112_instead(draft, call, consultation, event):
            consulting.call_112_instead(draft, draft.agents[event.agent], consultation, event)
        case Verb.HANG_UP:
            consulting.end(draft, consultation, why="agent hung up")
            hang_up(draft, call)
        case _:
            pass


def _as_colleague(draft: Draft, agent: Agent, consultation: Consultation, event: events.AgentAsked) -> None:
    """The agent who is consulted asked something."""
    match event.verb:
        case Verb.ACCEPT if consultation.stage is Stage.RINGING:
            consulting.accept(draft, consultation, agent)
        case Verb.DECLINE if consultation.stage is Stage.RINGING:
            consulting.give_up(draft, consultation, why="declined")
            draft.move_agent(agent, AgentState.PAUSED, why="declined", call="", reason=DECLINED)
        case Verb.HANG_UP if consultation.stage is not Stage.RINGING:
            consulting.give_up(draft, consultation, why="colleague hung up")
            consulting.release(draft, consultation, why="hung up")
        case _:
            pass


def hang_up(draft: Draft, call: Call) -> None:
    """The agent ends the conversation, or gives up a number that rings."""
    if call.state is CallState.DIALLING:
        call_backs.unreached(draft, call, why=call_backs.AGENT_GAVE_UP)
    else:
        journey.wrap_up(draft, call, why="agent hung up")
        last = survey.ask if survey.is_asked(draft, call) else end
        last(draft, call, why="agent hung up")


def accept(draft: Draft, agent: Agent, call: Call) -> None:
    """The agent takes the call that was offered; who hung up meanwhile is called back."""
    if call.to_be_dialled:
        call_backs.dial(draft, agent, call)
        return
    draft.move_agent(agent, AgentState.TALKING, why="accepted", missed=0)
    connect(draft, agent, call, why="accepted")


def connect(draft: Draft, agent: Agent, call: Call, *, why: str) -> None:
    """Both hear each other, and nothing else."""
    draft.tell(moves.StopPlaying(call.voice, call.playing), moves.Connect(call.voice, agent.leg))
    rank = call.rank.unless_last(Rank.ORDINARY)
    call = replace(promised.kept(call), answered=True, rank=rank, entered="")
    draft.move_call(call, CallState.TALKING, why=why, **NOT_ASKED)


def decline(draft: Draft, agent: Agent, call: Call) -> None:
    """The agent cannot take calls now, and is not asked again before saying so."""
    give_back(draft, call, why="declined")
    draft.move_agent(agent, AgentState.PAUSED, why="declined", call="", reason=DECLINED)


def withdraw_offer(draft: Draft, agent: Agent, call: Call, *, why: str) -> None:
    """An offer not taken: the caller is first in line at once, the agent last, or paused the second time.

    Where a colleague asked, the caller is theirs as before.
    """
    if consultation := consulting.about(draft, agent):
        consulting.give_up(draft, consultation, why=why)
    else:
        give_back(draft, call, why=why)
    missed = agent.missed + 1
    if missed >= MISSED_OFFERS:
        draft.move_agent(agent, AgentState.PAUSED, why=why, call="", missed=0, reason=MISSED)
    else:
        draft.move_agent(agent, AgentState.READY, why=why, call="", missed=missed)


def give_back(draft: Draft, call: Call, *, why: str) -> None:
    """A caller whose offer came to nothing is first in line, unless served last; one who has heard nothing yet is
    told the place at once."""
    rank = call.rank.unless_last(Rank.RETURNED)
    if call.to_be_dialled:
        promised.back_in_line(draft, call, why=why, rank=rank)
        return
    if call.question in asking.QUESTIONS:
        # Whoever arranges a call-back goes on with it.
        draft.move_call(call, CallState.CHOOSING, why=why, due_in=timing.POSITION, agent=None, rank=rank)
        return
    announce_in = timing.SILENCE if call.due_at else timing.POSITION
    if call.answer is not None:
        # It is told to its end first.
        announce_in = timing.LONGEST_MESSAGE
    draft.move_call(call, CallState.WAITING, why=why, due_in=announce_in, agent=None, rank=rank)


def leg_up(draft: Draft, event: events.AgentLegUp) -> None:
    """An agent's telephone is connected. The newest one is the agent's; a conversation moves over to it."""
    agent = draft.agents.get(draft.floor.logins.get(event.login, 0))
    if agent is None:
        draft.tell(moves.DropLeg(event.leg))
        return
    if agent.leg == event.leg:
        return
    older, comes_back = agent.leg, agent.is_awaited
    due_at = None if agent.state in AT_TELEPHONE else agent.due_at
    agent = draft.keep_agent(agent, leg=event.leg, due_at=due_at)
    call = _call_of(draft, agent)
    if call and call.state is CallState.RECONNECTING:
        connect(draft, agent, call, why="agent came back")
    elif (
        call and call.state is CallState.TALKING and (older or comes_back or draft.is_apart(call.voice, agent.leg))
    ):
        # Before the older one is dropped, so that the caller's bridge is never empty. Where there is none and none
        # was awaited, we were restarted, and the census of the caller's node says whether both are together.
        draft.tell(moves.Connect(call.voice, agent.leg))
    elif consultation := consulting.about(draft, agent):
        consulting.telephone_changed(draft, consultation, known=not older)
    if older:
        draft.tell(moves.DropLeg(older))


def leg_lost(draft: Draft, agent: Agent) -> None:
    """An agent's telephone is gone. Whoever was spoken with is told; the agent has a moment to come back."""
    call = _call_of(draft, agent)
    agent = draft.keep_agent(agent, leg="")
    if agent.state is AgentState.OFFERED and call:
        withdraw_offer(draft, agent, call, why="agent's telephone lost")
        agent = draft.agents[agent.id]
    elif call and call.state is CallState.DIALLING:
        call_backs.unreached(draft, call, why=call_backs.AGENT_LOST)
        agent = draft.agents[agent.id]
    elif (consultation := consulting.about(draft, agent)) and not consulting.goes_on_without(agent, consultation):
        _leave_consultation(draft, agent, consultation, why="agent's telephone lost")
        agent = draft.agents[agent.id]
    call = _call_of(draft, agent)
    if call and call.state in (CallState.TALKING, CallState.HELD) and call.leg not in draft.consultations:
        journey.await_agent(draft, call, why="agent's telephone lost")
    if agent.state in AT_TELEPHONE:
        draft.keep_agent(agent, due_at=draft.now + timing.AGENT_RETURN)


def _leave_consultation(draft: Draft, agent: Agent, consultation: Consultation, *, why: str) -> None:
    """One of two agents disappears: the other has the caller."""
    if agent.id == consultation.agent:
        consulting.give_up(draft, consultation, why=why)
        consulting.release(draft, consultation, why=why)
    elif consultation.stage is Stage.RINGING or (consultation.number and consultation.stage is Stage.SPEAKING):
        # Who was called outside knows nothing of the caller yet.
        consulting.end(draft, consultation, why=why)
    else:
        consulting.hand_over(draft, consultation, why=why)


def due(draft: Draft, agent: Agent) -> None:
    """Time is up in the state the agent is in."""
    call = draft.calls.get(agent.call)
    if agent.state is AgentState.OFFERED and call:
        withdraw_offer(draft, agent, call, why="not answered")
    elif agent.state is AgentState.WRAP_UP:
        draft.move_agent(agent, AgentState.READY, why="wrap-up time over", call="")
    elif agent.state is AgentState.OFFERED:
        # No agent stays so, whatever became of the call.
        draft.move_agent(agent, AgentState.READY, why="offer gone", call="")
    elif not agent.leg and agent.state is not AgentState.SIGNED_OUT:
        sign_out(draft, agent, why="telephone lost")
    else:
        draft.keep_agent(agent, due_at=None)


def sign_out(draft: Draft, agent: Agent, *, why: str) -> None:
    """The agent leaves; a caller who was offered or spoken with goes to the head of the line."""
    if consultation := consulting.about(draft, agent):
        _leave_consultation(draft, agent, consultation, why=why)
        agent = draft.agents[agent.id]
    call = _call_of(draft, agent)
    if call and call.state is CallState.OFFERED:
        give_back(draft, call, why=why)
    elif call and call.state is CallState.DIALLING:
        call_backs.unreached(draft, call, why=call_backs.AGENT_LEFT)
        agent = draft.agents[agent.id]
    elif call and call.state in CONVERSATION:
        if agent.leg and call.state is CallState.TALKING:
            # Not only parted: whoever has left needs no telephone any more.
            draft.tell(moves.DropLeg(agent.leg))
        agent = draft.keep_agent(agent, d2_time=d2_breaks.time_with(agent, call, now=draft.now))
        journey.return_to_line(draft, call, why=why, announce_loss=call.state is not CallState.RECONNECTING)
    if agent.state is not AgentState.SIGNED_OUT:
        draft.move_agent(agent, AgentState.SIGNED_OUT, why=why, call="", missed=0)
