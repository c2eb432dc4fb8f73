"""Pages that follow what happens: one LISTEN connection per process, fanned out to server-sent events."""

import asyncio
import json
import logging
from collections import Counter
from collections.abc import AsyncGenerator, Awaitable, Callable, Collection, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import aclosing, contextmanager, suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import django.db
import psycopg
from asgiref.sync import sync_to_async
from django.db import connection
from django.http import HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.utils import translation
from django.utils.translation import gettext as _

if TYPE_CHECKING:
    # Has the tables with it, and the process imports this before Django knows of any.
    from tocsin.web.guards import PersonRequest

log = logging.getLogger(__name__)

CHANNEL = "tocsin_live"
RETRY_SECONDS = 0.5
# Windows that one web session may keep open.
STREAMS_PER_SESSION = 8
# Each drawing takes a database connection, of which a process has few.
_DRAWING = ThreadPoolExecutor(4, thread_name_prefix="live")
_DATABASE_AWAY = (django.db.OperationalError, django.db.InterfaceError)
_CONNECTION_WORDS = ("host", "port", "dbname", "user", "password", "require_auth", "sslmode", "sslrootcert")


@dataclass(frozen=True, slots=True)
class Pace:
    """How often a page is told: at most once in a pause, at least once in a silence, which no proxy may cut."""

    pause_seconds: float = 0.2
    silence_seconds: float = 15


USUAL_PACE = Pace()


@dataclass(eq=False, slots=True)
class Screen:
    """One open page, and what concerns it: an activation, and agents, who may change while it is open."""

    activation: int | None = None
    agents: Collection[int] = ()
    changed: asyncio.Event = field(default_factory=asyncio.Event)
    over: asyncio.Event = field(default_factory=asyncio.Event)

    def is_concerned(self, told: dict[str, Any]) -> bool:
        """Whether what the process was told makes a new drawing necessary."""
        return bool(
            told.get("everybody")
            or self.activation in told.get("activations", ())
            or any(agent in self.agents for agent in told.get("agents", ()))
        )


_screens: set[Screen] = set()
_streams: Counter[str] = Counter()
# Listens while anybody looks; ends with the last screen.
_listener: asyncio.Task[None] | None = None


async def changes(screen: Screen, *, pace: Pace = USUAL_PACE) -> AsyncGenerator[None, None]:
    """Yield at once, then whenever something that concerns the screen changed, and after every silence.

    Changes that come close together are one. What changed while the database was away is told when it is
    back.
    """
    global _listener  # noqa: PLW0603 - one connection for the whole process
    _screens.add(screen)
    if _listener is None:
        _listener = asyncio.create_task(_listen())
    try:
        while not screen.over.is_set():
            yield
            await _happens(screen.over, within_seconds=pace.pause_seconds)
            await _happens(screen.changed, within_seconds=pace.silence_seconds)
            screen.changed.clear()
    finally:
        _screens.discard(screen)
        if not _screens and _listener is not None:
            _listener.cancel()
            _listener = None


async def _happens(event: asyncio.Event, *, within_seconds: float) -> None:
    with suppress(TimeoutError):
        async with asyncio.timeout(within_seconds):
            await event.wait()


def end_streams() -> None:
    """End every open stream: a server that stops waits for open requests, and these would never end.

    Browsers connect again by themselves, as soon as a server is there.
    """
    for screen in _screens:
        screen.over.set()
        screen.changed.set()


async def _listen() -> None:
    parameters = {
        word: value for word, value in connection.get_connection_params().items() if word in _CONNECTION_WORDS
    }
    while True:
        try:
            listening = await psycopg.AsyncConnection.connect(
                **parameters, autocommit=True, connect_timeout=5, application_name="tocsin-live"
            )
            async with listening:
                await listening.execute(f"LISTEN {CHANNEL}")
                # Whatever was said before nobody heard.
                _tell({"everybody": True})
                async for notification in listening.notifies():
                    _tell(json.loads(notification.payload))
        except psycopg.OperationalError as error:
            log.warning("Open pages stand still, the database is away: %s", str(error).strip())
        await asyncio.sleep(RETRY_SECONDS)


def _tell(told: dict[str, Any]) -> None:
    for screen in _screens:
        if screen.is_concerned(told):
            screen.changed.set()


def live_page(
    request: "PersonRequest",
    draw: Callable[[], str],
    *,
    agents: Callable[[], Collection[int]],
    activation: int | None = None,
    pace: Pace = USUAL_PACE,
) -> HttpResponseBase:
    """The server-sent events that keep a page up to date: what `draw` answers, whenever it is something new.

    It is drawn again when something changed of the activation or of one of `agents`, who are asked for before
    each drawing. Both run in a thread, in the language of the request. The stream ends with the web session, and
    once the guard would not let the person in any more. An event `here` says that the drawing is still the last
    one, and an event `away` that the database is away. A session with too many streams is refused (429).
    """
    session = request.session.session_key or ""
    if _streams[session] >= STREAMS_PER_SESSION:
        return HttpResponse(
            _("Too many windows of Tocsin are open in this browser. Close some, then reload this one."),
            status=429,
            content_type="text/plain; charset=utf-8",
        )
    language = translation.get_language()
    screen = Screen(activation=activation)

    @sync_to_async(thread_sensitive=False, executor=_DRAWING)
    def drawing() -> str | None:
        try:
            with translation.override(language):
                if not request.session.exists(session) or not request.is_let_in_still():
                    return None
                # Before the drawing: who changes during it has it done again.
                screen.agents = frozenset(agents())
                return draw()
        finally:
            connection.close()

    return StreamingHttpResponse(
        _events(drawing, changes(screen, pace=pace), session=session),
        content_type="text/event-stream",
        headers={"Cache-Control": "no-store", "X-Accel-Buffering": "no"},
    )


async def _events(
    drawing: Callable[[], Awaitable[str | None]], changing: AsyncGenerator[None, None], *, session: str
) -> AsyncGenerator[str, None]:
    shown = None
    with _counted(session):
        async with aclosing(changing) as moments:
            async for _moment in moments:
                try:
                    page = await drawing()
                except _DATABASE_AWAY:
                    shown = None
                    yield _event("away")
                    continue
                if page is None:
                    return
                yield _event("", page) if page != shown else _event("here")
                shown = page


@contextmanager
def _counted(session: str) -> Iterator[None]:
    _streams[session] += 1
    try:
        yield
    finally:
        _streams[session] -= 1
        if not _streams[session]:
            del _streams[session]


def _event(name: str, text: str = "") -> str:
    head = f"event: {name}\n" if name else ""
    return head + "".join(f"data: {line}\n" for line in text.splitlines() or [""]) + "\n"
