"""One moment for all databases, for the milliseconds that it takes to name their snapshots.

What has to hold after a restore: no service has handled a message that its source has not published. Otherwise the source
would give the position again, to something else, and the consumer would take that for a duplicate.

So first the cursors of *all* services are held (a lock that readers and everything but a consumer's commit pass), and only
then is any snapshot taken. While they are held no cursor moves, and whatever a cursor has passed was committed by its source
before: so it is in the source's snapshot, whichever of the snapshots is taken first. Commands, relays and timers go on.
"""

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from typing import Any, Final

import asyncpg

from services.cli.installation import KnownService
from shared.kernel.errors import Unavailable

HOLD = "LOCK TABLE cursors IN SHARE MODE"
"""Waits for consumers that are about to commit, and keeps the next ones waiting."""
_PATIENCE: Final = "SET lock_timeout = '3s'"
_TRIES: Final = 5
_AWAKE: Final = "SET idle_in_transaction_session_timeout = 0; SET statement_timeout = 0"
_HEADS: Final = """
    SELECT (SELECT coalesce(max(position), 0) FROM outbound), (SELECT count(*) FROM outbox), (SELECT count(*) FROM events),
           (SELECT number FROM audit ORDER BY number DESC LIMIT 1), (SELECT hash FROM audit ORDER BY number DESC LIMIT 1),
           (SELECT event_id FROM events ORDER BY seq LIMIT 1)
"""


@dataclass(frozen=True, slots=True)
class Snapshot:
    """A service's database at that moment; `id` is PostgreSQL's name of it, good while the barrier's block lasts."""

    id: str
    position: int
    waiting: int
    events: int
    cursors: dict[str, int]
    audit: tuple[int, str]
    revisions: tuple[str, ...]
    first_event: str


@asynccontextmanager
async def snapshots(services: Mapping[str, KnownService]) -> AsyncIterator[dict[str, Snapshot]]:
    """Snapshots that fit together, to be read until the end of the block; consumers are let go before it begins.

    Raises `Unavailable` (`database-unreachable`, `backup-busy`).
    """
    async with AsyncExitStack() as stack:
        try:
            watching = {name: await _connect(stack, one) for name, one in services.items()}
            holding = {name: await _connect(stack, one) for name, one in services.items()}
            found = await _at_one_moment(holding, watching)
        except (asyncpg.PostgresError, asyncpg.InterfaceError, OSError, TimeoutError) as error:
            raise Unavailable(
                "database-unreachable", f"a database could not be saved ({type(error).__name__}: {error})",
                remedy="see `yanzhen doctor`",
            ) from error  # fmt: skip
        yield found


async def _at_one_moment(
    holding: Mapping[str, asyncpg.Connection], watching: Mapping[str, asyncpg.Connection]
) -> dict[str, Snapshot]:
    for attempt in range(_TRIES):
        try:
            for connection in holding.values():
                await connection.execute("BEGIN")
                await connection.execute(HOLD)
            names = {name: await _name(connection) for name, connection in watching.items()}
            break
        except asyncpg.LockNotAvailableError:
            # Somebody sits in a transaction. Nobody is kept waiting for that: let go, and try again.
            if attempt == _TRIES - 1:
                raise Unavailable(
                    "backup-busy", "a consumer's transaction stayed open and the cursors could not be held",
                    remedy="look for it in pg_stat_activity, then repeat",
                ) from None  # fmt: skip
        finally:
            await asyncio.gather(*(connection.execute("ROLLBACK") for connection in holding.values()))
    # What is in a snapshot does not change any more, so it is read after everybody was let go.
    return {name: await _describe(connection, names[name]) for name, connection in watching.items()}


async def _connect(stack: AsyncExitStack, service: KnownService) -> asyncpg.Connection:
    connection = await asyncpg.connect(service.owned_database, timeout=10)
    stack.push_async_callback(connection.close)
    await connection.execute(f"{_AWAKE}; {_PATIENCE}")
    return connection


async def _name(connection: asyncpg.Connection) -> str:
    await connection.execute("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY")
    return str(await connection.fetchval("SELECT pg_export_snapshot()"))


async def _describe(connection: asyncpg.Connection, name: str) -> Snapshot:
    position, waiting, events, number, hash_, first = await connection.fetchrow(_HEADS)
    cursors = await connection.fetch("SELECT source, max(position) FROM cursors GROUP BY source")
    revisions: list[Any] = await connection.fetch("SELECT version_num FROM alembic_version ORDER BY 1")
    return Snapshot(
        name, position, waiting, events, {_service_of(row[0]): row[1] for row in cursors},
        (number or 0, hash_ or ""), tuple(row[0] for row in revisions), first or "",
    )  # fmt: skip


def _service_of(source: str) -> str:
    """`OUT_MOBILITY` → `mobility`."""
    return source.removeprefix("OUT_").lower()
