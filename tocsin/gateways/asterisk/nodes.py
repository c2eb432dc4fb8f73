"""Several Asterisks as one switch: each has an adapter of its own, and all that happens comes together."""

import asyncio
import logging
from collections.abc import Collection, Iterable, Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from tocsin.calls import ports
from tocsin.gateways.asterisk.switch import AsteriskSettings, AsteriskSwitch
from tocsin.gateways.asterisk.tying import Wanted

logger = logging.getLogger(__name__)

# How long the others are waited for when one node has answered.
_GATHERING = timedelta(seconds=1)
# So long a node may be out of sight before its calls are held to be lost: as long as an agent may be.
_PATIENCE = timedelta(seconds=20)


class AsteriskNodes:
    """Keeps the contract of `calls.ports.Switch` with several nodes.

    A node that is out of sight is looked for until it is there; after `patience` it is given up, which is told as
    a census of it that finds nobody. The switch is lost with the last of them, or to another process.
    """

    def __init__(self, nodes: Iterable[AsteriskSettings], *, patience: timedelta = _PATIENCE) -> None:
        self._wanted = Wanted()
        self._nodes = {node.node: AsteriskSwitch(node, wanted=self._wanted) for node in nodes}
        self._patience = patience
        self._tending: list[asyncio.Task[None]] = []
        self._inbox: list[ports.SwitchEvent] = []
        self._happened = asyncio.Event()
        self._in_sight: set[str] = set()
        # Legs to be dropped on a node as soon as it is in sight again.
        self._overdue: dict[str, set[str]] = {name: set() for name in self._nodes}
        # The censuses while `connect` waits for them; None at all other times.
        self._found: dict[str, ports.Census] | None = None
        self._more_found = asyncio.Event()
        # What came of it while `connect` waits: none is looked for any more.
        self._failure: BaseException | None = None

    @property
    def backlog(self) -> int:
        """That of the node that is the furthest behind: each carries out its own."""
        return max(node.backlog for node in self._nodes.values())

    async def connect(self) -> ports.Census:
        """Wait for one node, and a moment for the others, whose census else follows. See `calls.ports.Switch`.

        Raises what one node failed with where that is nothing to be repaired by trying again.
        """
        await self._stop_tending()
        self._inbox.clear()
        self._found, self._failure = {}, None
        self._tending = [asyncio.create_task(self._tend(name)) for name in self._nodes]
        for task in self._tending:
            task.add_done_callback(self._tended)
        while not self._found:
            await self._wait_for_more()
        with suppress(TimeoutError):
            async with asyncio.timeout(_GATHERING.total_seconds()):
                while len(self._found) < len(self._nodes):
                    await self._wait_for_more()
        found, self._found = self._found, None
        return self._of_all(_together(found.values()))

    async def next_events(self, *, timeout_seconds: float | None) -> Sequence[ports.SwitchEvent]:
        """See `calls.ports.Switch`."""
        with suppress(TimeoutError):
            async with asyncio.timeout(timeout_seconds):
                await self._happened.wait()
        self._happened.clear()
        happened, self._inbox = self._inbox, []
        return happened

    async def carry_out(self, moves: Sequence[ports.Move]) -> None:
        """Each on its own node. See `calls.ports.Switch`."""
        for move in moves:
            node = self._nodes.get(ports.node_of(move.leg))
            if isinstance(move, ports.Part) and (other := self._nodes.get(ports.node_of(move.other))):
                other.let_go(move)
            if node and (not isinstance(move, ports.Connect) or self._makes_way(move, node)):
                await node.carry_out([move])

    def _makes_way(self, move: ports.Connect, node: AsteriskSwitch) -> bool:
        """Have both legs leave bridges on other nodes; whether they can be connected at all."""
        other = self._nodes.get(ports.node_of(move.other))
        if other is None or not node.may_connect(move, to=other):
            return False
        for each in self._nodes.values():
            each.make_way(move)
        return True

    async def keep_logins(self, logins: Sequence[ports.Login]) -> bool:
        """On all nodes, for a telephone may come to any. See `calls.ports.Switch`."""
        return all(await asyncio.gather(*(node.keep_logins(logins) for node in self._nodes.values())))

    async def close(self) -> None:
        """See `calls.ports.Switch`."""
        await self._stop_tending()
        await asyncio.gather(*(node.close() for node in self._nodes.values()))

    async def _wait_for_more(self) -> None:
        await self._more_found.wait()
        self._more_found.clear()
        if self._failure:
            raise self._failure

    async def _stop_tending(self) -> None:
        tending = self._lose_all()
        await asyncio.gather(*tending, return_exceptions=True)

    def _lose_all(self) -> Collection[asyncio.Task[None]]:
        """No node is looked for any more, before the next `connect`."""
        self._in_sight.clear()
        tending, self._tending = self._tending, []
        for task in tending:
            task.cancel()
        return tending

    def _tended(self, task: asyncio.Task[None]) -> None:
        if not task.cancelled() and (failure := task.exception()):
            logger.error("A node could not be tended, and all are connected anew.", exc_info=failure)
            self._lose_all()
            if self._found is None:
                self._put(ports.Disconnected())
            else:
                self._failure = failure
                self._more_found.set()

    async def _tend(self, name: str) -> None:
        """Bring in what happens on a node, for as long as there is a switch."""
        node = self._nodes[name]
        while True:
            census = await self._look_for(name)
            self._in_sight.add(name)
            overdue, self._overdue[name] = self._overdue[name], set()
            await node.carry_out([ports.DropLeg(leg) for leg in overdue])
            self._tell_census(name, census)
            while name in self._in_sight:
                for event in await node.next_events(timeout_seconds=None):
                    await self._tell(name, event)

    async def _look_for(self, name: str) -> ports.Census:
        """The census of a node, once it is in sight; where that takes too long, it is given up meanwhile."""
        looking = asyncio.ensure_future(self._nodes[name].connect())
        try:
            while not (await asyncio.wait({looking}, timeout=self._patience.total_seconds()))[0]:
                logger.error("The node %s is out of sight, and its calls are given up.", name)
                self._wanted.found((), on=name)
                if self._found is None:
                    self._tell_census(name, ports.Census(nodes={name: datetime.now(UTC)}))
            return looking.result()
        finally:
            looking.cancel()

    def _of_all(self, census: ports.Census) -> ports.Census:
        """Whoever reads a census learns from it which nodes are yet to be heard of."""
        return replace(census, of=frozenset(self._nodes))

    def _tell_census(self, name: str, census: ports.Census) -> None:
        if self._found is None:
            self._put(self._of_all(census))
        else:
            self._found[name] = census
            self._more_found.set()
        for node in self._in_sight:
            self._nodes[node].hang_up_lost_ties(node=name, theirs=census.agents.keys() | census.dialled.keys())

    async def _tell(self, name: str, event: ports.SwitchEvent) -> None:
        match event:
            case ports.Disconnected():
                self._in_sight.discard(name)
                # Whoever took one node over is about to take the others.
                if self._in_sight and not self._nodes[name].replaced:
                    logger.warning("The node %s is out of sight; the others go on.", name)
                    self._put(ports.Disconnected(name))
                else:
                    self._lose_all()
                    self._put(event)
            case ports.LegEnded(leg) if not ports.is_on(leg, name):
                # The tie to an agent on another node ended: that telephone comes anew, with all that follows.
                await self._drop(leg)
            case _:
                self._put(event)

    async def _drop(self, leg: str) -> None:
        node = ports.node_of(leg)
        if node in self._in_sight:
            await self._nodes[node].carry_out([ports.DropLeg(leg)])
        elif node in self._overdue:
            self._overdue[node].add(leg)

    def _put(self, event: ports.SwitchEvent) -> None:
        self._inbox.append(event)
        self._happened.set()


def _together(found: Collection[ports.Census]) -> ports.Census:
    """What several nodes told, as one census."""
    return ports.Census(
        callers={leg: seen for census in found for leg, seen in census.callers.items()},
        dialled={leg: seen for census in found for leg, seen in census.dialled.items()},
        agents={leg: login for census in found for leg, login in census.agents.items()},
        consults={leg: legs for census in found for leg, legs in census.consults.items()},
        listeners={leg: seen for census in found for leg, seen in census.listeners.items()},
        in_fallback=frozenset().union(*(census.in_fallback for census in found)),
        nodes={node: since for census in found for node, since in census.nodes.items()},
    )
