"""What the front before several nodes must say: who may call, and who is called."""

import re
from dataclasses import replace
from pathlib import Path

from tocsin.gateways.asterisk.engine import Neighbour, Trunk
from tocsin.gateways.asterisk.front import FrontSettings, configuration, destinations

CARRIER = Trunk(name="carrier", peers=("192.0.2.0/24", "198.51.100.7"), contact="sip.carrier.example:5060")
SIXTH = Trunk(name="sixth", peers=("2001:db8::1", "2001:db8:1::/48"), contact="sip.sixth.example:5060")
SETTINGS = FrontSettings(
    home=Path("/home/tocsin"),
    bind="203.0.113.1",
    sip_port=8160,
    inside_port=8163,
    nodes=(Neighbour(name="engine-1", sip_port=8171), Neighbour(name="engine-2", sip_port=8172)),
    trunks=(CARRIER, SIXTH),
    control=Path("/run/front/control"),
)


def condition(text: str, about: str) -> str:
    """The condition of the statement that a reply or a drop stands in."""
    found = re.search(rf"if \(!\((.*)\)\) {{\n\s*{re.escape(about)}", text)
    assert found
    return found[1]


def test_nobody_but_the_carriers_and_the_nodes_is_heard() -> None:
    known = condition(configuration(SETTINGS), "drop;")
    assert known.split(" || ") == [
        "src_ip == 192.0.2.0/24",
        "src_ip == 198.51.100.7",
        "src_ip == [2001:db8::1]",
        "src_ip == [2001:db8:1::]/48",
        "src_ip == 0.0.0.0",
        "src_ip == 127.0.0.2",
    ]


def test_carriers_reach_numbers_and_nothing_else_and_nobody_here_reaches_the_nodes() -> None:
    admitted = condition(configuration(SETTINGS), 'sl_send_reply("404"')
    assert '$rU =~ "^[+]?[0-9]{2,15}$"' in admitted
    assert "127.0.0" not in admitted


def test_only_a_rehearsal_lets_synthetic_agents_in() -> None:
    assert "127.0.0.20" not in configuration(SETTINGS)
    assert "(src_ip == 127.0.0.20) && $rU =~" in configuration(replace(SETTINGS, rehearsal=True))


def test_it_listens_where_carriers_call_and_where_the_nodes_are_and_nowhere_else() -> None:
    listens = re.findall(r"(?m)^listen=(.*)$", configuration(SETTINGS))
    assert listens == ["udp:203.0.113.1:8160", "tcp:203.0.113.1:8160", "udp:127.0.0.2:8163"]


def test_a_node_at_rest_is_neither_called_nor_asked_how_it_is() -> None:
    assert destinations(replace(SETTINGS, resting=frozenset({"engine-2"}))) == (
        "1 sip:127.0.0.2:8171 0 0 duid=engine-1\n1 sip:127.0.0.2:8172 4 0 duid=engine-2\n"
    )


def test_every_value_is_filled_in() -> None:
    assert "@{" not in configuration(SETTINGS)


def test_nodes_call_numbers_by_the_first_carrier_and_by_the_next_where_it_fails() -> None:
    text = configuration(SETTINGS)
    assert 'if (src_ip == 127.0.0.2 && $rU =~ "^[+]?[0-9]{2,15}$") {' in text
    contacts = re.findall(r'route\[CARRIER_(\d)\] {\n    \$ru = "sip:" \+ \$rU \+ "@(.*)";', text)
    assert contacts == [
        ("1", "sip.carrier.example:5060;transport=udp"),
        ("2", "sip.sixth.example:5060;transport=udp"),
    ]
    following = re.findall(r"failure_route\[CARRIER_(\d)_FAILED\] {.*?route\(CARRIER_(\d)\);", text, re.DOTALL)
    assert following == [("1", "2"), ("2", "3")]
    assert 'route[CARRIER_3] {\n    t_reply("503", "No Carrier");' in text
