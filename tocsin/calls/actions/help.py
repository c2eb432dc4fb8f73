"""An agent in a conversation asks for help; whoever leads the line comes, or the agent needs it no more."""

from datetime import datetime

from django.db import transaction

from tocsin.accounts.models import Person
from tocsin.accounts.rules import Role
from tocsin.calls.actions.screens import tell_screens
from tocsin.calls.models import Call, HelpStep
from tocsin.calls.queries import help_in_conversation
from tocsin.calls.rules.help import Help, next_help
from tocsin.logbook.actions import note
from tocsin.refusals import Refusal
from tocsin.workforce.models import Agent
from tocsin.workforce.rules import AgentState


def ask_for_help(*, agent: Agent, call: str, at: datetime) -> HelpStep:
    """Show on the board, before all else, that the agent needs help in this conversation."""
    return _step(Help.ASKED, agent, call, by=agent.person, at=at)


def come_to_help(*, agent: Agent, call: str, by: Person, at: datetime) -> HelpStep:
    """Tell the agent who comes; said by somebody who leads the line that was called."""
    return _step(Help.COMING, agent, call, by=by, at=at)


def end_help(*, agent: Agent, call: str, at: datetime) -> HelpStep:
    """The agent needs no help any more. It ends with the conversation, too, without anybody saying so."""
    return _step(Help.OVER, agent, call, by=agent.person, at=at)


def _step(wanted: Help, agent: Agent, leg: str, *, by: Person, at: datetime) -> HelpStep:
    with transaction.atomic():
        # Of two who come one waits, and then hears no.
        there = Agent.objects.select_for_update(of=("self",), no_key=True).get(pk=agent.pk)
        call = Call.objects.select_related("activation__authority").filter(pk=leg).first()
        if call is None or call.activation is None or (there.state, there.call) != (AgentState.TALKING, leg):
            raise Refusal("This conversation is over.")
        authority = call.activation.authority
        if wanted is Help.COMING and not _leads(by, authority=authority.pk):
            raise Refusal("Only a coordinator or a duty officer of this authority comes to help.")
        last = help_in_conversation(agent=there)
        after = next_help(Help(last.after) if last else None, wanted)
        step = HelpStep.objects.create(
            activation=call.activation, agent=agent, call=leg, after=after.value, by=by, at=at
        )
        note(
            kind=f"help.{after}",
            subject=f"activation:{call.activation.pk}",
            by=by,
            at=at,
            authority=authority.pk,
            facts={"call": leg, "agent": agent.person.name},
        )
        tell_screens(agents=[agent.pk], activations=[call.activation.pk])
    return step


def _leads(person: Person, *, authority: int) -> bool:
    return (
        person.has_role(Role.COORDINATOR, Role.DUTY_OFFICER) and person.authorities.filter(pk=authority).exists()
    )
