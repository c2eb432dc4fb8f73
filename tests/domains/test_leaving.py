"""An agent who leaves, or is put out, has no telephone any more, and the caller is not lost."""

from datetime import timedelta

import pytest

from tests import world
from tests.world import NOON
from tocsin.accounts.models import Person
from tocsin.accounts.rules import Role
from tocsin.authorities.actions import change_person
from tocsin.calls.actions import dismiss_agents, end_logins, issue_login
from tocsin.calls.daemon import memory
from tocsin.calls.models import DeskOrder, TelephoneLogin
from tocsin.logbook.models import Line
from tocsin.workforce.models import Agent
from tocsin.workforce.rules import AgentState

pytestmark = pytest.mark.django_db
PUT_OUT = [{"is_active": False}, {"roles": [Role.COORDINATOR]}]
WAYS = ["deactivated", "no longer an agent"]


def orders() -> list[tuple[Agent, str]]:
    return [(order.agent, order.verb) for order in DeskOrder.objects.order_by("id")]


def kinds() -> list[str]:
    return [line.kind for line in Line.objects.order_by("id")]


def put_out(agent: Agent, change: dict[str, object]) -> None:
    kept: dict[str, object] = {"roles": [Role.AGENT], "is_active": True}
    change_person(  # type: ignore[arg-type]
        by=world.person("Ada", Role.ADMINISTRATOR),
        person=agent.person,
        name=agent.person.name,
        language="nl",
        authorities=list(agent.serves.all()),
        at=NOON,
        **(kept | change),
    )


def test_the_end_of_a_session_dismisses_its_telephone_and_signs_its_agent_out(ann: Agent) -> None:
    issue_login(session="s1", agent=ann, at=NOON)
    end_logins(session="s1", at=NOON)
    assert not TelephoneLogin.objects.exists()
    assert orders() == [(ann, "sign_out")]
    assert kinds() == ["telephone.admitted", "telephone.dismissed"]


def test_a_session_without_a_telephone_ends_without_a_word(ann: Agent) -> None:
    issue_login(session="s1", agent=ann, at=NOON)
    end_logins(session="of somebody else", at=NOON)
    assert TelephoneLogin.objects.count() == 1
    assert orders() == []


def test_the_end_of_a_citizens_session_signs_nobody_out(ann: Agent) -> None:
    issue_login(session="citizen", agent=None, at=NOON)
    end_logins(session="citizen", at=NOON)
    assert not TelephoneLogin.objects.exists()
    assert orders() == []


@pytest.mark.parametrize(("ended", "signed_out"), [("older", False), ("newer", True)])
def test_an_agent_stays_at_the_newer_of_two_desks(ann: Agent, ended: str, signed_out: bool) -> None:
    issue_login(session="older", agent=ann, at=NOON)
    issue_login(session="newer", agent=ann, at=NOON + timedelta(minutes=1))
    end_logins(session=ended, at=NOON + timedelta(minutes=2))
    assert orders() == ([(ann, "sign_out")] if signed_out else [])


@pytest.mark.parametrize("change", PUT_OUT, ids=WAYS)
def test_an_agent_who_is_put_out_loses_every_telephone_and_is_signed_out(
    ann: Agent, bram: Agent, change: dict[str, object]
) -> None:
    Agent.objects.update(state=AgentState.READY)
    for session, agent in (("s1", ann), ("s2", ann), ("s3", bram)):
        issue_login(session=session, agent=agent, at=NOON)
    put_out(ann, change)
    dismiss_agents(at=NOON)
    assert [login.agent for login in TelephoneLogin.objects.all()] == [bram]
    assert orders() == [(ann, "sign_out")]


@pytest.mark.parametrize("change", PUT_OUT, ids=WAYS)
def test_an_agent_who_was_put_out_is_on_the_floor_until_signed_out(
    ann: Agent, bram: Agent, change: dict[str, object]
) -> None:
    Agent.objects.filter(pk=ann.pk).update(state=AgentState.TALKING, call="c1")
    put_out(ann, change)
    assert memory.load_agents().keys() == {ann.pk, bram.pk}
    Agent.objects.filter(pk=ann.pk).update(state=AgentState.SIGNED_OUT, call="")
    assert memory.load_agents().keys() == {bram.pk}


def test_a_citizens_telephone_is_dismissed_with_no_agent(ann: Agent) -> None:
    issue_login(session="citizen", agent=None, at=NOON)
    put_out(ann, {"is_active": False})
    dismiss_agents(at=NOON)
    assert TelephoneLogin.objects.count() == 1


def test_where_nobody_was_put_out_nobody_is_dismissed(ann: Agent, dirk: Person) -> None:
    Agent.objects.update(state=AgentState.READY)
    issue_login(session="s1", agent=ann, at=NOON)
    before = kinds()
    dismiss_agents(at=NOON)
    assert TelephoneLogin.objects.count() == 1
    assert orders() == []
    assert kinds() == before
