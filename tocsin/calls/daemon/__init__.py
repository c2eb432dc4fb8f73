"""The switchboard: drain what happened, decide all of it, record it in one transaction, tell the switch.

Whenever it cannot decide, because it stands by, lost the database or was killed, it is simply away: the switch's
own dial plan then receives callers, and nothing that is up is touched. Coming back is always the same: load what
is stored, connect, compare with the census, go on.
"""

import asyncio
import logging
from datetime import timedelta

import psycopg

from tocsin.activations.ports import Speech
from tocsin.calls.daemon.database_thread import DATABASE_AWAY
from tocsin.calls.daemon.leadership import leadership
from tocsin.calls.daemon.leading import Lead
from tocsin.calls.daemon.limits import Limits
from tocsin.calls.ports import Switch

log = logging.getLogger(__name__)

# Between two attempts to reach a database that went away.
_RETRY = timedelta(seconds=0.2)


async def run(
    *, switch: Switch, speech: Speech, dsn: str, region: str, limits: Limits, stop: asyncio.Event
) -> None:
    """Be the switchboard until `stop`: lead when no other does, stand by otherwise.

    `dsn` is the database for notifications and the lock; `region` is the country of national caller numbers.
    """
    stopping = asyncio.ensure_future(stop.wait())
    while not stop.is_set():
        leading = asyncio.ensure_future(_lead(switch=switch, speech=speech, dsn=dsn, region=region, limits=limits))
        await asyncio.wait({leading, stopping}, return_when=asyncio.FIRST_COMPLETED)
        leading.cancel()
        try:
            await leading
        except asyncio.CancelledError:
            pass
        except (*DATABASE_AWAY, psycopg.OperationalError) as error:
            # Or another one leads, because this one stood still.
            log.warning("The lead is lost, callers hear the fallback until one leads: %s", str(error).strip())
            await asyncio.sleep(_RETRY.total_seconds())


async def _lead(*, switch: Switch, speech: Speech, dsn: str, region: str, limits: Limits) -> None:
    async with leadership(dsn) as wakes:
        log.info("Leading")
        await Lead(switch=switch, speech=speech, region=region, limits=limits).until_lost(wakes)
