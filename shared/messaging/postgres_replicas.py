"""Replicas counted by PostgreSQL: each holds an advisory lock of its own, on a connection of its own.

A process that is killed loses its connection, and with it the lock, at once; one that is frozen asks no more, and
PostgreSQL ends its session. Nothing is written, and nothing is left over that somebody would have to clear away.
"""

import random
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from shared.messaging.postgres_outbound import FROZEN_AFTER_MS
from shared.messaging.replicas import Absent, Presence

LOCKS = 0x79616E7B
"""The first half of the key: these locks are no others' business. The second half is the replica's number."""

_LOCK = text("SELECT pg_try_advisory_lock(:locks, :number)")
_ALL = text(
    """
    SELECT CAST(objid AS int) FROM pg_locks
    WHERE locktype = 'advisory' AND classid = :locks AND objsubid = 2 AND granted
      AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
    ORDER BY 1
    """
)


class PostgresReplicas:
    """Those of the service whose database the engine names."""

    def __init__(self, engine: AsyncEngine, rng: random.Random) -> None:
        self._engine = engine
        self._rng = rng

    @asynccontextmanager
    async def join(self) -> AsyncIterator[Presence]:
        alone = self._engine.execution_options(isolation_level="AUTOCOMMIT")
        try:
            async with alone.connect() as connection:
                # The lock belongs to the session, and a session that goes back into the pool would take it along.
                await connection.run_sync(lambda known: known.detach())
                await connection.exec_driver_sql(f"SET idle_session_timeout = {FROZEN_AFTER_MS}")
                while True:
                    number = self._rng.randrange(1, 2**31)
                    if (await connection.execute(_LOCK, {"locks": LOCKS, "number": number})).scalar():
                        break
                yield _PostgresPresence(connection, number)
        except (DBAPIError, OSError) as error:
            raise Absent(f"the connection that counts us is gone: {error}") from error


class _PostgresPresence:
    def __init__(self, connection: AsyncConnection, number: int) -> None:
        self._connection = connection
        self.number = number

    async def all(self) -> Sequence[int]:
        return [row[0] for row in await self._connection.execute(_ALL, {"locks": LOCKS})]
