"""An SMS by a key, from a line that offers one, through the carrier that is played."""

from datetime import UTC, datetime

import pytest
from django.db import transaction

from tests.telephony.line import MUSIC_HZ, House
from tests.telephony.people import caller, hears
from tocsin.activations.actions import change_sms
from tocsin.activations.rules import State
from tocsin.calls.actions import send_next_sms
from tocsin.calls.models import Sms
from tocsin.calls.rules import sms_words as words
from tocsin.calls.rules.states import ASKED_FOR_SMS, CallState
from tocsin.gateways.rehearsal.sms import RehearsedSms

pytestmark = pytest.mark.telephony


def test_who_presses_hash_in_line_hears_that_it_comes_and_is_sent_it(house: House) -> None:
    text = f"Alles op rivaal.example, {datetime.now(UTC)}"
    # At once, so that nobody is received before it is offered.
    with transaction.atomic():
        line = house.order("1779", languages=("nl",))
        change_sms(activation=line.pk, by=house.officer, language="nl", text=text, at=datetime.now(UTC))
    house.comes_to(State.OPEN, line)
    zoe = caller(house.centre, "1779").comes_to(CallState.WAITING)
    with zoe.telephone.recording() as heard:
        zoe.telephone.press("#")
        zoe.has_noted(ASKED_FOR_SMS)
        hears(zoe.telephone, *MUSIC_HZ, share=0.3)
    assert heard.contains(house.recording(words.on_its_way("nl")[0]))
    assert zoe.state == CallState.WAITING
    # The centre's own sweep does the same every minute, and may have been here before.
    carrier = RehearsedSms(folder=house.centre.instance.home / "sms")
    while send_next_sms(carrier=carrier, at=datetime.now(UTC)):
        pass
    house.centre.until(lambda: Sms.objects.filter(call=zoe.call, state="sent").exists(), "the SMS to be sent")
    assert {"number": f"…{zoe.shown[-2:]}", "text": text} in carrier.delivered()
    zoe.telephone.hang_up()
    zoe.comes_to(CallState.ENDED)
