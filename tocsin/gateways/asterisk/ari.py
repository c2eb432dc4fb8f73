"""Asterisk's REST interface (ARI): requests go out and events come in over one WebSocket.

Asterisk carries out the requests of one connection in the order they were written, so many may be under way.
"""

import asyncio
import base64
import http.client
import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

import orjson
from websockets.asyncio.client import ClientConnection, connect
from websockets.asyncio.connection import broadcast
from websockets.exceptions import ConnectionClosed

logger = logging.getLogger(__name__)

Event = Mapping[str, Any]

_LOST = 0
# Now and then we tell ourselves something through our application, by this name, to see that it is still there.
_ECHO = "still-there"
_SECONDS_BETWEEN_ECHOES = 2
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
        # Whether another process is in our place since.
        self.replaced = False
        self._lost = False
        self._requests = 0
        self._unanswered: dict[str, Callable[[Answer], None]] = {}
        self._echoed = False
        self._reading = asyncio.create_task(self._read())
        self._watching = asyncio.create_task(self._watch())

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
        """Write a request and go on; `then` is called with the answer, in the order of the requests.

        Of a connection that is lost it is called at once: nobody would ever answer.
        """
        if self._lost:
            then(Answer(_LOST))
            return
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
            request["message_body"] = orjson.dumps(body).decode()
        # Unlike `send`, this never waits: an Asterisk that does not read must not keep us from its events.
        # What piles up counts as unanswered, and the keepalive ends a connection that stays stuck.
        broadcast((self._socket,), orjson.dumps(request).decode())

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
        return orjson.loads(answer.body) if answer.body else None

    async def read(self, path: str) -> Any:
        """What Asterisk answers to a GET over HTTP, for what grows with the calls; raises as `ask` does.

        Asterisk 22 copies whatever it sends over a WebSocket onto the stack of a thread (`ast_websocket_write`),
        and dies where that is larger than the stack, 496 kB: the list of some six hundred channels.
        """
        return await asyncio.to_thread(read_now, self._access, path)

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
            self._watching.cancel()
            self._lost = True
            unanswered, self._unanswered = self._unanswered, {}
            for then in unanswered.values():
                then(Answer(_LOST))
            self._on_lost()

    async def _watch(self) -> None:
        """End a connection that hears nothing any more.

        Where the connection of a process ends in the moment in which that of the next begins, Asterisk may take
        the application away from both: the new one stays open and is answered, and every caller is left to the
        fallback.
        """
        while True:
            self._echoed = False
            try:
                await self.ask("POST", f"events/user/{_ECHO}", query={"application": self._access.app})
            except ConnectionError:
                return
            except AriRefusedError:
                break
            # What is told and what is answered come by different threads.
            await asyncio.sleep(_SECONDS_BETWEEN_ECHOES)
            if not self._echoed:
                break
        logger.warning("Asterisk has given up our application; the connection is opened anew.")
        await self._socket.close()

    async def _read_until_lost(self) -> None:
        async for text in self._socket:
            message = orjson.loads(text)
            match message["type"]:
                case "RESTResponse":
                    then = self._unanswered.pop(message["request_id"])
                    then(Answer(message["status_code"], message.get("message_body")))
                case "ApplicationReplaced":
                    logger.warning("Another process took over the application; its events go there now.")
                    self.replaced = True
                    return
                case "ChannelUserevent" if message["eventname"] == _ECHO:
                    self._echoed = True
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


def read_now(access: AriAccess, path: str) -> Any:
    """What Asterisk answers to a GET, without a connection that stays; raises as `Ari.ask` does."""
    answer = _request(access, "GET", path)
    if answer.refused:
        raise AriRefusedError(f"GET {path}", answer)
    return orjson.loads(answer.body or "null")


def delete_now(access: AriAccess, path: str) -> None:
    """Delete what is there, without a connection that stays; raises ConnectionError where nobody answers."""
    _request(access, "DELETE", path)


def _request(access: AriAccess, method: str, path: str) -> Answer:
    where = urlsplit(access.url)
    connection = http.client.HTTPConnection(where.hostname or "", where.port, timeout=_SECONDS_TO_READ)
    try:
        connection.request(method, f"/ari/{path}", headers=access.headers)
        response = connection.getresponse()
        return Answer(response.status, response.read().decode())
    except (OSError, http.client.HTTPException) as error:
        raise ConnectionError(f"Asterisk did not answer {method} {path}: {error}") from error
    finally:
        connection.close()


def _nothing() -> None:
    pass
