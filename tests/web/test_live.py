"""Open pages: told at once, told again when something changed, and told again after the database was away."""

import asyncio
from collections.abc import AsyncGenerator, Callable, Coroutine
from contextlib import aclosing
from dataclasses import dataclass
from typing import Any, cast

import psycopg
import pytest
from django.db import OperationalError, connection
from django.http import HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.test import RequestFactory

from tests.patience import PATIENCE_SECONDS
from tocsin.web import live
from tocsin.web.guards import PersonRequest

pytestmark = pytest.mark.django_db


def run(story: Callable[[], Coroutine[Any, Any, None]]) -> None:
    asyncio.run(asyncio.wait_for(story(), PATIENCE_SECONDS))


@dataclass
class Session:
    """A web session as far as a stream asks it: it is there until it is ended."""

    session_key: str = "session"
    is_there: bool = True

    def exists(self, key: str) -> bool:
        return self.is_there and key == self.session_key


def a_request() -> PersonRequest:
    request = cast(PersonRequest, RequestFactory().get("/"))
    request.session = Session()  # type: ignore[assignment]
    request.is_let_in_still = lambda: True
    return request


def nobody() -> list[int]:
    """The agents of a page that is about none."""
    return []


async def execute(statement: str, *values: object) -> list[tuple[Any, ...]]:
    """Do something in the tests' database that is there for everybody at once."""
    names = ("host", "port", "dbname", "user", "password")
    parameters = {name: value for name, value in connection.get_connection_params().items() if name in names}
    async with await psycopg.AsyncConnection.connect(**parameters, autocommit=True) as own:
        return await (await own.execute(statement, values)).fetchall()


async def tell(payload: str) -> None:
    await execute("SELECT pg_notify('tocsin_live', %s)", payload)


def parts_of(response: HttpResponseBase) -> AsyncGenerator[str, None]:
    assert isinstance(response, StreamingHttpResponse)

    async def parts() -> AsyncGenerator[str, None]:
        # Closed with the test's own generator; Django leaves that to the collector of garbage.
        async with aclosing(response._iterator) as stream:
            async for part in stream:
                yield part

    return parts()


async def listening(moments: AsyncGenerator[None, None]) -> None:
    """Take the moment that comes at once, and the one that comes when the process begins to listen."""
    await anext(moments)
    await anext(moments)


@pytest.mark.parametrize(
    ("agents", "activation", "told", "is_concerned"),
    [
        ({7}, None, {"agents": [7, 9], "activations": []}, True),
        ({7}, None, {"agents": [8], "activations": [3]}, False),
        (set(), 3, {"agents": [8], "activations": [3]}, True),
        (set(), 3, {"agents": [3], "activations": [4]}, False),
        ({7, 8}, 3, {"agents": [], "activations": [3]}, True),
        ({7, 8}, 3, {"agents": [8], "activations": []}, True),
        (set(), None, {"agents": [8], "activations": [3]}, False),
        ({7}, 3, {"everybody": True}, True),
    ],
)
def test_a_screen_is_concerned_by_its_own_agents_and_activation(
    agents: set[int], activation: int | None, told: dict[str, Any], is_concerned: bool
) -> None:
    assert live.Screen(activation=activation, agents=agents).is_concerned(told) is is_concerned


def test_a_screen_is_told_when_something_that_concerns_it_changed() -> None:
    async def story() -> None:
        async with aclosing(live.changes(live.Screen(agents={7}))) as moments:
            await listening(moments)
            await tell('{"agents": [7], "activations": []}')
            await anext(moments)

    run(story)


def test_several_screens_share_one_connection() -> None:
    async def story() -> None:
        async with (
            aclosing(live.changes(live.Screen(agents={7}))) as one,
            aclosing(live.changes(live.Screen(activation=3))) as other,
        ):
            await listening(one)
            await anext(other)
            await tell('{"agents": [7], "activations": [3]}')
            await anext(one)
            await anext(other)
            listeners = "SELECT count(*) FROM pg_stat_activity WHERE application_name = %s"
            assert await execute(listeners, "tocsin-live") == [(1,)]

    run(story)


def test_a_screen_is_refreshed_and_told_again_after_the_database_cut_its_connection() -> None:
    async def story() -> None:
        async with aclosing(live.changes(live.Screen(agents={7}))) as moments:
            await listening(moments)
            cut_off = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = %s"
            await execute(cut_off, "tocsin-live")
            await anext(moments)
            await tell('{"agents": [7], "activations": []}')
            await anext(moments)

    run(story)


def test_the_process_stops_listening_with_the_last_screen() -> None:
    async def story() -> None:
        async with aclosing(live.changes(live.Screen(agents={7}))) as moments:
            await anext(moments)
            assert live._listener is not None
        assert live._listener is None

    run(story)


def test_a_page_is_sent_as_one_event_whatever_lines_it_has() -> None:
    async def story() -> None:
        response = live.live_page(a_request(), lambda: "<p>\nready\n</p>", agents=nobody)
        async with aclosing(parts_of(response)) as parts:
            assert await anext(parts) == "data: <p>\ndata: ready\ndata: </p>\n\n"

    run(story)


def test_a_page_that_did_not_change_is_not_sent_again_and_hears_that_the_centre_is_there() -> None:
    async def story() -> None:
        response = live.live_page(a_request(), lambda: "ready", agents=nobody)
        async with aclosing(parts_of(response)) as parts:
            assert [await anext(parts), await anext(parts)] == ["data: ready\n\n", "event: here\ndata: \n\n"]

    run(story)


def test_a_page_is_told_that_the_database_is_away_and_drawn_when_it_is_back() -> None:
    drawn = iter([OperationalError("the server closed the connection"), "ready"])

    def draw() -> str:
        match next(drawn):
            case str(page):
                return page
            case error:
                raise error

    async def story() -> None:
        async with aclosing(parts_of(live.live_page(a_request(), draw, agents=nobody))) as parts:
            assert [await anext(parts), await anext(parts)] == ["event: away\ndata: \n\n", "data: ready\n\n"]

    run(story)


def test_a_stream_ends_with_its_web_session() -> None:
    request = a_request()

    async def story() -> None:
        async with aclosing(parts_of(live.live_page(request, lambda: "ready", agents=nobody))) as parts:
            await anext(parts)
            request.session.is_there = False  # type: ignore[attr-defined]
            assert [part async for part in parts] == []

    run(story)


def test_every_stream_ends_at_once_when_the_process_begins_to_stop() -> None:
    never = live.Pace(pause_seconds=3600, silence_seconds=3600)

    async def story() -> None:
        pages = [live.live_page(a_request(), lambda: "ready", agents=nobody, pace=never) for _ in range(2)]
        async with aclosing(parts_of(pages[0])) as one, aclosing(parts_of(pages[1])) as other:
            await anext(one)
            await anext(other)
            live.end_streams()
            assert [[part async for part in parts] for parts in (one, other)] == [[], []]

    run(story)


def test_a_web_session_may_not_open_streams_without_end() -> None:
    request = a_request()

    async def story() -> None:
        opened = []
        for _ in range(live.STREAMS_PER_SESSION):
            stream = parts_of(live.live_page(request, lambda: "ready", agents=nobody))
            await anext(stream)
            opened.append(stream)
        refused = live.live_page(request, lambda: "ready", agents=nobody)
        assert isinstance(refused, HttpResponse)
        assert refused.status_code == 429
        for stream in opened:
            await stream.aclose()
        assert live.live_page(request, lambda: "ready", agents=nobody).status_code == 200

    run(story)
