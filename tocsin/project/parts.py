"""The parts of a running Tocsin, in the order in which they start; they stop in the reverse order."""

from dataclasses import dataclass

from tocsin.project.instance import Instance


@dataclass(frozen=True)
class Part:
    """One supervised process: `tocsin run NAME`."""

    name: str
    stop_signal: str
    stop_seconds: int


POSTGRES = Part(name="postgres", stop_signal="INT", stop_seconds=30)
ENGINE = Part(name="engine", stop_signal="TERM", stop_seconds=10)
USING_DATABASE = (
    Part(name="switchboard", stop_signal="TERM", stop_seconds=10),
    Part(name="work", stop_signal="TERM", stop_seconds=20),
    Part(name="web", stop_signal="TERM", stop_seconds=10),
)


def parts_of(instance: Instance) -> tuple[Part, ...]:
    """The parts that this instance runs itself."""
    embedded = (POSTGRES,) if instance.embedded else ()
    return (*embedded, ENGINE, *USING_DATABASE)
