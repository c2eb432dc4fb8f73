"""The desk through HTTP: who may open it, what stands on it, and what is put before the switchboard."""

import re
from datetime import timedelta

import pytest
from allauth.mfa.models import Authenticator
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from tests import world
from tocsin.accounts.models import Person
from tocsin.accounts.rules import Role
from tocsin.activations.models import Activation
from tocsin.activations.rules import Kind
from tocsin.authorities.actions import acting_as_centre
from tocsin.authorities.models import Authority
from tocsin.calls import models
from tocsin.calls.rules import timing
from tocsin.calls.rules.states import CallState
from tocsin.insights.queries.board import board
from tocsin.logbook.models import Line
from tocsin.web.desk.panel import Panel
from tocsin.workforce.models import Agent
from tocsin.workforce.rules import AgentState

pytestmark = pytest.mark.django_db
NUMBER = "+32477123456"
WRITTEN = "+32 477 12 34 56"
SECOND, MINUTE = timedelta(seconds=1), timedelta(minutes=1)
POSTS = ["/desk/ask/ready/", "/desk/telephone/", "/desk/own-telephone/", "/desk/note/"]


def signed_in(person: Person, *, enforce_csrf_checks: bool = False) -> Client:
    Authenticator.objects.create(user=person, type=Authenticator.Type.TOTP, data={})
    client = Client(enforce_csrf_checks=enforce_csrf_checks)
    client.force_login(person)
    return client


@pytest.fixture
def flood(rivaal: Authority) -> Activation:
    return world.activation(rivaal)


def a_call(activation: Activation, *, leg: str = "a.1", caller: str = NUMBER, **fields: object) -> models.Call:
    """A call that arrived at noon; `caller` empty is a hidden number."""
    at = world.NOON
    values: dict[str, object] = {
        "number": "1771",
        "language": "nl",
        "state": CallState.WAITING,
        "since": at,
        "arrived_at": at,
        "queued_at": at,
    }
    call = models.Call.objects.create(leg=leg, activation=activation, **(values | fields))
    if caller:
        with acting_as_centre():
            models.Caller.objects.create(
                call=call, authority=activation.authority, number=caller, at=call.arrived_at
            )
    return call


def put_on_desk(agent: Agent, call: models.Call, *, state: AgentState = AgentState.OFFERED) -> models.Call:
    """Bring a call before an agent, as the switchboard does."""
    call.agent = agent
    call.state = {AgentState.OFFERED: CallState.OFFERED, AgentState.TALKING: CallState.TALKING}.get(
        state, CallState.ENDED
    )
    call.save()
    Agent.objects.filter(pk=agent.pk).update(state=state, call=call.pk, due_at=timezone.now())
    return call


def a_note(call: models.Call, agent: Agent, *, text: str, topic: models.Topic | None = None) -> None:
    assert call.activation is not None
    with acting_as_centre():
        models.Note.objects.create(
            call=call,
            authority=call.activation.authority,
            agent=agent,
            topic=topic,
            text=text,
            at=call.arrived_at,
        )


def drawn(agent: Agent) -> str:
    return Panel(agent=agent.pk, person=agent.person).draw()


def said(html: str) -> str:
    """The words on a page, without its tags."""
    return " ".join(re.sub(r"<[^>]*>", " ", html).split())


# --- Who may open it


@pytest.mark.parametrize("address", ["/desk/", "/desk/live/"])
def test_whoever_is_not_signed_in_is_sent_to_sign_in(address: str) -> None:
    assert Client().get(address)["Location"].startswith(reverse("account_login"))


@pytest.mark.parametrize("address", POSTS)
def test_nobody_asks_anything_without_signing_in(address: str) -> None:
    assert Client().post(address)["Location"].startswith(reverse("account_login"))
    assert not models.DeskOrder.objects.exists()
    assert not models.TelephoneLogin.objects.exists()


def test_otto_who_is_no_agent_is_kept_out(otto: Person) -> None:
    client = signed_in(otto)
    answers = [client.get("/desk/"), client.get("/desk/live/"), *(client.post(address) for address in POSTS)]
    assert {answer.status_code for answer in answers} == {403}


def test_an_agent_whom_nobody_enrolled_is_told_whom_to_ask(rivaal: Authority) -> None:
    page = signed_in(world.person("Nele", Role.AGENT)).get("/desk/")
    assert page.status_code == 403
    assert "Ask an administrator" in page.content.decode()


def test_the_desk_holds_nothing_that_a_strict_content_policy_forbids(ann: Agent) -> None:
    page = signed_in(ann.person).get("/desk/").content.decode()
    assert not re.search(r"<script(?![^>]*\bsrc=)|\sstyle=|\son[a-z]+=|javascript:|hx-on|['\"]js:", page)


# --- What is on it


def test_a_call_that_rings_shows_number_language_and_that_it_is_an_exercise(ann: Agent, flood: Activation) -> None:
    put_on_desk(ann, a_call(flood))
    page = said(drawn(ann))
    assert WRITTEN in page
    assert "Dutch" in page
    assert "EXERCISE" in page


def test_a_real_call_does_not_say_exercise(ann: Agent, rivaal: Authority) -> None:
    put_on_desk(ann, a_call(world.activation(rivaal, kind=Kind.REAL)))
    assert "EXERCISE" not in drawn(ann)


def test_a_hidden_number_is_called_hidden(ann: Agent, flood: Activation) -> None:
    put_on_desk(ann, a_call(flood, caller=""))
    page = said(drawn(ann))
    assert "Hidden number" in page
    assert "earlier calls are not known" in page


def test_an_agent_who_does_not_serve_the_authority_sees_no_number_and_no_note(
    ann: Agent, flood: Activation, elsewhere: Authority
) -> None:
    earlier = a_call(flood, leg="a.0", arrived_at=world.NOON - timedelta(minutes=2))
    a_note(earlier, ann, text="Asked about the water")
    a_note(put_on_desk(ann, a_call(flood), state=AgentState.WRAP_UP), ann, text="Lives near the quay")
    ann.serves.set([elsewhere])
    page = drawn(ann)
    assert WRITTEN not in page
    assert "Asked about the water" not in page
    assert "Lives near the quay" not in page


def test_what_the_same_number_asked_earlier_today_is_shown(ann: Agent, bram: Agent, flood: Activation) -> None:
    water = models.Topic.objects.create(authority=flood.authority, name="Drinking water")
    earlier = a_call(flood, leg="a.0", arrived_at=world.NOON - timedelta(minutes=2), agent=bram)
    a_note(earlier, bram, text="May the baby drink it?", topic=water)
    put_on_desk(ann, a_call(flood))
    page = said(drawn(ann))
    assert "Drinking water Bram May the baby drink it?" in page


@pytest.mark.parametrize(("stream", "shown"), [("d5", False), ("d2", True)])
def test_who_gives_information_does_not_learn_that_somebody_called_as_a_relative(
    ann: Agent, bram: Agent, flood: Activation, stream: str, shown: bool
) -> None:
    at = world.NOON - timedelta(minutes=2)
    a_call(flood, leg="a.0", arrived_at=at, agent=bram, stream="d2", answered=True)
    put_on_desk(ann, a_call(flood, stream=stream))
    page = said(drawn(ann))
    assert ("Bram" in page) is shown
    assert ("This is the first call today." in page) is not shown


def test_calls_of_another_day_or_another_number_are_not_shown(ann: Agent, flood: Activation) -> None:
    yesterday = a_call(flood, leg="a.0", arrived_at=world.NOON - timedelta(days=1))
    a_note(yesterday, ann, text="Asked yesterday")
    other = a_call(flood, leg="a.2", caller="+32477999999", arrived_at=world.NOON - timedelta(minutes=2))
    a_note(other, ann, text="Somebody else")
    put_on_desk(ann, a_call(flood))
    page = said(drawn(ann))
    assert "This is the first call today." in page


def test_earlier_calls_cost_no_query_each(ann: Agent, flood: Activation) -> None:
    def queries() -> int:
        with CaptureQueriesContext(connection) as captured:
            drawn(ann)
        return len(captured)

    put_on_desk(ann, a_call(flood))
    earlier_calls(flood, ann, number=1)
    one = queries()
    earlier_calls(flood, ann, number=9)
    assert queries() == one


def earlier_calls(flood: Activation, agent: Agent, *, number: int) -> None:
    for place in range(number):
        at = world.NOON - timedelta(minutes=2, milliseconds=place)
        a_note(a_call(flood, leg=f"e.{number}.{place}", arrived_at=at, agent=agent), agent, text="Asked")


def test_a_look_at_a_caller_is_noted_once_with_its_purpose(ann: Agent, flood: Activation) -> None:
    put_on_desk(ann, a_call(flood))
    panel = Panel(agent=ann.pk, person=ann.person)
    panel.draw()
    panel.draw()
    look = Line.objects.get(kind="person.viewed")
    assert (look.by, look.subject, look.facts["purpose"]) == (ann.person, "call:a.1", "answering a call")


def test_what_was_written_stands_in_the_note_again_when_the_page_is_reloaded(
    ann: Agent, flood: Activation
) -> None:
    call = put_on_desk(ann, a_call(flood), state=AgentState.WRAP_UP)
    a_note(call, ann, text="Lives near the quay")
    assert "Lives near the quay</textarea>" in drawn(ann)


def test_a_ready_agent_sees_how_many_wait_for_the_own_languages_and_authorities(
    ann: Agent, flood: Activation, elsewhere: Authority
) -> None:
    a_call(flood)
    a_call(flood, leg="a.2", language="de")
    a_call(world.activation(elsewhere), leg="a.3")
    Agent.objects.filter(pk=ann.pk).update(state=AgentState.READY)
    assert "1 caller waits" in said(drawn(ann))


def test_the_wait_that_an_agent_sees_begins_with_the_place_in_line_as_on_the_board(
    ann: Agent, flood: Activation
) -> None:
    lined_up_at = world.NOON + timedelta(seconds=40)
    call = a_call(flood, queued_at=lined_up_at)
    for after, at in ((CallState.INFORMING, world.NOON), (CallState.WAITING, lined_up_at)):
        models.CallStep.objects.create(
            call=call, activation=flood, before="", after=after, at=at, language="nl", why=""
        )
    Agent.objects.filter(pk=ann.pk).update(state=AgentState.READY)
    longest_since = board(activation=flood, now=timezone.now()).moment.longest_since

    assert longest_since == lined_up_at
    assert f'data-since="{timezone.localtime(lined_up_at).isoformat()}"' in drawn(ann)


@pytest.mark.parametrize(
    ("reason", "words"),
    [("missed calls", "Two offers in a row were not answered"), ("declined call", "You declined a call")],
)
def test_an_agent_who_was_paused_by_the_line_is_told_why(ann: Agent, reason: str, words: str) -> None:
    Agent.objects.filter(pk=ann.pk).update(state=AgentState.PAUSED, reason=reason)
    assert words in said(drawn(ann))


@pytest.mark.parametrize(
    ("seconds_ago", "switch_connected", "words"),
    [
        (60, True, "The switchboard is away"),
        (1, False, "The telephone switch is away"),
    ],
)
def test_the_desk_says_what_is_away(ann: Agent, seconds_ago: int, switch_connected: bool, words: str) -> None:
    models.Pulse.objects.create(
        at=timezone.now() - timedelta(seconds=seconds_ago),
        switch_connected=switch_connected,
        backlog=0,
        decision_ms=1,
    )
    assert words in said(drawn(ann))


def test_the_desk_is_quiet_while_everything_works(ann: Agent) -> None:
    models.Pulse.objects.create(at=timezone.now(), switch_connected=True, backlog=0, decision_ms=1)
    assert "is away" not in drawn(ann)


@pytest.mark.parametrize(("held_for", "is_reminded"), [(MINUTE, False), (timing.HOLD_REMINDER, True)])
def test_an_agent_is_reminded_of_a_caller_who_is_on_hold_for_long(
    ann: Agent, flood: Activation, held_for: timedelta, is_reminded: bool
) -> None:
    put_on_desk(ann, a_call(flood), state=AgentState.TALKING)
    models.Call.objects.update(state=CallState.HELD, since=timezone.now() - held_for)
    assert ("The caller is still on hold. Speak with" in drawn(ann)) is is_reminded


@pytest.mark.parametrize(
    ("state", "buttons"),
    [
        (AgentState.SIGNED_OUT, ["go-ready"]),
        (AgentState.READY, []),
        (AgentState.WRAP_UP, ["done"]),
        (AgentState.PAUSED, ["go-ready"]),
    ],
)
def test_f8_makes_ready_or_done_and_never_pauses(ann: Agent, state: AgentState, buttons: list[str]) -> None:
    Agent.objects.filter(pk=ann.pk).update(state=state)
    assert re.findall(r'<button id="([^"]+)"[^>]*data-key="F8"', drawn(ann)) == buttons


@pytest.mark.parametrize("state", [state for state in AgentState if state is not AgentState.SIGNED_OUT])
def test_the_largest_words_can_be_given_the_focus_when_a_button_goes(
    ann: Agent, flood: Activation, state: AgentState
) -> None:
    put_on_desk(ann, a_call(flood), state=state)
    assert re.search(r'<h2[^>]*class="state"[^>]*tabindex="-1"', drawn(ann))


# --- What is asked


@pytest.mark.parametrize("verb", ["ready", "accept", "decline", "hold", "resume", "hang_up", "done"])
def test_what_an_agent_asks_is_put_before_the_switchboard(ann: Agent, verb: str) -> None:
    answer = signed_in(ann.person).post(f"/desk/ask/{verb}/", {"call": "a.1"})
    order = models.DeskOrder.objects.get()
    assert (answer.status_code, order.agent, order.verb, order.call) == (204, ann, verb, "a.1")


def test_a_pause_carries_its_reason(ann: Agent) -> None:
    signed_in(ann.person).post("/desk/ask/pause/", {"reason": "meal"})
    assert models.DeskOrder.objects.get().reason == "meal"


@pytest.mark.parametrize(("verb", "reason"), [("dance", ""), ("pause", "weather")])
def test_what_nobody_can_ask_is_not_found(ann: Agent, verb: str, reason: str) -> None:
    answer = signed_in(ann.person).post(f"/desk/ask/{verb}/", {"reason": reason})
    assert answer.status_code == 404
    assert not models.DeskOrder.objects.exists()


def test_nothing_is_asked_by_following_a_link(ann: Agent) -> None:
    assert signed_in(ann.person).get("/desk/ask/ready/").status_code == 405


@pytest.mark.parametrize("address", POSTS)
def test_another_site_cannot_ask_in_an_agents_name(ann: Agent, address: str) -> None:
    assert signed_in(ann.person, enforce_csrf_checks=True).post(address).status_code == 403


# --- The note


def test_a_note_is_kept_with_its_topic_and_replaced_while_it_is_written(ann: Agent, flood: Activation) -> None:
    water = models.Topic.objects.create(authority=flood.authority, name="Drinking water")
    put_on_desk(ann, a_call(flood), state=AgentState.TALKING)
    client = signed_in(ann.person)
    client.post("/desk/note/", {"call": "a.1", "topic": "", "text": "May the"})
    client.post("/desk/note/", {"call": "a.1", "topic": water.pk, "text": "May the baby drink it?"})
    with acting_as_centre():
        note = models.Note.objects.get()
    assert (note.text, note.topic, note.agent) == ("May the baby drink it?", water, ann)


def test_a_note_on_somebody_elses_call_is_refused_in_words(ann: Agent, bram: Agent, flood: Activation) -> None:
    put_on_desk(bram, a_call(flood), state=AgentState.TALKING)
    answer = signed_in(ann.person).post("/desk/note/", {"call": "a.1", "text": "Overheard"})
    assert (answer.status_code, answer.content) == (422, b"A note belongs to a call you took yourself.")


def test_a_topic_of_another_authority_is_refused_in_words(
    ann: Agent, flood: Activation, elsewhere: Authority
) -> None:
    foreign = models.Topic.objects.create(authority=elsewhere, name="Bridges")
    put_on_desk(ann, a_call(flood), state=AgentState.TALKING)
    answer = signed_in(ann.person).post("/desk/note/", {"call": "a.1", "topic": foreign.pk})
    assert (answer.status_code, answer.content) == (422, b"That topic belongs to another authority.")


def test_a_note_on_no_call_is_not_found(ann: Agent) -> None:
    assert signed_in(ann.person).post("/desk/note/", {"call": "a.9"}).status_code == 404
