"""The store on PostgreSQL: SQLAlchemy Core on asyncpg, one database per service."""

from collections.abc import AsyncIterator, Iterable, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager, contextmanager
from datetime import datetime
from typing import Any

from sqlalchemy import MetaData, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from shared.eventstore.postgres import held
from shared.eventstore.postgres.blind_index import FIND
from shared.eventstore.postgres.claims import claim, collisions
from shared.eventstore.postgres.commit import write
from shared.eventstore.postgres.lanes import ConfusedDriver, Lanes
from shared.eventstore.postgres.one_statement import CLAIM_LOST, execute, parts_of
from shared.eventstore.postgres.row_reader import RowReader
from shared.eventstore.postgres.views import ViewWriter
from shared.eventstore.records import HeldMessage, IdempotencyRecord, Snapshot, StoredEvent, TimerRow, Work
from shared.eventstore.rows import Key, Row
from shared.eventstore.store import Outcome
from shared.kernel.errors import Unavailable, YanzhenError
from shared.kernel.json import to_json

_TRANSIENT = ("40001", "40P01")  # serialization failure, deadlock: the same works may simply be tried again
UNIQUE_VIOLATION = "23505"
_GONE = ("08", "57P", "53", "55P03", "57014")
"""Connection lost, server going down, out of resources; waited too long for a lock, or for the statement as a whole."""

_READ_STREAMS = """
    SELECT e.seq, e.stream_id, e.version, e.event_id, e.type, e.schema_version, e.data, e.meta, e.recorded_at
    FROM unnest(CAST(:ids AS text[]), CAST(:after AS int[])) AS w (stream_id, after)
    JOIN events AS e ON e.stream_id = w.stream_id AND e.version > w.after
    ORDER BY e.stream_id, e.version
    """
_READ_ALL = text(
    """
    SELECT seq, stream_id, version, event_id, type, schema_version, data, meta, recorded_at
    FROM events WHERE seq > :after ORDER BY seq LIMIT :chunk
    """
)


class PostgresStore:
    """The durable state of one service. `views` holds the tables that its projections may write."""

    def __init__(self, engine: AsyncEngine, views: MetaData | None = None) -> None:
        self.engine = engine
        self._autocommit = engine.execution_options(isolation_level="AUTOCOMMIT")
        self._lanes = Lanes(engine)
        tables = dict((views or MetaData()).tables)
        self._writer = ViewWriter(tables)
        self._rows = RowReader(tables, self._fetch)

    # -- writing ------------------------------------------------------------------------------------------------

    async def commit(self, works: Sequence[Work]) -> list[Outcome]:
        outcomes: list[Outcome] = [None] * len(works)
        lost = collisions(works)
        for index, reason in lost.items():
            outcomes[index] = reason
        open_ = [index for index in range(len(works)) if index not in lost and not works[index].is_empty()]
        attempts = 0
        while open_:
            group = [works[index] for index in open_]
            try:
                losers = await self._try(group)
            except DBAPIError as error:
                state = _sqlstate(error)
                if state in _TRANSIENT and attempts < 5:
                    attempts += 1
                    continue
                if state in _TRANSIENT or _is_gone(error):
                    raise _unavailable(error) from error
                if len(group) == 1:
                    outcomes[open_[0]] = error
                    return outcomes
                # One work breaks a constraint and took the others down with it: each on its own tells which.
                for index in open_:
                    outcomes[index] = (await self.commit([works[index]]))[0]
                return outcomes
            except (OSError, PoolTimeout, ConfusedDriver) as error:
                raise _unavailable(error) from error
            for position, reason in losers.items():
                outcomes[open_[position]] = reason
            if not losers:
                return outcomes
            open_ = [index for position, index in enumerate(open_) if position not in losers]
        return outcomes

    async def _try(self, works: Sequence[Work]) -> dict[int, Exception]:
        parts = parts_of(works, self._writer)
        if parts is not None:
            try:
                await execute(self._lanes, parts)
            except DBAPIError as error:
                if _sqlstate(error) not in (CLAIM_LOST, UNIQUE_VIOLATION):
                    raise
            else:
                return {}
        async with self.engine.connect() as connection:
            losers = await claim(connection, works)
            if losers:
                await connection.rollback()
                return losers
            await write(connection, works, self._writer)
            await connection.commit()
        return {}

    # -- reading ------------------------------------------------------------------------------------------------

    async def _fetch(self, statement: str, values: Mapping[str, Any]) -> Sequence[Any]:
        with telling():
            return await self._lanes.fetch(statement, values)

    @asynccontextmanager
    async def _reading(self) -> AsyncIterator[AsyncConnection]:
        with telling():
            # Autocommit: a read of one statement needs no BEGIN and ROLLBACK around it, two round trips of three.
            async with self._autocommit.connect() as connection:
                yield connection

    async def read_streams(self, after: Mapping[str, int]) -> dict[str, list[StoredEvent]]:
        result: dict[str, list[StoredEvent]] = {stream_id: [] for stream_id in after}
        if after:
            for row in await self._fetch(_READ_STREAMS, {"ids": list(after), "after": list(after.values())}):
                result[row[1]].append(StoredEvent(*row))
        return result

    async def read_all(self, after_seq: int = 0, *, chunk: int = 2000) -> AsyncIterator[list[StoredEvent]]:
        while True:
            async with self._reading() as connection:
                rows = await connection.execute(_READ_ALL, {"after": after_seq, "chunk": chunk})
                events = [StoredEvent(*row) for row in rows]
            if not events:
                return
            yield events
            after_seq = events[-1].seq

    async def snapshots(self, stream_ids: Sequence[str], fingerprint: str) -> dict[str, Snapshot]:
        query = text(
            "SELECT stream_id, fingerprint, version, state FROM snapshots"
            " WHERE stream_id = ANY(CAST(:ids AS text[])) AND fingerprint = :fingerprint"
        )
        async with self._reading() as connection:
            rows = await connection.execute(query, {"ids": list(stream_ids), "fingerprint": fingerprint})
            return {row[0]: Snapshot(*row) for row in rows}

    async def save_snapshots(self, snapshots: Iterable[Snapshot]) -> None:
        statement = text(
            "INSERT INTO snapshots (stream_id, fingerprint, version, state)"
            " VALUES (:stream_id, :fingerprint, :version, :state)"
            " ON CONFLICT (stream_id) DO UPDATE SET fingerprint = excluded.fingerprint, version = excluded.version,"
            " state = excluded.state"
        )
        rows = [
            {"stream_id": s.stream_id, "fingerprint": s.fingerprint, "version": s.version, "state": s.state}
            for s in snapshots
        ]
        if rows:
            async with self.engine.begin() as connection:
                await connection.execute(statement, rows)

    async def get_rows(self, table: str, keys: Sequence[Key]) -> dict[Key, Row]:
        return await self._rows.by_key(table, keys)

    async def find_rows(self, table: str, *equal: Mapping[str, Any]) -> list[Row]:
        return await self._rows.with_any(table, equal)

    async def owners(self, kind: str, entries: Sequence[str]) -> list[str]:
        async with self._reading() as connection:
            return list((await connection.execute(FIND, {"kind": kind, "entries": list(entries)})).scalars())

    async def idempotent_answer(self, key: str) -> IdempotencyRecord | None:
        query = "SELECT key, fingerprint, status, body FROM idempotency_keys WHERE key = :key"
        return next((IdempotencyRecord(*row) for row in await self._fetch(query, {"key": key})), None)

    async def known_in_inbox(self, source: str, message_ids: Sequence[str]) -> set[str]:
        query = text("SELECT message_id FROM inbox WHERE source = :source AND message_id = ANY(CAST(:ids AS text[]))")
        async with self._reading() as connection:
            return set((await connection.execute(query, {"source": source, "ids": list(message_ids)})).scalars())

    async def due_timers(self, now: datetime, limit: int) -> list[TimerRow]:
        query = (
            "SELECT stream_id, stream_type, name, due_at, correlation_id FROM timers WHERE due_at <= :now"
            " ORDER BY due_at, stream_id, name LIMIT :limit"
        )
        return [TimerRow(*row) for row in await self._fetch(query, {"now": now, "limit": limit})]

    async def next_timer(self) -> datetime | None:
        [[due]] = await self._fetch("SELECT min(due_at) FROM timers", {})
        return due if isinstance(due, datetime) else None

    # -- consumers ----------------------------------------------------------------------------------------------

    async def cursors(self, consumer: str, source: str) -> dict[int, int]:
        query = text(
            "SELECT CAST(partition AS int), position FROM cursors WHERE consumer = :consumer AND source = :source"
        )
        async with self._reading() as connection:
            rows = await connection.execute(query, {"consumer": consumer, "source": source})
            return {row[0]: row[1] for row in rows}

    async def begin_cursors(self, consumer: str, source: str, partitions: Iterable[int]) -> None:
        make = text(
            "INSERT INTO cursors (consumer, source, partition, position)"
            " SELECT :consumer, :source, w.partition, 0 FROM unnest(CAST(:partitions AS smallint[])) AS w (partition)"
            " ON CONFLICT DO NOTHING"
        )
        async with self._reading() as connection:
            named = {"consumer": consumer, "source": source, "partitions": list(partitions)}
            await connection.execute(make, named)

    async def note_opening(self, consumer: str, source: str, positions: Mapping[int, int]) -> int:
        note = (
            "INSERT INTO openings AS o (consumer, source, positions, times)"
            " VALUES (:consumer, :source, CAST(CAST(:positions AS text) AS jsonb), 1)"
            " ON CONFLICT (consumer, source) DO UPDATE SET positions = excluded.positions,"
            " times = CASE WHEN o.positions = excluded.positions THEN o.times + 1 ELSE 1 END"
            " RETURNING times"
        )
        told = to_json({str(p): at for p, at in sorted(positions.items())})
        [[times]] = await self._fetch(note, {"consumer": consumer, "source": source, "positions": told})
        return int(times)

    async def parked_keys(self, consumer: str, source: str) -> set[str]:
        async with self._reading() as connection:
            return await held.keys(connection, consumer, source)

    async def released_keys(self, consumer: str, source: str) -> set[str]:
        async with self._reading() as connection:
            return await held.released(connection, consumer, source)

    async def dead_letters(
        self, consumer: str | None = None, *, requested: bool = False
    ) -> list[tuple[int, str, HeldMessage]]:
        async with self._reading() as connection:
            return await held.dead_letters(connection, consumer, requested=requested)

    async def request_dead_letter(self, dead_letter_id: int, status: str) -> bool:
        async with self._reading() as connection:
            done = await held.request(connection, dead_letter_id, status)
            await connection.commit()
            return done

    async def parked_messages(self, consumer: str, source: str, key: str, limit: int = 500) -> list[HeldMessage]:
        async with self._reading() as connection:
            return await held.parked(connection, consumer, source, key, limit)


@contextmanager
def telling() -> Iterator[None]:
    """Trouble of the connection is `Unavailable`; an error of the statement stays what it is."""
    try:
        yield
    except DBAPIError as error:
        if _is_gone(error) or _sqlstate(error) in _TRANSIENT:
            raise _unavailable(error) from error
        raise
    except (OSError, PoolTimeout, ConfusedDriver) as error:
        raise _unavailable(error) from error


def _sqlstate(error: DBAPIError) -> str:
    return str(getattr(error.orig, "sqlstate", None) or getattr(error.orig, "pgcode", None) or "")


def _is_gone(error: DBAPIError) -> bool:
    return error.connection_invalidated or _sqlstate(error).startswith(_GONE) or _sqlstate(error) == ""


def _unavailable(error: Exception) -> YanzhenError:
    return Unavailable(
        "database-unavailable",
        f"the database does not answer ({type(error).__name__})",
        remedy="repeat the request with the same Idempotency-Key in a moment",
    )
