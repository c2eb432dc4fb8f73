"""The one thread that reads and records for the switchboard, and how long it may take."""

import asyncio
import logging
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from typing import TypeVar

from django.db import Error, InterfaceError, OperationalError, connection, connections

from tocsin.calls.daemon.leadership import RECORDING_LOCK
from tocsin.calls.daemon.limits import Limits

log = logging.getLogger(__name__)
T = TypeVar("T")


class DatabaseSilentError(Exception):
    """The database does not answer, or has not done so in time."""


DATABASE_AWAY = (OperationalError, InterfaceError, DatabaseSilentError)


class DatabaseThread:
    """Runs work one after the other on one database connection; Django binds connections to threads.

    Where that is lost there is no other: what was asked of it before is refused as well.
    """

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="database")
        self._lost = False

    async def __call__(self, work: Callable[[], T]) -> T:
        """Do the work and answer what it answers; raises one of DATABASE_AWAY where it cannot be done in time."""
        try:
            async with asyncio.timeout(self._limits.answer.total_seconds()):
                return await asyncio.get_running_loop().run_in_executor(self._thread, self._unless_lost, work)
        except TimeoutError as silence:
            # Said now: the end of what was asked may be long in coming.
            log.warning("The database does not answer, callers hear the fallback until it does")
            raise DatabaseSilentError("it did not answer in time") from silence

    def _unless_lost(self, work: Callable[[], T]) -> T:
        if self._lost:
            raise DatabaseSilentError("its connection is lost")
        try:
            return work()
        except DATABASE_AWAY:
            self._lost = True
            raise

    async def close(self) -> None:
        """Give the connection back when what is under way has ended: nothing is recorded after this."""
        self._thread.submit(_give_connection_back)
        await asyncio.to_thread(self._thread.shutdown)


def claim_recording() -> None:
    """Have this connection be the one on which whoever leads records; raises DatabaseSilentError where one is."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s)", [RECORDING_LOCK])
        if cursor.fetchone() != (True,):
            raise DatabaseSilentError("another switchboard records")


def ask_nothing() -> None:
    """Fails where the connection is lost, which whoever stood still does not know."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT")


def limit_waiting(limits: Limits) -> None:
    """Have PostgreSQL give up what takes this connection longer than the limits, from now on."""
    with connection.cursor() as cursor:
        for name, limit in (("lock_timeout", limits.lock), ("statement_timeout", limits.statement)):
            cursor.execute("SELECT set_config(%s, %s, false)", [name, f"{limit.total_seconds() * 1000:.0f}ms"])


def _give_connection_back() -> None:
    """To the pool, without our lock and limits."""
    if connection.connection is not None:
        with suppress(Error), connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_unlock_all()")
            cursor.execute("RESET lock_timeout")
            cursor.execute("RESET statement_timeout")
    connections.close_all()
