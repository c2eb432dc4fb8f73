"""The web process: uvicorn, and how it stops while pages are open that follow what happens."""

import sys
from contextlib import suppress
from socket import socket

import uvicorn

from tocsin.project.instance import Instance
from tocsin.web.live import end_streams

SECONDS_FOR_OPEN_REQUESTS = 3


class Server(uvicorn.Server):
    """Ends live pages when it begins to stop: it waits for open requests, and those never end."""

    async def shutdown(self, sockets: list[socket] | None = None) -> None:
        """Stop, once all other requests are answered or took too long."""
        end_streams()
        await super().shutdown(sockets)


def serve(instance: Instance) -> None:
    """Serve the website until SIGTERM or Ctrl-C."""
    server = Server(
        uvicorn.Config(
            "tocsin.project.asgi:application",
            host=instance.bind,
            port=instance.ports.web,
            log_level="warning",
            timeout_graceful_shutdown=SECONDS_FOR_OPEN_REQUESTS,
        )
    )
    # uvicorn raises again what stopped it.
    with suppress(KeyboardInterrupt):
        server.run()
    if not server.started:
        sys.exit(1)
