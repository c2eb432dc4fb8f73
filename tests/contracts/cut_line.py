"""A way to a port of this machine that a test cuts, and holds up."""

import asyncio
from contextlib import suppress
from typing import Self


class Line:
    """A way to a port of this machine that can be cut, and held up on the way there."""

    def __init__(self, to_port: int) -> None:
        self.port = 0
        self.flowing = asyncio.Event()
        self.flowing.set()
        self._to_port = to_port
        self._stopped = False
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

    def stop(self) -> None:
        """The line is dead, and so is every new one until `go_on`."""
        self._stopped = True
        self.cut()

    def go_on(self) -> None:
        """New ones can be made again."""
        self._stopped = False

    async def _carry(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if self._stopped:
            writer.close()
            return
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
