"""A caller in danger who dials 112 on the keypad before an agent speaks is connected with 112 at once.

The three digits are what somebody in danger dials anyway: there is no key to remember and nothing to confirm. On
their way they are keys of menus, too, and what they did there is left behind. In an exercise 112 is never called.
"""

from dataclasses import replace
from datetime import datetime

from tocsin.calls.rules import emergency_words as words
from tocsin.calls.rules import incidents, moves, promised, timing
from tocsin.calls.rules import script as script_words
from tocsin.calls.rules.consultation import Consultation, Stage
from tocsin.calls.rules.draft import Draft
from tocsin.calls.rules.saying import say
from tocsin.calls.rules.states import IN_LINE, NOT_ASKED, Call, CallState, Passing, Question, Rank
from tocsin.calls.rules.transfer import EMERGENCY
from tocsin.workforce.rules import AgentState

# Before an agent speaks. Whoever was promised a call-back may still be on the line, hearing by when; whoever is
# turned away hears to call 112 in danger.
BEFORE_AN_AGENT = IN_LINE | {
    CallState.TURNED_AWAY,
    CallState.GREETING,
    CallState.INFORMING,
    CallState.CHOOSING,
    CallState.PROMISED,
    CallState.DEFERRED,
}
ONE, TWO = EMERGENCY[0], EMERGENCY[-1]


def is_dialled(draft: Draft, call: Call, key: str) -> bool:
    """Whether a key is the last of 112, dialled in one go, and not a digit of a number to be called back at."""
    if key != TWO or call.state not in BEFORE_AN_AGENT or len(_recent(draft, call)) < 2:
        return False
    if call.state is CallState.TURNED_AWAY and draft.floor.script_of(call) is None:
        # Nothing was ever open on the number: nobody knows for whom, and whether in earnest.
        return False
    return call.question is not Question.NUMBER or "11".startswith(call.entered)


def remember(draft: Draft, call: Call, key: str) -> Call:
    """Keep in mind a key that may begin 112."""
    ones = (*_recent(draft, call), draft.now)[-2:] if key == ONE else ()
    return draft.keep_call(call, ones=ones) if ones != call.ones else call


def _recent(draft: Draft, call: Call) -> tuple[datetime, ...]:
    return tuple(at for at in call.ones if draft.now - at <= timing.EMERGENCY_KEYS)


def dialled_by(call: Call) -> datetime | None:
    """Until when a caller who pressed the first keys of 112 may press the last."""
    return max(call.ones) + timing.EMERGENCY_KEYS if call.ones else None


def call_112(draft: Draft, call: Call) -> None:
    """Call 112, who sees the number of the line, while the caller is told so; in an exercise the caller is told
    that it is one, and waits in line."""
    # A one on the way is no consent to be recorded.
    call = replace(_take_back(draft, call), agrees=None, terms=None)
    script = draft.floor.script_of(call)
    if script is None or script.exercise:
        _wait(draft, call, words.not_called(call.language), why="dialled 112 in an exercise")
        return
    draft.tell(moves.StopPlaying(call.voice, call.playing))
    call = draft.move_call(
        call,
        CallState.EMERGENCY,
        why="dialled 112",
        due_in=timing.DIAL + timing.SILENCE,
        reason=Passing(by=None, to=EMERGENCY, consent=True, topic=None),
        messages=call.messages + 1,
        consulted=call.consulted + 1,
        entered="",
        **NOT_ASKED,
    )
    consultation = draft.begin_consultation(
        call, by=None, agent=None, to=EMERGENCY, number=EMERGENCY, consent=True, topic=None
    )
    draft.tell(
        moves.Dial(consultation.name, EMERGENCY, shown=call.number, patience=timing.DIAL),
        moves.Play(call.voice, call.message, words.being_called(call.language)),
    )


def answered(draft: Draft, consultation: Consultation) -> None:
    """112 speaks with the caller, and no agent does; the call ends when either hangs up."""
    call = draft.calls[consultation.call]
    draft.keep_consultation(consultation, stage=Stage.ALONE, since=draft.now)
    draft.tell(moves.StopPlaying(call.voice, call.playing), moves.Connect(call.voice, consultation.name))
    draft.move_call(promised.kept(call), CallState.OUTSIDE, why="112 answered")


def unreached(draft: Draft, consultation: Consultation, *, why: str) -> None:
    """112 could not be called from here: the caller is told to hang up and dial it, and comes first who stays."""
    call = draft.calls[consultation.call]
    draft.keep_consultation(consultation, stage=Stage.ENDED, since=draft.now, why=why)
    _wait(draft, call, words.not_reached(call.language), why="112 not reached", rank=Rank.RETURNED)


def _take_back(draft: Draft, call: Call) -> Call:
    """Nobody else is to have the caller: the agent whose telephone rings is ready again, a promise is void."""
    if call.state is CallState.OFFERED:
        ringing = draft.agents[call.agent or 0]
        why, idle_since = "caller dialled 112", ringing.idle_since
        draft.move_agent(ringing, AgentState.READY, why=why, call="", idle_since=idle_since)
        call = replace(call, agent=None)
    return replace(call, call_back=None) if call.to_be_dialled else call


def _wait(draft: Draft, call: Call, recordings: tuple[str, ...], *, why: str, rank: Rank | None = None) -> None:
    """In line, where the caller is told this first; on a number whose line is closed for good there is none, nor
    for a caller whose calls are not taken."""
    script = draft.floor.script_of(call)
    if script and incidents.is_told(script, call.treated):
        say(draft, call, CallState.TURNED_AWAY, script_words.not_taken(script), why=why, entered="", **NOT_ASKED)
        return
    if call.activation is None and script:
        closed = script_words.closed(script, call.language, now=draft.now)
        say(draft, call, CallState.CHOOSING, closed, why=why, entered="", question=Question.CLOSED)
        return
    draft.tell(moves.StopPlaying(call.voice, call.playing))
    call = draft.move_call(
        call,
        CallState.WAITING,
        why=why,
        due_in=timing.POSITION,
        rank=call.rank if rank is None else rank,
        queued_at=call.queued_at or draft.now,
        messages=call.messages + 1,
        entered="",
        **NOT_ASKED,
    )
    draft.tell(moves.Play(call.voice, call.message, recordings))
