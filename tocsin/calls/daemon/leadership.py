"""One switchboard leads, others stand by: whoever holds an advisory lock on a connection that also listens."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import psycopg

# Any constant will do, as long as every switchboard of the centre takes the same one.
_LEAD_LOCK = 0x1771
SECONDS_TO_CONNECT = 5


@asynccontextmanager
async def leadership(dsn: str) -> AsyncIterator[AsyncIterator[str]]:
    """Wait for the lead and hold it; gives what others tell the switchboard (`orders`, `lines`, ...).

    The lead ends with the connection: iterating then raises psycopg.OperationalError.
    """
    connection = await psycopg.AsyncConnection.connect(
        dsn, autocommit=True, application_name="tocsin-switchboard", connect_timeout=SECONDS_TO_CONNECT
    )
    async with connection:
        await connection.execute("SELECT pg_advisory_lock(%s)", [_LEAD_LOCK])
        await connection.execute("LISTEN tocsin_switchboard")
        yield _payloads(connection)


async def _payloads(connection: psycopg.AsyncConnection) -> AsyncIterator[str]:
    async for notification in connection.notifies():
        yield notification.payload
