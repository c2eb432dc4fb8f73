"""The web process stops at once, whoever has a page open."""

import asyncio
from contextlib import aclosing
from typing import Any

import pytest
import uvicorn

from tests.patience import PATIENCE_SECONDS
from tocsin.project.website import Server
from tocsin.web.live import Screen, changes

pytestmark = pytest.mark.django_db


async def follow(scope: Any, receive: Any, send: Any) -> None:
    """A page that is open until the server ends it."""
    await send({"type": "http.response.start", "status": 200, "headers": []})
    async with aclosing(changes(Screen())) as moments:
        async for _ in moments:
            await send({"type": "http.response.body", "body": b"drawn", "more_body": True})
    await send({"type": "http.response.body", "body": b""})


def test_a_server_that_is_told_to_stop_ends_open_live_pages_and_waits_for_nothing() -> None:
    async def story() -> None:
        # Without a limit, so that it waits for ever for what does not end by itself.
        server = Server(uvicorn.Config(follow, port=0, lifespan="off", log_level="warning"))
        serving = asyncio.create_task(server.serve())
        while not server.started:
            await asyncio.sleep(0)
        port = server.servers[0].sockets[0].getsockname()[1]
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(b"GET / HTTP/1.1\r\nHost: tocsin\r\n\r\n")
        await reader.readuntil(b"drawn")
        server.should_exit = True
        await serving
        assert (await reader.read()).endswith(b"0\r\n\r\n")
        writer.close()

    asyncio.run(asyncio.wait_for(story(), PATIENCE_SECONDS))
