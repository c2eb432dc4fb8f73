"""Through real Asterisk: a coordinator hears and whispers, and a tape of who agreed holds both voices."""

from datetime import UTC, datetime
from typing import Any

import pytest

from tests.telephony.hearing import read_wav, share_with, since_all
from tests.telephony.line import AGENT_HZ, CALLER_HZ, COLLEAGUE_HZ, House, tone
from tests.telephony.people import Desk, caller, conversation, desk, hear_each_other, hears_just
from tocsin.accounts.rules import Role
from tocsin.activations.actions import change_hearing_terms
from tocsin.activations.models import Activation
from tocsin.activations.rules import State
from tocsin.authorities.actions import acting_as_centre
from tocsin.authorities.models import Membership
from tocsin.calls import actions
from tocsin.calls.actions.tapes import file_of
from tocsin.calls.models import Call, Tape
from tocsin.calls.ports import SupervisorVerb, Verb
from tocsin.calls.rules.states import CallState
from tocsin.workforce.rules import AgentState

pytestmark = pytest.mark.telephony
# Of a tape from where both spoke, this much holds each voice.
BOTH = 0.6


def coordinator(house: House) -> Desk:
    """Carl, whose desk is open, and who speaks."""
    carl = desk(house.centre, "nl", serves=house.authority)
    person = carl.agent.person
    person.roles = [Role.AGENT, Role.COORDINATOR]
    person.save()
    Membership.objects.create(authority=house.authority, person=person)
    carl.asks(Verb.TASK)
    carl.comes_to(AgentState.ON_TASK)
    carl.telephone.sound(tone(COLLEAGUE_HZ))
    return carl


def test_a_coordinator_hears_both_whispers_to_the_agent_and_takes_the_caller_over(house: House) -> None:
    zoe, ann = conversation(house)
    carl = coordinator(house)
    call = Call.objects.select_related("activation__authority").get(pk=ann.agent.call)
    carl.agent.refresh_from_db()
    actions.hear(verb=SupervisorVerb.LISTEN, call=call, by=carl.agent.person, why="To help", at=datetime.now(UTC))
    hears_just(carl.telephone, CALLER_HZ, AGENT_HZ)
    hears_just(ann.telephone, CALLER_HZ)
    hears_just(zoe.telephone, AGENT_HZ)
    orders(carl, SupervisorVerb.WHISPER)
    hears_just(ann.telephone, CALLER_HZ, COLLEAGUE_HZ)
    hears_just(zoe.telephone, AGENT_HZ)
    orders(carl, SupervisorVerb.BARGE)
    hears_just(zoe.telephone, AGENT_HZ, COLLEAGUE_HZ)
    orders(carl, SupervisorVerb.TAKE_OVER)
    ann.comes_to(AgentState.WRAP_UP)
    hears_just(zoe.telephone, COLLEAGUE_HZ)
    hears_just(carl.telephone, CALLER_HZ)


def orders(carl: Desk, verb: SupervisorVerb) -> None:
    actions.change_hearing(verb=verb, agent=carl.agent, at=datetime.now(UTC))


def test_a_tape_of_a_caller_who_agreed_holds_both_voices(house: House, settings: Any) -> None:
    home = house.centre.instance.home
    settings.TAPES, settings.KEPT_TAPES = home / "tapes", home / "kept-tapes"
    line = recorded_line(house, "1778")
    zoe = caller(house.centre, "1778").comes_to(CallState.CHOOSING)
    zoe.telephone.press("1")
    ann = desk(house.centre, "nl", serves=house.authority)
    ann.takes(zoe)
    zoe.telephone.sound(tone(CALLER_HZ))
    ann.telephone.sound(tone(AGENT_HZ))
    hear_each_other(zoe, ann)
    (running,) = house.centre.until(lambda: list(settings.TAPES.glob("*-tape-1.wav")), "a tape to be written")
    ann.asks(Verb.HANG_UP)
    house.centre.until(lambda: tape(line).whole, "the switch to tell of its end")
    actions.keep_tapes(at=datetime.now(UTC))
    kept = tape(line)
    assert not running.exists()
    assert file_of(kept).name == running.name
    said = since_all(read_wav(file_of(kept).read_bytes()), CALLER_HZ, AGENT_HZ)
    assert share_with(said, CALLER_HZ) > BOTH
    assert share_with(said, AGENT_HZ) > BOTH
    assert kept.stream == "d5"


def recorded_line(house: House, number: str) -> Activation:
    """A line on which callers are asked, in one language, whether they agree to be recorded."""
    line = house.order(number, languages=("nl",))
    change_hearing_terms(
        activation=line.pk,
        by=house.officer,
        tells_hearing=False,
        records=True,
        every=True,
        questions=False,
        basis="Consent",
        article="GDPR, article 6(1)(a)",
        notices={"nl": "Wij nemen op."},
        days=1,
        at=datetime.now(UTC),
    )
    return house.comes_to(State.OPEN, line)


def tape(line: Activation) -> Tape:
    with acting_as_centre():
        return Tape.objects.get(activation=line)
