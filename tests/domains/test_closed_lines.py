"""Who calls a number whose line is closed for good is told so, and sent the SMS that the line had."""

from datetime import timedelta

import pytest

from tests import world
from tests.domains.test_sms_sent import Carrier
from tests.world import NOON
from tocsin.accounts.models import Person
from tocsin.activations.actions import change_sms
from tocsin.activations.models import Activation
from tocsin.activations.queries import last_closed
from tocsin.activations.rules import Kind, State
from tocsin.authorities.models import Authority
from tocsin.calls import actions, ports
from tocsin.calls.daemon import memory
from tocsin.calls.models import Call, Sms
from tocsin.calls.rules.floor import Floor
from tocsin.calls.rules.states import CallState
from tocsin.calls.rules.switchboard import decide
from tocsin.insights.queries.report import report

pytestmark = pytest.mark.django_db
MOBILE, TEXT, HOUR = "+32470112233", "Alles op rivaal.example", timedelta(hours=1)


@pytest.fixture
def over(rivaal: Authority, dirk: Person, settings: pytest.FixtureRequest) -> Activation:
    """A real line that had an SMS, and is closed for good."""
    settings.GATEWAYS = {**settings.GATEWAYS, "sms": "somewhere"}
    made = world.activation(rivaal, languages=("nl",), kind=Kind.REAL)
    change_sms(activation=made.pk, by=dirk, language="nl", text=TEXT, at=NOON)
    return world.closed(made)


def asks(leg: str, *, caller: str = MOBILE, at: timedelta = HOUR) -> None:
    """Somebody calls so long after noon, and presses the key while the message is told."""
    floor, now = Floor(closed=memory.load_closed()), NOON + at
    events = [ports.CallArrived(leg, "1771", caller, now), ports.KeyPressed(leg, "#")]
    actions.decide_and_record(
        decide=lambda _: decide(floor, events, now=now), at=now, max_order_age=timedelta(seconds=10)
    )


def test_what_closed_last_on_the_number_is_told(rivaal: Authority, over: Activation) -> None:
    assert memory.load_closed()["1771"].activation == over.pk
    later = world.closed(world.activation(rivaal, languages=("fr",), kind=Kind.REAL))
    script = memory.load_closed()["1771"]
    assert (script.activation, script.languages, script.accepts) == (later.pk, ("fr",), False)


def test_the_site_is_told_as_the_sms_had_it(over: Activation) -> None:
    assert memory.load_closed()["1771"].sites == {"nl": "rivaal.example"}


def test_an_exercise_comes_after_what_was_real_also_where_it_closed_later(
    rivaal: Authority, over: Activation
) -> None:
    world.closed(world.activation(rivaal, kind=Kind.EXERCISE))
    assert list(last_closed()) == [over]


def test_what_never_opened_or_is_not_closed_yet_is_not_told(rivaal: Authority) -> None:
    ordered = world.activation(rivaal, state=State.CLOSED)
    ordered.steps.create(before=State.ORDERED.value, after=State.CLOSED.value, at=NOON)
    world.activation(rivaal, state=State.CLOSING)
    assert memory.load_closed() == {}


def test_who_asks_is_sent_the_sms_of_the_closed_line_once_in_half_a_day(over: Activation) -> None:
    for leg in ("c1", "c2"):
        asks(leg)
    carrier = Carrier()
    assert actions.send_next_sms(carrier=carrier, at=NOON + HOUR) is True
    sms = Sms.objects.get()
    assert (sms.call_id, carrier.taken) == ("c1", [(f"sms-{sms.pk}", MOBILE, TEXT)])


def test_of_a_closed_exercise_the_sms_says_so(over: Activation) -> None:
    Activation.objects.update(kind=Kind.EXERCISE)
    asks("c1")
    assert Sms.objects.get().text == f"Dit is een oefening. {TEXT}"


def test_who_calls_after_closing_is_in_no_figure_of_what_was_closed(over: Activation) -> None:
    before = report(activation=over, now=NOON + 2 * HOUR)
    asks("c1", at=timedelta(days=400))
    assert Call.objects.get().state == CallState.TURNED_AWAY
    assert report(activation=over, now=NOON + timedelta(days=401)) == before
