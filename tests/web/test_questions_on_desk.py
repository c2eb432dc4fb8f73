"""Questions left by voice, at the desk through HTTP: who finds them, who hears them, and what is noted of it."""

from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from tests import world
from tests.web.test_desk import a_call, drawn, put_on_desk, said
from tocsin.accounts.models import Person
from tocsin.accounts.rules import Role
from tocsin.activations.models import Activation
from tocsin.authorities.actions import acting_as_centre
from tocsin.authorities.models import Authority
from tocsin.calls.actions.tapes import file_of
from tocsin.calls.models import Tape
from tocsin.calls.rules.question_claims import LEASE, MAY_TAKE_QUESTIONS
from tocsin.logbook.models import Line
from tocsin.workforce.models import Agent
from tocsin.workforce.rules import AgentState

pytestmark = pytest.mark.django_db
Browser = Callable[[Person], Client]
LIST = "/desk/questions/"
MOBILE, WRITTEN = "+32470112233", "+32 470 11 22 33"
SOUND = b"RIFF what was said"
VERBS = ("claim", "give-back", "answer")


@pytest.fixture
def fire(rivaal: Authority) -> Activation:
    return world.activation(rivaal, languages=["nl"])


@pytest.fixture
def question(fire: Activation, settings: Any, tmp_path: Path) -> Tape:
    """A question of somebody with a mobile telephone, with its sound."""
    settings.KEPT_TAPES = tmp_path
    tape = world.question(fire, caller=MOBILE)
    file_of(tape).parent.mkdir(parents=True)
    file_of(tape).write_bytes(SOUND)
    return tape


@pytest.fixture
def free(ann: Agent) -> Agent:
    """Ann, ready for calls."""
    ann.state = AgentState.READY
    ann.save()
    return ann


def row() -> Tape:
    with acting_as_centre():
        return Tape.objects.get()


def post(client: Client, tape: Tape, verb: str, **more: str) -> str:
    response = client.post(f"{LIST}{tape.name}/{verb}/", more)
    assert response.status_code == 200
    return said(response.content.decode())


def heard(client: Client, tape: Tape) -> bytes | None:
    """The sound, or None where there is nothing to hear."""
    response = client.get(f"{LIST}{tape.name}/sound/")
    streamed: Iterator[bytes] = getattr(response, "streaming_content", iter(()))
    return b"".join(streamed) if response.status_code == 200 else None


def purposes() -> list[tuple[str, str]]:
    lines = Line.objects.filter(kind="person.viewed").order_by("id")
    return [(line.subject, line.facts["purpose"]) for line in lines]


# --- For whom


def test_nobody_finds_questions_without_signing_in(question: Tape, client: Client) -> None:
    responses = [client.get(LIST), client.get(f"{LIST}{question.name}/sound/")]
    responses += [client.post(f"{LIST}{question.name}/{verb}/") for verb in VERBS]
    assert {response.status_code for response in responses} == {302}
    assert row().claimed_by is None


def test_otto_finds_none_and_neither_does_an_agent_of_another_authority(
    question: Tape, otto: Person, elsewhere: Authority, browser_of: Browser
) -> None:
    assert browser_of(otto).get(LIST).status_code == 403
    foreign = world.agent("Fons", ["nl"], serves=elsewhere)
    otto.roles = [*otto.roles, Role.AGENT]
    otto.save()
    Agent.objects.filter(pk=foreign.pk).update(person=otto, state=AgentState.READY)
    client = Client()
    client.force_login(otto)
    assert "No question waits" in said(client.get(LIST).content.decode())
    assert "A colleague was first" in post(client, question, "claim")
    assert heard(client, question) is None
    assert row().claimed_by is None


@pytest.mark.parametrize("state", list(AgentState))
def test_they_are_offered_with_nobody_on_the_line_alone(
    question: Tape, ann: Agent, browser_of: Browser, state: AgentState
) -> None:
    put_on_desk(ann, a_call(question.activation), state=state)
    offered = state in MAY_TAKE_QUESTIONS
    assert ('id="open-questions"' in drawn(ann)) is offered
    assert browser_of(ann.person).get(LIST).status_code == (200 if offered else 404)


def test_where_nobody_leaves_questions_the_desk_has_no_button_for_them(fire: Activation, free: Agent) -> None:
    assert 'id="open-questions"' not in drawn(free)


# --- From the list to the answer


def test_a_question_is_taken_heard_and_answered_and_each_hearing_is_noted(
    question: Tape, free: Agent, browser_of: Browser
) -> None:
    client = browser_of(free.person)
    assert "9 seconds" in said(client.get(LIST).content.decode())
    assert heard(client, question) is None
    shown = post(client, question, "claim")
    assert WRITTEN in shown
    assert heard(client, question) == SOUND
    assert purposes().count((f"tape:{question.name}", "hearing a question left by voice")) == 2
    assert (f"agent:{free.pk}", "looking for questions left by voice") in purposes()
    assert "No question waits" in post(client, question, "answer", outcome="called", answer="Zei waar.")
    assert (row().outcome, row().answer, row().answered_by) == ("called", "Zei waar.", free.person)
    assert heard(client, question) is None


def test_what_was_typed_stays_where_it_is_refused(question: Tape, free: Agent, browser_of: Browser) -> None:
    client = browser_of(free.person)
    post(client, question, "claim")
    assert "Choose what was done." in post(client, question, "answer", answer="Zei waar.")
    shown = client.post(f"{LIST}{question.name}/answer/", {"outcome": "otherwise", "answer": " "}).content.decode()
    assert "Say why no answer is needed" in shown
    assert 'value="otherwise" required checked' in shown
    assert "Zei waar." in post(client, question, "answer", answer="Zei waar.")
    assert row().answered_at is None


def test_a_question_that_is_given_back_is_on_the_list_again(
    question: Tape, free: Agent, browser_of: Browser
) -> None:
    client = browser_of(free.person)
    post(client, question, "claim")
    assert "9 seconds" in post(client, question, "give-back")
    assert (row().claimed_by, heard(client, question)) == (None, None)


def test_nobody_hears_what_a_colleague_has_and_nobody_for_longer_than_the_lease(
    question: Tape, free: Agent, rivaal: Authority, browser_of: Browser
) -> None:
    bea = world.agent("Bea", ["nl"], serves=rivaal)
    Agent.objects.filter(pk=bea.pk).update(state=AgentState.PAUSED)
    ann, other = browser_of(free.person), browser_of(bea.person)
    post(ann, question, "claim")
    assert "No question waits" in said(other.get(LIST).content.decode())
    assert heard(other, question) is None
    with acting_as_centre():
        Tape.objects.update(claimed_until=timezone.now() - timedelta(seconds=1))
    assert heard(ann, question) is None
    assert WRITTEN in post(other, question, "claim")
    with acting_as_centre():
        assert Tape.objects.get().claimed_until <= timezone.now() + LEASE


def test_an_sms_is_offered_where_one_can_be_sent(
    question: Tape, free: Agent, browser_of: Browser, settings: Any
) -> None:
    client = browser_of(free.person)
    assert "by SMS" not in post(client, question, "claim")
    settings.GATEWAYS = {**settings.GATEWAYS, "sms": "somewhere"}
    answer = world.keypad_answer(question.activation)
    assert answer.question in said(client.get(LIST).content.decode())
    post(client, question, "answer", outcome="sms", text=str(answer.pk))
    assert row().outcome == "sms"


def test_a_caller_who_waits_still_is_marked(question: Tape, free: Agent, browser_of: Browser) -> None:
    client = browser_of(free.person)
    assert "still in line" not in said(client.get(LIST).content.decode())
    question.call.state = "waiting"
    question.call.save()
    assert "still in line" in said(client.get(LIST).content.decode())


def test_there_is_no_other_verb(question: Tape, free: Agent, browser_of: Browser) -> None:
    assert browser_of(free.person).post(f"{LIST}{question.name}/delete/").status_code == 404


def test_who_leads_the_line_reads_who_has_a_question_and_how_it_was_answered(
    question: Tape, free: Agent, carl: Person, browser_of: Browser
) -> None:
    client, page = browser_of(carl), f"/console/tapes/{question.activation_id}/{question.name}/"
    taken = browser_of(free.person)
    post(taken, question, "claim")
    assert "Ann has this question until" in said(client.get(page).content.decode())
    post(taken, question, "answer", outcome="called", answer="Zei waar.")
    shown = said(client.get(page).content.decode())
    assert "Ann has this question until" not in shown
    assert "Ann said at" in shown


def test_whose_number_is_seen_is_in_the_logbook(question: Tape, ann: Agent, browser_of: Browser) -> None:
    Agent.objects.filter(pk=ann.pk).update(state=AgentState.READY)
    client = browser_of(ann.person)
    client.get(LIST)
    list_alone = purposes()
    post(client, question, "claim")
    assert list_alone == [(f"agent:{ann.pk}", "looking for questions left by voice")]
    assert purposes()[-1] == (f"call:{question.call_id}", "answering a question")
