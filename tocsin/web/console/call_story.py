"""What one call went through, told in sentences: its steps, why it was offered when it was, and what was asked."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from tocsin.activations.rules import Stream
from tocsin.calls.models import CallStep, HelpStep, LineOrder, Supervision
from tocsin.calls.ports import Answer, LineVerb, SupervisorVerb
from tocsin.calls.rules.full_line import FULL
from tocsin.calls.rules.help import Help
from tocsin.calls.rules.hold import FORGOTTEN, REMINDED
from tocsin.calls.rules.hours import CLOSED
from tocsin.calls.rules.incidents import CHOSE_ANOTHER
from tocsin.calls.rules.states import (
    ASKED_FOR_SMS,
    CONVERSATION,
    CUT_OFF,
    HEARD_ANSWER,
    LEFT_QUESTION,
    NOT_SERVED,
    RATED,
    UNSEEN_END,
    CallState,
    Rank,
    Why,
)
from tocsin.calls.rules.supervision import TAKEN_OVER
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
    CallState.PROMISED: _("Keeps the place in line: will be called back."),
    CallState.DIALLING: _("%(agent)s calls back; the number rings."),
    CallState.RETRYING: _("Was not reached; is called once more."),
    CallState.DEFERRED: _("Will be called back when the line opens again."),
    CallState.TALKING: _("%(agent)s answered."),
    CallState.HELD: _("%(agent)s put the caller on hold."),
    CallState.RECONNECTING: _("The telephone of %(agent)s disappeared; the caller was asked to stay."),
    CallState.EMERGENCY: _("Dialled 112 on the keypad; 112 is called."),
    CallState.OUTSIDE: _("Speaks with 112."),
    CallState.SURVEYED: _("The agent hung up; the caller is asked how it was."),
    CallState.ENDED: _("The call ended."),
}
# Where the reason of a step says that an agent passes the caller on.
_PASSED_ON: Mapping[str, Words] = {
    CallState.HELD: _("%(agent)s asks somebody about the caller, who hears music."),
    CallState.TALKING: _("Handed over to %(agent)s."),
    CallState.OUTSIDE: _("Handed over to somebody outside."),
}
# What was noted of a caller who stays where they are, by the journal's word.
_NOTED: Mapping[str, Words] = {
    HEARD_ANSWER: _("Heard the answer at a key to its end."),
    CHOSE_ANOTHER: _("Chose what it is about. Until then it counted for what is open the longest on the number."),
    ASKED_FOR_SMS: _("Asked for the SMS."),
    RATED: _("Answered the question after the conversation: %(value)s."),
    REMINDED: _("%(agent)s was reminded of the caller on hold."),
    LEFT_QUESTION: _("Left a question by voice."),
}
# Why somebody speaks with the caller who did not answer.
_JOINED: Mapping[str, Words] = {
    TAKEN_OVER: _("%(agent)s took the caller over."),
    "together": _("All three hear each other."),
}
_RESUMED: Mapping[str, Words] = {
    CallState.HELD: _("%(agent)s speaks with the caller again."),
    CallState.OUTSIDE: _("%(agent)s speaks with the caller again."),
    CallState.RECONNECTING: _("%(agent)s is back, and speaks with the caller again."),
}
# In these states it is said why it did not stay as it was, or how it ended, by the journal's word.
_SAID_WHY = (
    CallState.FALLBACK,
    CallState.CHOOSING,
    CallState.WAITING,
    CallState.PROMISED,
    CallState.DEFERRED,
    CallState.TURNED_AWAY,
    CallState.ENDED,
)
_BECAUSE: Mapping[str, Words] = {
    "declined": _("The agent declined."),
    "not answered": _("The agent did not answer in time."),
    "agent's telephone lost": _("The agent's telephone disappeared."),
    "signed out": _("The agent signed out."),
    "agent did not come back": _("The agent did not come back."),
    FORGOTTEN: _("The agent left the caller on hold."),
    "left no question": _("Nothing was said where a question could be left."),
    "given to another": _("A coordinator gives the call to another agent."),
    "caller hung up": _("The caller hung up."),
    "agent hung up": _("The agent hung up."),
    UNSEEN_END: _("The switchboard was away when it ended."),
    CUT_OFF: _("The switch went down with the call."),
    "not seen again": _("The caller was not seen again."),
    FULL: _("The line was full."),
    "a place is free": _("A place in line came free."),
    "activation gone": _("The line was closed."),
    "called again": _("The caller called again instead."),
    "left, and is called back as promised": _("The caller hung up again, and is called back as promised."),
    "112 not reached": _("112 could not be reached: the caller was told to call it, and comes first."),
    "dialled 112 in an exercise": _("Dialled 112 on the keypad: in an exercise it is not called."),
    NOT_SERVED: _("A coordinator decided that this caller is not served for a while."),
    CLOSED: _("It is outside the opening hours."),
    "line opened": _("The line opened again."),
    "promise not kept": _("Nobody could call back in time."),
}
_RANKS: Mapping[int, Words] = {
    Rank.RETURNED: _("the caller was cut off, or an agent was lost or did not answer"),
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
    Why.BREAK_WAIVED: _(
        "Offered to %(agent)s, whom a coordinator chose in the middle of a break from victims and relatives."
    ),
}
_VERBS: Mapping[str, Words] = {
    LineVerb.RAISE: _("%(by)s asked that it be served earlier: “%(why)s”"),
    LineVerb.LOWER: _("%(by)s asked that it be served at its own place again: “%(why)s”"),
    LineVerb.MOVE: _("%(by)s asked that it wait for %(language)s, %(stream)s: “%(why)s”"),
    LineVerb.GIVE: _("%(by)s asked that it be offered to %(agent)s: “%(why)s”"),
    SupervisorVerb.LISTEN: _("%(by)s asked to listen in: “%(why)s”"),
    SupervisorVerb.WHISPER: _("%(by)s asked to whisper to the agent: “%(why)s”"),
    SupervisorVerb.BARGE: _("%(by)s asked to join: “%(why)s”"),
    SupervisorVerb.TAKE_OVER: _("%(by)s asked to take over: “%(why)s”"),
    SupervisorVerb.LEAVE: _("%(by)s left the conversation."),
    SupervisorVerb.TAPE: _("%(by)s asked to record: “%(why)s”"),
    SupervisorVerb.STOP_TAPE: _("%(by)s asked to stop recording: “%(why)s”"),
    SupervisorVerb.PAUSE: _("%(by)s asked that %(agent)s pause: “%(why)s”"),
    SupervisorVerb.SIGN_OUT: _("%(by)s asked that %(agent)s be signed out: “%(why)s”"),
}
_ANSWERS: Mapping[str, Words] = {
    "": _("The switchboard has not decided it yet."),
    Answer.DONE: _("Done."),
    Answer.GONE: _("Nothing was changed: the caller was in line no more."),
    Answer.RINGING: _("Nothing was changed: the call was ringing at an agent."),
    Answer.AS_IT_WAS: _("It was so already."),
    Answer.NOT_TAKEN: _("Nothing was changed: this line does not take such calls."),
    Answer.STAYS_IN_D2: _(
        "Nothing was changed: whoever was with those trained for victims and relatives stays with them."
    ),
    Answer.AGENT_NOT_FREE: _("The agent was not ready: the caller keeps the place in line."),
    Answer.AGENT_UNABLE: _("The agent may not take this call: the caller keeps the place in line."),
    Answer.OVER: _("The conversation is over, or with another agent."),
    Answer.NO_TELEPHONE: _("Your desk is not open, or its telephone is not connected."),
    Answer.BUSY: _("Not now: with a caller, or writing the note. Ask again."),
    Answer.NOT_TRAINED: _("Only somebody trained for such calls, who speaks the language to take over."),
    Answer.NOT_AGREED: _("Nothing is recorded: the caller did not agree, or this line records nothing."),
    Answer.ELSEWHERE: _(
        "Nothing can be heard at your telephone: it is in another part of the switch. Join instead."
    ),
    Answer.NOT_HEARD: _("Hear the conversation first, then take over."),
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
    supervisions: Sequence[Supervision],
    arrivals: Mapping[str, datetime],
    served_last: bool,
) -> list[Told]:
    """The story of a call. `arrivals` has those of the calls that its reasons name, as far as they may be told;
    `served_last` says that it goes after all others, whatever happens."""
    happened = [
        Told(step.at, _step(step, served_last=served_last), _of_step(step, arrivals))
        for step in steps
        if _is_told(step)
    ]
    happened += [Told(order.at, ordered(order), [answered(order.answer)]) for order in orders]
    happened += [Told(each.at, str(_HELPS[each.after]) % {"by": each.by}, ()) for each in helps]
    happened += [_heard(each) for each in supervisions]
    return sorted(happened, key=lambda one: one.at)


def _heard(supervision: Supervision) -> Told:
    names = {"by": supervision.order.by, "agent": supervision.agent}
    if supervision.ended_at is None:
        words = gettext("%(agent)s was told that %(by)s hears the conversation.")
        return Told(supervision.began_at, words % names, ())
    times = {"time": f"{timezone.localtime(supervision.ended_at):%H:%M:%S}"}
    words = gettext("%(by)s heard the conversation of %(agent)s until %(time)s.")
    return Told(supervision.began_at, words % (names | times), ())


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
    """What became of what a coordinator asked; older lines of the logbook name an approved answer here."""
    return str(_ANSWERS.get(answer, answer))


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


def _is_told(step: CallStep) -> bool:
    """Whether a step says anything: keys that are pressed while it rings at an agent change nothing there."""
    stays = step.before == step.after == CallState.OFFERED
    return not stays or bool(step.reason) or step.why in _NOTED


def _step(step: CallStep, *, served_last: bool) -> str:
    words = _words(step)
    if words is None:
        is_back = step.after == CallState.WAITING and step.before in CONVERSATION | {CallState.OFFERED}
        goes_first = is_back and not served_last and step.why != "given to another"
        words = _("Back in line, first of all.") if goes_first else _REACHED.get(step.after, step.after)
    names = {"agent": step.agent or gettext("an agent"), "language": language_name(step.language)}
    return str(words) % ((step.reason or {}) | names)


def _words(step: CallStep) -> Words | None:
    """What a step says other than whereto it led; None where that is all."""
    if step.before == step.after and step.why in _NOTED:
        return _NOTED[step.why]
    if step.after == CallState.TALKING and step.why in _JOINED:
        return _JOINED[step.why]
    if step.reason and step.after == CallState.WAITING:
        return _passed_on(step.reason)
    if step.reason and step.after in _PASSED_ON:
        return _PASSED_ON[step.after]
    return _RESUMED.get(step.before) if step.after == CallState.TALKING else None


def _passed_on(reason: Mapping[str, object]) -> Words:
    """Whereto an agent passed the caller on, who is back in line."""
    if reason["consent"]:
        return _("Passed on, with the caller's consent, to those trained for victims and relatives.")
    if reason["to"] in list(Stream):
        return _("Passed on to another agent.")
    return _("Passed on to those who speak %(language)s.")


def _of_step(step: CallStep, arrivals: Mapping[str, datetime]) -> list[str]:
    if step.reason and step.after == CallState.OFFERED:
        agent = str(step.agent or gettext("an agent"))
        return reason_of(step.reason, stream=step.stream, agent=agent, arrivals=arrivals)
    if step.after in _SAID_WHY and step.why in _BECAUSE:
        return [str(_BECAUSE[step.why])]
    return []
