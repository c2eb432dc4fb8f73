"""What the switch's configuration must say, whatever else it says."""

import re
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import pytest

from tocsin.calls.ports import Login
from tocsin.gateways.asterisk.engine import (
    Certificate,
    Engine,
    EngineSettings,
    Nat,
    Neighbour,
    Trunk,
    outside_trunk,
)
from tocsin.gateways.asterisk.engine.configuration import configuration, outside_configuration
from tocsin.gateways.asterisk.telephones import Browsers, telephone_fields
from tocsin.refusals import Refusal

ENGINE = Engine(
    version="22.10.1",
    asterisk=("asterisk",),
    espeak=("espeak-ng",),
    modules=Path("/engine/modules"),
    module_names=frozenset({"res_websocket_client"}),
    documentation=Path("/engine/documentation"),
)
SETTINGS = EngineSettings(
    home=Path("/home/tocsin"),
    bind="127.0.0.1",
    http_port=8100,
    sip_port=8160,
    sip_tls_port=8161,
    outside_http_port=8101,
    outside_sip_port=8162,
    rtp_first=20000,
    rtp_last=29999,
    password="long-and-random;0123456789",
    trunks=(outside_trunk(sip_port=8162),),
)
CARRIER = Trunk(name="carrier", peers=("192.0.2.0/24", "2001:db8::1"), contact="sip.carrier.example:5061")
CERTIFICATE = Certificate(certificate=Path("/certificate.pem"), key=Path("/key.pem"))

EVERYWHERE = "0.0.0.0"  # noqa: S104 - what is said of it, not bound

Section = dict[str, list[str]]


def written(**changes: object) -> dict[str, str]:
    return configuration(replace(SETTINGS, **changes), engine=ENGINE)  # type: ignore[arg-type]


def sections(text: str) -> list[tuple[str, Section]]:
    """Asterisk's own reading: sections in order, of names with values; names may come again."""
    found: list[tuple[str, Section]] = []
    for raw in text.splitlines():
        line = re.sub(r"(?<!\\);.*", "", raw).strip()
        if line.startswith("["):
            found.append((line.strip("[]"), {}))
        elif "=" in line:
            name, _, value = line.partition("=")
            found[-1][1].setdefault(name.strip(), []).append(value.removeprefix(">").strip())
    return found


def one(text: str, name: str, kind: str) -> Section:
    (section,) = (
        values for title, values in sections(text) if title == name and values.get("type", [""]) == [kind]
    )
    return section


def addresses(texts: Mapping[str, str]) -> set[str]:
    """Every address that something listens on."""
    found = re.findall(r"(?m)^(?:bind|bindaddr|tlsbindaddr) = (\S+)$", "\n".join(texts.values()))
    return {re.sub(r":\d+$", "", address) for address in found}


def test_nothing_listens_beyond_this_machine_unless_told_to() -> None:
    assert addresses(written(rehearsal=True, certificate=CERTIFICATE)) == {"127.0.0.1"}
    outside = outside_configuration(SETTINGS, engine=ENGINE)
    assert addresses(outside) == {"127.0.0.1", "127.0.0.10", "127.0.0.20"}


def test_calls_are_spoken_on_one_address_unless_the_switch_listens_on_all() -> None:
    trunk = one(written()["pjsip.conf"], "outside", "endpoint")
    assert trunk["media_address"] == ["127.0.0.1"]
    assert trunk["bind_rtp_to_media_address"] == ["yes"]
    everywhere = one(written(bind=EVERYWHERE)["pjsip.conf"], "outside", "endpoint")
    assert "media_address" not in everywhere


def test_ari_and_the_browsers_door_stay_on_this_machine_when_sip_does_not() -> None:
    texts = written(bind=EVERYWHERE)
    assert "bindaddr = 127.0.0.1" in texts["http.conf"]
    assert one(texts["pjsip.conf"], "ws", "transport")["bind"] == ["127.0.0.1:8100"]


def test_the_password_is_the_one_given_whatever_is_in_it() -> None:
    assert "password = long-and-random\\;0123456789\n" in written()["ari.conf"]


@pytest.mark.parametrize("password", ["", "tocsin", "short-0123456789"])
def test_a_password_that_cannot_be_random_is_refused(password: str) -> None:
    with pytest.raises(Refusal):
        replace(SETTINGS, password=password)


def test_only_what_is_listed_is_loaded() -> None:
    text = written()["modules.conf"]
    assert "autoload = no" in text
    assert "app_queue" not in text
    assert "res_pjsip_outbound_registration" not in text


def test_the_peers_queue_is_there_only_when_asked_for() -> None:
    texts = written(peer_queue=300, rehearsal=True)
    assert "load = app_queue.so" in texts["modules.conf"]
    assert texts["queues.conf"].count("member => PJSIP/agent-") == 300
    assert "Queue(peer" in texts["extensions.conf"]
    assert one(texts["pjsip.conf"], "agent-0299", "aor")["contact"] == ["sip:agent-0299@127.0.0.20:8162"]
    assert "queues.conf" not in written()
    assert "Queue(" not in written()["extensions.conf"]


def test_a_module_that_an_older_asterisk_lacks_is_not_asked_of_it() -> None:
    older = replace(ENGINE, module_names=frozenset())
    assert "res_websocket_client" in configuration(SETTINGS, engine=ENGINE)["modules.conf"]
    assert "res_websocket_client" not in configuration(SETTINGS, engine=older)["modules.conf"]


def test_synthetic_agents_have_a_way_in_only_in_a_rehearsal() -> None:
    assert "agent-trunk" not in "".join(written().values())
    assert one(written(rehearsal=True)["pjsip.conf"], "agents-trunk", "identify")["match"] == ["127.0.0.20"]


def test_a_rehearsal_on_a_switch_that_others_reach_is_refused() -> None:
    with pytest.raises(Refusal):
        replace(SETTINGS, rehearsal=True, bind=EVERYWHERE)


def test_a_comparison_queue_on_a_switch_that_others_reach_is_refused() -> None:
    with pytest.raises(Refusal):
        replace(SETTINGS, peer_queue=300, bind=EVERYWHERE)


def test_a_carriers_calls_come_from_its_addresses_only() -> None:
    text = written(trunks=(CARRIER,))["pjsip.conf"]
    assert one(text, "carrier", "identify")["match"] == ["192.0.2.0/24", "2001:db8::1"]
    assert one(text, "carrier", "endpoint")["context"] == ["from-trunk"]
    assert "127.0.0.10" not in text


def test_nobody_is_a_carrier_for_bearing_its_name() -> None:
    text = written(trunks=(CARRIER,), rehearsal=True, peer_queue=1)["pjsip.conf"]
    for name in ("carrier", "agents-trunk", "peer"):
        (known_by,) = (
            values["identify_by"]
            for title, values in sections(text)
            if title.startswith(name) and "allow" in values
        )
        assert known_by == ["ip"]


def test_what_the_switch_complains_of_is_bounded_by_whoever_runs_it() -> None:
    ((_, _), (_, files)) = sections(written()["logger.conf"])
    assert files == {"console": ["warning,error"]}


def test_what_strangers_send_that_is_no_sip_is_no_complaint() -> None:
    ((_, mapped),) = sections(written()["pjproject.conf"])
    assert mapped["asterisk_error"] == ["0"]
    assert "asterisk_warning" not in mapped


def test_a_carrier_over_tls_is_spoken_to_over_tls_and_must_prove_itself() -> None:
    carrier = replace(CARRIER, transport="tls", encrypted=True)
    text = written(trunks=(carrier,), certificate=CERTIFICATE)["pjsip.conf"]
    assert one(text, "carrier", "aor")["contact"] == ["sip:sip.carrier.example:5061\\;transport=tls"]
    assert one(text, "carrier", "endpoint")["media_encryption"] == ["sdes"]
    assert one(text, "tls", "transport")["verify_server"] == ["yes"]


def test_tls_without_a_certificate_is_refused() -> None:
    with pytest.raises(Refusal, match="TOCSIN_SIP_CERTIFICATE"):
        replace(SETTINGS, trunks=(replace(CARRIER, transport="tls"),))


def test_a_carrier_that_wants_it_is_registered_with() -> None:
    carrier = replace(CARRIER, user="tocsin", password="se;cret", register=True)
    texts = written(trunks=(carrier,))
    assert "load = res_pjsip_outbound_registration.so" in texts["modules.conf"]
    assert one(texts["pjsip.conf"], "carrier", "auth")["password"] == ["se\\;cret"]
    registration = one(texts["pjsip.conf"], "carrier", "registration")
    assert registration["client_uri"] == ["sip:tocsin@sip.carrier.example"]
    assert registration["outbound_auth"] == ["carrier"]


def test_a_carrier_may_have_to_prove_itself_beside_its_addresses_or_instead() -> None:
    for peers, known_by in ((CARRIER.peers, "ip"), ((), "auth_username")):
        text = written(trunks=(replace(CARRIER, peers=peers, their_password="long;and-random-0123456789"),))[
            "pjsip.conf"
        ]
        endpoint = one(text, "carrier", "endpoint")
        assert endpoint["identify_by"] == [known_by]
        (asked,) = endpoint["auth"]
        assert one(text, asked, "auth")["username"] == ["carrier"]
        assert one(text, asked, "auth")["password"] == ["long\\;and-random-0123456789"]


@pytest.mark.parametrize(
    "changes",
    [
        {"name": "Carrier one"},
        {"name": "x]\n[y"},
        {"contact": "carrier.example"},
        {"contact": "carrier.example:5060\nmatch=0.0.0.0/0"},
        {"peers": ()},
        {"peers": ("everybody",)},
        {"peers": ("192.0.2.1\nmatch=0.0.0.0/0",)},
        {"transport": "sctp"},
        {"register": True},
        {"encrypted": True},
        {"their_password": "guessed"},
        {"their_password": "long-and-random-0123456789\ntype=x"},
        {"user": "tocsin", "password": "secret\ntype=x"},
    ],
)
def test_a_trunk_that_makes_no_sense_is_refused(changes: dict[str, object]) -> None:
    with pytest.raises(Refusal):
        replace(CARRIER, **changes)  # type: ignore[arg-type]


def test_a_router_in_between_is_told_to_carriers_and_helpers_to_browsers() -> None:
    nat = Nat(
        external_address="198.51.100.7",
        local_networks=("10.0.0.0/8", "192.168.0.0/16"),
        stun="stun.example:3478",
        turn="turn.example:3478",
        turn_user="tocsin",
        turn_password="a;b",
    )
    texts = written(nat=nat)
    for transport in ("udp", "tcp"):
        section = one(texts["pjsip.conf"], transport, "transport")
        assert section["external_media_address"] == section["external_signaling_address"] == ["198.51.100.7"]
        assert section["local_net"] == ["10.0.0.0/8", "192.168.0.0/16"]
    ((_, rtp),) = sections(texts["rtp.conf"])
    assert rtp["stunaddr"] == ["stun.example:3478"]
    assert rtp["turnpassword"] == ["a\\;b"]


def test_browsers_are_told_the_routers_address_beside_our_own() -> None:
    nat = Nat(external_address="198.51.100.7")
    candidate = "192.0.2.10 => 198.51.100.7,include_local_address"
    assert candidate in written(nat=nat, bind="192.0.2.10")["rtp.conf"]
    assert "ice_host_candidates" not in written(nat=nat)["rtp.conf"]


def test_without_a_router_nothing_is_said_of_one() -> None:
    text = "".join(written().values())
    assert "external_" not in text
    assert "stunaddr" not in text


def test_an_address_of_ip_version_6_is_written_as_sip_wants_it() -> None:
    assert one(written(bind="::1")["pjsip.conf"], "udp", "transport")["bind"] == ["[::1]:8160"]


def test_telephones_of_browsers_are_kept_in_memory_only() -> None:
    text = written()["sorcery.conf"]
    assert "memory" in text
    assert "astdb" not in text


def test_a_browser_is_known_by_its_own_name_and_its_speech_is_encrypted() -> None:
    login = Login(username="desk-1", digest="0" * 32, agent=True)
    fields = telephone_fields(login, Browsers(realm="tocsin"))["endpoint"]
    assert fields["identify_by"] == "username"
    assert (fields["media_encryption"], fields["dtls_verify"]) == ("dtls", "fingerprint")
    assert fields["context"] == "from-agent"
    assert int(fields["rtp_timeout"]) > 0


def test_a_sip_telephone_of_an_agent_reaches_what_a_browser_does_and_is_believed_nothing_of_its_address() -> None:
    login = Login(username="phone-1", digest="0" * 32, agent=True, browser=False)
    fields = telephone_fields(login, Browsers(realm="tocsin"))["endpoint"]
    assert (fields["context"], fields["identify_by"]) == ("from-agent", "username")
    assert {fields[name] for name in ("rtp_symmetric", "force_rport", "rewrite_contact")} == {"yes"}
    # Over UDP, TCP or TLS, as the telephone can.
    assert "transport" not in fields


def test_a_citizens_browser_shows_one_made_up_number_and_cannot_choose_it() -> None:
    login = Login(username="citizen-1", digest="0" * 32, agent=False)
    fields = telephone_fields(login, Browsers(realm="tocsin"))["endpoint"]
    assert fields["context"] == "from-citizen"
    assert re.fullmatch(r"<\+32460\d{6}>", fields["callerid"])
    assert fields == telephone_fields(login, Browsers(realm="tocsin"))["endpoint"]
    assert "trust_id_inbound" not in fields


def test_only_numbers_reach_the_line() -> None:
    patterns = re.findall(r"(?m)^exten => _(\S+),1,Goto\(line", written()["extensions.conf"])
    assert patterns
    assert all(re.fullmatch(r"\+?X{2,15}", pattern) for pattern in patterns)


def test_an_agents_telephone_reaches_nothing_but_its_own_place_and_an_echo() -> None:
    text = written()["extensions.conf"]
    (context,) = re.findall(r"(?ms)^\[from-agent\]\n(.*?)(?=^\[|\Z)", text)
    assert re.findall(r"(?m)^exten => (\S+?),", context) == ["echo", "_age[n]t-.", "1"]
    assert "include" not in context


def test_every_name_to_fill_in_is_filled_in() -> None:
    everything = written(
        rehearsal=True,
        peer_queue=1,
        certificate=CERTIFICATE,
        trunks=(replace(CARRIER, user="tocsin", password="x", register=True),),
    )
    assert "@{" not in "".join((everything | outside_configuration(SETTINGS, engine=ENGINE)).values())


NODE = {"name": "engine-1", "neighbours": (Neighbour(name="engine-2", sip_port=8172),), "sip_port": 8171}


def test_a_node_among_others_hears_sip_from_the_front_and_its_neighbours_alone() -> None:
    texts = written(trunks=(CARRIER,), bind="192.0.2.9", **NODE)
    assert addresses(texts) == {"127.0.0.1", "127.0.0.2"}
    pjsip = texts["pjsip.conf"]
    assert one(pjsip, "front", "identify")["match"] == ["127.0.0.2"]
    assert "192.0.2.0/24" not in pjsip
    # Never by what somebody calls himself.
    [everyone] = [values for title, values in sections(pjsip) if title.startswith("inside")]
    assert everyone["identify_by"] == ["ip"]
    assert everyone["media_address"] == ["192.0.2.9"]


def test_a_node_reaches_its_neighbours_and_receives_their_ties() -> None:
    texts = written(**NODE)
    assert one(texts["pjsip.conf"], "engine-2", "aor")["contact"] == ["sip:127.0.0.2:8172"]
    assert "Stasis(tocsin,tie,${EXTEN})" in texts["extensions.conf"]
    assert "tie," not in written()["extensions.conf"]


def test_nodes_are_told_apart_by_their_names() -> None:
    assert "systemname = engine-1\n" in written(**NODE)["asterisk.conf"]
    assert replace(SETTINGS, **NODE).run_folder.name == "engine-1-run"  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "unserved",
    [
        {"bind": EVERYWHERE},
        {"nat": Nat(external_address="198.51.100.1")},
        {"trunks": (replace(CARRIER, user="us", password="secret", register=True),)},
        {"trunks": (replace(CARRIER, transport="tls"),), "certificate": CERTIFICATE},
        {"trunks": (replace(CARRIER, their_password="a-password-of-theirs-0123"),)},
    ],
)
def test_what_several_nodes_do_not_serve_is_refused(unserved: dict[str, object]) -> None:
    with pytest.raises(Refusal, match="Several nodes"):
        written(**NODE, **unserved)
