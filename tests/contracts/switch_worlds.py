"""The worlds that a switch is tested in, and the one in memory."""

from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Protocol

from tests.contracts.registering import login
from tocsin.calls import ports
from tocsin.gateways.rehearsal.switch import RehearsalSwitch

BRIEF, ENDLESS, MISSING = "brief", "endless", "missing"
# Files that are there and no sound: empty, of something else, and cut off in the middle of what describes it.
BROKEN = {"empty": b"", "strange": b"no sound at all" * 1000, "cut-off": b"RIFF\x24\x08\x00\x00WAVEfmt \x10\x00"}


class World(Protocol):
    """What is outside a switch. People are named by whoever makes them; nothing here waits for the switch."""

    @property
    def switch(self) -> ports.Switch: ...

    @property
    def node_names(self) -> frozenset[str]:
        """The names of its nodes, where it has several."""

    async def call(self, name: str, *, number: str = "1771", caller: str = "+32470112233") -> None:
        """Somebody calls."""

    async def agent_calls(self, name: str, *, login: str) -> None:
        """An agent's telephone calls in."""

    async def rings(self, name: str) -> tuple[str, str]:
        """The next telephone that the switch calls outside: the number called, and the number shown there."""

    def answers(self, name: str) -> None:
        """Somebody answers a telephone that rings."""

    def refuses(self, name: str, *, why: ports.DialFailure) -> None:
        """The network ends a call that rings."""

    async def press(self, name: str, *, key: str) -> None:
        """Somebody whose call was answered presses a key."""

    def hang_up(self, name: str) -> None:
        """Somebody hangs up."""

    async def ended(self, name: str) -> None:
        """Wait until somebody's telephone says that the call is over."""

    def try_again(self) -> None:
        """Those who were sent back come again, now or soon."""

    def lose_connection(self) -> None:
        """Cut the line between the switch and who commands it."""

    def stall(self) -> None:
        """The switch takes orders no more."""

    def recover(self) -> None:
        """It takes them again, and those given meanwhile."""

    async def restart(self) -> None:
        """The switch loses everything and starts again."""

    def refuse_tapes(self) -> None:
        """Nothing can be written where conversations are recorded."""

    async def tape_runs(self, tape: str) -> None:
        """Wait until a tape has begun: of one that is stopped before, Asterisk may say that it failed."""

    async def can_register(self, username: str, password: str) -> bool:
        """Whether a telephone can register."""

    async def bridges(self) -> int:
        """How many bridges there are, where the switch has such."""

    async def ears(self) -> frozenset[str]:
        """What people listen in with: another for each who does, and for each change."""

    def another_switchboard(self) -> AbstractAsyncContextManager[ports.Switch]:
        """The same switch, as another process commands it."""


@dataclass
class RehearsedWorld:
    """The switch in memory."""

    switch: RehearsalSwitch = field(default_factory=lambda: RehearsalSwitch(endless={ENDLESS}))
    legs: dict[str, str] = field(default_factory=dict)
    node_names: frozenset[str] = frozenset()

    async def call(self, name: str, *, number: str = "1771", caller: str = "+32470112233") -> None:
        self.legs[name] = self.switch.call(number=number, caller=caller, at=datetime.now(UTC))

    async def agent_calls(self, name: str, *, login: str) -> None:
        self.legs[name] = self.switch.agent_calls(login=login)

    async def rings(self, name: str) -> tuple[str, str]:
        new = (leg for leg in self.switch.ringing if leg not in self.legs.values())
        leg = self.legs[name] = next(new)
        return self.switch.ringing[leg].number, self.switch.ringing[leg].shown

    def answers(self, name: str) -> None:
        self.switch.answer(self.legs[name])

    def refuses(self, name: str, *, why: ports.DialFailure) -> None:
        self.switch.refuse(self.legs[name], why=why)

    async def press(self, name: str, *, key: str) -> None:
        self.switch.press(self.legs[name], key=key)

    def hang_up(self, name: str) -> None:
        self.switch.hang_up(self.legs[name])

    async def ended(self, name: str) -> None:
        assert not self.switch.is_up(self.legs[name])

    def try_again(self) -> None:
        self.switch.try_again()

    def lose_connection(self) -> None:
        self.switch.lose_connection()

    def stall(self) -> None:
        self.switch.stall()

    def recover(self) -> None:
        self.switch.recover()

    async def restart(self) -> None:
        self.switch.restart()

    def refuse_tapes(self) -> None:
        self.switch.refuse_tapes()

    async def tape_runs(self, tape: str) -> None:
        """It begins at once."""

    async def can_register(self, username: str, password: str) -> bool:
        return self.switch.logins.get(username) == login(username, password)

    async def bridges(self) -> int:
        return 0

    async def ears(self) -> frozenset[str]:
        return frozenset(str(seen) for seen in (await self.switch.connect()).listeners.values())

    @asynccontextmanager
    async def another_switchboard(self) -> AsyncIterator[ports.Switch]:
        yield self.switch


@asynccontextmanager
async def rehearsed_world() -> AsyncIterator[World]:
    """A switch in memory."""
    yield RehearsedWorld()
