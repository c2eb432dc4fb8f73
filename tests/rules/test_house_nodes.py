"""How many nodes the engine of an instance has, and what is each one's own."""

from pathlib import Path

import pytest

from tocsin.project.instance import Instance, read_instance
from tocsin.project.nodes import nodes_of, resting, set_resting
from tocsin.project.parts import parts_of
from tocsin.refusals import Refusal


def instance_of(nodes: str, home: Path = Path("/home/tocsin")) -> Instance:
    return read_instance({"TOCSIN_HOME": str(home), "TOCSIN_NODES": nodes})


def test_one_node_is_the_engine_and_has_nothing_before_it() -> None:
    [node] = nodes_of(instance_of("1"))
    assert (node.name, node.http_port, node.sip_port) == ("engine", 8100, 8160)
    assert [part.name for part in parts_of(instance_of(""))] == [
        "postgres",
        "engine",
        "switchboard",
        "work",
        "web",
        "switchboard-2",
    ]


def test_several_nodes_are_parts_of_their_own_with_the_front_after_them() -> None:
    names = [part.name for part in parts_of(instance_of("2"))]
    assert names == ["postgres", "engine-1", "engine-2", "front", "switchboard", "work", "web", "switchboard-2"]


def test_no_two_nodes_share_a_port() -> None:
    instance = instance_of("8")
    nodes = nodes_of(instance)
    ports = [port for node in nodes for port in (node.http_port, node.sip_port)]
    others = {value for name, value in vars(instance.ports).items() if not name.startswith("rtp")}
    assert len({*ports, *others}) == len(ports) + len(others)
    speech = [port for node in nodes for port in range(node.rtp_first, node.rtp_last + 1)]
    assert len(speech) == len(set(speech))
    assert set(speech) <= set(range(20000, 30000))


@pytest.mark.parametrize("nodes", ["0", "9", "two", "-1"])
def test_what_is_no_number_of_nodes_is_refused(nodes: str) -> None:
    with pytest.raises(Refusal, match="TOCSIN_NODES"):
        instance_of(nodes)


def test_which_nodes_rest_is_kept(tmp_path: Path) -> None:
    instance = instance_of("2", tmp_path)
    assert resting(instance) == frozenset()
    set_resting(instance, frozenset({"engine-2"}))
    assert resting(instance) == {"engine-2"}
