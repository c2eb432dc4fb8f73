"""One switchboard leads, others stand by: whoever holds an advisory lock on a connection that also listens.

Whoever leads holds a second lock on the connection on which it records. One that stands still is found by both,
and loses both connections: when it wakes, nothing that it began is recorded.
"""

import asyncio
import logging
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime, timedelta

import psycopg

from tocsin.calls.daemon.clock import ticking
from tocsin.calls.daemon.vigil import Sign, Vigil

log = logging.getLogger(__name__)

# Any constants will do, as long as every switchboard of the centre takes the same ones.
_LEAD_LOCK = 0x1771
RECORDING_LOCK = 0x1772
SECONDS_TO_CONNECT = 5
# Between two looks whether the lead is free; a look takes a tenth of a millisecond.
_LOOK = timedelta(seconds=0.1)
# A machine that disappears with whoever leads says nothing: PostgreSQL asks after it when it was silent for so
# many seconds, and gives the lead away after as many more. On a socket of the same machine they mean nothing.
_KEEPALIVES = {"tcp_keepalives_idle": "2", "tcp_keepalives_interval": "1", "tcp_keepalives_count": "2"}
# How long the end of a connection may take, in milliseconds.
_TO_END = 2000
# Who has these locks, and when that connection last did something: now, while the database is at work for it.
_HOLDERS = """
SELECT objid, pid, CASE state WHEN 'active' THEN clock_timestamp() ELSE state_change END
  FROM pg_locks JOIN pg_stat_activity USING (pid)
 WHERE locktype = 'advisory' AND granted AND classid = 0 AND objid = ANY(%s) AND objsubid = 1
   AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
"""


@asynccontextmanager
async def leadership(dsn: str) -> AsyncIterator[AsyncIterator[str]]:
    """Wait for the lead and hold it; gives what others tell the switchboard (`orders`, `lines`, ...).

    The lead ends with the connection: iterating then raises psycopg.OperationalError. Whoever leads and stands
    still loses it to us.
    """
    connection = await psycopg.AsyncConnection.connect(
        dsn,
        autocommit=True,
        # By which `tocsin status` knows which process leads.
        application_name=f"tocsin-switchboard {os.getpid()}",
        connect_timeout=SECONDS_TO_CONNECT,
    )
    async with connection:
        for name, value in _KEEPALIVES.items():
            await connection.execute("SELECT set_config(%s, %s, false)", [name, value])
        vigil = Vigil()
        while not await _takes_lead(connection):
            sign = await _sign(connection)
            if vigil.stands_still(sign, at=ticking()):
                log.warning("The switchboard that leads stands still, and loses the lead")
                await _end(connection, sign.holder)
            await asyncio.sleep(_LOOK.total_seconds())
        # Whoever still records has lost the lead before us, and does not know it yet.
        for process, _ in (await _holders(connection, RECORDING_LOCK)).values():
            await _end(connection, process)
        await connection.execute("LISTEN tocsin_switchboard")
        yield _payloads(connection)


async def _takes_lead(connection: psycopg.AsyncConnection) -> bool:
    """Whether the lead was free, and is ours now.

    Asked again and again, and never waited for in PostgreSQL: a statement that waits for hours keeps all that was
    deleted meanwhile from being cleared, learns nothing of a connection that is lost, and cannot be given up where
    the cancellation reaches the server before the statement.
    """
    cursor = await connection.execute("SELECT pg_try_advisory_lock(%s)", [_LEAD_LOCK])
    row = await cursor.fetchone()
    return row is not None and bool(row[0])


async def _sign(connection: psycopg.AsyncConnection) -> Sign:
    found = await _holders(connection, _LEAD_LOCK, RECORDING_LOCK)
    leading, recording = found.get(_LEAD_LOCK), found.get(RECORDING_LOCK)
    return Sign(leading and leading[0], recording and recording[1])


async def _holders(connection: psycopg.AsyncConnection, *locks: int) -> dict[int, tuple[int, datetime]]:
    """By lock, the process of PostgreSQL that has it, and when that last did something."""
    cursor = await connection.execute(_HOLDERS, [list(locks)])
    return {lock: (process, stirred_at) for lock, process, stirred_at in await cursor.fetchall()}


async def _end(connection: psycopg.AsyncConnection, process: int | None) -> None:
    """End a connection that has one of the locks, as a role may for its own, and wait until that is done."""
    await connection.execute("SELECT pg_terminate_backend(%s, %s)", [process, _TO_END])


async def _payloads(connection: psycopg.AsyncConnection) -> AsyncIterator[str]:
    async for notification in connection.notifies():
        yield notification.payload
