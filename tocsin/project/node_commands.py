"""`tocsin node`: give a node of the engine a rest, so that it can be stopped without losing anybody."""

import os
import time

import click

from tocsin.gateways.asterisk.ari import AriAccess
from tocsin.gateways.asterisk.front import ask_front, nodes_that_answer, rewrite_destinations
from tocsin.gateways.asterisk.occupants import hang_up, occupants
from tocsin.project.instance import instance
from tocsin.project.nodes import nodes_of, resting, set_resting
from tocsin.project.telephony import access_to, front_settings
from tocsin.refusals import Refusal

SECONDS_BETWEEN_LOOKS = 2


@click.group()
def node() -> None:
    """The nodes of the telephone engine, where it has several (TOCSIN_NODES)."""


@node.command()
@click.argument("name")
def rest(name: str) -> None:
    """Hand no new calls to the node NAME, and wait until nobody is left there; it can then be stopped.

    Callers stay until their calls end. Agents' telephones move to another node as soon as they are idle. Ctrl-C
    ends the waiting; the node goes on resting.
    """
    access = access_of(name)
    if resting(instance) | {name} >= {each.name for each in nodes_of(instance)}:
        raise Refusal(f"{name} is the last node that takes calls, so it goes on: resume another one first.")
    change_rest(resting(instance) | {name})
    click.echo(f"{name} takes no new calls.")
    told = ""
    while said := clear(access):
        if said != told:
            click.echo(said)
            told = said
        time.sleep(SECONDS_BETWEEN_LOOKS)
    click.echo(f"Nobody is left on {name}. `tocsin node resume {name}` hands calls to it again.")


@node.command()
@click.argument("name")
def resume(name: str) -> None:
    """Hand calls to the node NAME again."""
    access_of(name)
    change_rest(resting(instance) - {name})
    click.echo(f"{name} takes calls again.")


@node.command("list")
def list_command() -> None:
    """Say which nodes take calls, and who is on each."""
    try:
        serving = nodes_that_answer(front_settings(instance).control)
    except ConnectionError:
        serving = frozenset()
    at_rest = resting(instance)
    for each in nodes_of(instance):
        state = "rests" if each.name in at_rest else "takes calls" if each.name in serving else "takes no calls"
        try:
            there = occupants(access_to(each, instance))
            who = f"{there.callers} callers, {there.telephones} telephones of agents"
        except ConnectionError:
            who = "does not answer"
        click.echo(f"{each.name:12} {state:16} {who}")


def access_of(name: str) -> AriAccess:
    """How to reach a node; raises Refusal where there is none of that name, or only one."""
    found = next((each for each in nodes_of(instance) if each.name == name), None)
    if found is None or instance.nodes == 1:
        names = ", ".join(each.name for each in nodes_of(instance)) if instance.nodes > 1 else "only one"
        raise Refusal(f"There is no node {name} to rest: the engine has {names}.")
    return access_to(found, instance)


def change_rest(names: frozenset[str]) -> None:
    """Write down which nodes rest, and tell the front; one that is down reads it when it starts."""
    set_resting(instance, names)
    settings = front_settings(instance)
    rewrite_destinations(settings)
    try:
        ask_front(settings.control, "dispatcher.reload")
    except ConnectionError as silence:
        click.echo(f"{silence}; it is told when it starts.", err=True)


def clear(access: AriAccess) -> str:
    """Send idle telephones elsewhere; answers who is left, or nothing where nobody is, or the node is down."""
    try:
        there = occupants(access)
        with_callers = logins_with_callers()
        for login, channel in there.idle.items():
            if login not in with_callers:
                hang_up(access, channel)
    except ConnectionError:
        return ""
    if not there.callers and not there.telephones:
        return ""
    return f"  still there: {there.callers} callers, {there.telephones} telephones of agents"


def logins_with_callers() -> set[str]:
    """The telephones of agents who are offered a caller, call one back or have one on hold: these finish first."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tocsin.project.settings")
    import django  # noqa: PLC0415 - Django is slow to load

    django.setup()
    from tocsin.calls.models import TelephoneLogin  # noqa: PLC0415 - its tables need Django
    from tocsin.workforce.rules import AgentState  # noqa: PLC0415

    found = TelephoneLogin.objects.filter(agent__state__in=(AgentState.OFFERED, AgentState.TALKING))
    return set(found.values_list("username", flat=True))
