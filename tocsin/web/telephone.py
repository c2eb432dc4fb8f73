"""The browsers' way to the telephone switch: a WebSocket that carries SIP, for those who were let in alone.

The switch's own port also takes commands (ARI), so it is never reachable from outside; only `/ws` is relayed.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from contextlib import suppress
from datetime import datetime
from typing import Any
from urllib.parse import parse_qsl

from asgiref.sync import sync_to_async
from django.conf import settings
from django.contrib.sessions.backends.db import SessionStore
from django.db import DataError, InterfaceError, OperationalError, connection
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, WebSocketException

from tocsin import wiring
from tocsin.accounts.rules import Role
from tocsin.calls.actions import issue_login
from tocsin.calls.models import TelephoneLogin
from tocsin.calls.queries import login_of
from tocsin.web.connections import Scope, cookie, header, person_of
from tocsin.web.ice import ice_servers
from tocsin.web.passage import Passage
from tocsin.workforce.models import Agent

log = logging.getLogger(__name__)

PATH = "/telephone"
# A citizen's telephone, in a demonstration: another line than that of the agent in the same browser.
CITIZEN_PATH = "/telephone/citizen"
# Browsers keep cookies by machine and not by port.
CITIZEN_COOKIE = f"tocsin-citizen-{settings.INTERNAL_PORTS.web}"
SUBPROTOCOL = "sip"
# The longest SIP message; a call offer has about 3 kB.
LONGEST_FRAME = 64 * 1024
# How soon a telephone whose web session has ended is cut off.
CHECK_SECONDS = 20
SECONDS_TO_REACH_SWITCH = 5

# What a browser is told when its telephone is cut off; 4000 and up are ours to define.
SWITCH_AWAY = 1013
TOO_LONG = 1009
REPLACED = 4001
NOT_ADMITTED = 4003

_DATABASE_AWAY = (OperationalError, InterfaceError)

Receive = Callable[[], Awaitable[dict[str, Any]]]
Send = Callable[[dict[str, Any]], Awaitable[None]]

# By web session, what to set so that the older of two telephones gives way.
_lines: dict[str, asyncio.Event] = {}


async def relay(scope: Scope, receive: Receive, send: Send) -> None:
    """Carry SIP between a browser and the switch until either ends it: an ASGI application for WebSockets."""
    await receive()
    session = _session(scope)
    try:
        turned_away = await _turned_away(scope, session) if _same_origin(scope) else NOT_ADMITTED
    except _DATABASE_AWAY:
        turned_away = SWITCH_AWAY
    except DataError:
        # A session that the database cannot hold (a NUL character): somebody made it up.
        turned_away = NOT_ADMITTED
    if turned_away == NOT_ADMITTED or SUBPROTOCOL not in scope.get("subprotocols", ()):
        await send({"type": "websocket.close", "code": NOT_ADMITTED})
        return
    await send({"type": "websocket.accept", "subprotocol": SUBPROTOCOL})
    if turned_away:
        # Only a connection that was accepted can be told why it is closed.
        await send({"type": "websocket.close", "code": turned_away})
        return
    if older := _lines.get(session):
        older.set()
    give_way = _lines[session] = asyncio.Event()
    try:
        code = await _carry(scope, session, give_way, receive, send)
    finally:
        if _lines.get(session) is give_way:
            del _lines[session]
    if code:
        await send({"type": "websocket.close", "code": code})


async def _carry(scope: Scope, session: str, give_way: asyncio.Event, receive: Receive, send: Send) -> int | None:
    """Carry frames both ways; answers the code to close the browser's side with, None where it is closed."""
    switch = await _reach_switch()
    if switch is None:
        return SWITCH_AWAY
    passage = Passage()
    ends: tuple[Awaitable[int | None], ...] = (
        _from_browser(receive, switch, passage),
        _from_switch(switch, send, passage),
        _give_way(give_way),
        _until_dismissed(scope, session),
    )
    tasks = [asyncio.ensure_future(end) for end in ends]
    try:
        done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        return next(iter(done)).result()
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        passage.close()
        await switch.close()


async def _reach_switch() -> ClientConnection | None:
    """A connection to the first node that takes it; None where none does."""
    for port in await asyncio.to_thread(wiring.telephone_ports):
        try:
            return await connect(
                f"ws://127.0.0.1:{port}/ws",
                subprotocols=[SUBPROTOCOL],  # type: ignore[list-item]
                open_timeout=SECONDS_TO_REACH_SWITCH,
                max_size=LONGEST_FRAME,
                compression=None,
                proxy=None,
            )
        except (OSError, TimeoutError, WebSocketException) as error:
            log.warning("A telephone could not reach the switch: %s", error)
    return None


async def _from_browser(receive: Receive, switch: ClientConnection, passage: Passage) -> int | None:
    with suppress(ConnectionClosed):
        while (message := await receive())["type"] == "websocket.receive":
            frame = message.get("text") or message.get("bytes") or b""
            if len(frame) > LONGEST_FRAME:
                return TOO_LONG
            passage.offered(frame)
            await switch.send(frame)
        return None
    return SWITCH_AWAY


async def _from_switch(switch: ClientConnection, send: Send, passage: Passage) -> int:
    with suppress(ConnectionClosed):
        async for frame in switch:
            passage.answered(frame)
            kind = "text" if isinstance(frame, str) else "bytes"
            await send({"type": "websocket.send", kind: frame})
    return SWITCH_AWAY


async def _give_way(give_way: asyncio.Event) -> int:
    await give_way.wait()
    return REPLACED


async def _until_dismissed(scope: Scope, session: str) -> int:
    turned_away = None
    while turned_away is None:
        await asyncio.sleep(CHECK_SECONDS)
        # A database that is away is no reason to cut off those who are speaking.
        with suppress(*_DATABASE_AWAY):
            turned_away = await _turned_away(scope, session)
    return turned_away


def _same_origin(scope: Scope) -> bool:
    """Whether one of our own pages asks; a WebSocket is not kept from others by the browser itself."""
    return header(scope, b"origin") in settings.CSRF_TRUSTED_ORIGINS


def _session(scope: Scope) -> str:
    return cookie(scope, CITIZEN_COOKIE if scope["path"] == CITIZEN_PATH else settings.SESSION_COOKIE_NAME)


@sync_to_async(thread_sensitive=False)
def _turned_away(scope: Scope, session: str) -> int | None:
    """Why a browser gets no line, as a code; None where one was issued to its session and still stands."""
    try:
        login = login_of(session=session) if session else None
        if login is None or not _is_still_signed_in(scope, session, login):
            return NOT_ADMITTED
        # Another window of the same browser got a telephone since; this one must not take it away again.
        return None if login.browser and _username(scope) == login.username else REPLACED
    finally:
        connection.close()


def _is_still_signed_in(scope: Scope, session: str, login: TelephoneLogin) -> bool:
    if login.agent is None:
        return bool(settings.DEMO) and scope["path"] == CITIZEN_PATH and SessionStore().exists(session)
    person = person_of(session)
    return (
        scope["path"] == PATH
        and person.is_authenticated
        and person.pk == login.agent.person_id
        and person.has_role(Role.AGENT)
    )


def _username(scope: Scope) -> str:
    query: bytes = scope["query_string"]
    return dict(parse_qsl(query.decode("latin-1"))).get("username", "")


def credentials(*, session: str, agent: Agent | None, at: datetime) -> dict[str, object]:
    """Issue a telephone to a web session, an agent's or a citizen's; answers what the browser must know."""
    login, password = issue_login(session=session, agent=agent, at=at)
    return {
        "username": login.username,
        "password": password,
        "realm": settings.SIP_REALM,
        "iceServers": ice_servers(username=login.username, at=at),
    }
