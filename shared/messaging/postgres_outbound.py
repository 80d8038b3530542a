"""The outgoing queue in PostgreSQL: an advisory lock on an unpooled connection, and one statement per batch."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

from asyncpg import Connection
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from shared.contracts.base import PARTITIONS
from shared.eventstore.postgres.lanes import ConfusedDriver, fetch
from shared.eventstore.records import SequencedMessage
from shared.messaging.outbound import Leadership, NotLeader, heads_after

LOCK = 0x79616E7A  # "yanz": one lock per database is enough, each service has its own
FROZEN_AFTER_MS = 10_000
"""A leader polls at least once a second. One that is silent this long is frozen; PostgreSQL ends its session, the lock
goes to somebody who is awake, and the broker's fence rejects whatever the sleeper still has in its hands."""

_LOCK = text("SELECT pg_try_advisory_lock(:lock)")
_HEADS = text(
    """
    SELECT p, coalesce((SELECT max(position) FROM outbound WHERE partition = p), 0)
    FROM generate_series(0, :last) AS p ORDER BY p
    """
)
_SEQUENCE = """
    WITH taken AS (
        DELETE FROM outbox WHERE id IN (SELECT id FROM outbox ORDER BY id LIMIT :limit)
        RETURNING id, message_id, subject, partition, headers, data
    ), placed AS (
        SELECT *, CAST(:last AS bigint) + row_number() OVER (ORDER BY id) AS position FROM taken
    )
    INSERT INTO outbound (position, prev, partition, message_id, subject, headers, data)
    SELECT position,
           coalesce(lag(position) OVER (PARTITION BY partition ORDER BY position),
                    (CAST(:heads AS bigint[]))[partition + 1]),
           partition, message_id, subject, headers, data
    FROM placed
    RETURNING position, prev, CAST(partition AS int), message_id, subject, headers, data
    """
_SEQUENCED = text(
    """
    SELECT position, prev, CAST(partition AS int), message_id, subject, headers, data FROM outbound
    WHERE position > :after ORDER BY position LIMIT :limit
    """
)
_WAITING = text("SELECT count(*), coalesce(extract(epoch FROM clock_timestamp() - min(queued_at)), 0) FROM outbox")


class PostgresOutboundQueue:
    """The queue of the service whose database the engine names."""

    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine

    @asynccontextmanager
    async def lead(self) -> AsyncIterator[Leadership]:
        # Each statement is its own transaction: a BEGIN and a COMMIT around one statement are two more round trips.
        alone = self._engine.execution_options(isolation_level="AUTOCOMMIT")
        try:
            async with alone.connect() as connection:
                lane = (await connection.get_raw_connection()).driver_connection
                # The lock belongs to the session, and a session that goes back into the pool would take it along.
                await connection.run_sync(lambda known: known.detach())
                await connection.exec_driver_sql(f"SET idle_session_timeout = {FROZEN_AFTER_MS}")
                held = (await connection.execute(_LOCK, {"lock": LOCK})).scalar()
                if not held:
                    raise NotLeader
                rows = await connection.execute(_HEADS, {"last": PARTITIONS - 1})
                heads = [row[1] for row in rows]
                yield _PostgresLeadership(connection, lane, heads)
        except DBAPIError as error:
            raise NotLeader(f"the leader's connection is gone: {error.orig}") from error
        except ConfusedDriver as error:
            raise NotLeader(f"the leader's connection is gone: {error}") from error

    async def waiting(self) -> tuple[int, float]:
        async with self._engine.connect() as connection:
            row = (await connection.execute(_WAITING)).one()
            return int(row[0]), float(row[1])


class _PostgresLeadership:
    def __init__(self, connection: AsyncConnection, lane: Connection, heads: list[int]) -> None:
        self._connection = connection
        self._lane = lane
        self._heads = heads

    async def last_position(self) -> int:
        return max(self._heads)

    async def sequence(self, limit: int) -> Sequence[SequencedMessage]:
        # The positions come from memory, not from a sequence: a rolled-back batch leaves no gap, and a second leader
        # that should not exist runs into the primary key of `outbound`.
        last = max(self._heads)
        rows = await fetch(self._lane, _SEQUENCE, {"limit": limit, "last": last, "heads": self._heads})
        placed = sorted((SequencedMessage(*row) for row in rows), key=lambda message: message.position)
        heads_after(self._heads, placed)
        return placed

    async def sequenced(self, after: int, limit: int) -> Sequence[SequencedMessage]:
        rows = await self._connection.execute(_SEQUENCED, {"after": after, "limit": limit})
        return [SequencedMessage(*row) for row in rows]
