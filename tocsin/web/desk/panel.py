"""What stands on one agent's open desk, drawn anew whenever something changed."""

from dataclasses import dataclass
from datetime import datetime

import phonenumbers
from django.template.loader import render_to_string
from django.utils import timezone

from tocsin.accounts.models import Person
from tocsin.activations.rules import Stream
from tocsin.authorities.actions import viewing
from tocsin.calls import queries
from tocsin.calls.queries import supervision
from tocsin.calls.queries.questions import takes_questions
from tocsin.calls.queries.text_callers import Texting, changes_of_texting, texting, texts_to_send
from tocsin.calls.queries.treatment import last_remark
from tocsin.calls.rules import timing
from tocsin.calls.rules.question_claims import MAY_TAKE_QUESTIONS
from tocsin.calls.rules.states import CallState
from tocsin.web import pauses
from tocsin.web.desk.called import how_it_is
from tocsin.web.desk.passing import ended_consultation
from tocsin.workforce.models import Agent
from tocsin.workforce.queries import is_advised_a_break
from tocsin.workforce.rules import AgentState

# Where the desk has buttons to pause.
MAY_PAUSE = frozenset({AgentState.READY, AgentState.WRAP_UP})


@dataclass(frozen=True, slots=True)
class Caller:
    """PERSONAL. Who calls: the number as people write it, what was asked before, what is noted so far, whether
    they asked for text. `changes` is how often that was changed in this call."""

    leg: str
    stream: Stream
    number: str
    earlier: tuple[queries.EarlierCall, ...]
    note: queries.WrittenNote
    texting: Texting
    changes: int

    def is_of(self, call: queries.CallOnDesk) -> bool:
        """Whether this is still what there is to see."""
        changes = changes_of_texting(call=call.leg)
        return (self.leg, self.stream, self.changes) == (call.leg, call.stream, changes)


class Panel:
    """One open desk. It looks a caller up once, because every look is noted in the logbook."""

    def __init__(self, *, agent: int, person: Person) -> None:
        self._agent = agent
        self._person = person
        self._caller: Caller | None = None

    def draw(self) -> str:
        """The panel as HTML, in the language that is active."""
        agent = Agent.objects.select_related("person").prefetch_related("serves").get(pk=self._agent)
        call = queries.call_on_desk(agent=agent)
        if call is None:
            self._caller = None
        elif self._caller is None or not self._caller.is_of(call):
            self._caller = self._look_up(agent, call)
        return render_to_string(
            "desk/panel.html",
            {
                "agent": agent,
                "reason": pauses.CHOSEN_BY_AGENTS.get(agent.reason, ""),
                "paused_by_the_line": pauses.EXPLAINED.get(agent.reason, ""),
                "pause_reasons": pauses.CHOSEN_BY_AGENTS,
                "call": call,
                "caller": self._caller,
                "texts": texts_to_send(call=self._caller.leg)
                if self._caller and self._caller.texting.asked
                else (),
                "ended_consultation": ended_consultation(call),
                "topics": queries.topics_of(authority=call.authority) if call else (),
                "broadcasts": queries.unread_broadcasts(agent=agent),
                "remark": last_remark(call=agent.call, agent=agent.pk) if agent.call else "",
                "help": queries.help_in_conversation(agent=agent),
                "now": timezone.now(),
                "heard_by": supervision.heard_by(agent=agent),
                "return_seconds": int(timing.AGENT_RETURN.total_seconds()),
                "is_long_on_hold": is_long_on_hold(call, now=timezone.now()),
                "hears": supervision.supervision_of(agent=agent),
                "needs_d2_break": agent.d2_time >= timing.D2_LIMIT,
                "needs_break": agent.state in MAY_PAUSE and is_advised_a_break(agent=agent, now=timezone.now()),
                "dismissal": supervision.dismissal_of(agent=agent),
                "line": queries.waiting_for(agent=agent),
                "takes_questions": agent.state in MAY_TAKE_QUESTIONS and takes_questions(agent),
                "called": how_it_is(agent),
                "presence": queries.presence(at=timezone.now()),
            },
        )

    def _look_up(self, agent: Agent, call: queries.CallOnDesk) -> Caller:
        """Read what is personal and belongs to the authority that was called, if the agent serves it."""
        served = {authority.pk for authority in agent.serves.all()}
        with viewing(
            person=self._person,
            authorities=served & {call.authority},
            purpose="answering a call",
            subject=f"call:{call.leg}",
            at=timezone.now(),
            streams=[call.stream],
        ):
            number = queries.number_of_caller(call=call.leg)
            earlier = queries.earlier_calls(number=number, before=call) if number else ()
            return Caller(
                leg=call.leg,
                stream=call.stream,
                number=as_written(number),
                earlier=earlier,
                note=queries.note_on(call=call, agent=agent.pk),
                # First, so that a change meanwhile is seen the next time.
                changes=changes_of_texting(call=call.leg),
                texting=texting(call=call.leg),
            )


def is_long_on_hold(call: queries.CallOnDesk | None, *, now: datetime) -> bool:
    """Whether the caller is on hold so long as to remind the agent of it, who may ask somebody meanwhile."""
    if call is None or call.state != CallState.HELD:
        return False
    if call.consulting and call.consulting.is_live and not call.consulting.asks:
        return False
    return now - call.since >= timing.HOLD_REMINDER


def as_written(number: str) -> str:
    """A number in E.164 as people write it; empty stays empty.

    >>> as_written("+32477123456")
    '+32 477 12 34 56'
    """
    if not number:
        return ""
    parsed = phonenumbers.parse(number)
    return phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.INTERNATIONAL)
