"""An agent's own number is called: who presses 1 there is at work, and that leg stands by like any other.

The key is asked for because an answering machine answers, too. Offers are told on that leg and taken by the same
key, so that whoever is away from the screen can answer.
"""

from dataclasses import replace
from typing import Any

from tocsin.calls.rules import called_telephone_words as words
from tocsin.calls.rules import desk, events, moves, timing
from tocsin.calls.rules.called_telephone import CalledTelephone, Calling, End, login_in
from tocsin.calls.rules.draft import Draft
from tocsin.calls.rules.events import DialAnswered, DialFailed, KeyPressed, MessagePlayed
from tocsin.workforce.rules import AgentState

KEY = "1"


def telephone_at(draft: Draft, leg: str) -> CalledTelephone | None:
    """The called telephone of a leg, while it is of use."""
    found = draft.called_telephones.get(login_in(leg)) if draft.called_telephones else None
    return found if found and found.leg == leg and found.stage is not Calling.ENDED else None


def happen(draft: Draft, telephone: CalledTelephone, event: events.OfCaller) -> None:
    """Something happened at the leg of a called telephone."""
    match event:
        case DialAnswered() if telephone.stage is Calling.RINGING:
            _ask(draft, telephone)
        case DialFailed():
            _over(draft, telephone, why=event.why.value)
        case MessagePlayed() if telephone.stage is Calling.ASKED and event.message == telephone.message:
            _keep(draft, telephone, due_at=draft.now + timing.GREETED)
        case KeyPressed(_, key) if key == KEY and telephone.stage is Calling.ASKED:
            _connected(draft, telephone)
        case KeyPressed(_, key) if key == KEY and telephone.stage is Calling.CONNECTED:
            _take_offer(draft, telephone)
        case _:
            pass


def _ask(draft: Draft, telephone: CalledTelephone) -> None:
    due_at = draft.now + timing.LONGEST_MESSAGE
    telephone = _keep(draft, telephone, stage=Calling.ASKED, due_at=due_at)
    _say(draft, telephone, words.question(telephone.language))


def _connected(draft: Draft, telephone: CalledTelephone) -> None:
    """The agent is at the telephone, and at work: a call that nobody wants to use would cost for nothing."""
    telephone = _keep(draft, telephone, stage=Calling.CONNECTED, due_at=None)
    _say(draft, telephone, words.connected(telephone.language))
    desk.leg_up(draft, events.AgentLegUp(telephone.leg, telephone.login))
    agent = draft.agents.get(telephone.agent)
    if agent and agent.state is AgentState.SIGNED_OUT and agent.leg == telephone.leg:
        desk.asked(draft, events.AgentAsked(agent.id, events.Verb.READY))


def _take_offer(draft: Draft, telephone: CalledTelephone) -> None:
    agent = draft.agents.get(telephone.agent)
    if agent and agent.state is AgentState.OFFERED and agent.leg == telephone.leg:
        # Before they are connected, which would wait for its end.
        _silence_offer(draft, telephone)
        desk.asked(draft, events.AgentAsked(agent.id, events.Verb.ACCEPT, agent.call))


def hung_up(draft: Draft, leg: str) -> None:
    """A leg ended: if it is a called telephone's, that is over. What follows for the agent, `desk` decides."""
    if telephone := telephone_at(draft, leg):
        why = End.NO_KEY if telephone.stage is Calling.ASKED else End.HUNG_UP
        _over(draft, telephone, why=why)


def tend(draft: Draft) -> None:
    """Call the numbers that are to be called, and end the calls that are of no use any more."""
    if not draft.called_telephones:
        return
    signed_out = {change.agent for change in draft.changes if change.after is AgentState.SIGNED_OUT}
    for telephone in list(draft.called_telephones.values()):
        agent = draft.agents.get(telephone.agent)
        if telephone.login not in draft.floor.logins or agent is None:
            _end(draft, telephone, why=End.SIGNED_OUT)
            del draft.called_telephones[telephone.login]
        elif telephone.stage is Calling.WANTED:
            # Of several nodes, none is known before the switch told of itself.
            if draft.nodes:
                _call(draft, telephone)
        elif telephone.stage is Calling.CONNECTED and telephone.agent in signed_out:
            _end(draft, telephone, why=End.SIGNED_OUT)
        elif telephone.stage is Calling.CONNECTED and agent.leg not in ("", telephone.leg):
            # The older leg was dropped when the newer came.
            _over(draft, telephone, why=End.REPLACED)
        elif telephone.due_at and telephone.due_at <= draft.now:
            _end(draft, telephone, why=End.NO_KEY if telephone.stage is Calling.ASKED else End.NEVER_TOLD)


def _call(draft: Draft, telephone: CalledTelephone) -> None:
    """Call the number from an open line for which the agent takes calls, by one of the nodes that were seen."""
    served = draft.agents[telephone.agent].authorities
    lines = ((number, script) for number, line in draft.floor.lines.items() for script in line.incidents)
    shown = min((number for number, s in lines if s.authority in served and s.accepts), default="")
    if not shown:
        _over(draft, telephone, why=End.NO_LINE)
        return
    leg = f"{_node(draft)}{telephone.login}"
    due_at = draft.now + timing.RINGING + timing.SILENCE
    telephone = _keep(draft, telephone, stage=Calling.RINGING, leg=leg, due_at=due_at)
    draft.tell(moves.Dial(leg, telephone.number, shown=shown, patience=timing.RINGING))


def _node(draft: Draft) -> str:
    """With what a leg's name begins: the node with the fewest such calls; nothing where there is but one."""
    nodes = sorted(filter(None, draft.nodes))
    if not nodes:
        return ""
    legs = [each.leg for each in draft.called_telephones.values() if each.stage is not Calling.ENDED]
    return min(nodes, key=lambda node: sum(events.is_on(leg, node) for leg in legs)) + "-"


def _end(draft: Draft, telephone: CalledTelephone, *, why: End) -> None:
    """Hang up; the agent who spoke there has no telephone any more."""
    if telephone.stage is Calling.ENDED:
        return
    if telephone.leg:
        draft.tell(moves.Release(telephone.leg))
    _over(draft, telephone, why=why)
    agent = draft.agents.get(telephone.agent)
    if agent and agent.leg == telephone.leg != "":
        desk.leg_lost(draft, agent)


def tell_offers(draft: Draft) -> None:
    """Tell agents at their own number that a caller is offered, and be silent when that is over."""
    for telephone in list(draft.called_telephones.values()):
        agent = draft.agents.get(telephone.agent)
        if telephone.stage is not Calling.CONNECTED or agent is None or agent.leg != telephone.leg:
            continue
        offered_since = agent.since if agent.state is AgentState.OFFERED else None
        if offered_since == telephone.offered_since:
            continue
        if offered_since:
            kept = _keep(draft, telephone, offered_since=offered_since)
            _say(draft, kept, words.offer(kept.language))
        else:
            _silence_offer(draft, telephone)


def _silence_offer(draft: Draft, telephone: CalledTelephone) -> None:
    _keep(draft, telephone, offered_since=None)
    draft.tell(moves.StopPlaying(telephone.leg, telephone.message))


def see(draft: Draft, census: events.Census) -> events.Census:
    """Take up what became of called telephones while nobody listened; answers the census as the others read it,
    in which those where the key was pressed are agents' telephones, and those of no use are hung up."""
    draft.nodes |= census.nodes.keys() or {""}
    dialled, agents, consults = dict(census.dialled), dict(census.agents), dict(census.consults)
    for telephone in list(draft.called_telephones.values()):
        leg, seen = telephone.leg, dialled.pop(telephone.leg, None)
        if telephone.stage in (Calling.WANTED, Calling.ENDED) or not census.has_asked_for(leg):
            if seen:
                draft.tell(moves.Release(leg))
        elif seen is None:
            if not draft.is_about_to_dial(leg):
                hung_up(draft, leg)
        elif telephone.stage is Calling.CONNECTED:
            agents[leg] = telephone.login
            if seen.together_with:
                consults[leg] = seen.together_with
        elif seen.answered:
            # The key may have been pressed meanwhile: it is asked for once more.
            _ask(draft, telephone)
        else:
            _keep(draft, telephone, due_at=draft.now + timing.RINGING + timing.SILENCE)
    return replace(census, dialled=dialled, agents=agents, consults=consults)


def _say(draft: Draft, telephone: CalledTelephone, recordings: tuple[str, ...]) -> None:
    if telephone.message:
        draft.tell(moves.StopPlaying(telephone.leg, telephone.message))
    message = f"{telephone.leg}-{draft.now:%H%M%S%f}"
    # Who presses the key may be offered a caller in the same moment.
    message = f"{telephone.message}+" if telephone.message.startswith(message) else message
    telephone = _keep(draft, telephone, message=message)
    draft.tell(moves.Play(telephone.leg, telephone.message, recordings))


def _over(draft: Draft, telephone: CalledTelephone, *, why: str) -> None:
    """It stays until its login goes, and nothing is due of it: the switchboard would never wait again."""
    _keep(draft, telephone, stage=Calling.ENDED, why=why, due_at=None)


def _keep(draft: Draft, telephone: CalledTelephone, **changes: Any) -> CalledTelephone:
    telephone = replace(telephone, **changes)
    draft.called_telephones[telephone.login] = draft.touched_telephones[telephone.login] = telephone
    return telephone
