"""Nuisance and silent callers through HTTP: what agents remark at the desk, what coordinators see and decide."""

from collections.abc import Callable

import pytest
from django.test import Client
from django.utils import timezone

from tests import world
from tests.web.test_asking_for_help import desk_of, speak
from tocsin.accounts.models import Person
from tocsin.activations.models import Activation
from tocsin.authorities.models import Authority
from tocsin.calls import actions
from tocsin.calls.models import Call, Remark, Treatment
from tocsin.calls.rules.treatment import Conduct
from tocsin.workforce.models import Agent
from tocsin.workforce.rules import AgentState

pytestmark = pytest.mark.django_db
Browser = Callable[[Person], Client]
MARK = "5f" * 16


@pytest.fixture
def fire(rivaal: Authority) -> Activation:
    return world.activation(rivaal)


@pytest.fixture
def writing(fire: Activation, ann: Agent) -> Agent:
    """Ann finishes her note on the call c1."""
    speak(ann, fire, "c1")
    Call.objects.update(state="ended", caller_mark=MARK)
    Agent.objects.filter(pk=ann.pk).update(state=AgentState.WRAP_UP)
    ann.refresh_from_db()
    return ann


@pytest.fixture
def remarked(writing: Agent) -> Call:
    call = Call.objects.select_related("activation").get()
    actions.remark(agent=writing, call=call, conduct=Conduct.NUISANCE, at=timezone.now())
    return call


def address(call: Call, *, of: str = "c1/") -> str:
    return f"/console/line/{call.activation_id}/callers/{of}"


def test_an_agent_says_at_the_end_of_a_call_that_it_was_none_and_takes_it_back(
    writing: Agent, browser_of: Browser
) -> None:
    client = browser_of(writing.person)
    assert "/desk/remark/nuisance/" in desk_of(writing)
    assert client.post("/desk/remark/nuisance/", {"call": "c1"}).status_code == 204
    assert "/desk/remark/nuisance/" not in desk_of(writing)
    assert 'aria-pressed="true"' in desk_of(writing)
    assert client.post("/desk/remark/none/", {"call": "c1"}).status_code == 204
    assert [each.conduct for each in Remark.objects.all()] == ["nuisance", "none"]


def test_nobody_remarks_upon_a_call_of_others(writing: Agent, bram: Agent, browser_of: Browser) -> None:
    client = browser_of(bram.person)
    response = client.post("/desk/remark/silent/", {"call": "c1"})
    assert (response.status_code, "yourself" in response.content.decode()) == (422, True)
    for path, call in (("silent", "nothing"), ("rude", "c1")):
        assert client.post(f"/desk/remark/{path}/", {"call": call}).status_code == 404
    assert not Remark.objects.exists()


def test_a_coordinator_sees_the_callers_without_number_or_mark_and_decides(
    remarked: Call, carl: Person, browser_of: Browser
) -> None:
    client = browser_of(carl)
    page = client.get(address(remarked, of="")).content.decode()
    assert "1 nuisance call" in page
    assert address(remarked) in page
    there = {"treatment": "told", "hours": "0", "why": "Belt om de minuut."}
    assert client.post(address(remarked), there)["Location"] == address(remarked, of="")
    page = client.get(address(remarked, of="")).content.decode()
    assert "Hears that the call is not taken" in page
    assert MARK not in page + client.get(address(remarked)).content.decode()
    assert "Belt om de minuut." in client.get(address(remarked)).content.decode()
    logbook = client.get(f"/console/activations/{remarked.activation_id}/logbook/").content.decode()
    assert "Decided how a caller is treated" in logbook


def test_what_is_not_complete_is_refused_on_the_page(remarked: Call, carl: Person, browser_of: Browser) -> None:
    client = browser_of(carl)
    for missing in ("treatment", "hours", "why"):
        given = {"treatment": "last", "hours": "0", "why": "Belt om de minuut."} | {missing: ""}
        assert client.post(address(remarked), given).status_code == 422
    assert not Treatment.objects.exists()


def test_nobody_else_sees_or_decides(remarked: Call, dirk: Person, otto: Person, browser_of: Browser) -> None:
    for person, status in ((dirk, 403), (otto, 404)):
        client = browser_of(person)
        for of in ("", "c1/"):
            assert client.get(address(remarked, of=of)).status_code == status
