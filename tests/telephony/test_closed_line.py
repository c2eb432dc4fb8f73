"""Who calls outside the opening hours hears when the line opens, has the SMS sent, and may be called back."""

from datetime import UTC, datetime, time
from zoneinfo import ZoneInfo

import pytest
from django.db import transaction

from tests.telephony.line import House
from tests.telephony.people import recorded_call
from tocsin.activations.actions import change_sms
from tocsin.activations.rules import Hours, State
from tocsin.calls.daemon.memory import load_scripts
from tocsin.calls.models import Sms
from tocsin.calls.rules import closed_words
from tocsin.calls.rules import script as words
from tocsin.calls.rules.states import ASKED_FOR_SMS, CallState, Question

pytestmark = pytest.mark.telephony


def test_outside_the_hours_a_caller_hears_when_it_opens_is_sent_the_sms_and_offered_a_call_back(
    house: House,
) -> None:
    # In three days, so that it never opens while this runs.
    weekday = (datetime.now(ZoneInfo(house.authority.timezone)).weekday() + 3) % 7
    text = "Alles op rivaal.example"
    # At once, so that nobody is received before there is an SMS.
    with transaction.atomic():
        line = house.order("1785", languages=["nl"], hours=[Hours(weekday, time(9), time(12))])
        change_sms(activation=line.pk, by=house.officer, language="nl", text=text, at=datetime.now(UTC))
    house.comes_to(State.OPEN, line)
    with recorded_call(house.centre, "1785") as (zoe, heard):
        zoe.comes_to(CallState.CHOOSING)
        zoe.telephone.press("#")
        zoe.has_noted(ASKED_FOR_SMS)
        zoe.telephone.press("1")
        house.centre.until(lambda: zoe.call and zoe.call.question == Question.CALL_BACK, "the number to be read")
        # Not promised: nobody would be called before the tests are over.
        zoe.telephone.press("0")
        zoe.comes_to(CallState.ENDED)
    script, now = load_scripts(State.OPEN)["1785"], datetime.now(UTC)
    told = words.turned_away(script, now=now)
    assert set(closed_words.opening(script, "nl", now=now)) < set(told)
    assert [name for name in told if heard.contains(house.recording(name))] == list(told)
    assert Sms.objects.get(call=zoe.call).text == text
