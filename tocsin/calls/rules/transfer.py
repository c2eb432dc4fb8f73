"""A caller who is passed on: from information to those trained for victims and relatives, to another language of
the line, or to another agent."""

from tocsin.activations.rules import Stream
from tocsin.calls.rules import journey, moves, timing
from tocsin.calls.rules.agents import Agent
from tocsin.calls.rules.consultation import Consultation
from tocsin.calls.rules.draft import Draft
from tocsin.calls.rules.events import AgentAsked
from tocsin.calls.rules.numbers import may_be_dialled
from tocsin.calls.rules.states import Call, CallState, Passing, Rank

EMERGENCY = "112"
# Whereto an agent asks who asks a coordinator.
COORDINATOR = "coordinator"


def crosses_the_wall(stream: Stream, to: str) -> bool:
    """Whether a caller who is passed on changes the stream, and is asked before: from D5 to D2. Nobody goes back.

    >>> crosses_the_wall(Stream.D5, "d2"), crosses_the_wall(Stream.D2, "d2"), crosses_the_wall(Stream.D5, "fr")
    (True, False, False)
    """
    return stream is Stream.D5 and to == Stream.D2


def stays_in_d2(stream: Stream, *, answered: bool) -> bool:
    """Whether a caller in line may wait for D5 no more: an agent spoke with them, in D2 or before it.

    >>> stays_in_d2(Stream.D2, answered=True), stays_in_d2(Stream.D2, answered=False)
    (True, False)
    """
    return stream is Stream.D2 and answered


def may_pass_on(draft: Draft, call: Call, asked: AgentAsked) -> bool:
    """Whether the caller can be passed on as asked: to D2 with their consent, to another agent of the stream, or
    to another language of the line."""
    if crosses_the_wall(call.stream, asked.to):
        return _is_with_agent(call) and asked.consent
    script = draft.floor.script_of(call)
    languages = set(script.languages) - {call.language} if script else set()
    return _is_with_agent(call) and asked.to in {call.stream, *languages}


def may_consult(call: Call, asked: AgentAsked) -> bool:
    """Whether a colleague can be asked about the caller before: somebody trained for D2 with the caller's consent;
    a coordinator without, who stays on this side of the wall."""
    is_to_coordinator = asked.to == COORDINATOR and asked.colleague is not None
    with_consent = asked.consent and crosses_the_wall(call.stream, asked.to)
    return _is_with_agent(call) and (is_to_coordinator or with_consent)


def _is_with_agent(call: Call) -> bool:
    return call.state in (CallState.TALKING, CallState.HELD)


def may_call_outside(draft: Draft, call: Call, asked: AgentAsked) -> bool:
    """Whether somebody outside can be called about the caller: with their consent, which 112 needs not, for it is
    about a life (GDPR, article 6(1)(d)); and never 112 in an exercise."""
    script = draft.floor.script_of(call)
    speaks = _is_with_agent(call)
    if asked.number == EMERGENCY:
        return speaks and script is not None and not script.exercise
    return speaks and asked.consent and may_be_dialled(asked.number)


def may_call_112_instead(draft: Draft, call: Call, consultation: Consultation, asked: AgentAsked) -> bool:
    """Whether 112 can be called in the middle of a consultation, which is not with 112 itself, by an agent whose
    telephone is there."""
    is_another = asked.number == EMERGENCY and consultation.number != EMERGENCY
    return is_another and not draft.agents[asked.agent].is_awaited and may_call_outside(draft, call, asked)


def pass_on(draft: Draft, agent: Agent, call: Call, asked: AgentAsked) -> None:
    """The caller goes back to the line, before those who arrive, and hears music; the agent finishes the note."""
    if call.state is CallState.TALKING:
        draft.tell(moves.Part(call.voice, agent.leg), moves.PlayMusic(call.voice))
    journey.wrap_up(draft, call, why="transferred")
    is_stream = asked.to in list(Stream)
    draft.move_call(
        call,
        CallState.WAITING,
        why="transferred",
        due_in=timing.POSITION,
        agent=None,
        rank=Rank.TRANSFER,
        stream=Stream(asked.to) if is_stream else call.stream,
        language=call.language if is_stream else asked.to,
        # Otherwise the agent would be offered the caller again before all others.
        known_to=None if call.known_to == agent.id else call.known_to,
        # The wait that was told was another line's.
        told_by=None,
        told_place=None,
        reason=Passing(by=agent.id, to=asked.to, consent=asked.consent, topic=asked.topic),
    )
