"""Callers who asked for text: an SMS when they call, and what agents and coordinators do about it."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import Any

import pytest
from django.conf import settings as configured
from django.db import connection

from tests import world
from tests.world import NOON
from tocsin.accounts.models import Person
from tocsin.activations.models import Activation, FrontMessage, SmsText
from tocsin.activations.rules import Kind, State
from tocsin.authorities.actions import acting_as_centre
from tocsin.authorities.models import Authority
from tocsin.calls import actions, ports
from tocsin.calls.daemon import memory
from tocsin.calls.models import Call, Sms, TextCaller
from tocsin.calls.queries.text_callers import texts_to_send
from tocsin.calls.rules.floor import Floor
from tocsin.calls.rules.numbers import caller_mark
from tocsin.calls.rules.switchboard import decide
from tocsin.calls.rules.text_callers import FROM_NOW_ON, ONCE_IN
from tocsin.calls.rules.treatment import Treatment
from tocsin.logbook.models import Line
from tocsin.refusals import Refusal
from tocsin.workforce.models import Agent

pytestmark = pytest.mark.django_db
DEAF, OTHER = "+32470112233", "+32470112244"
FRONT, LINK = "Bericht (nl).", "Alles op rivaal.example"
MINUTE = timedelta(minutes=1)
Treatments = Mapping[int, Treatment]
NOBODY: Treatments = MappingProxyType({})


@pytest.fixture
def opened(rivaal: Authority, settings: Any) -> Activation:
    settings.GATEWAYS = {**settings.GATEWAYS, "sms": "somewhere"}
    made = world.activation(rivaal, kind=Kind.REAL)
    SmsText.objects.create(activation=made, language="nl", text=LINK, at=NOON)
    return made


def arrives(leg: str, *, caller: str = DEAF, at: datetime = NOON, treated: Treatments = NOBODY) -> None:
    """Somebody calls, and the switchboard decides it."""
    floor = Floor(lines=memory.load_scripts(State.OPEN, State.CLOSING))
    arrival = ports.CallArrived(leg, "1771", caller, at)
    actions.decide_and_record(
        decide=lambda _: decide(floor, [arrival], now=at, treated={leg: treated}),
        at=at,
        max_order_age=MINUTE,
    )


def on_desk(agent: Agent, *, leg: str = "c1", caller: str = DEAF, at: datetime = NOON) -> Call:
    """An agent speaks with somebody who has called."""
    arrives(leg, caller=caller, at=at)
    Call.objects.filter(pk=leg).update(state="talking", agent=agent)
    Agent.objects.filter(pk=agent.pk).update(state="talking", call=leg)
    agent.refresh_from_db()
    return Call.objects.select_related("activation__authority").get(pk=leg)


def sent(**of: object) -> list[str]:
    return list(Sms.objects.filter(**of).order_by("id").values_list("text", flat=True))


def listed() -> int:
    with acting_as_centre():
        return TextCaller.objects.count()


@pytest.fixture
def deaf(opened: Activation, ann: Agent) -> Call:
    """A caller whom Ann put on the list at noon, and still has on her desk."""
    call = on_desk(ann)
    actions.ask_for_text(agent=ann, call=call, at=NOON)
    return call


def test_who_asks_for_text_is_sent_the_front_message_and_the_link_now_and_at_the_next_call(deaf: Call) -> None:
    assert sent() == [f"{FRONT} {LINK} {FROM_NOW_ON['nl']}"]
    arrives("c2", at=NOON + ONCE_IN)
    assert sent(call="c2") == [f"{FRONT} {LINK}"]
    arrives("c3", caller=OTHER, at=NOON + ONCE_IN)
    arrives("c4", caller="", at=NOON + ONCE_IN)
    assert Sms.objects.count() == 2


def test_of_two_clicks_one_sends(deaf: Call, ann: Agent) -> None:
    actions.ask_for_text(agent=ann, call=deaf, at=NOON)
    assert (Sms.objects.count(), listed(), Line.objects.filter(kind="text.asked").count()) == (1, 1, 1)


def test_who_calls_again_at_once_is_sent_nothing_twice(deaf: Call) -> None:
    arrives("c2", at=NOON + MINUTE)
    assert Sms.objects.count() == 1
    Sms.objects.update(state="failed")
    arrives("c3", at=NOON + MINUTE)
    assert sent(call="c3") == [f"{FRONT} {LINK}"]


def test_the_language_is_the_one_in_which_they_asked_where_the_line_has_it(deaf: Call, opened: Activation) -> None:
    with acting_as_centre():
        TextCaller.objects.update(language="fr")
    arrives("c2", at=NOON + ONCE_IN)
    assert (Sms.objects.get(call="c2").language, sent(call="c2")) == ("fr", ["Bericht (fr)."])
    with acting_as_centre():
        TextCaller.objects.update(language="ru")
    arrives("c3", at=NOON + 2 * ONCE_IN)
    assert Sms.objects.get(call="c3").language == "nl"


def test_an_exercise_says_so_and_a_line_that_is_being_closed_still_sends(deaf: Call, opened: Activation) -> None:
    Activation.objects.update(kind=Kind.EXERCISE, state=State.CLOSING)
    arrives("c2", at=NOON + ONCE_IN)
    assert sent(call="c2") == [f"Dit is een oefening. {FRONT} {LINK}"]


def test_whom_a_coordinator_does_not_have_served_is_sent_nothing(deaf: Call, opened: Activation) -> None:
    arrives("c2", at=NOON + ONCE_IN, treated={opened.pk: Treatment.TOLD})
    assert Call.objects.get(pk="c2").state == "turned_away"
    assert not sent(call="c2")


def test_where_there_are_no_words_nothing_is_sent(deaf: Call) -> None:
    FrontMessage.objects.update(text="")
    SmsText.objects.all().delete()
    arrives("c2", at=NOON + ONCE_IN)
    assert not sent(call="c2")


def test_where_nothing_carries_sms_nobody_is_put_on_the_list_and_nothing_is_ordered(
    deaf: Call, ann: Agent, settings: Any
) -> None:
    settings.GATEWAYS = {name: made for name, made in settings.GATEWAYS.items() if name != "sms"}
    arrives("c2", at=NOON + ONCE_IN)
    assert not sent(call="c2")
    with pytest.raises(Refusal, match="No SMS"):
        actions.ask_for_text(agent=ann, call=deaf, at=NOON)


@pytest.mark.parametrize("caller", ["", "+3222345678"], ids=["hidden", "not a mobile telephone"])
def test_only_who_can_be_sent_an_sms_is_put_on_the_list(opened: Activation, ann: Agent, caller: str) -> None:
    with pytest.raises(Refusal, match="No SMS"):
        actions.ask_for_text(agent=ann, call=on_desk(ann, caller=caller), at=NOON)
    assert (listed(), Sms.objects.count()) == (0, 0)


def test_only_the_agent_with_the_call_says_so(deaf: Call, ann: Agent, bram: Agent) -> None:
    Agent.objects.filter(pk=bram.pk).update(call=deaf.pk)
    bram.refresh_from_db()
    Agent.objects.filter(pk=ann.pk).update(call="")
    ann.refresh_from_db()
    for agent in (ann, bram):
        for act in (actions.ask_for_text, actions.end_text):
            with pytest.raises(Refusal, match="not on your desk"):
                act(agent=agent, call=deaf, at=NOON)
        with pytest.raises(Refusal, match="not on your desk"):
            actions.send_text(agent=agent, call=deaf, answer=None, at=NOON)
    assert listed() == 1


def test_who_was_taken_off_is_sent_nothing_any_more_and_the_logbook_has_it_all(deaf: Call, ann: Agent) -> None:
    for _ in range(2):
        actions.end_text(agent=ann, call=deaf, at=NOON)
    arrives("c2", at=NOON + ONCE_IN)
    assert not sent(call="c2")
    lines = Line.objects.filter(kind__startswith="text.").order_by("id")
    assert [(line.kind, line.by, line.facts) for line in lines] == [
        ("text.asked", ann.person, {"call": "c1"}),
        ("text.ended", ann.person, {"call": "c1"}),
    ]


def test_an_agent_has_approved_answers_and_the_message_sent_and_nothing_else(deaf: Call, ann: Agent) -> None:
    there = deaf.activation
    assert there
    Sms.objects.update(state="sent")
    answer = world.keypad_answer(there)
    world.keypad_answer(there, key=4, question="Recorded alone").delete()
    assert [(text.question, text.state) for text in texts_to_send(call="c1")] == [
        ("", "sent"),
        ("Waar slapen?", ""),
    ]
    actions.send_text(agent=ann, call=deaf, answer=answer.pk, at=NOON)
    actions.send_text(agent=ann, call=deaf, answer=None, at=NOON)
    assert sent()[1:] == ["Waar slapen? In hal 5.", f"{FRONT} {LINK}"]
    assert [text.state for text in texts_to_send(call="c1")] == ["ordered", "ordered"]
    with pytest.raises(Refusal, match="on its way"):
        actions.send_text(agent=ann, call=deaf, answer=answer.pk, at=NOON)
    world.keypad_answer(there, question="Waar slapen wij?")
    with pytest.raises(Refusal, match="changed meanwhile"):
        actions.send_text(agent=ann, call=deaf, answer=answer.pk, at=NOON)


def test_an_agent_sends_nothing_to_who_did_not_ask_for_text(opened: Activation, ann: Agent) -> None:
    with pytest.raises(Refusal, match="asked for text"):
        actions.send_text(agent=ann, call=on_desk(ann), answer=None, at=NOON)


def test_only_a_coordinator_of_the_authority_takes_callers_off(
    deaf: Call, rivaal: Authority, carl: Person, dirk: Person, otto: Person
) -> None:
    with acting_as_centre():
        key = TextCaller.objects.get().pk
    for person in (dirk, otto):
        with pytest.raises(Refusal, match="coordinator"):
            actions.remove_text_caller(key=key, authority=rivaal, by=person, at=NOON)
    assert listed() == 1
    actions.remove_text_caller(key=key, authority=rivaal, by=carl, at=NOON)
    assert listed() == 0
    assert Line.objects.filter(kind="text.ended", by=carl, authority=rivaal.pk).count() == 1


def test_the_list_has_no_number_and_another_authority_is_asked_anew(
    deaf: Call, opened: Activation, elsewhere: Authority
) -> None:
    with acting_as_centre(), connection.cursor() as cursor:
        cursor.execute("SELECT calls_textcaller::text FROM calls_textcaller")
        (row,) = cursor.fetchone()
    assert DEAF not in row
    assert caller_mark(DEAF, key=configured.CALLER_HASH_KEY) in row
    Activation.objects.filter(pk=opened.pk).update(state=State.CLOSED)
    elsewhere.numbers.set(opened.authority.numbers.all())
    world.activation(elsewhere, kind=Kind.REAL)
    arrives("c2", at=NOON + ONCE_IN)
    assert Call.objects.get(pk="c2").activation != opened
    assert not sent(call="c2")


def test_without_a_viewer_nobody_is_on_the_list(deaf: Call) -> None:
    assert not TextCaller.objects.exists()


def test_who_has_not_called_for_the_retention_is_forgotten(deaf: Call) -> None:
    arrives("c2", at=NOON + timedelta(days=1))
    actions.forget_callers(before=NOON + timedelta(days=1))
    assert listed() == 1
    actions.forget_callers(before=NOON + timedelta(days=1, seconds=1))
    assert listed() == 0
