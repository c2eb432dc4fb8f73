"""The parts of a running Tocsin, in the order in which they start; they stop in the reverse order."""

from dataclasses import dataclass

from tocsin.project.instance import Instance
from tocsin.project.nodes import nodes_of


@dataclass(frozen=True)
class Part:
    """One supervised process: `tocsin run`, followed by its `words`, where its name is not enough."""

    name: str
    stop_signal: str
    stop_seconds: int
    words: tuple[str, ...] = ()


POSTGRES = Part(name="postgres", stop_signal="INT", stop_seconds=30)
SWITCHBOARD = Part(name="switchboard", stop_signal="TERM", stop_seconds=10)
USING_DATABASE = (
    SWITCHBOARD,
    Part(name="work", stop_signal="TERM", stop_seconds=20),
    Part(name="web", stop_signal="TERM", stop_seconds=10),
)
# The switchboard once more, which stands by, or leads where the other one stopped. Nobody needs it before all else
# runs, and it is gone before the other one stops.
STANDBY = Part(name="switchboard-2", stop_signal="TERM", stop_seconds=10, words=(SWITCHBOARD.name,))


def telephony_of(instance: Instance) -> tuple[Part, ...]:
    """The engine, or its nodes and the front before them."""
    if instance.nodes == 1:
        return (Part(name="engine", stop_signal="TERM", stop_seconds=10),)
    nodes = (
        Part(name=node.name, stop_signal="TERM", stop_seconds=10, words=("engine", str(number)))
        for number, node in enumerate(nodes_of(instance), start=1)
    )
    return (*nodes, Part(name="front", stop_signal="TERM", stop_seconds=10))


def standby_of(instance: Instance) -> tuple[Part, ...]:
    """The switchboard that stands by, where the instance has one."""
    return (STANDBY,) if instance.switchboards > 1 else ()


def parts_of(instance: Instance) -> tuple[Part, ...]:
    """The parts that this instance runs itself."""
    embedded = (POSTGRES,) if instance.embedded else ()
    return (*embedded, *telephony_of(instance), *USING_DATABASE, *standby_of(instance))
