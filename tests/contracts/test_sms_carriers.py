"""What everything does that carries SMS; only the one that is played can be asked here."""

from pathlib import Path

import pytest

from tocsin.calls.ports import SmsRefusedError
from tocsin.gateways.rehearsal.sms import RehearsedSms


@pytest.fixture
def carrier(tmp_path: Path) -> RehearsedSms:
    return RehearsedSms(folder=tmp_path / "sms")


def test_a_message_is_delivered_as_it_is_in_any_script(carrier: RehearsedSms) -> None:
    carrier.send(key="1", number="+32470112233", text="Все на сайті: rivaal.example")
    assert carrier.delivered() == [{"number": "…33", "text": "Все на сайті: rivaal.example"}]


def test_under_one_key_one_message_is_delivered_also_by_another_process(carrier: RehearsedSms) -> None:
    for text in ("Ja.", "Nee."):
        RehearsedSms(folder=carrier.folder).send(key="sms-1", number="+32470112233", text=text)
    carrier.send(key="sms-2", number="+32470112233", text="Ja.")
    assert [message["text"] for message in carrier.delivered()] == ["Ja.", "Ja."]


@pytest.mark.parametrize("number", ["+3222345678", ""])
def test_a_number_that_takes_none_is_refused_for_good(carrier: RehearsedSms, number: str) -> None:
    with pytest.raises(SmsRefusedError):
        carrier.send(key="1", number=number, text="Ja.")
    assert carrier.delivered() == []


def test_a_carrier_that_is_away_says_so(carrier: RehearsedSms) -> None:
    carrier.folder.write_text("in the way")
    with pytest.raises(OSError, match="sms"):
        carrier.send(key="1", number="+32470112233", text="Ja.")
