"""The caller's journey: arrival, language, front message, the place in line, and the end."""

from typing import Any

from tocsin.activations.rules import Stream
from tocsin.calls.rules import (
    answers,
    closed,
    d2_breaks,
    events,
    full_line,
    hearing_words,
    incident_words,
    incidents,
    moves,
    promised,
    returning,
    sms,
    taping,
    timing,
)
from tocsin.calls.rules import script as words
from tocsin.calls.rules.draft import Draft
from tocsin.calls.rules.returning import LastCall
from tocsin.calls.rules.saying import say
from tocsin.calls.rules.script import Script
from tocsin.calls.rules.states import CONVERSATION, NOT_ASKED, NOT_SERVED, Call, CallState, Question, Rank
from tocsin.calls.rules.values import changed
from tocsin.workforce.rules import AgentState


def arrive(draft: Draft, arrival: events.CallArrived) -> None:
    """A caller reaches the number, for the first time or again from the switch's fallback."""
    known = draft.calls.get(arrival.leg)
    if known and known.may_come_again:
        free_agent(draft, known, why="called again")
        known = promised.come_again(draft, known)
    if known and known.state is not CallState.FALLBACK:
        return
    line, last = draft.floor.lines.get(arrival.number), draft.returning.get(arrival.leg)
    script = incidents.arrived_at(line, last=last, now=draft.now)
    treated = draft.treated.get(arrival.leg, {})
    call = known or Call(
        leg=arrival.leg,
        number=arrival.number,
        caller=arrival.caller,
        arrived_at=arrival.arrived_at,
        state=CallState.GREETING,
        since=draft.now,
        activation=script.activation if script else None,
        authority=script.authority if script else None,
        language=script.languages[0] if script else words.HOUSE_LANGUAGES[0],
        rank=incidents.rank_in(script, treated) if script else Rank.ORDINARY,
    )
    call = changed(call, treated=treated)
    if script is None or not script.takes_calls(draft.now):
        draft.tell(moves.TakeIn(call.leg))
        if script and incidents.is_told(script, treated):
            # By a coordinator's decision promised nothing.
            call = changed(call, rank=Rank.LAST)
        closed.turn_away(draft, call, script)
    elif all(incidents.is_told(each, treated) for each in script.incidents):
        draft.tell(moves.TakeIn(call.leg))
        say(draft, call, CallState.TURNED_AWAY, words.not_taken(script), why=NOT_SERVED, call_back=None)
    elif draft.room <= 0 or full_line.keeps_out(draft, known):
        draft.tell(moves.SendBack(call.leg, call.number))
        if known:
            draft.keep_call(known, due_at=draft.now + timing.FALLBACK_RETURN)
        else:
            draft.move_call(call, CallState.FALLBACK, why="congested", due_in=timing.FALLBACK_RETURN)
    else:
        draft.room -= 1
        draft.tell(moves.TakeIn(call.leg))
        if known and known.messages:
            take_place(draft, known, why="a place is free")
        else:
            _receive(draft, incidents.enter(draft, call, script), script)


def _receive(draft: Draft, call: Call, script: Script) -> None:
    """The language menu; whoever called before on this day goes on in the language of that call."""
    last = draft.returning.get(call.leg)
    if last and not incidents.is_about(last, script):
        menu = incidents.menu(draft.floor, call, now=draft.now).languages
        if last.had_place and returning.language_kept(last, menu=menu):
            ask_incident(draft, call, language=last.language, why="called before")
        else:
            ask_language(draft, call, why="arrived")
        return
    if last:
        call = _have_back(draft, call, last)
    if last and returning.language_kept(last, menu=script.languages):
        call = changed(call, heard_before=returning.has_heard(last, script=script))
        hints = incidents.hints(draft.floor, call, script, language=last.language)
        inform(draft, call, script, language=last.language, why="called before", hints=hints)
    else:
        ask_language(draft, call, why="arrived")


def _have_back(draft: Draft, call: Call, last: LastCall) -> Call:
    """Whoever called before has the place back, and what was promised."""
    earlier = draft.calls.get(last.leg)
    if earlier and promised.can_go_with(earlier):
        free_agent(draft, earlier, why="called again")
        call = promised.take_along(draft, call, earlier)
    elif not call.came_instead:
        # As it was when the caller reached the number, however long the fallback had them since.
        reached_at = call.arrived_at + call.ahead
        call = changed(call, place_since=returning.place_kept(last, now=reached_at))
    return changed(call, known_to=last.agent)


def press(draft: Draft, call: Call, key: str) -> None:
    """A key chooses the language while that is asked; later it has it asked again, or skips what was heard."""
    script = draft.floor.script_of(call)
    if script is None or call.number not in draft.floor.lines:
        # Nothing is open on the number: there is nothing to choose.
        return
    menu = incidents.menu(draft.floor, call, now=draft.now)
    match call.state, key:
        case CallState.GREETING, _ if language := menu.language_for(key):
            ask_incident(draft, call, language=language, why=f"pressed {key}")
        case CallState.INFORMING | CallState.CHOOSING, "*" if len(menu.languages) > 1 or menu.beside:
            call = draft.keep_call(call, heard_before=False, question=None, answer=None)
            ask_language(draft, call, why="pressed *")
        case CallState.CHOOSING, _ if call.question is Question.INCIDENT:
            _press_at_incidents(draft, call, key)
        case CallState.INFORMING, "#" if call.heard_before:
            ask(draft, call, why="pressed #")
        case CallState.CHOOSING, _ if call.question is Question.CONSENT:
            ask(draft, taping.answered(draft, call, script, key), why=f"pressed {key}")
        case CallState.CHOOSING, "1" if call.question is Question.STREAM:
            ask_for_answers(draft, call, why="pressed 1")
        case CallState.CHOOSING, "2" if call.question is Question.STREAM:
            take_place(draft, call, why="pressed 2", stream=Stream.D2)
        case _, sms.KEY if sms.is_offered(draft, call):
            sms.ask_for(draft, call)
        case _ if call.question is Question.ANSWERS:
            _press_at_answers(draft, call, script, key)
        case CallState.WAITING | CallState.OFFERED, answers.IN_LINE if answers.are_for(
            call, script, call.language
        ):
            answers.ask(draft, call, script)
        case _:
            pass


def _press_at_answers(draft: Draft, call: Call, script: Script, key: str) -> None:
    """Another answer, or on: to the line, or to waiting in it."""
    if key != answers.ON:
        answers.press(draft, call, script, key)
    elif call.state is CallState.CHOOSING:
        take_place(draft, call, why="pressed 0")
    else:
        draft.tell(moves.StopPlaying(call.voice, call.playing), moves.PlayMusic(call.voice))
        # Who waits is told the place at the end of this decision.
        due_at = draft.now if call.state is CallState.WAITING else None
        draft.keep_call(call, due_at=due_at, **NOT_ASKED)


def played(draft: Draft, call: Call) -> None:
    """The newest message of a call ended."""
    if call.answer is not None:
        answers.heard_out(draft, call)
        return
    match call.state:
        case CallState.GREETING | CallState.CHOOSING:
            draft.keep_call(call, due_at=draft.now + timing.KEY)
        case CallState.INFORMING:
            ask(draft, call, why="informed")
        case CallState.WAITING | CallState.OFFERED | CallState.RECONNECTING | CallState.EMERGENCY:
            draft.tell(moves.PlayMusic(call.voice))
            if call.question and call.state is CallState.WAITING:
                draft.keep_call(call, due_at=draft.now + timing.KEY)
        case _:
            pass


def due(draft: Draft, call: Call) -> None:
    """Time is up in the state the call is in."""
    match call.state:
        case CallState.GREETING:
            script = draft.floor.script_of(call)
            if script is None:
                take_place(draft, call, why="activation gone")
            else:
                ask_incident(draft, call, language=script.languages[0], why="no key pressed")
        case CallState.INFORMING:
            ask(draft, call, why="message never ended")
        case CallState.CHOOSING:
            _no_key(draft, call)
        case CallState.FALLBACK:
            # The caller may still be there, and is not let go: who comes again is a call again.
            gone(draft, call, why="not seen again")
        case CallState.OFFERED:
            draft.tell(moves.PlayMusic(call.voice))
            draft.keep_call(call, due_at=None)
        case CallState.RECONNECTING:
            return_to_line(draft, call, why="agent did not come back", announce_loss=False)
        case _:
            draft.keep_call(call, due_at=None)


def _no_key(draft: Draft, call: Call) -> None:
    """Nothing was pressed at a question before the line: the caller goes on with what most want."""
    match call.question:
        case Question.INCIDENT:
            offered = incidents.offered(draft.floor, call, language=call.language, now=draft.now)
            _enter(draft, call, next(iter(offered), None), language=call.language, why="no key pressed")
        case Question.CONSENT:
            ask(draft, draft.keep_call(call, agrees=False), why="no key pressed")
        case Question.STREAM:
            ask_for_answers(draft, call, why="no key pressed")
        case _:
            take_place(draft, call, why="no key pressed")


def inform(
    draft: Draft, call: Call, script: Script, *, language: str, why: str, hints: tuple[str, ...] = ()
) -> None:
    """The front message in the caller's language, and then the line; straight to the line where there is none."""
    recordings = hints + words.front(script, language)
    if recordings:
        say(draft, call, CallState.INFORMING, recordings, why=why, language=language)
    else:
        ask(draft, call, why=why, language=language)


def ask_language(draft: Draft, call: Call, *, why: str) -> None:
    """The language menu of all that is open on the number, where there is a choice; then the incident."""
    menu = incidents.menu(draft.floor, call, now=draft.now)
    if len(menu.languages) > 1:
        say(draft, call, CallState.GREETING, words.menu(menu), why=why)
    else:
        ask_incident(draft, call, language=menu.languages[0], why=why)


def ask_incident(draft: Draft, call: Call, *, language: str, why: str) -> None:
    """Which incident the call is about, where several take calls in the language; then its front message."""
    offered = incidents.offered(draft.floor, call, language=language, now=draft.now)
    if len(offered) > 1:
        question = incident_words.question(offered, language)
        say(draft, call, CallState.CHOOSING, question, why=why, language=language, question=Question.INCIDENT)
    else:
        _enter(draft, call, next(iter(offered), None), language=language, why=why)


def _press_at_incidents(draft: Draft, call: Call, key: str) -> None:
    """The incident of the key; a key without one has those asked again that are there still."""
    offered = incidents.offered(draft.floor, call, language=call.language, now=draft.now)
    chosen = next((script for script in offered if str(script.key) == key), None)
    if chosen:
        _enter(draft, call, chosen, language=call.language, why=f"pressed {key}")
    elif key.isdecimal():
        ask_incident(draft, call, language=call.language, why=f"pressed {key}")


def _enter(draft: Draft, call: Call, script: Script | None, *, language: str, why: str) -> None:
    """The call is about this incident from here on; about the one it belonged to where no other takes calls."""
    script = script or draft.floor.script_of(call)
    if script is None:
        take_place(draft, call, why="activation gone")
        return
    call = changed(incidents.enter(draft, call, script), question=None)
    if incidents.is_told(script, call.treated):
        say(draft, call, CallState.TURNED_AWAY, words.not_taken(script), why=NOT_SERVED, call_back=None)
    else:
        spoken = language if language in script.languages else script.languages[0]
        inform(draft, call, script, language=spoken, why=why)


def ask(draft: Draft, call: Call, *, why: str, language: str | None = None) -> None:
    """What the caller wants, where there is a choice; then the line."""
    script = draft.floor.script_of(call)
    language = language or call.language
    if script and taping.is_asked(call, script, language):
        question = hearing_words.question(script.tapes, language)
        say(draft, call, CallState.CHOOSING, question, why=why, language=language, question=Question.CONSENT)
    elif script and Stream.D2 in script.streams:
        question = words.stream_question(language)
        say(draft, call, CallState.CHOOSING, question, why=why, language=language, question=Question.STREAM)
    else:
        ask_for_answers(draft, call, why=why, language=language)


def ask_for_answers(draft: Draft, call: Call, *, why: str, language: str | None = None) -> None:
    """The questions that a key answers, where there are any; then the line."""
    script = draft.floor.script_of(call)
    language = language or call.language
    if script and answers.are_for(call, script, language):
        questions = words.questions(script, language)
        say(draft, call, CallState.CHOOSING, questions, why=why, language=language, question=Question.ANSWERS)
    else:
        take_place(draft, call, why=why, language=language)


def take_place(draft: Draft, call: Call, *, why: str, **changes: Any) -> None:
    """The caller gets a place in line, which lasts as long as the call; where there is one."""
    placed = changed(call, **changes)
    if not full_line.has_place(draft, placed):
        full_line.reach(draft, placed)
        return
    draft.places -= call.queued_at is None
    if call.messages:
        draft.tell(moves.StopPlaying(call.voice, call.message))
    call = draft.move_call(
        call,
        CallState.WAITING,
        why=why,
        queued_at=call.queued_at or draft.now,
        entered="",
        **NOT_ASKED,
        **changes,
    )
    # Told at the end of this decision, unless an agent is offered the call at once.
    draft.keep_call(call, due_at=draft.now)


def await_agent(draft: Draft, call: Call, *, why: str) -> None:
    """The agent's telephone is gone and nobody else speaks with the caller, who is told; the agent has a moment to
    come back."""
    draft.tell(moves.StopPlaying(call.voice, ""))
    tell_loss(draft, draft.move_call(call, CallState.RECONNECTING, why=why, due_in=timing.AGENT_RETURN))


def return_to_line(draft: Draft, call: Call, *, why: str, announce_loss: bool) -> None:
    """The agent is gone: the caller waits again, before all others, and is told so once; or last, as before."""
    draft.tell(moves.StopPlaying(call.voice, call.playing))
    rank = call.rank.unless_last(Rank.RETURNED)
    call = draft.move_call(call, CallState.WAITING, why=why, due_in=timing.POSITION, agent=None, rank=rank)
    if announce_loss:
        tell_loss(draft, call)
    else:
        draft.tell(moves.PlayMusic(call.voice))


def tell_loss(draft: Draft, call: Call) -> None:
    """Tell the caller that the agent disappeared and that the caller comes first, where that is so."""
    if call.rank is Rank.LAST:
        draft.tell(moves.PlayMusic(call.voice))
        return
    call = draft.keep_call(call, messages=call.messages + 1)
    draft.tell(moves.Play(call.voice, call.message, words.agent_lost(call.language)))


def hung_up(draft: Draft, call: Call) -> None:
    """The caller was heard to leave, in whatever state."""
    draft.tell(moves.Release(call.voice))
    gone(draft, call, why="caller hung up")


def gone(draft: Draft, call: Call, *, why: str) -> None:
    """The caller is not there; an agent who was concerned is freed. A promise that was made before is kept."""
    free_agent(draft, call, why=why)
    promised.leave(draft, call, why=why)


def free_agent(draft: Draft, call: Call, *, why: str) -> None:
    """An agent who spoke gets time to write; one who did not is ready again, with the turn kept."""
    agent = draft.agents.get(call.agent) if call.agent is not None else None
    if agent and agent.call == call.leg:
        if call.state in CONVERSATION:
            wrap_up(draft, call, why=why)
        elif agent.state is AgentState.OFFERED or call.state is CallState.DIALLING:
            draft.move_agent(agent, AgentState.READY, why=why, call="", idle_since=agent.idle_since)


def wrap_up(draft: Draft, call: Call, *, why: str) -> None:
    """The agent of a conversation that ends gets time to write."""
    agent = draft.agents.get(call.agent) if call.agent is not None else None
    if agent is None:
        return
    d2_time = d2_breaks.time_with(agent, call, now=draft.now)
    draft.move_agent(agent, AgentState.WRAP_UP, why=why, due_in=timing.WRAP_UP, d2_time=d2_time)
