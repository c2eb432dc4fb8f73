"""Passing a caller on at the desk: what is said before the click, what is asked, and what crosses the wall."""

import re
from datetime import timedelta

import pytest
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse

from tests import world
from tests.web.test_desk import NUMBER, a_call, a_note, drawn, put_on_desk, said, signed_in
from tests.world import NOON
from tocsin.accounts.models import Person
from tocsin.accounts.rules import Role
from tocsin.activations.models import Activation
from tocsin.activations.rules import Stream
from tocsin.authorities.actions import acting_as_centre, viewing
from tocsin.authorities.models import Authority
from tocsin.calls.actions import write_note
from tocsin.calls.models import Call, CallStep, DeskOrder, Note, Topic
from tocsin.calls.ports import Verb
from tocsin.calls.rules import timing
from tocsin.calls.rules.states import CallState
from tocsin.refusals import Refusal
from tocsin.workforce.models import Agent
from tocsin.workforce.rules import AgentState

pytestmark = pytest.mark.django_db
PASSING = "/desk/passing/"


@pytest.fixture
def flood(rivaal: Authority) -> Activation:
    return world.activation(rivaal)


@pytest.fixture
def water(flood: Activation) -> Topic:
    return Topic.objects.create(authority=flood.authority, name="Water")


@pytest.fixture
def call(flood: Activation, ann: Agent) -> Call:
    """Ann speaks with the caller about information, in Dutch."""
    call = put_on_desk(ann, a_call(flood), state=AgentState.TALKING)
    a_step(call, ann, CallState.TALKING)
    return call


@pytest.fixture
def dora(rivaal: Authority) -> Agent:
    return world.agent("Dora", ["nl"], serves=rivaal, skills={Stream.D2: 1})


def a_step(call: Call, agent: Agent | None, after: CallState, **fields: object) -> None:
    values = {"activation": call.activation, "language": "nl", "stream": call.stream, "why": "", "at": NOON}
    CallStep.objects.create(call=call, agent=agent, before="", after=after, **(values | fields))


def passed_on(call: Call, *, by: Agent, to: Agent, topic: Topic | None = None) -> Call:
    """The same call, passed on by one agent and taken by another, as the switchboard keeps it."""
    Agent.objects.filter(pk=by.pk).update(state=AgentState.WRAP_UP)
    call.stream = Stream.D2
    reason = {"by": by.pk, "to": "d2", "consent": True, "topic": topic and topic.pk}
    a_step(call, None, CallState.WAITING, reason=reason)
    put_on_desk(to, call, state=AgentState.TALKING)
    a_step(call, to, CallState.TALKING)
    return call


def asks(agent: Agent | Client, about: Call, **fields: str) -> HttpResponse:
    words = {"call": about.pk, "verb": "transfer", "to": "d2", "consent": "yes", "topic": ""}
    browser = signed_in(agent.person) if isinstance(agent, Agent) else agent
    return browser.post(PASSING, words | fields)


def choices(agent: Agent | Client) -> str:
    browser = signed_in(agent.person) if isinstance(agent, Agent) else agent
    return said(browser.get(PASSING).content.decode())


# --- Before the click


def test_the_desk_leads_to_the_choice_with_one_key(ann: Agent, call: Call) -> None:
    button = re.search(r"<button id=\"pass-on\".*?>", drawn(ann), re.DOTALL)
    assert button
    assert f'hx-get="{PASSING}"' in button[0]
    assert 'data-key="F6"' in button[0]


@pytest.mark.parametrize(
    ("state", "connected", "says"),
    [
        (AgentState.READY, True, "1 trained colleague is free."),
        (AgentState.TALKING, True, "Nobody trained is free, 1 is with somebody else"),
        (AgentState.READY, False, "Nobody trained is at work"),
        (AgentState.SIGNED_OUT, True, "Nobody trained is at work"),
    ],
)
def test_it_is_said_before_the_click_whether_somebody_trained_is_there(
    ann: Agent, call: Call, dora: Agent, state: AgentState, connected: bool, says: str
) -> None:
    Agent.objects.filter(pk=dora.pk).update(state=state, connected=connected)
    assert says in choices(ann)


def test_who_needs_a_break_from_victims_does_not_count(ann: Agent, call: Call, dora: Agent) -> None:
    Agent.objects.filter(pk=dora.pk).update(state=AgentState.READY, connected=True, d2_time=timing.D2_LIMIT)
    assert "Nobody trained is at work" in choices(ann)


def test_neither_the_agent_nor_those_of_other_authorities_or_languages_count(
    ann: Agent, call: Call, elsewhere: Authority, rivaal: Authority
) -> None:
    others = [
        ann,
        world.agent("Cem", ["nl"], serves=elsewhere),
        world.agent("Eva", ["de"], serves=rivaal),
    ]
    Agent.objects.filter(pk__in=[agent.pk for agent in others]).update(skills={"d2": 1}, connected=True)
    Agent.objects.exclude(pk=ann.pk).update(state=AgentState.READY)
    assert "Nobody trained is at work" in choices(ann)


def test_a_victim_goes_to_another_trained_agent_and_never_back_to_information(
    ann: Agent, call: Call, dora: Agent
) -> None:
    Call.objects.update(stream=Stream.D2)
    browser = signed_in(ann.person)
    page = choices(browser)
    assert "another trained agent" in page
    assert "The caller agrees: pass on" not in page
    assert asks(browser, call, to="d5", consent="").status_code == 404
    assert asks(browser, call, to="d2", consent="").status_code == 204
    assert (DeskOrder.objects.get().to, DeskOrder.objects.get().consent) == ("d2", False)


@pytest.mark.parametrize(
    ("state", "says"),
    [
        (AgentState.READY, "French 1 colleague is free"),
        (AgentState.TALKING, "French nobody is free, 1 is with somebody else"),
        (AgentState.SIGNED_OUT, "French nobody is at work"),
    ],
)
def test_the_other_languages_of_the_line_are_there_with_who_speaks_them(
    ann: Agent, call: Call, rivaal: Authority, flood: Activation, state: AgentState, says: str
) -> None:
    Activation.objects.update(languages=["nl", "fr"])
    zoe = world.agent("Zita", ["fr"], serves=rivaal)
    Agent.objects.filter(pk=zoe.pk).update(state=state, connected=True)
    page = choices(ann)
    assert says in page
    assert "Dutch" not in page


def test_a_caller_in_the_wrong_language_is_passed_on_without_being_asked(
    ann: Agent, call: Call, water: Topic
) -> None:
    Activation.objects.update(languages=["nl", "fr"])
    assert asks(ann, call, to="fr", consent="", topic=str(water.pk)).status_code == 204
    order = DeskOrder.objects.get()
    assert (order.verb, order.to, order.topic) == (Verb.TRANSFER, "fr", water)


def test_three_clicks_or_keys_lead_to_another_language(ann: Agent, call: Call) -> None:
    Activation.objects.update(languages=["nl", "fr"])
    assert len(re.findall(r"data-key=\"F6\"", drawn(ann))) == 1
    page = signed_in(ann.person).get(PASSING).content.decode()
    [button] = re.findall(r"<button[^>]*\"to\": \"fr\"[^>]*>", page)
    assert 'popovertargetaction="hide"' in button
    assert "confirm" not in button


# --- A coordinator


@pytest.fixture
def coordinator(rivaal: Authority) -> Agent:
    """Carla coordinates, takes calls, too, and is ready."""
    agent = world.agent("Carla", ["nl"], serves=rivaal)
    agent.person.roles = [Role.AGENT, Role.COORDINATOR]
    agent.person.save()
    agent.person.authorities.add(rivaal)
    Agent.objects.filter(pk=agent.pk).update(state=AgentState.READY, connected=True)
    return agent


def test_a_coordinator_who_is_ready_can_be_asked(ann: Agent, call: Call, coordinator: Agent) -> None:
    browser = signed_in(ann.person)
    assert "Ask Carla" in choices(browser)
    answer = asks(browser, call, verb="consult", to="coordinator", coordinator=str(coordinator.pk))
    assert answer.status_code == 204
    order = DeskOrder.objects.get()
    assert (order.verb, order.to, order.colleague) == (Verb.CONSULT, "coordinator", coordinator)


@pytest.mark.parametrize("known", [{"state": AgentState.PAUSED}, {"connected": False}, {"languages": {"fr": 1}}])
def test_who_is_not_ready_or_could_not_have_the_caller_is_not_offered(
    ann: Agent, call: Call, coordinator: Agent, known: dict[str, object]
) -> None:
    Agent.objects.filter(pk=coordinator.pk).update(**known)
    assert "Ask Carla" not in choices(ann)


def test_about_a_victim_only_a_trained_coordinator_is_asked(ann: Agent, call: Call, coordinator: Agent) -> None:
    Call.objects.update(stream=Stream.D2)
    browser = signed_in(ann.person)
    assert "Ask Carla" not in choices(browser)
    answer = asks(browser, call, verb="consult", to="coordinator", coordinator=str(coordinator.pk))
    assert answer.status_code == 404
    Agent.objects.filter(pk=coordinator.pk).update(skills={"d2": 1})
    assert "Ask Carla" in choices(browser)


def test_nobody_else_is_asked_as_a_coordinator(ann: Agent, call: Call, bram: Agent, otto: Person) -> None:
    browser = signed_in(ann.person)
    for other in (str(bram.pk), str(ann.pk), "x", ""):
        assert asks(browser, call, verb="consult", to="coordinator", coordinator=other).status_code == 404


# --- The click


def test_the_click_asks_the_switchboard_and_keeps_that_the_caller_agrees(
    ann: Agent, call: Call, water: Topic
) -> None:
    assert asks(ann, call, topic=str(water.pk)).status_code == 204
    order = DeskOrder.objects.get()
    assert (order.agent, order.verb, order.call) == (ann, Verb.TRANSFER, call.pk)
    assert (order.to, order.consent, order.topic) == ("d2", True, water)


def test_without_consent_nothing_is_asked_and_the_agent_is_told_what_to_do(ann: Agent, call: Call) -> None:
    answer = asks(ann, call, consent="")
    assert answer.status_code == 422
    assert "Ask the caller first" in answer.content.decode()
    assert not DeskOrder.objects.exists()


@pytest.mark.parametrize("fields", [{"to": "de"}, {"to": ""}, {"call": "another"}, {"verb": "accept"}])
def test_what_cannot_be_asked_is_not_found(ann: Agent, call: Call, fields: dict[str, str]) -> None:
    assert asks(ann, call, **fields).status_code == 404
    assert not DeskOrder.objects.exists()


def test_a_topic_of_another_authority_does_not_go_along(ann: Agent, call: Call, elsewhere: Authority) -> None:
    theirs = Topic.objects.create(authority=elsewhere, name="Theirs")
    asks(ann, call, topic=str(theirs.pk))
    assert DeskOrder.objects.get().topic is None


def test_an_agent_without_a_call_finds_nothing(ann: Agent, bram: Agent, call: Call) -> None:
    as_bram = signed_in(bram.person)
    assert {as_bram.get(PASSING).status_code, as_bram.post(PASSING).status_code} == {404}


def test_otto_and_who_is_not_signed_in_are_kept_out(otto: Person, call: Call, client: Client) -> None:
    assert client.get(PASSING)["Location"].startswith(reverse("account_login"))
    as_otto = signed_in(otto)
    assert {as_otto.get(PASSING).status_code, as_otto.post(PASSING).status_code} == {403}


# --- What crosses the wall


def test_the_colleague_sees_number_language_topic_and_who_passed_the_caller_on(
    ann: Agent, dora: Agent, call: Call, water: Topic
) -> None:
    page = drawn(passed_on(call, by=ann, to=dora, topic=water) and dora)
    assert "+32 477 12 34 56" in page
    assert "Dutch" in page
    assert f'<option value="{water.pk}" selected>Water</option>' in page
    assert "Passed on by Ann" in page


def test_what_the_agent_of_information_wrote_does_not_go_along(ann: Agent, dora: Agent, call: Call) -> None:
    write_note(agent=ann, call=call, topic=None, text="Asked about the tap water", at=NOON)
    page = drawn(passed_on(call, by=ann, to=dora) and dora)
    assert "tap water" not in page


def test_the_agent_of_information_finishes_the_own_note_and_sees_nothing_of_the_other(
    ann: Agent, dora: Agent, call: Call
) -> None:
    write_note(agent=ann, call=call, topic=None, text="Asked about the tap water", at=NOON)
    passed_on(call, by=ann, to=dora)
    write_note(agent=dora, call=call, topic=None, text="Looks for her brother", at=NOON)
    page = drawn(Agent.objects.get(pk=ann.pk))
    assert "Asked about the tap water</textarea>" in page
    assert "brother" not in page
    assert "Victims and relatives" not in page
    write_note(agent=ann, call=call, topic=None, text="Asked about the water", at=NOON)
    with acting_as_centre():
        written = set(Note.objects.values_list("agent__person__name", "stream", "text"))
    assert written == {("Ann", "d5", "Asked about the water"), ("Dora", "d2", "Looks for her brother")}


def test_who_never_spoke_with_the_caller_writes_no_note(bram: Agent, call: Call) -> None:
    with pytest.raises(Refusal):
        write_note(agent=bram, call=call, topic=None, text="Mine", at=NOON)


@pytest.mark.parametrize("stream", Stream)
def test_earlier_notes_are_shown_to_the_stream_they_were_written_in_alone(
    ann: Agent, flood: Activation, stream: Stream
) -> None:
    for written, leg in ((Stream.D5, "a.0"), (Stream.D2, "a.1")):
        earlier = a_call(flood, leg=leg, arrived_at=NOON - timedelta(minutes=2), stream=written)
        a_note(earlier, ann, text=f"Written with {written}")
    with acting_as_centre():
        Note.objects.filter(call="a.1").update(stream=Stream.D2)
    put_on_desk(ann, a_call(flood, leg="a.2", stream=stream))
    page = drawn(ann)
    for written in Stream:
        assert (f"Written with {written}" in page) is (written is stream)


@pytest.mark.parametrize("streams", [(), ("d5",), ("d2",), ("d5", "d2")], ids=str)
def test_the_database_itself_shows_no_note_of_another_stream(
    ann: Agent, call: Call, rivaal: Authority, streams: tuple[str, ...]
) -> None:
    a_note(call, ann, text="d5")
    with acting_as_centre():
        Note.objects.create(call=call, authority=rivaal, agent=ann, stream="d2", text="d2", at=NOON)
    words = {"authorities": [rivaal.pk], "purpose": "p", "subject": NUMBER, "at": NOON}
    with viewing(person=ann.person, streams=streams, **words):
        assert set(Note.objects.values_list("text", flat=True)) == set(streams)
    assert not Note.objects.exists()
