"""Hearing a conversation, through HTTP: who may ask for it, what the agent reads, and what is kept."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from tests import world
from tests.web.test_asking_for_help import speak
from tocsin.accounts.models import Person
from tocsin.accounts.rules import Role
from tocsin.activations.models import Activation
from tocsin.authorities.models import Authority
from tocsin.calls import actions
from tocsin.calls.daemon import memory
from tocsin.calls.models import Call, LineOrder, Supervision
from tocsin.calls.ports import Answer, SupervisorVerb
from tocsin.calls.rules.coordination import BY_COORDINATOR
from tocsin.calls.rules.supervision import MANNERS
from tocsin.logbook.models import Line
from tocsin.web.desk.panel import Panel
from tocsin.workforce.models import Agent
from tocsin.workforce.rules import AgentState

pytestmark = pytest.mark.django_db
Browser = Callable[[Person], Client]
WHY = "To help, as you asked"


@pytest.fixture
def fire(rivaal: Authority) -> Activation:
    return world.activation(rivaal)


@pytest.fixture
def talking(fire: Activation, ann: Agent) -> Call:
    """Ann speaks with a caller."""
    speak(ann, fire, "c1")
    return Call.objects.get(pk="c1")


@pytest.fixture
def desk(carl: Person, rivaal: Authority) -> Agent:
    """Carl, who coordinates, has an open desk of his own."""
    carl.roles = [Role.COORDINATOR, Role.AGENT]
    carl.save()
    made = Agent.objects.create(
        person=carl,
        languages={"nl": 3},
        state=AgentState.ON_TASK,
        connected=True,
        since=world.NOON,
        idle_since=world.NOON,
    )
    made.serves.add(rivaal)
    return made


def address(call: Call, verb: str) -> str:
    return f"/console/line/{call.activation_id}/calls/{call.pk}/hear/{verb}/"


def story_of(call: Call) -> str:
    return f"/console/line/{call.activation_id}/calls/{call.pk}/"


def heard(call: Call, desk: Agent, *, verb: SupervisorVerb = SupervisorVerb.LISTEN, told: int = 10) -> Supervision:
    """Carl hears the conversation; the agent was told some seconds ago."""
    began = timezone.now() - timedelta(seconds=told)
    order = actions.hear(verb=verb, call=call, by=desk.person, why=WHY, at=began)
    return Supervision.objects.create(
        order=order,
        call=call,
        agent=call.agent,
        by=desk,
        manner=MANNERS[verb],
        began_at=began,
        opens_at=began + timedelta(seconds=3),
    )


def drawn(agent: Agent) -> str:
    return Panel(agent=agent.pk, person=agent.person).draw()


def test_a_coordinator_finds_the_conversation_on_the_line_and_asks_to_hear_it(
    carl: Person, desk: Agent, talking: Call, browser_of: Browser
) -> None:
    client = browser_of(carl)
    line = f"/console/line/{talking.activation_id}/"
    assert 'id="conversation-c1"' in client.get(line).content.decode()
    story = client.get(story_of(talking)).content.decode()
    assert "Hear the conversation" in story
    assert "The agent reads it, and the logbook keeps it: “To help, as you asked.”" in story
    response = client.post(address(talking, "listen"), {"why": WHY})
    assert response["Location"] == line
    order = LineOrder.objects.get()
    assert (order.verb, order.call, order.agent, order.reason) == ("listen", "c1", desk, WHY)
    assert "Carl asked to listen in: “To help, as you asked”" in client.get(line).content.decode()
    noted = Line.objects.get(kind="call.listen_ordered")
    assert (noted.by, noted.facts["call"], noted.facts["why"]) == (carl, "c1", WHY)


def test_nobody_of_another_authority_hears_or_asks(otto: Person, talking: Call, browser_of: Browser) -> None:
    client = browser_of(otto)
    for verb in MANNERS:
        assert client.post(address(talking, verb), {"why": WHY}).status_code == 404
    ann = talking.agent_id
    assert client.get(f"/console/line/{talking.activation_id}/agents/{ann}/").status_code == 404
    assert not LineOrder.objects.exists()


def test_neither_officers_nor_agents_hear_conversations(
    dirk: Person, ann: Agent, talking: Call, browser_of: Browser
) -> None:
    for client in (officer := browser_of(dirk), browser_of(ann.person)):
        assert client.post(address(talking, "listen"), {"why": WHY}).status_code == 403
        page = f"/console/line/{talking.activation_id}/agents/{ann.pk}/"
        answer = client.post(page, {"verb": "pause", "why": WHY})
        assert answer.status_code == (422 if client is officer else 403)
    assert not LineOrder.objects.exists()
    assert "Hear the conversation" not in officer.get(story_of(talking)).content.decode()


def test_nothing_is_heard_without_a_purpose(carl: Person, desk: Agent, talking: Call, browser_of: Browser) -> None:
    assert browser_of(carl).post(address(talking, "whisper"), {"why": " "}).status_code == 422
    assert not LineOrder.objects.exists()


@pytest.mark.parametrize("has_desk", [True, False])
def test_who_has_no_telephone_is_told_what_to_do(
    carl: Person, desk: Agent, talking: Call, browser_of: Browser, has_desk: bool
) -> None:
    if has_desk:
        Agent.objects.filter(pk=desk.pk).update(connected=False)
    else:
        desk.delete()
    response = browser_of(carl).post(address(talking, "listen"), {"why": WHY})
    assert response.status_code == 422
    told = "Open your desk in another window first" if has_desk else "ask an administrator to make you an agent"
    assert told in response.content.decode()


@pytest.mark.parametrize(
    ("verb", "told", "says"),
    [
        (SupervisorVerb.LISTEN, 1, "In a moment Carl hears this conversation."),
        (SupervisorVerb.LISTEN, 10, "Carl listens to this conversation."),
        (SupervisorVerb.WHISPER, 10, "Carl listens, and speaks to you alone."),
        (SupervisorVerb.BARGE, 10, "Carl speaks with the caller and you."),
    ],
)
def test_the_agent_reads_who_hears_and_why(
    desk: Agent, ann: Agent, talking: Call, verb: SupervisorVerb, told: int, says: str
) -> None:
    heard(talking, desk, verb=verb, told=told)
    page = drawn(ann)
    assert says in page
    assert WHY in page


@pytest.mark.parametrize(
    ("verb", "told", "is_open"),
    [
        (SupervisorVerb.LISTEN, 10, ""),
        (SupervisorVerb.WHISPER, 10, "yes"),
        (SupervisorVerb.BARGE, 10, "yes"),
        (SupervisorVerb.BARGE, 1, ""),
    ],
)
def test_the_coordinators_microphone_is_open_only_where_somebody_hears_it(
    desk: Agent, talking: Call, verb: SupervisorVerb, told: int, is_open: str
) -> None:
    heard(talking, desk, verb=verb, told=told)
    assert f'data-heard="{is_open}"' in drawn(desk)


def test_at_the_desk_a_coordinator_whispers_takes_over_and_leaves(
    carl: Person, desk: Agent, talking: Call, browser_of: Browser
) -> None:
    heard(talking, desk)
    page = drawn(desk)
    client = browser_of(carl)
    for verb in ("whisper", "barge", "take_over", "leave"):
        assert f"/desk/hearing/{verb}/" in page
        assert client.post(f"/desk/hearing/{verb}/").status_code == 204
    asked = [order.verb for order in LineOrder.objects.order_by("id")]
    assert asked == ["listen", "whisper", "barge", "take_over", "leave"]
    assert {order.reason for order in LineOrder.objects.all()} == {WHY}


def test_who_hears_nothing_cannot_take_over(carl: Person, desk: Agent, talking: Call, browser_of: Browser) -> None:
    client = browser_of(carl)
    response = client.post("/desk/hearing/take_over/")
    assert (response.status_code, response.content.decode()) == (422, "You hear no conversation any more.")
    assert client.post("/desk/hearing/pause/").status_code == 404


def test_an_agent_who_coordinates_nothing_hears_nothing(ann: Agent, talking: Call, browser_of: Browser) -> None:
    assert browser_of(ann.person).post("/desk/hearing/listen/").status_code == 422


def test_what_was_heard_stands_in_the_story_of_the_call(
    carl: Person, desk: Agent, talking: Call, browser_of: Browser
) -> None:
    hearing, client = heard(talking, desk), browser_of(carl)
    assert "Ann was told that Carl hears the conversation." in client.get(story_of(talking)).content.decode()
    hearing.ended_at = timezone.now()
    hearing.save()
    assert "Carl heard the conversation of Ann until" in client.get(story_of(talking)).content.decode()


def test_a_switchboard_that_begins_knows_who_hears_whom(desk: Agent, talking: Call) -> None:
    hearing = heard(talking, desk)
    known = memory.load_supervisions()[desk.pk]
    assert (known.call, known.agent, known.manner) == ("c1", talking.agent_id, "listen")
    hearing.ended_at = timezone.now()
    hearing.save()
    assert memory.load_supervisions() == {}


@pytest.mark.parametrize(
    ("verb", "state", "says"),
    [
        ("pause", AgentState.PAUSED, "Carl paused you:"),
        ("sign_out", AgentState.SIGNED_OUT, "Carl signed you out:"),
    ],
)
def test_an_agent_who_is_paused_or_signed_out_reads_by_whom_and_why(
    carl: Person, ann: Agent, fire: Activation, browser_of: Browser, verb: str, state: AgentState, says: str
) -> None:
    Agent.objects.filter(pk=ann.pk).update(state=AgentState.READY)
    client = browser_of(carl)
    page = f"/console/line/{fire.pk}/agents/{ann.pk}/"
    asked = client.get(page).content.decode()
    assert "Ann" in asked
    assert "The agent reads it, and the logbook keeps it: “Your break is due.”" in asked
    assert client.post(page, {"verb": verb, "why": "Your break is due"}).status_code == 302
    LineOrder.objects.update(answer=Answer.DONE)
    Agent.objects.filter(pk=ann.pk).update(state=state, reason=BY_COORDINATOR)
    drawn_page = drawn(ann)
    assert says in drawn_page
    assert "Your break is due" in drawn_page
    Agent.objects.filter(pk=ann.pk).update(state=AgentState.READY, reason="")
    assert "Your break is due" not in drawn(ann)


def test_nobody_else_s_agent_is_paused(
    otto: Person, elsewhere: Authority, ann: Agent, browser_of: Browser
) -> None:
    own = world.activation(elsewhere)
    response = browser_of(otto).post(f"/console/line/{own.pk}/agents/{ann.pk}/", {"verb": "pause", "why": WHY})
    assert response.status_code == 404
    assert not LineOrder.objects.exists()
