"""An agent asks for help: the board shows it first, somebody comes, and the desk shows who."""

from collections.abc import Callable

import pytest
from django.test import Client
from django.utils import timezone

from tests import world
from tocsin.accounts.models import Person
from tocsin.activations.models import Activation
from tocsin.authorities.models import Authority
from tocsin.calls import actions
from tocsin.calls.models import Call, HelpStep
from tocsin.calls.queries import help_wanted
from tocsin.calls.rules.states import CallState
from tocsin.logbook.models import Line
from tocsin.refusals import Refusal
from tocsin.web.desk.panel import Panel
from tocsin.workforce.models import Agent
from tocsin.workforce.rules import AgentState

pytestmark = pytest.mark.django_db
Browser = Callable[[Person], Client]


@pytest.fixture
def fire(rivaal: Authority) -> Activation:
    return world.activation(rivaal)


@pytest.fixture
def talking(fire: Activation, ann: Agent) -> Agent:
    """Ann speaks with a caller."""
    return speak(ann, fire, "c1")


def speak(agent: Agent, activation: Activation, leg: str) -> Agent:
    now = timezone.now()
    Call.objects.create(
        leg=leg,
        number="1771",
        activation=activation,
        language="nl",
        state=CallState.TALKING,
        since=now,
        arrived_at=now,
        agent=agent,
    )
    Agent.objects.filter(pk=agent.pk).update(state=AgentState.TALKING, call=leg)
    agent.refresh_from_db()
    return agent


def asked(agent: Agent, *, leg: str = "c1") -> None:
    actions.ask_for_help(agent=agent, call=leg, at=timezone.now())


def desk_of(agent: Agent) -> str:
    return Panel(agent=agent.pk, person=agent.person).draw()


def come(client: Client, agent: Agent, activation: Activation) -> int:
    return client.post(f"/console/line/{activation.pk}/help/{agent.pk}/", {"call": "c1"}).status_code


@pytest.mark.parametrize("page", ["board", "line"])
def test_who_asks_for_help_stands_first_on_the_board_until_somebody_comes(
    talking: Agent, fire: Activation, carl: Person, browser_of: Browser, page: str
) -> None:
    ann = browser_of(talking.person)
    assert 'data-key="F1"' in desk_of(talking)
    assert ann.post("/desk/help/asked/", {"call": "c1"}).status_code == 204
    assert "You asked for help: it stands first on the board." in desk_of(talking)
    client = browser_of(carl)
    address = f"/console/{page}/{fire.pk}/"
    board = client.get(address).content.decode().partition('id="board"')[2]
    assert 'data-alarm="Ann asks for help"' in board
    assert board.index("Ann asks for help") < board.index("</p>")
    assert come(client, talking, fire) == 204
    assert "Carl comes to help you." in desk_of(talking)
    board = client.get(address).content.decode()
    assert "Carl helps Ann" in board
    assert "data-alarm" not in board
    assert ann.post("/desk/help/over/", {"call": "c1"}).status_code == 204
    assert 'id="help-' not in client.get(address).content.decode()
    kinds = list(Line.objects.order_by("id").filter(kind__startswith="help").values_list("kind", "by__name"))
    assert kinds == [("help.asked", "Ann"), ("help.coming", "Carl"), ("help.over", "Ann")]
    story = client.get(f"/console/line/{fire.pk}/calls/c1/").content.decode()
    assert story.index("Ann asked for help.") < story.index("Carl came to help.")


@pytest.mark.parametrize("state", [AgentState.WRAP_UP, AgentState.READY, AgentState.PAUSED])
def test_help_ends_with_the_conversation(talking: Agent, fire: Activation, state: AgentState) -> None:
    asked(talking)
    assert help_wanted(activation=fire.pk)
    Agent.objects.update(state=state)
    assert help_wanted(activation=fire.pk) == []
    assert 'id="help"' not in desk_of(talking)


def test_help_in_one_conversation_is_not_help_in_the_next(talking: Agent, fire: Activation) -> None:
    asked(talking)
    speak(talking, fire, "c2")
    assert help_wanted(activation=fire.pk) == []
    assert "Ask for help" in desk_of(talking)


def test_who_asked_first_stands_first(talking: Agent, fire: Activation, bram: Agent) -> None:
    speak(bram, fire, "c2")
    asked(bram, leg="c2")
    asked(talking)
    assert [step.agent.person.name for step in help_wanted(activation=fire.pk)] == ["Bram", "Ann"]


@pytest.mark.parametrize("leg", ["c2", ""])
def test_help_is_asked_for_in_the_own_conversation_alone(
    talking: Agent, fire: Activation, bram: Agent, browser_of: Browser, leg: str
) -> None:
    speak(bram, fire, "c2")
    response = browser_of(talking.person).post("/desk/help/asked/", {"call": leg})
    assert (response.status_code, response.content.decode()) == (422, "This conversation is over.")
    assert not HelpStep.objects.exists()


def test_a_second_person_who_comes_hears_that_somebody_does(
    talking: Agent, fire: Activation, carl: Person, dirk: Person, browser_of: Browser
) -> None:
    asked(talking)
    assert come(browser_of(dirk), talking, fire) == 204
    response = browser_of(carl).post(f"/console/line/{fire.pk}/help/{talking.pk}/", {"call": "c1"})
    assert (response.status_code, response.content.decode()) == (422, "Somebody else comes to help already.")


def test_to_a_conversation_that_is_over_nobody_comes(
    talking: Agent, fire: Activation, carl: Person, browser_of: Browser
) -> None:
    asked(talking)
    Agent.objects.update(state=AgentState.WRAP_UP)
    response = browser_of(carl).post(f"/console/line/{fire.pk}/help/{talking.pk}/", {"call": "c1"})
    assert (response.status_code, response.content.decode()) == (422, "This conversation is over.")


def test_nobody_of_another_authority_comes(
    talking: Agent, fire: Activation, otto: Person, elsewhere: Authority, browser_of: Browser
) -> None:
    asked(talking)
    own = world.activation(elsewhere)
    client = browser_of(otto)
    assert come(client, talking, fire) == 404
    assert come(client, talking, own) == 404
    with pytest.raises(Refusal, match="Only a coordinator or a duty officer of this authority"):
        actions.come_to_help(agent=talking, call="c1", by=otto, at=timezone.now())
    assert HelpStep.objects.count() == 1


def test_an_agent_neither_comes_nor_asks_by_a_word_that_nobody_knows(
    talking: Agent, fire: Activation, browser_of: Browser
) -> None:
    client = browser_of(talking.person)
    assert come(client, talking, fire) == 403
    for wanted in ("coming", "please"):
        assert client.post(f"/desk/help/{wanted}/", {"call": "c1"}).status_code == 404
    assert client.get("/desk/help/asked/").status_code == 405


def test_help_is_not_asked_for_by_another_site(talking: Agent, browser_of: Browser) -> None:
    client = Client(enforce_csrf_checks=True)
    client.cookies = browser_of(talking.person).cookies
    assert client.post("/desk/help/asked/", {"call": "c1"}).status_code == 403
