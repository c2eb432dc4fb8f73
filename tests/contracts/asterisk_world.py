"""Real Asterisk with a telephone network around it, as a world that a switch is tested in."""

import asyncio
import multiprocessing
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from itertools import count
from multiprocessing.process import BaseProcess
from typing import Any

from tests.contracts.cut_line import Line
from tests.contracts.registering import REALM, can_register
from tests.patience import PATIENCE_SECONDS
from tocsin.calls import ports
from tocsin.gateways.asterisk.ari import AriAccess, open_ari
from tocsin.gateways.asterisk.engine import Engine, EngineSettings, run, run_outside
from tocsin.gateways.asterisk.engine.settings import FRONT
from tocsin.gateways.asterisk.listening import ear_of
from tocsin.gateways.asterisk.nodes import AsteriskNodes
from tocsin.gateways.asterisk.outside import Leg, OutsideNetwork, open_outside
from tocsin.gateways.asterisk.switch import AsteriskSettings, AsteriskSwitch
from tocsin.gateways.asterisk.telephones import Browsers

# What the network says of a call that failed: causes of Q.850.
CAUSES = {
    ports.DialFailure.BUSY: 17,
    ports.DialFailure.NO_ANSWER: 19,
    ports.DialFailure.REFUSED: 21,
    ports.DialFailure.UNREACHABLE: 1,
    ports.DialFailure.CONGESTED: 34,
}

_HEAD_OF_WAV = 44


@dataclass
class AsteriskWorld:
    """Asterisk behind a line that can be cut, and the outside network that calls it.

    Of several nodes, callers are all on the first and agents all on the last.
    """

    nodes: "Nodes"
    lines: Sequence["Line"]
    outside: OutsideNetwork
    switch: AsteriskSwitch | AsteriskNodes
    legs: dict[str, Leg] = field(default_factory=dict)

    @property
    def node_names(self) -> frozenset[str]:
        return frozenset(node.name for node in self.nodes.each if node.neighbours)

    async def call(self, name: str, *, number: str = "1771", caller: str = "+32470112233") -> None:
        at = self.nodes.places[0]
        self.legs[name] = await self.outside.dial(leg=_unique(name), number=number, caller=caller, at=at)

    async def agent_calls(self, name: str, *, login: str) -> None:
        at = self.nodes.places[-1]
        self.legs[name] = await self.outside.connect_agent(leg=_unique(name), login=login, at=at)

    async def rings(self, name: str) -> tuple[str, str]:
        leg = self.legs[name] = await self.outside.called()
        return leg.number, leg.shown

    def answers(self, name: str) -> None:
        self.outside.answer(self.legs[name])

    def refuses(self, name: str, *, why: ports.DialFailure) -> None:
        self.outside.refuse(self.legs[name], cause=CAUSES[why])

    async def press(self, name: str, *, key: str) -> None:
        await self.legs[name].answered.wait()
        self.outside.press(self.legs[name], key=key)

    def hang_up(self, name: str) -> None:
        self.outside.hang_up(self.legs[name])

    async def ended(self, name: str) -> None:
        await self.legs[name].ended.wait()

    def try_again(self) -> None:
        """The dial plan's fallback does so by itself."""

    def lose_connection(self) -> None:
        for line in self.lines:
            line.cut()

    def stall(self) -> None:
        for line in self.lines:
            line.flowing.clear()

    def recover(self) -> None:
        for line in self.lines:
            line.flowing.set()

    async def restart(self) -> None:
        await asyncio.to_thread(self.nodes.restart_switch)

    def refuse_tapes(self) -> None:
        self.nodes.settings.tapes.chmod(0o500)

    async def tape_runs(self, tape: str) -> None:
        # A file that has but its head has no sound yet.
        file = self.nodes.settings.tapes / f"{tape}.wav"
        while not file.exists() or file.stat().st_size <= _HEAD_OF_WAV:
            await asyncio.sleep(0.05)

    async def can_register(self, username: str, password: str) -> bool:
        can = {await can_register(node.http_port, username, password) for node in self.nodes.each}
        assert len(can) == 1, "It can on one node and not on another."
        return can.pop()

    async def bridges(self) -> int:
        return len(await self._bridges())

    async def ears(self) -> frozenset[str]:
        found = await self._bridges()
        return frozenset(one["id"] for one in found if ear_of(one["id"]) and len(one["channels"]) == 2)

    async def _bridges(self) -> list[dict[str, Any]]:
        found = []
        for node in self.nodes.each:
            access = self.nodes.access(port=node.http_port, user="switchboard", app="looking-on")
            ari = await open_ari(access, on_event=lambda _: None, on_lost=lambda: None)
            found += await ari.ask("GET", "bridges")
            await ari.close()
        return found

    @asynccontextmanager
    async def crowd(self, *, channels: int) -> AsyncIterator[None]:
        """So many channels in the switch that are no affair of the switchboard's."""
        access = self.nodes.access(port=self.nodes.settings.http_port, user="switchboard", app="crowd")
        ari = await open_ari(access, on_event=lambda _: None, on_lost=lambda: None)
        # A local channel has two ends.
        names = [f"crowd-{place}" for place in range(channels // 2)]
        for name in names:
            query = {"endpoint": "Local/1771@fallback", "app": "crowd", "channelId": name}
            await ari.ask("POST", "channels/create", query=query)
        yield
        for name in names:
            await ari.ask("DELETE", f"channels/{name}")
        await ari.close()

    @asynccontextmanager
    async def another_switchboard(self) -> AsyncIterator[ports.Switch]:
        other = self.nodes.switch(*(node.http_port for node in self.nodes.each))
        try:
            yield other
        finally:
            await other.close()


@asynccontextmanager
async def asterisk_world(
    nodes: "Nodes", *, patience: timedelta = timedelta(seconds=PATIENCE_SECONDS)
) -> AsyncIterator[AsteriskWorld]:
    """The switch and the outside network of these nodes, with nobody on the line.

    A node that is out of sight is given up after `patience`.
    """
    settings = nodes.settings
    async with AsyncExitStack() as stack:
        lines = [await stack.enter_async_context(Line(node.http_port)) for node in nodes.each]
        switch = nodes.switch(*(line.port for line in lines), patience=patience)
        outside = await open_outside(
            nodes.access(port=settings.outside_http_port, user="outside", app="outside"),
            patience_seconds=PATIENCE_SECONDS,
        )
        try:
            yield AsteriskWorld(nodes, lines, outside, switch)
        finally:
            settings.tapes.chmod(0o700)
            await outside.close()
            await switch.close()


class Nodes:
    """The Asterisks of a switch and that of the outside network, as processes of their own."""

    def __init__(self, engine: Engine, *each: EngineSettings) -> None:
        self.each = each
        self.settings = each[0]
        self._engine = engine
        self._switch = [self._start(run, node) for node in each]
        self._outside = self._start(run_outside, self.settings)

    @property
    def places(self) -> list[str]:
        """Where each node takes calls."""
        return [f"{node.sip_address}:{node.sip_port}" for node in self.each]

    def restart_switch(self) -> None:
        """The switch is killed, and started again."""
        for place in range(len(self.each)):
            self.kill(place)
        for place in range(len(self.each)):
            self.start(place)

    def kill(self, place: int) -> None:
        """One of its nodes is killed."""
        self._stop(self._switch[place])

    def start(self, place: int) -> None:
        """And started again."""
        self._switch[place] = self._start(run, self.each[place])

    def stop(self) -> None:
        """The end of all."""
        for process in (*self._switch, self._outside):
            self._stop(process)

    def access(self, *, port: int, user: str, app: str) -> AriAccess:
        """How to reach one of them."""
        return AriAccess(url=f"http://127.0.0.1:{port}", user=user, password=self.settings.password, app=app)

    def switch(
        self,
        *http_ports: int,
        trunks: Sequence[str] = ("outside",),
        patience: timedelta = timedelta(seconds=PATIENCE_SECONDS),
    ) -> AsteriskSwitch | AsteriskNodes:
        """The gateway under test, that reaches the nodes of the switch at these ports."""
        browsers = Browsers(realm=REALM, media_address=self.settings.bind)
        several = len(self.each) > 1
        found = [
            AsteriskSettings(
                access=self.access(port=port, user="switchboard", app="tocsin"),
                browsers=browsers,
                trunks=(FRONT,) if several else tuple(trunks),
                node=node.name if several else "",
            )
            for port, node in zip(http_ports, self.each, strict=True)
        ]
        return AsteriskNodes(found, patience=patience) if several else AsteriskSwitch(found[0])

    def _start(self, become: Callable[[Engine, EngineSettings], Any], settings: EngineSettings) -> BaseProcess:
        spawning = multiprocessing.get_context("spawn")
        process = spawning.Process(target=become, args=(self._engine, settings))
        process.start()
        return process

    def _stop(self, process: BaseProcess) -> None:
        process.kill()
        process.join(PATIENCE_SECONDS)


_calls = count(1)


def _unique(name: str) -> str:
    return f"{name}-{next(_calls)}"
