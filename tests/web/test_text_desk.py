"""Callers who asked for text, through HTTP: the agent's desk, and the coordinator's list."""

from collections.abc import Callable
from typing import Any

import pytest
from django.conf import settings as configured
from django.test import Client

from tests import world
from tests.web.test_desk import a_call, drawn, put_on_desk, said
from tocsin.accounts.models import Person
from tocsin.activations.models import KeypadAnswer
from tocsin.authorities.actions import acting_as_centre
from tocsin.authorities.models import Authority
from tocsin.calls.models import Call, Sms, TextCaller
from tocsin.calls.rules.numbers import caller_mark
from tocsin.logbook.models import Line
from tocsin.web.desk.panel import Panel
from tocsin.workforce.models import Agent
from tocsin.workforce.rules import AgentState

pytestmark = pytest.mark.django_db
Browser = Callable[[Person], Client]
MOBILE = "+32470112233"
LIST = "/console/authorities/rivaal/text/"
BADGE = "This caller asked for text"


@pytest.fixture
def call(rivaal: Authority, ann: Agent, settings: Any) -> Call:
    """Ann speaks with somebody who calls from a mobile telephone, on a line with an answer by keypad."""
    settings.GATEWAYS = {**settings.GATEWAYS, "sms": "somewhere"}
    there = world.activation(rivaal, languages=["nl"])
    world.keypad_answer(there)
    mark = caller_mark(MOBILE, key=configured.CALLER_HASH_KEY)
    made = put_on_desk(ann, a_call(there, caller=MOBILE, caller_mark=mark), state=AgentState.TALKING)
    ann.refresh_from_db()
    return made


def ask(client: Client, call: Call, what: str, **more: object) -> int:
    return client.post(f"/desk/text/{what}/", {"call": call.pk, **more}).status_code


def test_one_control_on_the_desk_puts_a_caller_on_the_list_and_off_it(
    call: Call, ann: Agent, browser_of: Browser
) -> None:
    client = browser_of(ann.person)
    panel = drawn(ann)
    assert "/desk/text/asked/" in panel
    assert BADGE not in said(panel)
    assert ask(client, call, "asked") == 204
    panel = drawn(ann)
    assert "/desk/text/asked/" not in panel
    assert BADGE in said(panel)
    assert ask(client, call, "ended") == 204
    assert BADGE not in said(drawn(ann))


def test_an_open_desk_shows_the_change_and_looks_the_caller_up_no_more_often(
    call: Call, ann: Agent, browser_of: Browser
) -> None:
    panel = Panel(agent=ann.pk, person=ann.person)
    panel.draw()
    assert ask(browser_of(ann.person), call, "asked") == 204
    assert all(BADGE in said(panel.draw()) for _ in range(3))
    assert Line.objects.filter(kind="person.viewed", subject=f"call:{call.pk}").count() == 2


def test_the_agent_has_an_approved_answer_sent_and_sees_what_became_of_it(
    call: Call, ann: Agent, browser_of: Browser
) -> None:
    client = browser_of(ann.person)
    assert ask(client, call, "send") == 422
    ask(client, call, "asked")
    answer = KeypadAnswer.objects.get()
    assert f'"answer": "{answer.pk}"' in drawn(ann)
    assert ask(client, call, "send", answer=answer.pk) == 204
    assert "Waar slapen? on its way" in said(drawn(ann))
    Sms.objects.update(state="sent")
    assert "Front message and link sent" in said(drawn(ann))
    assert ask(client, call, "send", answer="x") == ask(client, call, "shouted") == 404
    assert ask(client, Call(pk="nothing"), "asked") == 404


def test_the_logbook_tells_which_answer_was_sent(
    call: Call, ann: Agent, carl: Person, browser_of: Browser
) -> None:
    client = browser_of(ann.person)
    ask(client, call, "asked")
    assert ask(client, call, "send", answer=KeypadAnswer.objects.get().pk) == 204
    logbook = browser_of(carl).get(f"/console/activations/{call.activation_id}/logbook/")
    assert "<dt>question</dt><dd>Waar slapen?</dd>" in logbook.content.decode()


def test_where_no_sms_can_be_sent_the_desk_offers_none(call: Call, ann: Agent, settings: Any) -> None:
    settings.GATEWAYS = {name: made for name, made in settings.GATEWAYS.items() if name != "sms"}
    assert "/desk/text/" not in drawn(ann)


def test_a_coordinator_sees_how_many_without_who_and_removes_one(
    call: Call, ann: Agent, carl: Person, browser_of: Browser
) -> None:
    ask(browser_of(ann.person), call, "asked")
    client = browser_of(carl)
    assert f'href="{LIST}"' in client.get("/console/").content.decode()
    page = client.get(LIST).content.decode()
    assert "1 caller" in page
    assert "by Ann" in said(page)
    assert not any(told in page for told in (MOBILE, call.caller_mark))
    looked = Line.objects.filter(kind="person.viewed").latest("id")
    assert (looked.by, looked.facts["purpose"]) == (carl, "looking who asked for text")
    with acting_as_centre():
        key = TextCaller.objects.get().pk
    assert client.post(f"{LIST}{key}/remove/")["Location"] == LIST
    assert "0 callers" in client.get(LIST).content.decode()


def test_nobody_else_sees_the_list_or_changes_it(
    call: Call, ann: Agent, dirk: Person, otto: Person, browser_of: Browser
) -> None:
    ask(browser_of(ann.person), call, "asked")
    with acting_as_centre():
        key = TextCaller.objects.get().pk
    for person, status in ((dirk, 403), (otto, 404)):
        client = browser_of(person)
        assert client.get(LIST).status_code == client.post(f"{LIST}{key}/remove/").status_code == status
    client = browser_of(world.person("Piet"))
    assert {ask(client, call, what) for what in ("asked", "ended", "send")} == {403}
    with acting_as_centre():
        assert TextCaller.objects.count() == 1


def test_a_colleague_without_the_call_changes_nothing(call: Call, bram: Agent, browser_of: Browser) -> None:
    assert ask(browser_of(bram.person), call, "asked") == 422
    assert not Sms.objects.exists()
