"""What stands on one agent's open desk, drawn anew whenever something changed."""

from dataclasses import dataclass

import phonenumbers
from django.template.loader import render_to_string
from django.utils import timezone

from tocsin.accounts.models import Person
from tocsin.authorities.actions import viewing
from tocsin.calls import queries
from tocsin.web import pauses
from tocsin.workforce.models import Agent


@dataclass(frozen=True, slots=True)
class Caller:
    """PERSONAL. Who calls: the number as people write it, what was asked before, what is noted so far."""

    leg: str
    number: str
    earlier: tuple[queries.EarlierCall, ...]
    note: queries.WrittenNote


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
        elif self._caller is None or self._caller.leg != call.leg:
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
                "topics": queries.topics_of(authority=call.authority) if call else (),
                "broadcasts": queries.unread_broadcasts(agent=agent),
                "help": queries.help_in_conversation(agent=agent),
                "line": queries.waiting_for(agent=agent),
                "plant": queries.state_of_plant(at=timezone.now()),
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
        ):
            number = queries.number_of_caller(call=call.leg)
            earlier = queries.earlier_calls(number=number, before=call) if number else ()
            return Caller(
                leg=call.leg,
                number=as_written(number),
                earlier=earlier,
                note=queries.note_on(call=call.leg, agent=agent.pk),
            )


def as_written(number: str) -> str:
    """A number in E.164 as people write it; empty stays empty.

    >>> as_written("+32477123456")
    '+32 477 12 34 56'
    """
    if not number:
        return ""
    parsed = phonenumbers.parse(number)
    return phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.INTERNATIONAL)
