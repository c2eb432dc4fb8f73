"""Asterisk's REST interface (ARI): requests go out and events come in over one WebSocket.

Asterisk carries out the requests of one connection in the order they were written, so many may be under way.
"""

import asyncio
import base64
import http.client
import json
import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from websockets.asyncio.client import ClientConnection, connect
from websockets.asyncio.connection import broadcast
from websockets.exceptions import ConnectionClosed

logger = logging.getLogger(__name__)

Event = Mapping[str, Any]

_LOST = 0
_SECONDS_TO_READ = 30


@dataclass(frozen=True, slots=True, kw_only=True)
class AriAccess:
    """Where ARI is (`http://host:port`), who we are there, and the name of our Stasis application."""

    url: str
    user: str
    password: str = field(repr=False)
    app: str

    @property
    def headers(self) -> dict[str, str]:
        """What proves to Asterisk who we are."""
        credentials = base64.b64encode(f"{self.user}:{self.password}".encode()).decode()
        return {"Authorization": f"Basic {credentials}"}


@dataclass(frozen=True, slots=True)
class Answer:
    """What Asterisk answered: an HTTP status, 0 where the connection was lost first, and JSON, or nothing."""

    status: int
    body: str | None = None

    @property
    def refused(self) -> bool:
        """Whether Asterisk said no; a lost connection says nothing."""
        return self.status >= 400


class AriRefusedError(Exception):
    """Asterisk refused a request; `status` is the HTTP status."""

    def __init__(self, request: str, answer: Answer) -> None:
        super().__init__(f"{request}: {answer.status} {answer.body or ''}")
        self.status = answer.status


class Ari:
    """One connection to Asterisk, until it is lost or closed; `open_ari` makes another.

    `on_event` is called with each event, in order. `on_lost` is called once, when the connection is gone and it
    was not us who closed it: nothing comes after it, and each request under way has been answered with a zero.
    """

    def __init__(
        self,
        socket: ClientConnection,
        *,
        access: AriAccess,
        on_event: Callable[[Event], None],
        on_lost: Callable[[], None],
    ) -> None:
        self._socket = socket
        self._access = access
        self._on_event = on_event
        self._on_lost = on_lost
        self._requests = 0
        self._unanswered: dict[str, Callable[[Answer], None]] = {}
        self._reading = asyncio.create_task(self._read())

    @property
    def unanswered(self) -> int:
        """How many requests are under way."""
        return len(self._unanswered)

    def tell(
        self,
        method: str,
        path: str,
        *,
        query: Mapping[str, str] | None = None,
        body: object = None,
        then: Callable[[Answer], None],
    ) -> None:
        """Write a request and go on; `then` is called with the answer, in the order of the requests."""
        self._requests += 1
        request_id = str(self._requests)
        self._unanswered[request_id] = then
        request: dict[str, object] = {
            "type": "RESTRequest",
            "request_id": request_id,
            "method": method,
            "uri": path,
        }
        if query:
            request["query_strings"] = [{"name": name, "value": value} for name, value in query.items()]
        if body is not None:
            request["content_type"] = "application/json"
            request["message_body"] = json.dumps(body)
        # Unlike `send`, this never waits: an Asterisk that does not read must not keep us from its events.
        # What piles up counts as unanswered, and the keepalive ends a connection that stays stuck.
        broadcast((self._socket,), json.dumps(request))

    async def ask(
        self, method: str, path: str, *, query: Mapping[str, str] | None = None, body: object = None
    ) -> Any:
        """Send a request and wait for what it answers.

        Raises AriRefusedError, or ConnectionError where the connection is lost before the answer.
        """
        answered: asyncio.Future[Answer] = asyncio.get_running_loop().create_future()

        def settle(answer: Answer) -> None:
            if not answered.done():
                answered.set_result(answer)

        self.tell(method, path, query=query, body=body, then=settle)
        answer = await answered
        if answer.status == _LOST:
            raise ConnectionError(f"The connection to Asterisk was lost before it answered {method} {path}.")
        if answer.refused:
            raise AriRefusedError(f"{method} {path}", answer)
        return json.loads(answer.body) if answer.body else None

    async def read(self, path: str) -> Any:
        """What Asterisk answers to a GET over HTTP, for what grows with the calls; raises as `ask` does.

        Asterisk 22 copies whatever it sends over a WebSocket onto the stack of a thread (`ast_websocket_write`),
        and dies where that is larger than the stack, 496 kB: the list of some six hundred channels.
        """
        return await asyncio.to_thread(_get, self._access, path)

    async def close(self) -> None:
        """End the connection; `on_lost` is not called."""
        self._on_lost = _nothing
        await self._socket.close()
        await self._reading

    async def _read(self) -> None:
        try:
            await self._read_until_lost()
        except ConnectionClosed as closed:
            logger.warning("The connection to Asterisk is lost: %s", closed)
        except Exception:
            logger.exception("A message of Asterisk could not be understood; the connection is opened anew.")
        finally:
            await self._socket.close()
            unanswered, self._unanswered = self._unanswered, {}
            for then in unanswered.values():
                then(Answer(_LOST))
            self._on_lost()

    async def _read_until_lost(self) -> None:
        async for text in self._socket:
            message = json.loads(text)
            match message["type"]:
                case "RESTResponse":
                    then = self._unanswered.pop(message["request_id"])
                    then(Answer(message["status_code"], message.get("message_body")))
                case "ApplicationReplaced":
                    logger.warning("Another process took over the application; its events go there now.")
                    return
                case _:
                    self._on_event(message)


async def open_ari(access: AriAccess, *, on_event: Callable[[Event], None], on_lost: Callable[[], None]) -> Ari:
    """Connect once.

    Raises OSError (TimeoutError is one) where Asterisk does not answer, and a WebSocketException where it
    refuses, as it does while it starts.
    """
    socket = await connect(
        f"{access.url.replace('http', 'ws', 1)}/ari/events?app={access.app}",
        additional_headers=access.headers,
        compression=None,
        proxy=None,
        # Whatever has arrived is read at once, so limits would only make us slower.
        max_size=None,
        max_queue=None,
        open_timeout=5,
        close_timeout=1,
        ping_interval=5,
        # The pong comes after the answers to all that was asked before, which takes a while in a flood of calls.
        ping_timeout=30,
    )
    return Ari(socket, access=access, on_event=on_event, on_lost=on_lost)


def _get(access: AriAccess, path: str) -> Any:
    where = urlsplit(access.url)
    connection = http.client.HTTPConnection(where.hostname or "", where.port, timeout=_SECONDS_TO_READ)
    try:
        connection.request("GET", f"/ari/{path}", headers=access.headers)
        response = connection.getresponse()
        text = response.read().decode()
    except (OSError, http.client.HTTPException) as error:
        raise ConnectionError(f"Asterisk did not answer GET {path}: {error}") from error
    finally:
        connection.close()
    if response.status >= 400:
        raise AriRefusedError(f"GET {path}", Answer(response.status, text))
    return json.loads(text)


def _nothing() -> None:
    pass
