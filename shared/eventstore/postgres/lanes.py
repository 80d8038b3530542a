"""Kept connections for the few statements that make up nearly all traffic.

SQLAlchemy's way from a `text()` to the wire and back costs ten times what the round trip costs (measured on 2 cores: 0.24 ms of
CPU against 0.03 ms), and a service that follows others does little else. So the statements of a commit, of loading streams and
rows, and of the sequencer go to the driver of a connection that the engine has opened, with all its settings and codecs.
Errors come back as SQLAlchemy's, so that nobody has to know both kinds (ADR 0030).
"""

import asyncio
import re
from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any

import asyncpg
from sqlalchemy import event
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncEngine

ConfusedDriver = asyncpg.InternalClientError
"""What the driver raises when the server dies between two messages of one statement ("cannot switch to state …"): it is of
no kind that SQLAlchemy or a caller would take for a lost connection, and is one.
"""
DRIVER_ERRORS = (asyncpg.PostgresError, asyncpg.InterfaceError, ConfusedDriver)
KEPT = 3
"""Connections per process: one commits, the others read. A statement more waits for less than opening one would take."""
IDLE_SECONDS = 60.0
"""After this long without use all but the last are closed: each costs PostgreSQL 2 MB."""


class Lanes:
    """At most `size` connections of an engine, opened when first needed, closed when the engine is disposed of."""

    def __init__(self, engine: AsyncEngine, size: int = KEPT) -> None:
        self._engine = engine
        self._free: list[tuple[asyncpg.Connection, float]] = []  # the one used last is used next
        self._kept: set[asyncpg.Connection] = set()
        self._permits = asyncio.Semaphore(size)
        event.listen(engine.sync_engine, "engine_disposed", self._disposed)

    async def fetch(self, statement: str, values: Mapping[str, Any]) -> Sequence[Any]:
        """The rows of one statement with `:named` parameters, in a transaction of its own.

        Raises SQLAlchemy's `DBAPIError`; `OSError` when the database cannot be reached.
        """
        async with self._permits:
            lane = await self._lane()
            try:
                rows = await fetch(lane, statement, values)
            except DBAPIError as error:
                # A statement that was refused leaves its connection as it was; anything else does not.
                self._drop(lane) if error.connection_invalidated else self._release(lane)
                raise
            except BaseException:
                self._drop(lane)  # given up in the middle of an answer
                raise
            self._release(lane)
            return rows

    async def _lane(self) -> asyncpg.Connection:
        while self._free:
            lane, _ = self._free.pop()
            if not lane.is_closed():
                return lane
            self._drop(lane)
        lane = await detached(self._engine)
        self._kept.add(lane)
        return lane

    def _release(self, lane: asyncpg.Connection) -> None:
        now = asyncio.get_running_loop().time()
        if self._free and now - self._free[0][1] > IDLE_SECONDS:
            self._drop(self._free.pop(0)[0])
        self._free.append((lane, now))

    def _drop(self, lane: asyncpg.Connection) -> None:
        self._kept.discard(lane)
        lane.terminate()

    def _disposed(self, _: Any) -> None:
        self._free.clear()
        for lane in tuple(self._kept):
            self._drop(lane)


async def detached(engine: AsyncEngine) -> asyncpg.Connection:
    """A connection that the engine has opened and forgotten: the driver's own."""
    connection = await engine.connect()
    lane: asyncpg.Connection = (await connection.get_raw_connection()).driver_connection
    await connection.run_sync(lambda known: known.detach())
    return lane


async def fetch(lane: asyncpg.Connection, statement: str, values: Mapping[str, Any]) -> Sequence[Any]:
    """The rows of one statement with `:named` parameters. Raises SQLAlchemy's `DBAPIError`, or `OSError`."""
    sql, names = _positional(statement)
    try:
        rows: Sequence[Any] = await lane.fetch(sql, *(values[name] for name in names))
    except DRIVER_ERRORS as error:
        raise as_sqlalchemy(error, lane) from error
    return rows


def as_sqlalchemy(error: Exception, lane: asyncpg.Connection) -> DBAPIError:
    """One of `DRIVER_ERRORS` as the error that everybody knows."""
    # A session that was ended tells so before its socket closes.
    told = str(getattr(error, "sqlstate", "")).startswith(("08", "57P"))
    gone = told or lane.is_closed() or not isinstance(error, asyncpg.PostgresError)
    return DBAPIError(None, None, error, hide_parameters=True, connection_invalidated=gone)


@lru_cache(maxsize=1024)
def _positional(statement: str) -> tuple[str, tuple[str, ...]]:
    names: list[str] = []

    def number(found: re.Match[str]) -> str:
        name = found[1]
        if name not in names:
            names.append(name)
        return f"${names.index(name) + 1}"

    return _PARAMETER.sub(number, statement), tuple(names)


_PARAMETER = re.compile(r":(\w+)")
