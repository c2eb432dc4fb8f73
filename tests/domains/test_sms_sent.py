"""SMS that callers ask for: frozen with the decision, sent once, to nobody twice in a day."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta

import pytest

from tests import world
from tests.world import NOON
from tocsin.accounts.models import Person
from tocsin.activations.actions import change_sms
from tocsin.activations.models import Activation
from tocsin.activations.queries import sms_in_force
from tocsin.activations.rules import Kind, State
from tocsin.authorities.models import Authority
from tocsin.calls import actions, jobs, ports
from tocsin.calls.daemon import memory
from tocsin.calls.models import Sms
from tocsin.calls.ports import SmsRefusedError
from tocsin.calls.queries import sms_counts
from tocsin.calls.rules.floor import Floor
from tocsin.calls.rules.sms import GIVEN_UP, ONCE_IN
from tocsin.calls.rules.switchboard import decide
from tocsin.logbook.models import Line
from tocsin.refusals import Refusal

pytestmark = pytest.mark.django_db
MOBILE = "+32470112233"
TEXT = "Alles op rivaal.example"


@dataclass
class Carrier:
    """Takes what it is sent, or fails as it is told."""

    fails: Exception | None = None
    taken: list[tuple[str, str, str]] = field(default_factory=list)

    def send(self, *, key: str, number: str, text: str) -> None:
        if self.fails:
            raise self.fails
        self.taken.append((key, number, text))


@pytest.fixture
def opened(rivaal: Authority, dirk: Person, settings: pytest.FixtureRequest) -> Activation:
    settings.GATEWAYS = {**settings.GATEWAYS, "sms": "somewhere"}
    made = world.activation(rivaal, languages=("nl",), kind=Kind.REAL)
    change_sms(activation=made.pk, by=dirk, language="nl", text=TEXT, at=NOON)
    return made


def asks(leg: str, *, caller: str = MOBILE, at: datetime = NOON) -> None:
    """Somebody calls, hears the front message, and presses the key in line."""
    floor = Floor(lines=memory.load_scripts(State.OPEN))

    def tell(*events: ports.Event) -> None:
        nonlocal floor
        decision = actions.decide_and_record(
            decide=lambda _: decide(floor, events, now=at), at=at, max_order_age=timedelta(seconds=10)
        )
        floor = decision.floor

    tell(ports.CallArrived(leg, "1771", caller, at))
    tell(ports.MessagePlayed(leg, f"{leg}-1"))
    tell(ports.KeyPressed(leg, "#"))


def test_who_asks_is_sent_the_text_that_was_in_force_then_and_once(opened: Activation, dirk: Person) -> None:
    asks("c1")
    assert memory.load_calls()["c1"].texted
    change_sms(activation=opened.pk, by=dirk, language="nl", text="Iets anders.", at=NOON)
    carrier = Carrier()
    assert actions.send_next_sms(carrier=carrier, at=NOON) is True
    assert actions.send_next_sms(carrier=carrier, at=NOON) is None
    sms = Sms.objects.get()
    assert carrier.taken == [(f"sms-{sms.pk}", MOBILE, TEXT)]
    assert (sms.state, sms.settled_at) == ("sent", NOON)
    assert Line.objects.get(kind="sms.sent").subject == "call:c1"


def test_the_same_number_is_sent_another_only_after_half_a_day(opened: Activation) -> None:
    asks("c1")
    asks("c2", at=NOON + timedelta(hours=1))
    asks("other", caller="+32470112244", at=NOON + timedelta(hours=1))
    asks("c3", at=NOON + ONCE_IN)
    assert list(Sms.objects.order_by("id").values_list("call_id", flat=True)) == ["c1", "other", "c3"]


def test_in_an_exercise_it_says_so(opened: Activation) -> None:
    Activation.objects.update(kind=Kind.EXERCISE)
    asks("c1")
    assert Sms.objects.get().text == f"Dit is een oefening. {TEXT}"


def test_a_carrier_that_is_away_is_asked_again_and_one_that_refuses_is_not(opened: Activation) -> None:
    asks("c1")
    assert actions.send_next_sms(carrier=Carrier(fails=OSError()), at=NOON) is False
    assert sms_counts(activation=opened.pk) == {"ordered": 1, "sent": 0, "failed": 0}
    assert actions.send_next_sms(carrier=Carrier(fails=SmsRefusedError("no such number")), at=NOON) is True
    sms = Sms.objects.get()
    assert (sms.state, sms.why) == ("failed", "no such number")


def test_what_comes_too_late_or_whose_number_is_forgotten_is_given_up(opened: Activation) -> None:
    asks("c1")
    late = NOON + GIVEN_UP + timedelta(seconds=1)
    carrier = Carrier()
    assert actions.send_next_sms(carrier=carrier, at=late) is True
    asks("c2", at=late)
    actions.forget_callers(before=late + timedelta(seconds=1))
    assert actions.send_next_sms(carrier=carrier, at=late) is True
    assert (carrier.taken, sms_counts(activation=opened.pk)["failed"]) == ([], 2)


def test_the_sweep_sends_all_of_them_through_the_gateway_of_the_instance(
    opened: Activation, settings: pytest.FixtureRequest
) -> None:
    settings.GATEWAYS = {**settings.GATEWAYS, "sms": "tests.domains.test_sms_sent.Carrier"}
    # The sweep goes by the clock, and what it sends is a moment old.
    for leg, caller in (("c1", MOBILE), ("c2", "+32470112244")):
        asks(leg, caller=caller, at=datetime.now(NOON.tzinfo))
    assert jobs.send_sms(0) == 2
    assert sms_counts(activation=opened.pk)["sent"] == 2


def test_where_nothing_carries_sms_none_is_offered(opened: Activation, settings: pytest.FixtureRequest) -> None:
    settings.GATEWAYS = {name: made for name, made in settings.GATEWAYS.items() if name != "sms"}
    assert memory.load_scripts(State.OPEN)["1771"].sms == {}
    assert jobs.send_sms(0) == 0


def test_what_cannot_be_sent_is_refused_and_only_an_officer_of_the_authority_writes_it(
    opened: Activation, dirk: Person, carl: Person, otto: Person
) -> None:
    for by, text in ((dirk, "?!"), (dirk, "a" * 301), (carl, "Ja."), (otto, "Ja.")):
        with pytest.raises(Refusal):
            change_sms(activation=opened.pk, by=by, language="nl", text=text, at=NOON)
    assert sms_in_force(opened) == {"nl": TEXT}
    change_sms(activation=opened.pk, by=dirk, language="nl", text=" ", at=NOON)
    assert sms_in_force(opened) == {}
