"""Asterisk's REST interface as far as an empty switch needs it, which fails where a test says."""

import asyncio
import json
from collections import defaultdict
from collections.abc import Awaitable, Callable
from http import HTTPStatus
from typing import Any, Self

from websockets.asyncio.server import ServerConnection, serve
from websockets.http11 import Request, Response

from tocsin.gateways.asterisk.ari import AriAccess

_READ = {
    "/ari/channels": "[]",
    "/ari/bridges": "[]",
    "/ari/applications/tocsin": '{"channel_ids": []}',
    "/ari/endpoints/PJSIP": "[]",
}
_STARTED = json.dumps({"status": {"startup_time": "2026-03-07T12:00:00.000+0000"}})


class PlayedAri:
    """Listens on a free port.

    `refusals` are the statuses with which what is asked or read at a path is refused, `first_refusals` those of
    the first times; `failures` are what happens once, before what is read there is answered.
    """

    def __init__(self) -> None:
        self.refusals: dict[str, HTTPStatus] = {}
        self.first_refusals: defaultdict[str, list[HTTPStatus]] = defaultdict(list)
        # What was asked over the socket, in order.
        self.asked: list[str] = []
        self.failures: dict[str, Callable[[], Awaitable[None]]] = {}
        # Those who ever connected, the last one last.
        self.connections: list[ServerConnection] = []
        # By global variable of the dial plan, all that it was told.
        self.variables: defaultdict[str, list[str]] = defaultdict(list)
        self._told = asyncio.Condition()

    @property
    def access(self) -> AriAccess:
        """How to reach it."""
        return AriAccess(url=f"http://127.0.0.1:{self._port}", user="switchboard", password="", app="tocsin")

    async def __aenter__(self) -> Self:
        self._server = await serve(self._talk, "127.0.0.1", 0, process_request=self._read)
        self._port = next(iter(self._server.sockets)).getsockname()[1]
        return self

    async def __aexit__(self, *_: object) -> None:
        self._server.close()
        await self._server.wait_closed()

    async def happens(self, event: dict[str, Any]) -> None:
        """Tell of something."""
        await self.connections[-1].send(json.dumps(event))

    async def is_told(self, variable: str, *, times: int) -> None:
        """Return when a variable was told so often."""
        async with self._told:
            await self._told.wait_for(lambda: len(self.variables[variable]) >= times)

    async def lose(self) -> None:
        """End the connection."""
        await self.connections[-1].close()

    async def _talk(self, connection: ServerConnection) -> None:
        self.connections.append(connection)
        async for text in connection:
            request = json.loads(text)
            if request["uri"] == "asterisk/variable":
                told = {each["name"]: each["value"] for each in request["query_strings"]}
                async with self._told:
                    self.variables[told["variable"]].append(told["value"])
                    self._told.notify_all()
            self.asked.append(request["uri"])
            first = self.first_refusals[request["uri"]]
            status = first.pop(0) if first else self.refusals.get(request["uri"], HTTPStatus.OK)
            answer = {
                "type": "RESTResponse",
                "request_id": request["request_id"],
                "status_code": status,
                "message_body": _STARTED if request["uri"] == "asterisk/info" else "{}",
            }
            await connection.send(json.dumps(answer))

    async def _read(self, connection: ServerConnection, request: Request) -> Response | None:
        if "Upgrade" in request.headers:
            return None
        if failure := self.failures.pop(request.path, None):
            await failure()
        status = self.refusals.get(request.path, HTTPStatus.OK)
        return connection.respond(status, _READ[request.path])
