"""The worlds that a switch is tested in: one in memory, and real Asterisk with a telephone network around it."""

import asyncio
import hashlib
import multiprocessing
import re
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import count
from multiprocessing.process import BaseProcess
from typing import Any, Protocol, Self

from websockets.asyncio.client import ClientConnection, connect
from websockets.typing import Subprotocol

from tocsin.calls import ports
from tocsin.gateways.asterisk.ari import AriAccess, open_ari
from tocsin.gateways.asterisk.engine import Engine, EngineSettings, run, run_outside
from tocsin.gateways.asterisk.listening import ear_of
from tocsin.gateways.asterisk.outside import Leg, OutsideNetwork, open_outside
from tocsin.gateways.asterisk.switch import AsteriskSettings, AsteriskSwitch
from tocsin.gateways.asterisk.telephones import Browsers
from tocsin.gateways.rehearsal.switch import RehearsalSwitch

REALM = "tocsin"
BRIEF, ENDLESS, MISSING = "brief", "endless", "missing"
# Only so that a test that fails does not hang.
PATIENCE_SECONDS = 30
# What the network says of a call that failed: causes of Q.850.
CAUSES = {
    ports.DialFailure.BUSY: 17,
    ports.DialFailure.NO_ANSWER: 19,
    ports.DialFailure.REFUSED: 21,
    ports.DialFailure.UNREACHABLE: 1,
    ports.DialFailure.CONGESTED: 34,
}


class World(Protocol):
    """What is outside a switch. People are named by whoever makes them; nothing here waits for the switch."""

    @property
    def switch(self) -> ports.Switch: ...

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

    async def can_register(self, username: str, password: str) -> bool:
        """Whether a telephone can register."""

    async def bridges(self) -> int:
        """How many bridges there are, where the switch has such."""

    async def ears(self) -> frozenset[str]:
        """What people listen in with: another for each who does, and for each change."""

    def another_switchboard(self) -> AbstractAsyncContextManager[ports.Switch]:
        """The same switch, as another process commands it."""


def login(username: str, password: str) -> ports.Login:
    """The login of an agent's telephone."""
    return ports.Login(username=username, digest=_md5(f"{username}:{REALM}:{password}"), agent=True)


@dataclass
class RehearsedWorld:
    """The switch in memory."""

    switch: RehearsalSwitch = field(default_factory=lambda: RehearsalSwitch(endless={ENDLESS}))
    legs: dict[str, str] = field(default_factory=dict)

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


@dataclass
class AsteriskWorld:
    """Asterisk behind a line that can be cut, and the outside network that calls it."""

    nodes: "Nodes"
    line: "Line"
    outside: OutsideNetwork
    switch: AsteriskSwitch
    legs: dict[str, Leg] = field(default_factory=dict)

    async def call(self, name: str, *, number: str = "1771", caller: str = "+32470112233") -> None:
        self.legs[name] = await self.outside.dial(leg=_unique(name), number=number, caller=caller)

    async def agent_calls(self, name: str, *, login: str) -> None:
        self.legs[name] = await self.outside.connect_agent(leg=_unique(name), login=login)

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
        self.line.cut()

    def stall(self) -> None:
        self.line.flowing.clear()

    def recover(self) -> None:
        self.line.flowing.set()

    async def restart(self) -> None:
        await asyncio.to_thread(self.nodes.restart_switch)

    def refuse_tapes(self) -> None:
        self.nodes.settings.tapes.chmod(0o500)

    async def can_register(self, username: str, password: str) -> bool:
        return await can_register(self.nodes.settings.http_port, username, password)

    async def bridges(self) -> int:
        return len(await self._bridges())

    async def ears(self) -> frozenset[str]:
        found = await self._bridges()
        return frozenset(one["id"] for one in found if ear_of(one["id"]) and len(one["channels"]) == 2)

    async def _bridges(self) -> list[dict[str, Any]]:
        access = self.nodes.access(port=self.nodes.settings.http_port, user="switchboard", app="looking-on")
        ari = await open_ari(access, on_event=lambda _: None, on_lost=lambda: None)
        found = await ari.ask("GET", "bridges")
        await ari.close()
        return list(found)

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
        other = self.nodes.switch(http_port=self.nodes.settings.http_port)
        try:
            yield other
        finally:
            await other.close()


@asynccontextmanager
async def asterisk_world(nodes: "Nodes") -> AsyncIterator[AsteriskWorld]:
    """The switch and the outside network of these nodes, with nobody on the line."""
    settings = nodes.settings
    async with Line(settings.http_port) as line:
        switch = nodes.switch(http_port=line.port)
        outside = await open_outside(
            nodes.access(port=settings.outside_http_port, user="outside", app="outside"),
            patience_seconds=PATIENCE_SECONDS,
        )
        try:
            yield AsteriskWorld(nodes, line, outside, switch)
        finally:
            settings.tapes.chmod(0o700)
            await outside.close()
            await switch.close()


class Nodes:
    """The two Asterisks, as processes of their own."""

    def __init__(self, engine: Engine, settings: EngineSettings) -> None:
        self.settings = settings
        self._engine = engine
        self._switch = self._start(run)
        self._outside = self._start(run_outside)

    def restart_switch(self) -> None:
        """The switch is killed, and started again."""
        self._stop(self._switch)
        self._switch = self._start(run)

    def stop(self) -> None:
        """The end of both."""
        self._stop(self._switch)
        self._stop(self._outside)

    def access(self, *, port: int, user: str, app: str) -> AriAccess:
        """How to reach one of them."""
        return AriAccess(url=f"http://127.0.0.1:{port}", user=user, password=self.settings.password, app=app)

    def switch(self, *, http_port: int, trunk: str = "outside") -> AsteriskSwitch:
        """The gateway under test, that reaches the switch at this port."""
        access = self.access(port=http_port, user="switchboard", app="tocsin")
        browsers = Browsers(realm=REALM, media_address=self.settings.bind)
        return AsteriskSwitch(AsteriskSettings(access=access, browsers=browsers, trunk=trunk))

    def _start(self, become: Callable[[Engine, EngineSettings], Any]) -> BaseProcess:
        spawning = multiprocessing.get_context("spawn")
        process = spawning.Process(target=become, args=(self._engine, self.settings))
        process.start()
        return process

    def _stop(self, process: BaseProcess) -> None:
        process.kill()
        process.join(PATIENCE_SECONDS)


class Line:
    """A way to a port of this machine that can be cut, and held up on the way there."""

    def __init__(self, to_port: int) -> None:
        self.port = 0
        self.flowing = asyncio.Event()
        self.flowing.set()
        self._to_port = to_port
        self._ends: list[asyncio.StreamWriter] = []

    async def __aenter__(self) -> Self:
        self._server = await asyncio.start_server(self._carry, "127.0.0.1", 0)
        self.port = self._server.sockets[0].getsockname()[1]
        return self

    async def __aexit__(self, *_: object) -> None:
        self.cut()
        self._server.close()

    def cut(self) -> None:
        """Both ends find the line dead; a new one can be made at once."""
        for end in self._ends:
            end.transport.abort()
        self._ends.clear()

    async def _carry(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            far_reader, far_writer = await asyncio.open_connection("127.0.0.1", self._to_port)
        except OSError:
            writer.close()
            return
        self._ends += [writer, far_writer]
        await asyncio.gather(self._pour(reader, far_writer, self.flowing), self._pour(far_reader, writer, None))

    async def _pour(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, gate: asyncio.Event | None
    ) -> None:
        with suppress(ConnectionError):
            while passing := await reader.read(65536):
                if gate:
                    await gate.wait()
                writer.write(passing)
                await writer.drain()
        writer.close()


async def can_register(port: int, username: str, password: str) -> bool:
    """Whether a telephone can register as browsers do: over a WebSocket (RFC 7118), with a digest (RFC 2617)."""
    sip = [Subprotocol("sip")]
    async with connect(f"ws://127.0.0.1:{port}/ws", subprotocols=sip, compression=None, proxy=None) as socket:
        refusal = await _send_register(socket, username, authorization="")
        challenge = dict(re.findall(r'(\w+)="?([^",\r]+)"?', refusal.partition("Digest ")[2]))
        proof = _md5(f"{username}:{challenge['realm']}:{password}")
        response = _md5(f"{proof}:{challenge['nonce']}:00000001:c:auth:{_md5('REGISTER:sip:tocsin.invalid')}")
        answer = await _send_register(
            socket,
            username,
            authorization=f'Authorization: Digest username="{username}", realm="{challenge["realm"]}", '
            f'nonce="{challenge["nonce"]}", opaque="{challenge["opaque"]}", uri="sip:tocsin.invalid", '
            f'algorithm=MD5, qop=auth, nc=00000001, cnonce="c", response="{response}"\r\n',
        )
    return answer.startswith("SIP/2.0 200")


async def _send_register(socket: ClientConnection, username: str, *, authorization: str) -> str:
    number = next(_numbers)
    await socket.send(
        "REGISTER sip:tocsin.invalid SIP/2.0\r\n"
        f"Via: SIP/2.0/WS browser.invalid;branch=z9hG4bK-{number}\r\n"
        f"From: <sip:{username}@tocsin.invalid>;tag=a\r\nTo: <sip:{username}@tocsin.invalid>\r\n"
        f"Call-ID: {id(socket)}\r\nCSeq: {number} REGISTER\r\nMax-Forwards: 70\r\n"
        f"Contact: <sip:{username}@browser.invalid;transport=ws>\r\nExpires: 60\r\n"
        f"{authorization}Content-Length: 0\r\n\r\n"
    )
    return str(await socket.recv())


def _md5(text: str) -> str:
    return hashlib.md5(text.encode(), usedforsecurity=False).hexdigest()


_numbers = count(1)


def _unique(name: str) -> str:
    return f"{name}-{next(_numbers)}"
