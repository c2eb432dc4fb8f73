"""What one call went through, told in sentences: its steps, why it was offered when it was, and what was asked."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from tocsin.activations.rules import Stream
from tocsin.calls.models import CallStep, HelpStep, LineOrder
from tocsin.calls.ports import Answer, LineVerb
from tocsin.calls.rules.help import Help
from tocsin.calls.rules.states import CONVERSATION, UNSEEN_END, CallState, Rank, Why
from tocsin.web.console.shown import language_name, stream_name

Words = str | Promise

_REACHED: Mapping[str, Words] = {
    CallState.FALLBACK: _("Hears the recorded message: the switchboard had its hands full, or was away."),
    CallState.TURNED_AWAY: _("Hears that nobody takes calls now, and is let go."),
    CallState.GREETING: _("Called, and is asked for a language."),
    CallState.INFORMING: _("Hears the front message."),
    CallState.CHOOSING: _("Is asked what a key answers."),
    CallState.WAITING: _("Waits in line."),
    CallState.OFFERED: _("Rings at %(agent)s."),
    CallState.PROMISED: _("Hung up, and keeps the place in line: will be called back."),
    CallState.DIALLING: _("%(agent)s calls back; the number rings."),
    CallState.RETRYING: _("Was not reached; is called once more."),
    CallState.TALKING: _("%(agent)s answered."),
    CallState.HELD: _("%(agent)s put the caller on hold."),
    CallState.RECONNECTING: _("The telephone of %(agent)s disappeared; the caller was asked to stay."),
    CallState.ENDED: _("The call ended."),
}
_RESUMED: Mapping[str, Words] = {
    CallState.HELD: _("%(agent)s speaks with the caller again."),
    CallState.RECONNECTING: _("%(agent)s is back, and speaks with the caller again."),
}
# Why it did not stay so, or how it ended, by the journal's word.
_BECAUSE: Mapping[str, Words] = {
    "declined": _("The agent declined."),
    "not answered": _("The agent did not answer in time."),
    "agent's telephone lost": _("The agent's telephone disappeared."),
    "signed out": _("The agent signed out."),
    "agent did not come back": _("The agent did not come back."),
    "given to another": _("A coordinator gives the call to another agent."),
    "caller hung up": _("The caller hung up."),
    "agent hung up": _("The agent hung up."),
    UNSEEN_END: _("The switchboard was away when it ended."),
    "not seen again": _("The caller was not seen again."),
    "activation gone": _("The line was closed."),
    "called again": _("The caller called again instead."),
    "promise not kept": _("Nobody could call back in time."),
}
_RANKS: Mapping[int, Words] = {
    Rank.RETURNED: _("an agent was lost or did not answer"),
    Rank.CALL_BACK: _("a call-back was promised"),
    Rank.TRANSFER: _("it was transferred"),
    Rank.RAISED: _("a coordinator asked that it be served earlier"),
}
_CALLS: Mapping[str, Words] = {
    Why.AUTHORITY: _("fewer agents were with callers of this authority"),
    Why.ACTIVATION: _("fewer agents were with callers of this line"),
    Why.PLACE: _("it has the earlier place in line"),
}
_AGENTS: Mapping[str, Words] = {
    Why.ALONE: _("Offered to %(agent)s: nobody else was free for it."),
    Why.KNOWN: _("Offered to %(agent)s, who spoke with the caller before today."),
    Why.SPARED: _("Offered to %(agent)s: those trained for victims and relatives are spared for them."),
    Why.LEVEL: _("Offered to %(agent)s, who speaks the language better than the next."),
    Why.IDLE: _("Offered to %(agent)s, who was idle the longest."),
    Why.PICKED: _("Offered to %(agent)s, whom a coordinator chose."),
}
_VERBS: Mapping[str, Words] = {
    LineVerb.RAISE: _("%(by)s asked that it be served earlier: “%(why)s”"),
    LineVerb.LOWER: _("%(by)s asked that it be served at its own place again: “%(why)s”"),
    LineVerb.MOVE: _("%(by)s asked that it wait for %(language)s, %(stream)s: “%(why)s”"),
    LineVerb.GIVE: _("%(by)s asked that it be offered to %(agent)s: “%(why)s”"),
}
_ANSWERS: Mapping[str, Words] = {
    "": _("The switchboard has not decided it yet."),
    Answer.DONE: _("Done."),
    Answer.GONE: _("Nothing was changed: the caller was in line no more."),
    Answer.RINGING: _("Nothing was changed: the call was ringing at an agent."),
    Answer.AS_IT_WAS: _("It was so already."),
    Answer.NOT_TAKEN: _("Nothing was changed: this line does not take such calls."),
    Answer.AGENT_NOT_FREE: _("The agent was not ready: the caller keeps the place in line."),
    Answer.AGENT_UNABLE: _("The agent may not take this call: the caller keeps the place in line."),
    Answer.TOO_LATE: _("Nothing was changed: the switchboard was away. Ask again."),
}


_HELPS: Mapping[str, Words] = {
    Help.ASKED: _("%(by)s asked for help."),
    Help.COMING: _("%(by)s came to help."),
    Help.OVER: _("%(by)s needed no help any more."),
}


@dataclass(frozen=True, slots=True)
class Told:
    """One thing that happened, with what there is to say of it."""

    at: datetime
    what: str
    more: Sequence[str]


def told(
    *,
    steps: Sequence[CallStep],
    orders: Sequence[LineOrder],
    helps: Sequence[HelpStep],
    arrivals: Mapping[str, datetime],
) -> list[Told]:
    """The story of a call. `arrivals` has those of the calls that its reasons name, as far as they may be told."""
    happened = [Told(step.at, _step(step), _of_step(step, arrivals)) for step in steps]
    happened += [Told(order.at, ordered(order), [answered(order.answer)]) for order in orders]
    happened += [Told(each.at, str(_HELPS[each.after]) % {"by": each.by}, ()) for each in helps]
    return sorted(happened, key=lambda one: one.at)


def ordered(order: LineOrder) -> str:
    """Who asked for what, and why."""
    return str(_VERBS[order.verb]) % {
        "by": order.by,
        "why": order.reason,
        "agent": order.agent or "",
        "language": language_name(order.language) if order.language else "",
        "stream": stream_name(order.stream) if order.stream else "",
    }


def answered(answer: str) -> str:
    """What became of what a coordinator asked."""
    return str(_ANSWERS[answer])


def reason_of(
    reason: Mapping[str, object], *, stream: str, agent: str, arrivals: Mapping[str, datetime]
) -> list[str]:
    """Why a call was offered before the next one, and to this agent, in sentences."""
    sentences = []
    because = _first_because(reason, stream=stream)
    if reason["call"] == Why.ALONE:
        sentences.append(gettext("No other call waited that a free agent could take."))
    elif because:
        before = arrivals.get(str(reason["before"]))
        names = {"why": because, "time": f"{timezone.localtime(before):%H:%M:%S}" if before else ""}
        words = (
            _("Went before the call of %(time)s: %(why)s.")
            if before
            else _("Went before a call of another line: %(why)s.")
        )
        sentences.append(str(words) % names)
    sentences.append(str(_AGENTS[str(reason["agent"])]) % {"agent": agent})
    if reason["relaxed"]:
        sentences.append(gettext("Less was asked of the agent than the line asks for otherwise."))
    return sentences


def _first_because(reason: Mapping[str, object], *, stream: str) -> str:
    why = str(reason["call"])
    if why == Why.RANK:
        # Reasons that were kept before the rank was do not say which it was.
        return str(_RANKS.get(int(str(reason.get("rank", Rank.ORDINARY))), _("its rank is higher")))
    if why == Why.STREAM:
        return (
            gettext("victims and relatives come first")
            if stream == Stream.D2
            else gettext("victims and relatives had their share of the agents")
        )
    return str(_CALLS.get(why, ""))


def _step(step: CallStep) -> str:
    words = _RESUMED.get(step.before) if step.after == CallState.TALKING else None
    words = words or _REACHED.get(step.after, step.after)
    if step.after == CallState.WAITING and step.before in CONVERSATION | {CallState.OFFERED}:
        words = _("Back in line, first of all.") if step.why != "given to another" else words
    return str(words) % {"agent": step.agent or gettext("an agent")}


def _of_step(step: CallStep, arrivals: Mapping[str, datetime]) -> list[str]:
    if step.reason:
        agent = str(step.agent or gettext("an agent"))
        return reason_of(step.reason, stream=step.stream, agent=agent, arrivals=arrivals)
    if step.after in (CallState.WAITING, CallState.ENDED) and step.why in _BECAUSE:
        return [str(_BECAUSE[step.why])]
    return []
