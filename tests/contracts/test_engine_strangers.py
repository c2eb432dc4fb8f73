"""The real switch and everybody who is no trunk: whatever they send is no call, and no caller notices it."""

from collections.abc import Iterator

import pytest

from tests.contracts.junk import Flood, flooding
from tests.contracts.nodes import Node, call, eventually
from tests.contracts.sip import Speaker, header, speaking, status
from tests.contracts.torture import SECTIONS, torture
from tocsin.calls.ports import Login
from tocsin.gateways.asterisk.engine import EngineSettings
from tocsin.gateways.asterisk.engine.settings import CALLERS_ADDRESS
from tocsin.gateways.asterisk.telephones import Browsers, telephone_fields

pytestmark = pytest.mark.telephony

STRANGER = "127.0.0.9"
NOBODY = "nobody"
# At 200 of each kind a second, some five seconds.
FLOOD_MESSAGES = 3000
# As malformed, as not known, as a scheme of addresses that is not spoken.
REFUSED = {400, 401, 416}


@pytest.fixture
def stranger(switch: Node, settings: EngineSettings) -> Iterator[Speaker]:
    with speaking(STRANGER, to_port=settings.sip_port) as speaker:
        yield speaker


def ask_each_torture(speaker: Speaker, *, number: str) -> None:
    """Send every odd message there is; after each, an ordinary question, whose answer comes."""
    for message in torture(speaker.sender(number)):
        speaker.tell(message)
        asking = speaker.sender()
        speaker.ask(asking.message("OPTIONS"), by=asking)


def test_there_is_a_message_of_every_section_of_rfc_4475() -> None:
    numbers = [section.split()[0] for section in SECTIONS]
    expected = [f"3.1.1.{number}" for number in range(1, 14)] + [f"3.1.2.{number}" for number in range(1, 20)]
    expected += ["3.2.1", *(f"3.3.{number}" for number in range(1, 16)), "3.4.1"]
    assert numbers == expected


def test_nothing_a_stranger_sends_becomes_a_call(switch: Node, outside: Node, stranger: Speaker) -> None:
    with switch.listening("onlooker") as next_event:
        ask_each_torture(stranger, number="1771")
        with call(outside, "PJSIP/1771@callers", caller="+3225550123"):
            assert next_event("ChannelCreated")["channel"]["caller"]["number"] == "+3225550123"
    assert {status(message) for message in stranger.heard} <= REFUSED


def test_nothing_a_stranger_sends_is_written_down(switch: Node, outside: Node, stranger: Speaker) -> None:
    before = len(switch.trouble())
    ask_each_torture(stranger, number="1771")
    # The log is in order: what it says of a call that no switchboard takes comes last.
    with call(outside, "PJSIP/1771@callers"):
        eventually(lambda: len(switch.trouble()) > before, "the log to tell of a call")
    assert all("app 'tocsin'" in line for line in switch.trouble()[before:])


@pytest.mark.parametrize("name", ["stranger", "outside", "agents-trunk"])
def test_a_stranger_cannot_call_not_even_with_the_name_of_a_trunk(stranger: Speaker, name: str) -> None:
    calling = stranger.sender()
    named = {"From": f"<sip:{name}@127.0.0.1>;tag={calling.mark}"}
    assert status(stranger.ask(calling.message("INVITE", named), by=calling)) == 401


def test_a_trunk_that_sends_every_odd_message_is_served_by_the_same_switch(
    switch: Node, settings: EngineSettings
) -> None:
    with speaking(CALLERS_ADDRESS, to_port=settings.sip_port) as trunk:
        ask_each_torture(trunk, number=NOBODY)
        asking = trunk.sender()
        assert status(trunk.ask(asking.message("OPTIONS"), by=asking)) == 200
    assert switch.process.is_alive()


def test_a_trunk_cannot_have_its_calls_sent_elsewhere(switch: Node, settings: EngineSettings) -> None:
    with speaking(CALLERS_ADDRESS, to_port=settings.sip_port) as trunk:
        asking = trunk.sender()
        changed = {"To": "<sip:outside@127.0.0.1>", "Contact": "<sip:x@127.0.0.66:5060>"}
        assert status(trunk.ask(asking.message("REGISTER", changed), by=asking)) == 404


def test_who_may_register_is_not_to_be_found_out(switch: Node, stranger: Speaker) -> None:
    ann = Login(username="ann", digest="0" * 32, agent=True)
    for kind, values in telephone_fields(ann, Browsers(realm="tocsin")).items():
        fields = [{"attribute": name, "value": value} for name, value in values.items()]
        switch.ask("PUT", f"asterisk/config/dynamic/res_pjsip/{kind}/ann", body={"fields": fields})
    told = {}
    for name in ("ann", "bob"):
        asking = stranger.sender()
        named = dict.fromkeys(("From", "To"), f"<sip:{name}@127.0.0.1>;tag={asking.mark}")
        answer = stranger.ask(asking.message("REGISTER", named), by=asking)
        challenge = header(answer, "WWW-Authenticate")
        told[name] = (
            status(answer),
            [part.split("=")[0] for part in challenge.split(",")],
            header(answer, "Server"),
        )
    assert told["ann"] == told["bob"]
    assert told["ann"][0] == 401


def test_real_calls_are_answered_while_strangers_and_a_trunk_flood(
    switch: Node, outside: Node, settings: EngineSettings
) -> None:
    strangers = Flood(address=STRANGER, port=settings.sip_port)
    trunk = Flood(address=CALLERS_ADDRESS, port=settings.sip_port, numbers=[NOBODY])
    with flooding(strangers), flooding(trunk):
        while min(strangers.sent, trunk.sent) < FLOOD_MESSAGES:
            with outside.listening("outside") as next_event:
                dialled = outside.ask("POST", "channels", endpoint="PJSIP/1771@callers", app="outside")["id"]
                # Of one that is refused, this is never told.
                assert next_event("StasisStart")["channel"]["id"] == dialled
                outside.ask("DELETE", f"channels/{dialled}")
    eventually(lambda: switch.ask("GET", "channels") == [], "all calls to end")
    assert switch.process.is_alive()
    assert set(strangers.told) <= REFUSED
