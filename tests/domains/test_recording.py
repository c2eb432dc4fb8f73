"""How decisions are recorded and told to others, at the sizes and in the orders that are rare."""

import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta

import psycopg
import pytest

from tests import world
from tests.switchboards import Speech, call, dsn, play, switchboard, until
from tests.world import NOON
from tocsin.activations.models import Activation
from tocsin.activations.rules import State, spoken_name
from tocsin.authorities.actions import acting_as_centre
from tocsin.authorities.models import Authority
from tocsin.calls import actions, models
from tocsin.calls.daemon import memory
from tocsin.calls.rules.agents import Agent
from tocsin.calls.rules.floor import Floor
from tocsin.calls.rules.phrases import PHRASES
from tocsin.calls.rules.states import Call, CallBack, CallState, CallStep
from tocsin.calls.rules.switchboard import Decision
from tocsin.gateways.rehearsal.switch import RehearsalSwitch
from tocsin.workforce.rules import AgentChange, AgentState


def decided(
    *,
    calls: Sequence[Call] = (),
    agents: Sequence[Agent] = (),
    steps: Sequence[CallStep] = (),
    changes: Sequence[AgentChange] = (),
) -> None:
    decision = Decision(Floor(), tuple(calls), tuple(agents), tuple(steps), tuple(changes), ())
    actions.decide_and_record(decide=lambda orders: decision, at=NOON, max_order_age=timedelta(seconds=10))


@contextmanager
def heard_by_screens() -> Iterator[list[dict[str, object]]]:
    """What screens are told while the block runs, when it has ended."""
    told: list[dict[str, object]] = []
    with psycopg.connect(dsn(), autocommit=True) as screens:
        screens.execute("LISTEN tocsin_live")
        yield told
        # Notifications come in order: what comes before this one is all there was.
        screens.execute("SELECT pg_notify('tocsin_live', '{\"end\": true}')")
        for notification in screens.notifies():
            if (said := json.loads(notification.payload)) == {"end": True}:
                break
            told.append(said)


@pytest.mark.django_db(transaction=True)
def test_screens_of_more_agents_than_one_notification_holds_are_all_told() -> None:
    keys = range(1_000_000, 1_002_500)
    agents = [
        Agent(
            id=key,
            languages=frozenset(),
            authorities=frozenset(),
            state=AgentState.PAUSED,
            since=NOON,
            idle_since=NOON,
        )
        for key in keys
    ]
    step = CallStep("c1", None, "", CallState.TURNED_AWAY, NOON, None, "", "closed")
    with heard_by_screens() as told:
        decided(agents=agents, steps=[step])
    assert sorted(key for said in told for key in said["agents"]) == list(keys)  # type: ignore[attr-defined]


@pytest.mark.django_db(transaction=True)
def test_screens_are_told_when_the_switch_comes_or_goes_and_not_in_between() -> None:
    with heard_by_screens() as told:
        for connected in (True, True, False, False, True):
            actions.record_pulse(at=NOON, switch_connected=connected, backlog=0, decision_ms=1.0)
    assert told == [{"everybody": True}] * 3


@pytest.mark.django_db
def test_a_call_that_begins_again_keeps_its_one_number(rivaal: Authority) -> None:
    """Somebody left to the fallback, whose row was closed and who tries again, is a call with that leg again."""
    opened = world.activation(rivaal)
    call = Call(
        leg="c1",
        number="1771",
        caller="+32477000001",
        arrived_at=NOON,
        state=CallState.GREETING,
        since=NOON,
        activation=opened.pk,
        authority=rivaal.pk,
    )
    begins = CallStep("c1", opened.pk, "", CallState.GREETING, NOON, None, "", "arrived")
    for _ in range(2):
        decided(calls=[call], steps=[begins])
    with acting_as_centre():
        assert models.Caller.objects.get().number == "+32477000001"
    assert models.Call.objects.get().state == CallState.GREETING


@pytest.mark.django_db
@pytest.mark.parametrize(("state", "due"), [(CallState.FALLBACK, False), (CallState.WAITING, True)])
def test_nobody_in_the_fallback_is_given_up_before_the_switch_was_seen(
    rivaal: Authority, state: CallState, due: bool
) -> None:
    models.Call.objects.create(
        leg="c1",
        number="1771",
        activation=world.activation(rivaal, state=State.OPEN),
        language="nl",
        state=state,
        since=NOON,
        arrived_at=NOON,
        due_at=NOON,
    )
    assert memory.load_calls()["c1"].due_at == (NOON if due else None)


@pytest.mark.django_db
def test_how_often_a_call_back_did_not_come_to_the_network_is_kept(rivaal: Authority) -> None:
    promised = CallBack("+32477123456", NOON, attempts=3, leg="leg-ann-for-c1~3", outages=2)
    opened = world.activation(rivaal)
    waits = Call(
        leg="c1",
        number="1771",
        caller="+32477123456",
        arrived_at=NOON,
        state=CallState.RETRYING,
        since=NOON,
        activation=opened.pk,
        authority=rivaal.pk,
        language="nl",
        call_back=promised,
    )
    step = CallStep("c1", opened.pk, "", CallState.RETRYING, NOON, None, "nl", "not reached: congested")
    decided(calls=[waits], steps=[step])
    assert memory.load_calls()["c1"].call_back == promised


@pytest.mark.django_db
def test_a_promise_that_comes_along_out_of_the_fallback_is_kept_with_its_number(rivaal: Authority) -> None:
    opened = world.activation(rivaal)
    call = Call(
        leg="c2",
        number="1771",
        caller="+32477000001",
        arrived_at=NOON,
        state=CallState.FALLBACK,
        since=NOON,
        activation=opened.pk,
        authority=rivaal.pk,
        language="nl",
    )
    decided(calls=[call], steps=[CallStep("c2", opened.pk, "", CallState.FALLBACK, NOON, None, "nl", "congested")])
    promised = CallBack("+32477123456", NOON, live=True, leg="c2")
    call = replace(call, state=CallState.INFORMING, call_back=promised)
    step = CallStep("c2", opened.pk, "fallback", CallState.INFORMING, NOON, None, "nl", "called before")
    decided(calls=[call], steps=[step])
    assert memory.load_calls()["c2"].call_back == promised


@pytest.mark.django_db
def test_a_promise_that_was_kept_without_its_number_is_to_the_number_of_the_caller(rivaal: Authority) -> None:
    opened = world.activation(rivaal)
    row = models.Call.objects.create(
        leg="c1",
        number="1771",
        activation=opened,
        language="nl",
        state=CallState.PROMISED,
        since=NOON,
        arrived_at=NOON,
        promised_by=NOON,
    )
    with acting_as_centre():
        models.Caller.objects.create(call=row, authority=rivaal, number="+32477000001", at=NOON)
    call_back = memory.load_calls()["c1"].call_back
    assert call_back and call_back.number == "+32477000001"


@pytest.mark.django_db(transaction=True)
def test_a_number_that_was_closed_tells_so_in_the_languages_of_its_line_at_once_and_in_the_fallback(
    rivaal: Authority,
) -> None:
    closing = world.activation(rivaal, languages=["fr"], state=State.CLOSING)
    closing.steps.create(before=State.ORDERED.value, after=State.OPEN.value, at=NOON)
    speech, rehearsed = Speech(), RehearsalSwitch()
    told = tuple(spoken_name("fr", text) for text in (PHRASES["fr"].exercise, PHRASES["fr"].closed))

    async def story() -> None:
        async with switchboard(rehearsed, speech):
            await until(lambda: Activation.objects.filter(state=State.CLOSED).exists())
            leg = call(rehearsed)
            await until(lambda: models.Call.objects.filter(pk=leg, language="fr", activation=None).exists())
            await until(lambda: speech.joined.get("fallback/1771") == told)

    play(story)
