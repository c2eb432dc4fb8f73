"""A coordinator hears a conversation, from the order to the switch and back, with all that is kept of it."""

from collections.abc import Callable
from datetime import UTC, datetime

import pytest

from tests import world
from tests.switchboards import at_work, in_thread, play, sign_in, switchboard, until
from tocsin.accounts.models import Person
from tocsin.accounts.rules import Role
from tocsin.activations.rules import Kind
from tocsin.authorities.models import Authority
from tocsin.calls import actions, ports
from tocsin.calls.models import Call, CallStep, LineOrder, Supervision
from tocsin.calls.ports import Answer, SupervisorVerb
from tocsin.gateways.rehearsal.switch import RehearsalSwitch
from tocsin.logbook.models import Line
from tocsin.workforce.models import Agent
from tocsin.workforce.rules import AgentState

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def desk(carl: Person, rivaal: Authority) -> Agent:
    """Carl, who coordinates, is an agent, too."""
    carl.roles = [Role.COORDINATOR, Role.AGENT]
    carl.save()
    made = Agent.objects.create(person=carl, languages={"nl": 3}, since=world.NOON, idle_since=world.NOON)
    made.serves.add(rivaal)
    return made


def test_who_whispers_and_takes_over_is_heard_by_the_agent_and_then_has_the_caller(
    rivaal: Authority, ann: Agent, desk: Agent
) -> None:
    activation = world.activation(rivaal, languages=["nl"], kind=Kind.REAL)
    activation.front_messages.all().delete()

    async def story() -> None:
        switch = RehearsalSwitch()
        async with switchboard(switch):
            leg = await at_work(switch, ann, accepts=True)
            await sign_in(switch, desk, session="carl")
            await until(lambda: Agent.objects.get(pk=desk.pk).state == AgentState.READY)
            call = await in_thread(lambda: Call.objects.select_related("activation__authority").get(pk=leg))
            order = await in_thread(
                lambda: actions.hear(
                    verb=SupervisorVerb.WHISPER, call=call, by=desk.person, why="To help", at=datetime.now(UTC)
                )
            )
            await until(lambda: LineOrder.objects.get(pk=order.pk).answer == Answer.DONE)
            heard = await until(lambda: _listener(switch))
            assert (heard.leg, heard.whispers) == (leg, True)
            await in_thread(_ask(SupervisorVerb.TAKE_OVER, desk))
            await until(lambda: Call.objects.get(pk=leg).agent_id == desk.pk)
            await until(lambda: _listener(switch) is None)

    play(story)
    row = Supervision.objects.get()
    assert (row.agent, row.by, row.manner, row.why) == (ann, desk, "whisper", "taken over")
    assert row.ended_at is not None
    assert CallStep.objects.get(why="taken over").agent == desk
    assert Agent.objects.get(pk=ann.pk).state == AgentState.WRAP_UP
    noted = Line.objects.get(kind="conversation.heard")
    assert noted.facts == {"call": row.call_id, "by": "Carl", "agent": "Ann", "purpose": "To help"}
    assert Line.objects.get(kind="conversation.left").facts["why"] == "taken over"


def _listener(switch: RehearsalSwitch) -> ports.ListenerSeen | None:
    return next((leg.hears for leg in switch._legs.values() if leg.hears), None)


def _ask(verb: SupervisorVerb, agent: Agent) -> Callable[[], object]:
    return lambda: actions.change_hearing(verb=verb, agent=agent, at=datetime.now(UTC))
