"""What agents ask and what happens to their telephones."""

from datetime import timedelta

from tocsin.calls.rules import call_backs, events, journey, moves, timing
from tocsin.calls.rules.agents import Agent
from tocsin.calls.rules.draft import Draft
from tocsin.calls.rules.events import Verb
from tocsin.calls.rules.states import CONVERSATION, WITH_AGENT, Call, CallState, Rank
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
    call = draft.calls.get(event.call) if event.call and event.call == agent.call else None
    match event.verb:
        case Verb.READY if agent.state in AWAY:
            rested = draft.now - agent.since >= timing.D2_BREAK
            d2_time = timedelta() if rested else agent.d2_time
            draft.move_agent(agent, AgentState.READY, why="ready", missed=0, d2_time=d2_time)
        case Verb.DONE if agent.state is AgentState.WRAP_UP:
            draft.move_agent(agent, AgentState.READY, why="wrap-up done", call="")
        case Verb.PAUSE | Verb.TASK if agent.state in INTERRUPTIBLE:
            after = AgentState.PAUSED if event.verb is Verb.PAUSE else AgentState.ON_TASK
            draft.move_agent(agent, after, why=event.verb, call="", reason=event.reason)
        case Verb.SIGN_OUT:
            sign_out(draft, agent, why="signed out")
        case Verb.ACCEPT if call and call.state is CallState.OFFERED:
            accept(draft, agent, call)
        case Verb.DECLINE if call and call.state is CallState.OFFERED:
            decline(draft, agent, call)
        case Verb.HANG_UP if call and call.state in CONVERSATION:
            journey.wrap_up(draft, call, why="agent hung up")
            journey.end(draft, call, why="agent hung up")
        case Verb.HANG_UP if call and call.state in WITH_AGENT - {CallState.OFFERED}:
            hang_up(draft, call)
        case Verb.HOLD if call and call.state is CallState.TALKING:
            draft.tell(moves.Part(call.voice, agent.leg), moves.PlayMusic(call.voice))
            draft.move_call(call, CallState.HELD, why="held")
        case Verb.RESUME if call and call.state is CallState.HELD:
            connect(draft, agent, call, why="resumed")
        case _:
            pass


def hang_up(draft: Draft, call: Call) -> None:
    """The agent ends the conversation, or gives up a number that rings."""
    if call.state is CallState.DIALLING:
        call_backs.unreached(draft, call, why="agent gave up")
    else:
        journey.wrap_up(draft, call, why="agent hung up")
        journey.end(draft, call, why="agent hung up")


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
    draft.move_call(call, CallState.TALKING, why=why, answered=True, rank=Rank.ORDINARY)


def decline(draft: Draft, agent: Agent, call: Call) -> None:
    """The agent cannot take calls now, and is not asked again before saying so."""
    give_back(draft, call, why="declined")
    draft.move_agent(agent, AgentState.PAUSED, why="declined", call="", reason=DECLINED)


def withdraw_offer(draft: Draft, agent: Agent, call: Call, *, why: str) -> None:
    """An offer not taken: the caller is first in line at once, the agent last, or paused the second time."""
    give_back(draft, call, why=why)
    missed = agent.missed + 1
    if missed >= MISSED_OFFERS:
        draft.move_agent(agent, AgentState.PAUSED, why=why, call="", missed=0, reason=MISSED)
    else:
        draft.move_agent(agent, AgentState.READY, why=why, call="", missed=missed)


def give_back(draft: Draft, call: Call, *, why: str) -> None:
    """A caller whose offer came to nothing is first in line; one who has heard nothing yet is told so at once."""
    if call.to_be_dialled:
        call_backs.back_in_line(draft, call, why=why, rank=Rank.RETURNED)
        return
    announce_in = timing.SILENCE if call.due_at else timing.POSITION
    draft.move_call(call, CallState.WAITING, why=why, due_in=announce_in, agent=None, rank=Rank.RETURNED)


def leg_up(draft: Draft, event: events.AgentLegUp) -> None:
    """An agent's telephone is connected. The newest one is the agent's; a conversation moves over to it."""
    agent = draft.agents.get(draft.floor.logins.get(event.login, 0))
    if agent is None:
        draft.tell(moves.DropLeg(event.leg))
        return
    if agent.leg == event.leg:
        return
    older = agent.leg
    due_at = None if agent.state in AT_TELEPHONE else agent.due_at
    agent = draft.keep_agent(agent, leg=event.leg, due_at=due_at)
    call = draft.calls.get(agent.call)
    if call and call.state is CallState.RECONNECTING:
        connect(draft, agent, call, why="agent came back")
    elif call and call.state is CallState.TALKING and older:
        # Before the older one is dropped, so that the caller's bridge is never empty. Where there is none, we were
        # restarted, and the census says whether both are together.
        draft.tell(moves.Connect(call.voice, agent.leg))
    if older:
        draft.tell(moves.DropLeg(older))


def leg_lost(draft: Draft, agent: Agent) -> None:
    """An agent's telephone is gone. Whoever was spoken with is told; the agent has a moment to come back."""
    call = draft.calls.get(agent.call)
    agent = draft.keep_agent(agent, leg="")
    if agent.state is AgentState.OFFERED and call:
        withdraw_offer(draft, agent, call, why="agent's telephone lost")
        agent = draft.agents[agent.id]
    elif call and call.state is CallState.DIALLING:
        call_backs.unreached(draft, call, why="agent's telephone lost")
        agent = draft.agents[agent.id]
    elif call and call.state in (CallState.TALKING, CallState.HELD):
        draft.tell(moves.StopPlaying(call.voice, ""))
        call = draft.move_call(
            call, CallState.RECONNECTING, why="agent's telephone lost", due_in=timing.AGENT_RETURN
        )
        journey.tell_loss(draft, call)
    if agent.state in AT_TELEPHONE:
        draft.keep_agent(agent, due_at=draft.now + timing.AGENT_RETURN)


def due(draft: Draft, agent: Agent) -> None:
    """Time is up in the state the agent is in."""
    call = draft.calls.get(agent.call)
    if agent.state is AgentState.OFFERED and call:
        withdraw_offer(draft, agent, call, why="not answered")
    elif agent.state is AgentState.WRAP_UP:
        draft.move_agent(agent, AgentState.READY, why="wrap-up time over", call="")
    elif not agent.leg and agent.state is not AgentState.SIGNED_OUT:
        sign_out(draft, agent, why="telephone lost")
    else:
        draft.keep_agent(agent, due_at=None)


def sign_out(draft: Draft, agent: Agent, *, why: str) -> None:
    """The agent leaves; a caller who was offered or spoken with goes to the head of the line."""
    call = draft.calls.get(agent.call)
    if call and call.state is CallState.OFFERED:
        give_back(draft, call, why=why)
    elif call and call.state is CallState.DIALLING:
        call_backs.unreached(draft, call, why="agent left")
        agent = draft.agents[agent.id]
    elif call and call.state in CONVERSATION:
        if agent.leg and call.state is CallState.TALKING:
            # Not only parted: whoever has left needs no telephone any more.
            draft.tell(moves.DropLeg(agent.leg))
        journey.return_to_line(draft, call, why=why, announce_loss=call.state is not CallState.RECONNECTING)
    if agent.state is not AgentState.SIGNED_OUT:
        draft.move_agent(agent, AgentState.SIGNED_OUT, why=why, call="", missed=0)
