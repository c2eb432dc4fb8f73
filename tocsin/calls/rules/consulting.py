"""An agent asks a colleague about a caller, brings all three together, hands the caller over or goes back.

The caller's call stays with the agent who asks until it is handed over. Of the agent who is asked, `desk` decides
what follows; here it is decided who hears whom.
"""

from collections.abc import Set
from dataclasses import replace

from tocsin.activations.rules import Stream
from tocsin.calls.rules import emergency, handing_over, journey, moves, saying, supervision, timing
from tocsin.calls.rules.agents import Agent
from tocsin.calls.rules.consultation import ASKED, Consultation, Stage
from tocsin.calls.rules.draft import Draft
from tocsin.calls.rules.events import AgentAsked, Census
from tocsin.calls.rules.floor import ANY_AGENT
from tocsin.calls.rules.routing import best_agent
from tocsin.calls.rules.states import Call, CallState, Passing
from tocsin.calls.rules.transfer import EMERGENCY
from tocsin.workforce.rules import AgentState

# How a consultation ended that never began.
NOBODY_FREE = "nobody free"
# How one ended in the middle of which 112 was needed.
INSTEAD_112 = "112 instead"


def about(draft: Draft, agent: Agent) -> Consultation | None:
    """The consultation that an agent takes part in, asking or asked."""
    found = draft.consultations.get(agent.call)
    if found is None or draft.calls[found.call].state is CallState.OUTSIDE:
        return None
    return found if agent.id in (found.by, found.agent) else None


def goes_on_without(agent: Agent, consultation: Consultation) -> bool:
    """Whether the caller and somebody outside speak on while the telephone of the agent who asked is awaited: an
    interpreter, it may be, who cannot help alone."""
    is_outside = consultation.stage is Stage.TOGETHER and consultation.number != ""
    return is_outside and agent.id == consultation.by


def begin(draft: Draft, agent: Agent, call: Call, asked: AgentAsked) -> None:
    """Offer the caller to the best of the free colleagues, or to the coordinator who is asked, while the caller
    hears music; or say that nobody is free."""
    colleague = _free_colleague(draft, call, asked)
    consultation = _new(draft, agent, call, asked, colleague=colleague.id if colleague else None)
    if colleague is None:
        draft.keep_consultation(consultation, stage=Stage.ENDED, why=NOBODY_FREE)
        return
    _hold(draft, agent, consultation)
    draft.move_agent(colleague, AgentState.OFFERED, why="consulted", due_in=timing.OFFER, call=call.leg)


def _free_colleague(draft: Draft, call: Call, asked: AgentAsked) -> Agent | None:
    """Who is asked: of those trained for D2 the one who would be offered the call. A coordinator may be handed the
    caller, so it is one who could be given the call."""
    if asked.colleague is None:
        best = best_agent(draft, replace(call, stream=Stream(asked.to)), draft.floor.wanted_for(call))
        return best[0] if best else None
    chosen = draft.agents.get(asked.colleague)
    if chosen is None or not chosen.is_free:
        return None
    return chosen if chosen.may_take(call, ANY_AGENT, now=draft.now, waives_break=True) else None


def call_112_instead(draft: Draft, agent: Agent, consultation: Consultation, asked: AgentAsked) -> None:
    """112 is called in one step from a consultation or a conversation of three, which ends."""
    give_up(draft, consultation, why=INSTEAD_112)
    release(draft, consultation, why=INSTEAD_112)
    call_outside(draft, agent, draft.calls[consultation.call], asked)


def call_outside(draft: Draft, agent: Agent, call: Call, asked: AgentAsked) -> None:
    """Call somebody outside, who sees the number of the line, while the caller hears music."""
    consultation = _new(draft, agent, call, asked, colleague=None)
    _hold(draft, agent, consultation)
    draft.tell(moves.Dial(consultation.name, asked.number, shown=call.number, patience=timing.DIAL))


def _new(draft: Draft, agent: Agent, call: Call, asked: AgentAsked, *, colleague: int | None) -> Consultation:
    return draft.begin_consultation(
        draft.keep_call(call, consulted=call.consulted + 1),
        by=agent.id,
        agent=colleague,
        to=asked.to,
        number=asked.number,
        consent=asked.consent,
        topic=asked.topic,
    )


def _hold(draft: Draft, agent: Agent, consultation: Consultation) -> None:
    call = draft.calls[consultation.call]
    if call.state is CallState.TALKING:
        draft.tell(moves.Part(call.voice, agent.leg), moves.PlayMusic(call.voice))
    reason = _passing(consultation)
    draft.move_call(call, CallState.HELD, why="consulting", due_in=timing.HOLD_REMINDER, reason=reason)


def accept(draft: Draft, consultation: Consultation, agent: Agent) -> None:
    """The colleague who was asked speaks with the one who asks."""
    draft.move_agent(agent, AgentState.TALKING, why="accepted", missed=0)
    consultation = _move(draft, consultation, Stage.SPEAKING)
    _bring(draft, *_pair(draft, consultation))


def join(draft: Draft, consultation: Consultation) -> None:
    """All three hear each other."""
    call, (asks, asked) = draft.calls[consultation.call], _pair(draft, consultation)
    _take_out(draft, asks, asked)
    draft.tell(moves.StopPlaying(call.voice, call.playing))
    _bring(draft, call.voice, asks)
    _bring(draft, call.voice, asked)
    _move(draft, consultation, Stage.TOGETHER)
    draft.move_call(call, CallState.TALKING, why="together")


def hand_over(draft: Draft, consultation: Consultation, *, why: str) -> None:
    """The caller stays with who was asked; the agent who asked leaves, and finishes the note."""
    call, (asks, asked) = draft.calls[consultation.call], _pair(draft, consultation)
    if consultation.stage is Stage.TOGETHER:
        _take_out(draft, call.voice, asks)
    else:
        _take_out(draft, asks, asked)
        draft.tell(moves.StopPlaying(call.voice, call.playing))
        _bring(draft, call.voice, asked)
    journey.wrap_up(draft, call, why="transferred")
    reason = _passing(consultation)
    if consultation.number:
        _move(draft, consultation, Stage.ALONE)
        draft.move_call(call, CallState.OUTSIDE, why=why, agent=None, reason=reason)
        return
    _move(draft, consultation, Stage.ENDED, why=why)
    agent = consultation.agent
    # Whoever is handed over to a coordinator stays in the stream.
    stream = Stream(consultation.to) if consultation.to in list(Stream) else call.stream
    draft.move_call(call, CallState.TALKING, why=why, agent=agent, stream=stream, reason=reason)


def give_up(draft: Draft, consultation: Consultation, *, why: str) -> None:
    """The colleague does not, or no longer, take part: the agent who asked speaks with the caller again, or is
    awaited."""
    call, (asks, asked) = draft.calls[consultation.call], _pair(draft, consultation)
    if consultation.stage is Stage.TOGETHER:
        _take_out(draft, call.voice, asked)
        if draft.agents[consultation.by or 0].is_awaited:
            journey.await_agent(draft, call, why=why)
    else:
        if consultation.stage is Stage.SPEAKING:
            _take_out(draft, asks, asked)
        draft.tell(moves.StopPlaying(call.voice, call.playing))
        _bring(draft, call.voice, asks)
        draft.move_call(call, CallState.TALKING, why=why)
    _move(draft, consultation, Stage.ENDED, why=why)


def return_to_caller(draft: Draft, consultation: Consultation, *, why: str) -> None:
    """The caller heard music for too long: the agent speaks with the caller again. 112 is not hung up for that:
    all three hear each other."""
    if consultation.number == EMERGENCY and consultation.stage is Stage.SPEAKING:
        join(draft, consultation)
    else:
        give_up(draft, consultation, why=why)
        release(draft, consultation, why=why)


def end(draft: Draft, consultation: Consultation, *, why: str) -> None:
    """The caller leaves, or nobody asks any more: the colleague is free, too."""
    if consultation.stage is Stage.SPEAKING:
        _take_out(draft, *_pair(draft, consultation))
    _move(draft, consultation, Stage.ENDED, why=why)
    release(draft, consultation, why=why)


def release(draft: Draft, consultation: Consultation, *, why: str) -> None:
    """The colleague has time to write where the caller was heard; is ready where not, with the turn kept. Whoever
    was called outside is hung up."""
    if consultation.number:
        draft.tell(moves.Release(consultation.name))
    agent = draft.agents[consultation.agent] if consultation.agent is not None else None
    if agent is None:
        return
    if consultation.stage is Stage.TOGETHER:
        draft.move_agent(agent, AgentState.WRAP_UP, why=why, due_in=timing.WRAP_UP)
    else:
        draft.move_agent(agent, AgentState.READY, why=why, call="", idle_since=agent.idle_since)


def caller_leaves(draft: Draft, call: Call) -> None:
    """The caller is not there any more."""
    if consultation := draft.consultations.get(call.leg):
        end(draft, consultation, why="caller hung up")


def is_asked(leg: str) -> bool:
    """Whether a leg was dialled for a consultation, and not to call somebody back."""
    return ASKED in leg


def answered(draft: Draft, leg: str) -> None:
    """Somebody outside answered; whoever is not needed any more is hung up."""
    consultation = _dialled(draft, leg)
    if consultation and consultation.stage is Stage.RINGING and consultation.by is None:
        emergency.answered(draft, consultation)
    elif consultation and handing_over.rings(draft, consultation):
        handing_over.answered(draft, consultation)
    elif consultation and consultation.stage is Stage.RINGING:
        _bring(draft, *_pair(draft, _move(draft, consultation, Stage.SPEAKING)))
    elif consultation is None:
        draft.tell(moves.Release(leg))


def gone_outside(draft: Draft, leg: str, *, why: str) -> None:
    """Whoever was called outside did not answer, or hung up: the agent has the caller again, if there is one."""
    consultation = _dialled(draft, leg)
    if consultation is None:
        return
    if consultation.stage is Stage.ALONE:
        _move(draft, consultation, Stage.ENDED, why=why)
        saying.end(draft, draft.calls[consultation.call], why=why)
    elif consultation.by is None:
        emergency.unreached(draft, consultation, why=why)
    elif handing_over.rings(draft, consultation):
        handing_over.unreached(draft, consultation, why=why)
    else:
        give_up(draft, consultation, why=why)


def overdue(draft: Draft, call: Call) -> None:
    """A number without an agent rings for longer than any may: what became of it was never told."""
    consultation = draft.consultations[call.leg]
    draft.tell(moves.Release(consultation.name))
    gone_outside(draft, consultation.name, why="never told")


def compare_outside(draft: Draft, census: Census) -> None:
    """Take up what became of those who were called outside while nobody listened."""
    for consultation in [c for c in draft.consultations.values() if c.number and census.has_asked_for(c.name)]:
        if draft.is_about_to_dial(consultation.name):
            continue
        seen = census.dialled.get(consultation.name)
        if seen is None:
            gone_outside(draft, consultation.name, why="outside gone")
        elif seen.answered:
            answered(draft, consultation.name)
    for leg in census.dialled:
        if is_asked(leg) and _dialled(draft, leg) is None:
            draft.tell(moves.Release(leg))


def _dialled(draft: Draft, leg: str) -> Consultation | None:
    return next((c for c in draft.consultations.values() if c.number and c.name == leg), None)


def telephone_changed(draft: Draft, consultation: Consultation, *, known: bool) -> None:
    """One of both has another telephone, or a census found it; in a conversation of three, `desk` brings it to the
    caller."""
    if consultation.stage is Stage.SPEAKING and (not known or draft.is_apart(*_pair(draft, consultation))):
        _bring(draft, *_pair(draft, consultation))


def heard_by(draft: Draft, call: Call) -> set[str]:
    """The legs that a caller must hear."""
    consultation = draft.consultations.get(call.leg)
    if call.state is CallState.OUTSIDE and consultation:
        return {consultation.name} if consultation.stage is Stage.ALONE else set()
    if call.state is not CallState.TALKING or call.agent is None:
        return set()
    heard = {draft.agents[call.agent].leg} | supervision.joined(draft, call)
    if consultation and consultation.stage is Stage.TOGETHER:
        heard.add(_pair(draft, consultation)[1])
    return heard - {""}


def heard_at(draft: Draft, leg: str) -> set[str]:
    """The legs that must be in the bridge of a leg, a caller's or an agent's."""
    if call := draft.call_at(leg):
        return heard_by(draft, call)
    return {asked for asks, asked in _speaking(draft) if asks == leg}


def part(draft: Draft, census: Census, leg: str, strangers: Set[str]) -> None:
    """Part a leg from those who should not be in its bridge, but for whom nobody knows yet."""
    draft.tell(*(moves.Part(leg, each) for each in sorted(strangers) if is_placed(draft, census, each)))


def is_placed(draft: Draft, census: Census, leg: str) -> bool:
    """Whether it is known whose leg this is; not so after a restart of our own, before its node was asked."""
    return census.has_asked_for(leg) or any(agent.leg == leg for agent in draft.agents.values())


def part_strangers(draft: Draft, census: Census) -> None:
    """Have the switch part agents who do not consult each other any more."""
    for owner, others in census.consults.items():
        part(draft, census, owner, others - heard_at(draft, owner))


def bring_together(draft: Draft, census: Census) -> None:
    """Have the switch bring those together who consult each other, after all others have parted."""
    for asks, asked in sorted(_speaking(draft)):
        if census.has_asked_for(asks) and asked not in census.consults.get(asks, frozenset()):
            _bring(draft, asks, asked)


def _speaking(draft: Draft) -> set[tuple[str, str]]:
    return {_pair(draft, c) for c in draft.consultations.values() if c.stage is Stage.SPEAKING}


def _pair(draft: Draft, consultation: Consultation) -> tuple[str, str]:
    """The legs of who asks and of who is asked; the former's bridge is where both speak."""
    asked = draft.agents[consultation.agent].leg if consultation.agent is not None else consultation.name
    if consultation.by is None:
        return draft.calls[consultation.call].voice, asked
    return draft.agents[consultation.by].leg, asked


def _bring(draft: Draft, owner: str, other: str) -> None:
    """Let both hear each other; of telephones not known yet, the census has it done."""
    if owner and other:
        draft.tell(moves.Connect(owner, other))


def _take_out(draft: Draft, owner: str, other: str) -> None:
    if owner and other:
        draft.tell(moves.Part(owner, other))


def _move(draft: Draft, consultation: Consultation, stage: Stage, *, why: str = "") -> Consultation:
    return draft.keep_consultation(consultation, stage=stage, since=draft.now, why=why)


def _passing(consultation: Consultation) -> Passing:
    return Passing(by=consultation.by, to=consultation.to, consent=consultation.consent, topic=consultation.topic)
