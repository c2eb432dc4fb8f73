"""The caller's journey: arrival, language, front message, the place in line, and the end."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

from tocsin.activations.rules import Stream
from tocsin.calls.rules import call_back_words, events, moves, returning, timing
from tocsin.calls.rules import script as words
from tocsin.calls.rules.draft import Draft
from tocsin.calls.rules.script import Script
from tocsin.calls.rules.states import CONVERSATION, Call, CallState, Question, Rank
from tocsin.workforce.rules import AgentState


def arrive(draft: Draft, arrival: events.CallArrived) -> None:
    """A caller reaches the number, for the first time or again from the switch's fallback."""
    known = draft.calls.get(arrival.leg)
    if known and known.state is not CallState.FALLBACK:
        return
    script = draft.floor.lines.get(arrival.number)
    call = known or Call(
        leg=arrival.leg,
        number=arrival.number,
        caller=arrival.caller,
        arrived_at=arrival.arrived_at,
        state=CallState.GREETING,
        since=draft.now,
        activation=script.activation if script else None,
        authority=script.authority if script else None,
        language=script.languages[0] if script else draft.floor.house_languages[0],
    )
    if script is None or not script.takes_calls(draft.now):
        why = "outside opening hours" if script and script.accepts else "nothing open"
        draft.tell(moves.TakeIn(call.leg))
        say(draft, call, CallState.TURNED_AWAY, words.turned_away(script, draft.floor.house_languages), why=why)
    elif draft.room <= 0:
        draft.tell(moves.SendBack(call.leg, call.number))
        if known:
            draft.keep_call(known, due_at=draft.now + timing.FALLBACK_RETURN)
        else:
            draft.move_call(call, CallState.FALLBACK, why="congested", due_in=timing.FALLBACK_RETURN)
    else:
        draft.room -= 1
        draft.tell(moves.TakeIn(call.leg))
        _receive(draft, call, script)


def _receive(draft: Draft, call: Call, script: Script) -> None:
    """The language menu; whoever called before on this day goes on in the language of that call."""
    last = draft.returning.get(call.leg)
    if last and (promised := draft.calls.get(last.leg)) and promised.to_be_dialled:
        # Called instead of waiting for our call, and has the place in person.
        draft.move_call(promised, CallState.ENDED, why="called again")
    if last:
        call = replace(call, place_since=returning.place_kept(last, now=draft.now), known_to=last.agent)
    if last and last.language in script.languages:
        call = replace(call, heard_before=returning.has_heard(last, script=script))
        hints = words.hints(script, last.language, heard_before=call.heard_before)
        inform(draft, call, script, language=last.language, why="called before", hints=hints)
    elif len(script.languages) > 1:
        say(draft, call, CallState.GREETING, words.menu(script), why="arrived")
    else:
        inform(draft, call, script, language=script.languages[0], why="arrived")


def press(draft: Draft, call: Call, key: str) -> None:
    """A key chooses the language while that is asked; later it has it asked again, or skips what was heard."""
    script = script_of(draft, call)
    if script is None:
        return
    match call.state, key:
        case CallState.GREETING, _ if language := script.language_for(key):
            inform(draft, call, script, language=language, why=f"pressed {key}")
        case CallState.INFORMING, "*" if len(script.languages) > 1:
            ask_language(draft, call, script)
        case CallState.CHOOSING, "*" if call.question is Question.STREAM and len(script.languages) > 1:
            ask_language(draft, call, script)
        case CallState.INFORMING, "#" if call.heard_before:
            ask(draft, call, why="pressed #")
        case CallState.CHOOSING, "1" | "2" if call.question is Question.STREAM:
            take_place(draft, call, why=f"pressed {key}", stream=Stream.D5 if key == "1" else Stream.D2)
        case _:
            pass


def played(draft: Draft, call: Call) -> None:
    """The newest message of a call ended."""
    match call.state:
        case CallState.GREETING | CallState.CHOOSING:
            draft.keep_call(call, due_at=draft.now + timing.KEY)
        case CallState.INFORMING:
            ask(draft, call, why="informed")
        case CallState.TURNED_AWAY:
            end(draft, call, why="informed")
        case CallState.WAITING | CallState.OFFERED | CallState.RECONNECTING:
            draft.tell(moves.PlayMusic(call.voice))
        case _:
            pass


def due(draft: Draft, call: Call) -> None:
    """Time is up in the state the call is in."""
    match call.state:
        case CallState.GREETING:
            script = script_of(draft, call)
            if script is None:
                take_place(draft, call, why="activation gone")
            else:
                inform(draft, call, script, language=script.languages[0], why="no key pressed")
        case CallState.INFORMING:
            ask(draft, call, why="message never ended")
        case CallState.CHOOSING:
            take_place(draft, call, why="no key pressed")
        case CallState.TURNED_AWAY:
            end(draft, call, why="time up")
        case CallState.FALLBACK:
            # The caller may still be there, and is not let go: who comes again is a call again.
            draft.move_call(call, CallState.ENDED, why="not seen again")
        case CallState.OFFERED:
            draft.tell(moves.PlayMusic(call.voice))
            draft.keep_call(call, due_at=None)
        case CallState.RECONNECTING:
            return_to_line(draft, call, why="agent did not come back", announce_loss=False)
        case _:
            draft.keep_call(call, due_at=None)


def inform(
    draft: Draft, call: Call, script: Script, *, language: str, why: str, hints: tuple[str, ...] = ()
) -> None:
    """The front message in the caller's language, and then the line; straight to the line where there is none."""
    recordings = hints + words.front(script, language)
    if recordings:
        say(draft, call, CallState.INFORMING, recordings, why=why, language=language)
    else:
        ask(draft, call, why=why, language=language)


def ask_language(draft: Draft, call: Call, script: Script) -> None:
    """The language menu once more, after a language was known or chosen."""
    call = draft.keep_call(call, heard_before=False)
    say(draft, call, CallState.GREETING, words.menu(script), why="pressed *")


def ask(draft: Draft, call: Call, *, why: str, language: str | None = None) -> None:
    """What the caller wants, where there is a choice; then the line."""
    script = script_of(draft, call)
    language = language or call.language
    if script and Stream.D2 in script.streams:
        question = words.stream_question(language)
        say(draft, call, CallState.CHOOSING, question, why=why, language=language, question=Question.STREAM)
    else:
        take_place(draft, call, why=why, language=language)


def take_place(draft: Draft, call: Call, *, why: str, **changes: Any) -> None:
    """The caller gets a place in line, which lasts as long as the call."""
    if call.messages:
        draft.tell(moves.StopPlaying(call.voice, call.message))
    call = draft.move_call(
        call,
        CallState.WAITING,
        why=why,
        queued_at=call.queued_at or draft.now,
        question=None,
        entered="",
        **changes,
    )
    # Told at the end of this decision, unless an agent is offered the call at once.
    draft.keep_call(call, due_at=draft.now)


def announce_places(draft: Draft) -> None:
    """Tell those whose announcement is due their places in line; music goes on afterwards."""
    due = [c for c in draft.calls.values() if c.state is CallState.WAITING and c.due_at and c.due_at <= draft.now]
    # Whoever is being offered comes before all who wait, and may come back.
    offered = Counter((c.authority, c.stream, c.language) for c in _offered_calls(draft)) if due else Counter()
    for call in due:
        draft.tell(moves.StopPlaying(call.voice, call.playing))
        told = draft.keep_call(call, messages=call.messages + 1, due_at=draft.now + timing.POSITION)
        place = draft.line.place_of(told) + offered[call.authority, call.stream, call.language]
        recordings = words.position(told.language, place)
        script = script_of(draft, told)
        if script and script.call_backs:
            recordings += call_back_words.offer(told.language)
        draft.tell(moves.Play(told.voice, told.message, recordings))


def _offered_calls(draft: Draft) -> Iterator[Call]:
    for agent in draft.agents.values():
        if agent.state is AgentState.OFFERED:
            yield draft.calls[agent.call]


def return_to_line(draft: Draft, call: Call, *, why: str, announce_loss: bool) -> None:
    """The agent is gone: the caller waits again, before all others, and is told so once."""
    draft.tell(moves.StopPlaying(call.voice, call.playing))
    call = draft.move_call(
        call, CallState.WAITING, why=why, due_in=timing.POSITION, agent=None, rank=Rank.RETURNED
    )
    if announce_loss:
        tell_loss(draft, call)
    else:
        draft.tell(moves.PlayMusic(call.voice))


def tell_loss(draft: Draft, call: Call) -> None:
    """Tell the caller that the agent disappeared and that the caller comes first."""
    call = draft.keep_call(call, messages=call.messages + 1)
    draft.tell(moves.Play(call.voice, call.message, words.agent_lost(call.language)))


def hung_up(draft: Draft, call: Call) -> None:
    """The caller was heard to leave, in whatever state."""
    draft.tell(moves.Release(call.voice))
    gone(draft, call, why="caller hung up")


def gone(draft: Draft, call: Call, *, why: str) -> None:
    """The caller is not there; an agent who was concerned is freed."""
    agent = draft.agents.get(call.agent) if call.agent is not None else None
    if agent and agent.call == call.leg:
        if call.state in CONVERSATION:
            wrap_up(draft, call, why=why)
        elif agent.state is AgentState.OFFERED:
            draft.move_agent(agent, AgentState.READY, why=why, call="", idle_since=agent.idle_since)
    draft.move_call(call, CallState.ENDED, why=why)


def wrap_up(draft: Draft, call: Call, *, why: str) -> None:
    """The agent of a conversation that ends gets time to write."""
    agent = draft.agents.get(call.agent) if call.agent is not None else None
    if agent is None:
        return
    d2_time = agent.d2_time + (draft.now - agent.since if call.stream is Stream.D2 else timedelta())
    draft.move_agent(agent, AgentState.WRAP_UP, why=why, due_in=timing.WRAP_UP, d2_time=d2_time)


def end(draft: Draft, call: Call, *, why: str) -> None:
    """Let the caller go."""
    draft.tell(moves.Release(call.voice))
    draft.move_call(call, CallState.ENDED, why=why)


def say(
    draft: Draft,
    call: Call,
    state: CallState,
    recordings: tuple[str, ...],
    *,
    why: str,
    **changes: Any,
) -> None:
    """Play recordings to a caller, in a state that their end, or a key, brings to an end."""
    if call.messages:
        draft.tell(moves.StopPlaying(call.voice, call.message))
    call = draft.move_call(
        call,
        state,
        why=why,
        due_in=timing.LONGEST_MESSAGE,
        messages=call.messages + 1,
        **changes,
    )
    draft.tell(moves.Play(call.voice, call.message, recordings))


def script_of(draft: Draft, call: Call) -> Script | None:
    """The script of a call, while the activation that it came to is live."""
    script = draft.floor.lines.get(call.number)
    return script if script and script.activation == call.activation else None
