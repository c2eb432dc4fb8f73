"""An Asterisk that takes our application away and leaves the connection.

No real one can be brought to that moment, so a WebSocket plays its part here. That a real one tells us what we
tell ourselves is seen in all other tests: they would lose their connection after seconds.
"""

import asyncio
import json
from collections.abc import Sequence

import pytest
from websockets.asyncio.server import ServerConnection, serve

from tests.patience import PATIENCE_SECONDS
from tocsin.gateways.asterisk import ari
from tocsin.gateways.asterisk.ari import AriAccess, open_ari

THERE, INACTIVE, UNKNOWN = (204, True), (204, False), (404, False)


async def rounds_until_lost(answers: Sequence[tuple[int, bool]]) -> int:
    """How often a connection asked whether it still hears before it was given up. Asterisk gives these answers in
    turn: the status, and whether what we told ourselves comes."""
    asked, lost = 0, asyncio.Event()

    async def asterisk(socket: ServerConnection) -> None:
        nonlocal asked
        async for text in socket:
            status, comes = answers[asked]
            asked += 1
            request = json.loads(text)
            name = request["uri"].rpartition("/")[2]
            if comes:
                await socket.send(json.dumps({"type": "ChannelUserevent", "eventname": name}))
            answer = {"type": "RESTResponse", "request_id": request["request_id"], "status_code": status}
            await socket.send(json.dumps(answer))

    async with asyncio.timeout(PATIENCE_SECONDS), serve(asterisk, "127.0.0.1", 0) as server:
        port = next(iter(server.sockets)).getsockname()[1]
        access = AriAccess(
            url=f"http://127.0.0.1:{port}", user="switchboard", password="of-this-test", app="tocsin"
        )
        await open_ari(access, on_event=lambda event: pytest.fail(f"{event} is for us alone"), on_lost=lost.set)
        await lost.wait()
    return asked


@pytest.mark.parametrize("taken", [INACTIVE, UNKNOWN], ids=["it hears nothing", "it is not known"])
def test_a_connection_whose_application_is_taken_away_is_lost(
    taken: tuple[int, bool], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ari, "_SECONDS_BETWEEN_ECHOES", 0.01)
    assert asyncio.run(rounds_until_lost([THERE, THERE, taken])) == 3
