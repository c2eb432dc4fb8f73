"""A switchboard that hangs, which is killed so that its supervisor starts it again.

Of all parts these alone are killed for what they do not do: another one leads meanwhile, and no caller notices.
"""

from collections.abc import Mapping

from tocsin.project.health import trouble_of, trouble_of_postgres
from tocsin.project.instance import Instance
from tocsin.project.parts import SWITCHBOARD, standby_of
from tocsin.project.supervision import State

SECONDS_BETWEEN_LOOKS = 10
# So long one may take to start, and so long it may be ill after that: the other one has led for long by then.
SECONDS_TO_START = 60
SECONDS_OF_PATIENCE = 30


class Hanging:
    """Which switchboards of an instance hang, and since when, by a clock in seconds that only goes forward."""

    def __init__(self, instance: Instance) -> None:
        self._instance = instance
        self._names = [part.name for part in (SWITCHBOARD, *standby_of(instance))]
        self._since: dict[int, float] = {}
        self._next_look = 0.0

    def too_long(self, states: Mapping[str, State], *, at: float) -> dict[str, int]:
        """The name and the process of each that has been running and ill for too long; looks now and then."""
        if at < self._next_look:
            return {}
        self._next_look = at + SECONDS_BETWEEN_LOOKS
        ill = {state.name: state.pid for state in map(states.__getitem__, self._names) if self._is_ill(state)}
        self._since = {pid: self._since.get(pid, at) for pid in ill.values() if pid is not None}
        return {
            name: pid
            for name, pid in ill.items()
            if pid is not None and at - self._since[pid] >= SECONDS_OF_PATIENCE
        }

    def _is_ill(self, state: State) -> bool:
        return (
            state.state == "running"
            and state.seconds_up >= SECONDS_TO_START
            and bool(trouble_of(state.name, self._instance, process=state.pid))
            # Without the database, none of them can do anything.
            and not trouble_of_postgres(self._instance)
        )
