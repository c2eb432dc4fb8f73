"""Call-backs: asked for by keypad, promised with the place in line, dialled when an agent is free.

docs/algorithms/call-backs.md has the whole course and its guarantees.
"""

from dataclasses import replace
from datetime import datetime, timedelta

from tocsin.activations.rules import Stream
from tocsin.calls.rules import call_back_words as words
from tocsin.calls.rules import journey, moves, timing
from tocsin.calls.rules.agents import Agent
from tocsin.calls.rules.call_back_words import SPANS
from tocsin.calls.rules.draft import Draft
from tocsin.calls.rules.events import DialFailure
from tocsin.calls.rules.numbers import callable_number
from tocsin.calls.rules.states import Call, CallBack, CallState, Question, Rank
from tocsin.workforce.rules import AT_WORK, AgentState

STATES = frozenset({CallState.WAITING, CallState.PROMISED, CallState.DIALLING, CallState.RETRYING})
MOST_ATTEMPTS = 3
MOST_DIGITS = 15
# The length of a conversation, of the Belgian number in its crises.
HANDLE_TIME = {Stream.D5: timedelta(minutes=4), Stream.D2: timedelta(minutes=15)}


def promised_span(*, place: int, agents: int, stream: Stream) -> timedelta:
    """Within which time somebody at this place in line is called back, with so many agents at work for them: the
    first span that is at least twice as long as the wait is expected to be.

    >>> promised_span(place=10, agents=4, stream=Stream.D5)
    datetime.timedelta(seconds=1800)
    """
    expected = place * HANDLE_TIME[stream] / agents if agents else SPANS[-1]
    return next((span for span in SPANS if span >= 2 * expected), SPANS[-1])


def concern(call: Call) -> bool:
    """Whether a call is here: in line, where the call-back is offered, or on the way that begins there."""
    return call.state in STATES or call.question in (Question.CALL_BACK, Question.NUMBER)


def ask(draft: Draft, call: Call, *, why: str) -> None:
    """Read out the number that would be called, or ask for one; the place in line is kept meanwhile."""
    region = draft.floor.region
    number = call.entered or callable_number(call.caller, region=region)
    if not number:
        ask_number(draft, call, why=why)
        return
    recordings = words.confirm_question(call.language, number, region=region)
    question = Question.CALL_BACK
    journey.say(draft, call, CallState.CHOOSING, recordings, why=why, question=question, entered=number)


def ask_number(draft: Draft, call: Call, *, why: str) -> None:
    """Ask at which number."""
    recordings = words.number_question(call.language, again=why == "no number")
    journey.say(draft, call, CallState.CHOOSING, recordings, why=why, question=Question.NUMBER, entered="")


def press(draft: Draft, call: Call, key: str) -> None:
    """A key asks for the call-back, arranges it, or says that somebody is there who was called back."""
    script = journey.script_of(draft, call)
    match call.question or call.state, key:
        case CallState.WAITING, "1" if script and script.call_backs and not call.call_back:
            ask(draft, call, why="pressed 1")
        case CallState.DIALLING, "1":
            connect(draft, call)
        case Question.CALL_BACK, "1":
            promise(draft, call)
        case Question.CALL_BACK, "2":
            ask_number(draft, call, why="pressed 2")
        case Question.NUMBER, "#":
            check_number(draft, call)
        case Question.NUMBER, _ if key.isdecimal():
            draft.tell(moves.StopPlaying(call.voice, call.playing))
            entered = (call.entered + key)[:MOST_DIGITS]
            draft.keep_call(call, entered=entered, due_at=draft.now + timing.KEY)
        case Question.CALL_BACK | Question.NUMBER, _:
            journey.take_place(draft, call, why=f"pressed {key}")
        case _:
            pass


def played(draft: Draft, call: Call) -> None:
    """The newest message of a call ended."""
    match call.state:
        case CallState.PROMISED:
            draft.tell(moves.Release(call.leg))
        case CallState.DIALLING:
            draft.keep_call(call, due_at=draft.now + timing.GREETED)
        case _:
            journey.played(draft, call)


def connect(draft: Draft, call: Call) -> None:
    """Somebody is there: both hear each other."""
    if agent := draft.agents.get(call.agent or 0):
        draft.tell(moves.StopPlaying(call.voice, call.playing), moves.Connect(call.voice, agent.leg))
        draft.move_call(call, CallState.TALKING, why="called back", answered=True, rank=Rank.ORDINARY)


def no_key(draft: Draft, call: Call) -> None:
    """Nothing more is pressed: what was entered counts; who entered nothing goes on waiting."""
    if call.question is Question.NUMBER and call.entered:
        check_number(draft, call)
    else:
        journey.take_place(draft, call, why="no key pressed")


def check_number(draft: Draft, call: Call) -> None:
    """Have a number that was entered confirmed, or entered again."""
    number = callable_number(call.entered, region=draft.floor.region)
    if number:
        ask(draft, replace(call, entered=number), why="entered")
    else:
        ask_number(draft, call, why="no number")


def promise(draft: Draft, call: Call) -> None:
    """The caller is told by when, and may hang up; the place in line stays."""
    draft.tell(moves.StopPlaying(call.voice, call.message))
    waiting = replace(call, state=CallState.WAITING)
    wanted = draft.floor.wanted_for(waiting)
    able = [
        agent
        for agent in draft.agents.values()
        if agent.state in AT_WORK and agent.may_take(waiting, wanted, now=draft.now)
    ]
    span = promised_span(place=draft.line.place_of(waiting), agents=len(able), stream=call.stream)
    promised_by = draft.now + span
    promised = draft.move_call(
        call,
        CallState.PROMISED,
        why=f"promised within {span // timedelta(minutes=1)} minutes",
        call_back=CallBack(call.entered, promised_by),
        messages=call.messages + 1,
        question=None,
        entered="",
    )
    _watch(draft, promised)
    draft.tell(moves.Play(call.leg, promised.message, words.promise(call.language, span)))


def dial(draft: Draft, agent: Agent, call: Call) -> None:
    """The agent who was offered the call-back waits while the number rings."""
    if call.call_back is None:
        return
    # Where the end of the promise was never told.
    draft.tell(moves.Release(call.leg))
    draft.move_agent(agent, AgentState.TALKING, why="dialling", missed=0)
    call = draft.move_call(
        call,
        CallState.DIALLING,
        why="dialling",
        due_in=timing.RINGING + timing.SILENCE,
        call_back=replace(call.call_back, attempts=call.call_back.attempts + 1, live=True),
    )
    number = call.call_back.number if call.call_back else ""
    draft.tell(moves.Dial(call.voice, number, shown=call.number, patience=timing.RINGING))


def dial_by_itself(draft: Draft) -> None:
    """Dial what was just offered, where agents are not asked before."""
    for call in list(draft.touched_calls.values()):
        script = journey.script_of(draft, call)
        if call.state is CallState.OFFERED and call.to_be_dialled and script and script.dials_itself:
            dial(draft, draft.agents[call.agent or 0], call)


def answered(draft: Draft, call: Call) -> None:
    """Somebody, or a machine, answered: who presses the key is somebody."""
    if call.state is CallState.DIALLING:
        draft.tell(moves.StopPlaying(call.voice, call.playing))
        call = draft.keep_call(call, messages=call.messages + 1, due_at=draft.now + timing.LONGEST_MESSAGE)
        draft.tell(moves.Play(call.voice, call.message, words.called_back(call.language)))


def unreached(draft: Draft, call: Call, *, why: str) -> None:
    """Nobody was reached: tried again a little later, a few times; the agent is free."""
    call_back = call.call_back
    agent = draft.agents.get(call.agent) if call.agent is not None else None
    if call_back is None:
        return
    draft.tell(moves.Release(call.voice))
    if agent and agent.call == call.leg:
        draft.move_agent(agent, AgentState.READY, why="not reached", call="", idle_since=agent.idle_since)
    call = draft.keep_call(call, agent=None, call_back=replace(call_back, live=False))
    if call_back.attempts >= MOST_ATTEMPTS or why == DialFailure.UNREACHABLE:
        draft.move_call(call, CallState.ENDED, why=f"not reached: {why}")
    else:
        draft.move_call(call, CallState.RETRYING, why=f"not reached: {why}", due_in=timing.RETRY)


def due(draft: Draft, call: Call) -> None:
    """Time is up in the state the call is in."""
    match call.state:
        case CallState.CHOOSING:
            no_key(draft, call)
        case CallState.DIALLING:
            unreached(draft, call, why="nobody pressed the key")
        case CallState.RETRYING:
            back_in_line(draft, call, why="next attempt", rank=Rank.CALL_BACK)
        case CallState.PROMISED if call.call_back and draft.now >= over_at(call.call_back):
            draft.move_call(call, CallState.ENDED, why="promise not kept")
        case CallState.PROMISED:
            _watch(draft, draft.keep_call(call, rank=min(call.rank, Rank.CALL_BACK)))
        case _:
            journey.due(draft, call)


def back_in_line(draft: Draft, call: Call, *, why: str, rank: Rank | None = None) -> Call:
    """The call waits for its turn once more."""
    rank = call.rank if rank is None else rank
    return _watch(draft, draft.move_call(call, CallState.PROMISED, why=why, agent=None, rank=rank))


def _watch(draft: Draft, call: Call) -> Call:
    """Have it decided again when the promise nears its end, and long after it."""
    if call.call_back is None:
        return call
    nears_at = call.call_back.promised_by - timing.PROMISE_NEARS
    return draft.keep_call(call, due_at=nears_at if draft.now < nears_at else over_at(call.call_back))


def over_at(call_back: CallBack) -> datetime:
    """When a promise that was not kept is given up."""
    return call_back.promised_by + timing.PROMISE_OVER
