"""Who commands a switch in a test."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from contextlib import AbstractAsyncContextManager
from datetime import timedelta
from typing import TypeVar

from tests.contracts.asterisk_world import AsteriskWorld, Nodes, asterisk_world
from tests.contracts.switch_worlds import World
from tests.patience import PATIENCE_SECONDS
from tocsin.calls import ports

E = TypeVar("E", bound=ports.SwitchEvent)
# Longer than any test lets a telephone ring.
LONG = timedelta(seconds=PATIENCE_SECONDS)
Worlds = Callable[[], AbstractAsyncContextManager[World]]


class Switchboard:
    """Who commands the switch in a test, and remembers all it was told."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.switch = world.switch
        self.told: list[ports.SwitchEvent] = []
        self._unread: list[ports.SwitchEvent] = []

    async def hears(self, kind: type[E], **facts: object) -> E:
        """The next event of this kind with these facts; others wait to be read."""
        try:
            async with asyncio.timeout(PATIENCE_SECONDS):
                return await self._next(kind, facts)
        except TimeoutError:
            raise AssertionError(
                f"Waited {PATIENCE_SECONDS} s for {kind.__name__} {facts}; {self.switch.backlog} requests are not "
                f"confirmed, and told was {self.told[-10:]}."
            ) from None

    async def _next(self, kind: type[E], facts: Mapping[str, object]) -> E:
        while True:
            for event in self._unread:
                if isinstance(event, kind) and all(getattr(event, k) == v for k, v in facts.items()):
                    self._unread.remove(event)
                    return event
            await self._listen(None)

    async def tells(self, *moves: ports.Move) -> None:
        await self.switch.carry_out(moves)

    async def settled(self) -> None:
        """All that was told is confirmed."""
        while self.switch.backlog:
            await self._listen(0.01)

    async def no_bridge_is_left(self) -> None:
        """Return when the last one is gone: each takes its time."""
        await self.settled()
        left = 0
        try:
            async with asyncio.timeout(PATIENCE_SECONDS):
                while left := await self.world.bridges():
                    pass
        except TimeoutError:
            raise AssertionError(f"{left} bridges are left.") from None

    async def census(self) -> ports.Census:
        """What a switchboard that has just started is told; nothing unread is left."""
        await self.settled()
        self._unread.clear()
        return await self.switch.connect()

    async def connected(self, as_awaited: Callable[[ports.Census], bool]) -> None:
        """Connect, until the census is as awaited: what happens outside takes its time to reach the switch."""
        while not as_awaited(await self.switch.connect()):
            pass

    async def waiting_call(self, name: str = "zoe") -> str:
        """The leg of a caller who was taken in."""
        await self.world.call(name)
        leg = (await self.hears(ports.CallArrived)).leg
        await self.tells(ports.TakeIn(leg))
        return leg

    async def agent(self, name: str = "ann") -> str:
        """The leg of an agent's telephone."""
        await self.world.agent_calls(name, login=name)
        return (await self.hears(ports.AgentLegUp, login=name)).leg

    def leg(self, name: str) -> str:
        """What a leg to be dialled is called: where there are several nodes, its name begins with that of one."""
        nodes = sorted(self.world.node_names)
        return f"{nodes[0]}-1763800000.7-for-{name}~1" if nodes else name

    async def dials(self, leg: str, *, number: str = "+32470445566", patience: timedelta = LONG) -> None:
        """Call a number outside."""
        await self.tells(ports.Dial(leg, number, "1771", patience))

    async def outside_call(self, leg: str, name: str = "imani") -> str:
        """The leg of somebody who was called outside and answered."""
        await self.dials(leg)
        await self.world.rings(name)
        self.world.answers(name)
        await self.hears(ports.DialAnswered, leg=leg)
        return leg

    async def all_said(self) -> None:
        """Everything that happened before this has been told: one more caller came, and went."""
        await self.world.call("last")
        leg = (await self.hears(ports.CallArrived)).leg
        self.world.hang_up("last")
        await self.hears(ports.LegEnded, leg=leg)

    async def _listen(self, timeout_seconds: float | None) -> None:
        events = await self.switch.next_events(timeout_seconds=timeout_seconds)
        self.told += events
        self._unread += events


def story(test: Callable[[Switchboard], Awaitable[None]]) -> Callable[[Worlds], None]:
    """Runs a test in a world of its own, whose switch is connected."""

    def run(worlds: Worlds) -> None:
        async def play() -> None:
            async with asyncio.timeout(2 * PATIENCE_SECONDS), worlds() as world:
                board = Switchboard(world)
                assert await board.switch.connect() == ports.Census()
                await test(board)

        asyncio.run(play())

    run.__name__, run.__doc__ = test.__name__, test.__doc__
    return run


def on_asterisk(test: Callable[[AsteriskWorld], Awaitable[None]], nodes: Nodes) -> None:
    """Runs a test on real Asterisk alone; its switch is not connected yet."""

    async def play() -> None:
        async with asyncio.timeout(2 * PATIENCE_SECONDS), asterisk_world(nodes) as world:
            await test(world)

    asyncio.run(play())
