"""Call-backs: asked for by keypad, promised with the place in line, dialled when an agent is free.

docs/algorithms/call-backs.md has the whole course and its guarantees.
"""

from dataclasses import replace
from datetime import timedelta

from tocsin.calls.rules import call_back_words as words
from tocsin.calls.rules import closed_words, emergency, hours, journey, moves, promised, timing, voice_questions
from tocsin.calls.rules.agents import Agent
from tocsin.calls.rules.asking import QUESTIONS, ask, ask_number, is_promised, may_ask
from tocsin.calls.rules.call_back_words import SPANS
from tocsin.calls.rules.draft import Draft
from tocsin.calls.rules.events import DialFailure
from tocsin.calls.rules.forecast import Crew, forecast
from tocsin.calls.rules.numbers import callable_number
from tocsin.calls.rules.states import CUT_OFF, NOT_ASKED, UNSEEN_END, Call, CallBack, CallState, Question, Rank
from tocsin.calls.rules.transfer import EMERGENCY
from tocsin.calls.rules.waiting import Estimate
from tocsin.workforce.rules import AgentState

STATES = promised.PROMISED | {CallState.WAITING, CallState.OFFERED, CallState.DIALLING, CallState.RETRYING}
# Why an attempt ended that is known not to have come to the number's network, or of which nothing is known; and
# why one did that somebody here ended, at once or when it had rung.
_OUTAGES = frozenset({DialFailure.CONGESTED, UNSEEN_END})
AGENT_GAVE_UP, AGENT_LOST, AGENT_LEFT = "agent gave up", "agent's telephone lost", "agent left"
_GIVEN_UP_HERE = frozenset({DialFailure.GIVEN_UP, AGENT_GAVE_UP, AGENT_LOST, AGENT_LEFT})
# Callers who want nothing more of an agent.
_OVER = frozenset({CallState.TURNED_AWAY, CallState.SURVEYED})
MOST_ATTEMPTS = 3
MOST_DIGITS = 15


def promised_span(wait: Estimate | None) -> timedelta:
    """Within which time somebody is called back: the first span that is sure enough, and the longest where nobody
    can say.

    >>> wait = Estimate(even=timedelta(minutes=10), late=timedelta(minutes=16), sure=timedelta(minutes=22))
    >>> promised_span(wait)
    datetime.timedelta(seconds=1800)
    """
    return next((span for span in SPANS if wait and span >= wait.sure), SPANS[-1])


def concern(call: Call) -> bool:
    """Whether a call is here: in line and asked nothing else, where the call-back is offered, or on the way that
    begins there."""
    if call.question:
        return call.question in QUESTIONS
    return call.state in STATES or call.to_be_dialled


def press(draft: Draft, call: Call, key: str) -> None:
    """A key asks for the call-back, arranges it, or says that somebody is there who was called back."""
    match call.question or call.state, key:
        case CallState.WAITING | CallState.OFFERED, "1" if may_ask(draft, call):
            # Whoever heard an answer goes on from it.
            ask(draft, replace(call, heard=None), why="pressed 1")
        case CallState.WAITING, voice_questions.KEY if voice_questions.is_offered(draft, call):
            voice_questions.ask(draft, call)
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
            _wait_on(draft, call, why=f"pressed {key}")
        case _:
            journey.press(draft, call, key)


def played(draft: Draft, call: Call) -> None:
    """The newest message of a call ended."""
    match call.state:
        case CallState.PROMISED | CallState.DEFERRED:
            draft.tell(moves.Release(call.leg))
            draft.keep_call(call, ones=())
        case CallState.OFFERED if call.to_be_dialled:
            # The agent was free before the promise was told.
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
        _wait_on(draft, call, why="no key pressed")


def _wait_on(draft: Draft, call: Call, *, why: str) -> None:
    """No call-back is wanted: the caller waits in line, or for the agent whose telephone rings."""
    if call.state is CallState.OFFERED:
        draft.tell(moves.StopPlaying(call.voice, call.playing), moves.PlayMusic(call.voice))
        draft.keep_call(call, due_at=None, entered="", **NOT_ASKED)
    else:
        journey.take_place(draft, call, why=why)


def check_number(draft: Draft, call: Call) -> None:
    """Have a number that was entered confirmed, or entered again; whoever entered 112 is connected with it."""
    if call.entered == EMERGENCY:
        emergency.call_112(draft, call)
        return
    number = callable_number(call.entered, region=draft.floor.region)
    if number:
        ask(draft, replace(call, entered=number), why="entered")
    else:
        ask_number(draft, call, why="no number")


def promise(draft: Draft, call: Call) -> None:
    """The caller is told by when, and may hang up; the place in line stays. Who was offered the call is free.

    Where it is not known any more at which number, or that was promised a call meanwhile, it is asked again.
    """
    if not call.entered or is_promised(draft, call, call.entered):
        ask(draft, call, why="pressed 1")
        return
    draft.tell(moves.StopPlaying(call.voice, call.message))
    journey.free_agent(draft, call, why="to be called back")
    waiting = replace(call, state=CallState.WAITING)
    _, wait = forecast(draft, waiting, Crew(draft))
    span = promised_span(wait)
    script = draft.floor.script_of(call)
    promised_by = hours.open_after(script, span, now=draft.now)
    told = words.promise(call.language, span)
    if script and promised_by > draft.now + span:
        told = closed_words.promise(script, call.language, now=draft.now)
    waits = promised.put_in_line(
        draft,
        call,
        CallBack(call.entered, promised_by),
        why=f"promised within {span // timedelta(minutes=1)} minutes",
        messages=call.messages + 1,
        queued_at=call.queued_at or draft.now,
    )
    draft.tell(moves.Play(call.leg, waits.message, told))


def dial(draft: Draft, agent: Agent, call: Call) -> None:
    """The agent who was offered the call-back waits while the number rings; not once the line closed."""
    if call.call_back is None:
        return
    if not hours.is_open(draft.floor.script_of(call), now=draft.now):
        draft.move_agent(agent, AgentState.READY, why=hours.CLOSED, call="", idle_since=agent.idle_since)
        promised.back_in_line(draft, call, why=hours.CLOSED)
        return
    promised.let_go(draft, call)
    draft.move_agent(agent, AgentState.TALKING, why="dialling", missed=0)
    call = draft.move_call(
        call,
        CallState.DIALLING,
        why="dialling",
        due_in=timing.RINGING + timing.SILENCE,
        call_back=call.call_back.dialled(call=call.leg, by=agent.leg),
        **NOT_ASKED,
    )
    number = call.call_back.number if call.call_back else ""
    draft.tell(moves.Dial(call.voice, number, shown=call.number, patience=timing.RINGING))


def cut_off(draft: Draft, call: Call) -> None:
    """The switch went down with the call: the caller is called back before all others, with the place kept.

    Not where the line calls nobody back, the number is hidden, or the caller is served last: that call is lost.
    Nor where it was over but for what is told last.
    """
    script = draft.floor.script_of(call)
    number = call.call_back.number if call.call_back else callable_number(call.caller, region=draft.floor.region)
    is_asked_for = script and script.call_backs and number and call.rank is not Rank.LAST
    if not is_asked_for or call.state in _OVER or call.question is Question.CLOSED:
        journey.gone(draft, call, why=CUT_OFF)
        return
    journey.free_agent(draft, call, why=CUT_OFF)
    soon = hours.open_after(script, SPANS[0], now=draft.now)
    call_back = call.call_back or CallBack(number, soon)
    # Not by what was promised for the conversation that was cut off.
    call_back = replace(call_back, live=False, promised_by=max(call_back.promised_by, soon))
    known_to = call.agent or call.known_to
    promised.put_in_line(draft, call, call_back, why=CUT_OFF, rank=Rank.RETURNED, known_to=known_to)


def dial_by_itself(draft: Draft) -> None:
    """Dial what was just offered, where agents are not asked before."""
    for call in list(draft.touched_calls.values()):
        if call.state is CallState.OFFERED and call.to_be_dialled:
            script = draft.floor.script_of(call)
            if script and script.dials_itself:
                _dial_or_let_press(draft, call)


def _dial_or_let_press(draft: Draft, call: Call) -> None:
    """Whoever pressed 1 twice, and was promised a call so, may be dialling 112: is let go a moment later."""
    pressed_until = emergency.dialled_by(call)
    if pressed_until and pressed_until > draft.now:
        draft.keep_call(call, due_at=pressed_until)
    else:
        dial(draft, draft.agents[call.agent or 0], call)


def answered(draft: Draft, call: Call) -> None:
    """Somebody, or a machine, answered: who presses the key is somebody."""
    if call.state is CallState.DIALLING:
        draft.tell(moves.StopPlaying(call.voice, call.playing))
        call = draft.keep_call(call, messages=call.messages + 1, due_at=draft.now + timing.LONGEST_MESSAGE)
        draft.tell(moves.Play(call.voice, call.message, words.called_back(call.language)))


def unreached(draft: Draft, call: Call, *, why: str) -> None:
    """Nobody was reached: tried again a little later, a few times; the agent is free. What never came to the
    number's network is none of these times: it ends with the promise, when that is given up."""
    call_back = call.call_back
    agent = draft.agents.get(call.agent) if call.agent is not None else None
    if call_back is None:
        return
    draft.tell(moves.Release(call.voice))
    if agent and agent.call == call.leg:
        draft.move_agent(agent, AgentState.READY, why="not reached", call="", idle_since=agent.idle_since)
    outages = call_back.outages + _is_outage(draft, call, why)
    call_back = replace(call_back, live=False, outages=outages)
    call = draft.keep_call(call, agent=None, call_back=call_back)
    if call_back.tried >= MOST_ATTEMPTS or why == DialFailure.UNREACHABLE:
        draft.move_call(call, CallState.ENDED, why=f"not reached: {why}")
    else:
        draft.move_call(call, CallState.RETRYING, why=f"not reached: {why}", due_in=timing.RETRY)


def _is_outage(draft: Draft, call: Call, why: str) -> bool:
    """Whether an attempt did not come to the number's network, as far as anybody knows."""
    if why in _GIVEN_UP_HERE:
        return draft.now - call.since < timing.RINGS_BY
    return why in _OUTAGES


def due(draft: Draft, call: Call) -> None:
    """Time is up in the state the call is in."""
    match call.state:
        case CallState.CHOOSING:
            no_key(draft, call)
        case CallState.OFFERED if call.question:
            no_key(draft, call)
        case CallState.OFFERED if call.to_be_dialled:
            # Dialled at the end of this decision.
            draft.keep_call(call, due_at=None)
        case CallState.DIALLING:
            unreached(draft, call, why="nobody pressed the key")
        case CallState.RETRYING:
            promised.back_in_line(draft, call, why="next attempt", rank=Rank.CALL_BACK)
        case CallState.PROMISED | CallState.DEFERRED:
            promised.watch(draft, call)
        case _:
            journey.due(draft, call)
