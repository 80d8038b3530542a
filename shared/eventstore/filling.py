"""Filling new read models from what happened: every fact is read once for all of them, however many want it."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Mapping, Sequence
from typing import Any, Final, Protocol, Self

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from shared.contracts.base import PublicEvent
from shared.eventstore.model import ServiceModel
from shared.eventstore.postgres.lanes import fetch
from shared.eventstore.postgres.loading import Loader
from shared.eventstore.postgres.row_shapes import RowShape
from shared.eventstore.projection import Fact, OwnProjector, Projection
from shared.eventstore.rows import RowChange
from shared.eventstore.shadow import Shadow
from shared.kernel.errors import Unavailable

CHUNK: Final = 5000
CLOSE_ENOUGH: Final = 2000
"""Events that may be left for the locked stretch: some tens of milliseconds."""

_OWN: Final = (
    "SELECT seq, stream_id, version, type, schema_version, CAST(data AS text) AS data, recorded_at FROM events"
    " WHERE seq > :after AND seq <= :up_to AND type = ANY(CAST(:types AS text[])) ORDER BY seq LIMIT :chunk"
)


class ForeignHistory(Protocol):
    """Reads what other services have published."""

    def __call__(self, source: str, after: int, up_to: int) -> AsyncIterator[list[tuple[PublicEvent, int]]]:
        """The events of a source with their positions, from after one position up to and including another."""
        ...


class Filling:
    """Feeds stored facts to projections and writes the changes into their new tables."""

    def __init__(
        self, engine: AsyncEngine, model: ServiceModel, shadows: Sequence[Shadow], history: ForeignHistory | None
    ) -> None:
        self._engine = engine
        self._model = model
        self._history = history
        self._shapes = {name: RowShape(table) for shadow in shadows for name, table in shadow.tables.items()}
        self._own = _by_event([shadow.projection.own for shadow in shadows])
        self._foreign = _by_event([shadow.projection.foreign for shadow in shadows])
        self._seq = 0
        self._positions: dict[str, int] = {}
        self._read: Counter[type] = Counter()

    def only(self, shadow: Shadow) -> Self:
        """Filling one of them, from where all of them are now."""
        one = type(self)(self._engine, self._model, [shadow], self._history)
        one._seq = self._seq  # noqa: SLF001 - its own kind
        one._positions |= self._positions  # noqa: SLF001
        one._read += self._read  # noqa: SLF001
        return one

    def facts(self, projection: Projection) -> int:
        """How many facts the projection was told."""
        return sum(self._read[kind] for kind in (*projection.own, *projection.foreign))

    async def catch_up(self) -> None:
        """Project everything up to a moment ago, while writers go on."""
        while True:
            async with self._engine.begin() as connection:
                # A number is taken before it is seen: the lock waits for every writer under way, so that all numbers
                # up to this one are either visible or will never be.
                await connection.execute(text("LOCK TABLE events IN SHARE MODE"))
                horizon = await _max_seq(connection)
            left = horizon - self._seq
            async with self._engine.begin() as connection:
                await self._up_to(connection, horizon)
            if left <= CLOSE_ENOUGH:
                return

    async def finish(self, connection: AsyncConnection) -> None:
        """Project the rest and let nobody add to it before the transaction ends."""
        # SHARE stops appends, not reads; consumers stop at their cursors' rows.
        await connection.execute(text("LOCK TABLE events IN SHARE MODE"))
        await connection.execute(text("SELECT 1 FROM cursors ORDER BY consumer, source, partition FOR UPDATE"))
        await self._up_to(connection, await _max_seq(connection))

    async def _up_to(self, connection: AsyncConnection, seq: int) -> None:
        loader = Loader(connection, self._shapes)
        await self._project_own(loader, seq)
        await self._project_foreign(connection, loader)

    async def _project_own(self, loader: Loader, up_to: int) -> None:
        """Our own events with numbers up to this one. While some are written, the next are read and projected."""
        ready: asyncio.Queue[list[RowChange] | None] = asyncio.Queue(1)

        async def read() -> None:
            async with self._engine.connect() as connection:
                async for changes in self._changes(connection, up_to):
                    await ready.put(changes)
            await ready.put(None)

        async def write() -> None:
            while (changes := await ready.get()) is not None:
                await loader.write(changes)

        if self._own and self._seq < up_to:
            try:
                async with asyncio.TaskGroup() as group:
                    group.create_task(read())
                    group.create_task(write())
            except ExceptionGroup as errors:
                raise errors.exceptions[0] from errors
        self._seq = max(self._seq, up_to)

    async def _changes(self, connection: AsyncConnection, up_to: int) -> AsyncIterator[list[RowChange]]:
        lane = (await connection.get_raw_connection()).driver_connection
        asked = {"after": self._seq, "up_to": up_to, "chunk": CHUNK, "types": [event.type for event in self._own]}
        while stored := await fetch(lane, _OWN, asked):
            # In a thread, so that meanwhile the database is told what to write next.
            yield await asyncio.to_thread(self._projected, stored)
            asked["after"] = stored[-1][0]

    def _projected(self, stored: Sequence[Any]) -> list[RowChange]:
        changes: list[RowChange] = []
        for _, stream_id, version, type_, schema_version, data, recorded_at in stored:
            event = self._model.decode_text(type_, schema_version, data, stream_id)
            self._project(self._own, Fact(event, stream_id, version, recorded_at), changes)
        return changes

    async def _project_foreign(self, connection: AsyncConnection, loader: Loader) -> None:
        """What the service has consumed of others so far."""
        wanted = {f"OUT_{event.service.upper()}" for event in self._foreign}
        query = text("SELECT source, max(position) FROM cursors WHERE consumer = :consumer GROUP BY source")
        for source, position in (await connection.execute(query, {"consumer": self._model.name})).all():
            after = self._positions.get(source, 0)
            if source not in wanted or position <= after:
                continue
            if self._history is None:
                raise Unavailable("no-history", f"a read model is made from {source}, and no broker is at hand")
            async for chunk in self._history(source, after, position):
                now = (await connection.execute(text("SELECT clock_timestamp()"))).scalar_one()
                changes: list[RowChange] = []
                for event, at in chunk:
                    self._project(self._foreign, Fact(event, source, at, now), changes)
                await loader.write(changes)
            self._positions[source] = position

    def _project(self, projectors: "_Projectors", fact: Fact, changes: list[RowChange]) -> None:
        kind = type(fact.event)
        self._read[kind] += 1
        for projector in projectors.get(kind, ()):
            changes.extend(projector(fact.event, fact))


_Projectors = Mapping[type[Any], Sequence[OwnProjector]]


def _by_event(projections: Sequence[Mapping[type[Any], OwnProjector]]) -> _Projectors:
    found: dict[type[Any], list[OwnProjector]] = {}
    for projectors in projections:
        for kind, projector in projectors.items():
            found.setdefault(kind, []).append(projector)
    return found


async def _max_seq(connection: AsyncConnection) -> int:
    return int((await connection.execute(text("SELECT coalesce(max(seq), 0) FROM events"))).scalar_one())
