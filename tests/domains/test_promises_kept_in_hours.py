"""What is stored of opening hours: a promise that waits for them, and the site that is told meanwhile."""

from datetime import UTC, datetime, time, timedelta
from typing import Any

import pytest

from tests import world
from tocsin.accounts.models import Person
from tocsin.activations.actions import change_sms
from tocsin.activations.models import Activation
from tocsin.activations.rules import Kind, State
from tocsin.authorities.models import Authority
from tocsin.calls import actions, ports
from tocsin.calls.daemon import memory
from tocsin.calls.models import Sms
from tocsin.calls.rules.floor import Floor
from tocsin.calls.rules.states import CallState
from tocsin.calls.rules.switchboard import Decision, decide

pytestmark = pytest.mark.django_db
# A Saturday; the line is open from eight.
NIGHT = datetime(2026, 3, 7, 2, tzinfo=UTC)
OPENS = datetime(2026, 3, 7, 7, tzinfo=UTC)


@pytest.fixture
def by_day(rivaal: Authority, dirk: Person, settings: Any) -> Activation:
    settings.GATEWAYS = {**settings.GATEWAYS, "sms": "somewhere"}
    made = world.activation(rivaal, languages=("nl",), kind=Kind.REAL)
    made.call_backs, made.timezone = True, "Europe/Brussels"
    made.save()
    made.hours.create(weekday=5, start=time(8), until=time(18))
    change_sms(activation=made.pk, by=dirk, language="nl", text="Alles op rivaal.example.", at=NIGHT)
    return made


def loaded() -> Floor:
    """What a switchboard that begins knows."""
    return Floor(lines=memory.load_scripts(State.OPEN), calls=memory.load_calls())


def tell(*events: ports.Event, at: datetime = NIGHT) -> Decision:
    """Have it decided by a switchboard that has just begun, and kept."""
    floor = loaded()
    return actions.decide_and_record(
        decide=lambda _: decide(floor, events, now=at), at=at, max_order_age=timedelta(seconds=10)
    )


def call_at_night() -> None:
    tell(ports.CallArrived("c1", "1771", "+32470112233", NIGHT))
    tell(ports.MessagePlayed("c1", "c1-1"))


def test_a_promise_given_at_night_waits_for_the_opening_hour_over_every_restart(by_day: Activation) -> None:
    call_at_night()
    tell(*[ports.KeyPressed("c1", "1")] * 2)
    kept = memory.load_calls()["c1"]
    assert (kept.state, kept.due_at) == (CallState.DEFERRED, OPENS)
    assert kept.call_back and kept.call_back.number == "+32470112233"
    assert tell(at=OPENS - timedelta(seconds=1)).steps == ()
    assert [step.after for step in tell(at=OPENS).steps] == [CallState.PROMISED]


def test_whoever_is_turned_away_at_night_is_sent_the_sms_of_the_line(by_day: Activation) -> None:
    call_at_night()
    tell(ports.KeyPressed("c1", "#"))
    assert Sms.objects.get().text == "Alles op rivaal.example."


def test_the_site_is_the_address_in_the_sms_also_where_none_can_be_sent(by_day: Activation, settings: Any) -> None:
    settings.GATEWAYS = {**settings.GATEWAYS, "sms": ""}
    script = memory.load_scripts(State.OPEN)["1771"]
    assert (script.sites, script.sms) == ({"nl": "rivaal.example"}, {})
