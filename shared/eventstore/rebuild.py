"""Rebuilding a read model beside the running one.

The new tables get the next number, are filled from the events while the old ones go on serving and being written, and
take over by flipping the views. Only the last stretch holds writers up, while the newest few events are projected.
Nobody else has to know, since all reading and writing goes through the views.

Own facts come from the events table, foreign ones from the streams that the service consumes, up to its cursors.
"""

import asyncio
from collections.abc import AsyncIterator, Iterable
from dataclasses import dataclass
from typing import Protocol

import structlog
from sqlalchemy import MetaData, Table, text
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine
from sqlalchemy.schema import CreateIndex, CreateTable
from sqlalchemy.sql.elements import quoted_name

from shared.contracts.base import PublicEvent
from shared.eventstore.model import ServiceModel
from shared.eventstore.postgres.grants import allow_views
from shared.eventstore.postgres.views import ViewWriter
from shared.eventstore.projection import Fact, Projection
from shared.eventstore.rows import RowChange
from shared.kernel.errors import Unavailable

CHUNK = 5000
AT_ONCE = 2
CLOSE_ENOUGH = 2000
"""Events that may be left for the locked stretch: some tens of milliseconds."""

log = structlog.get_logger("rebuild")


class ForeignHistory(Protocol):
    """Reads what other services have published."""

    def __call__(self, source: str, after: int, up_to: int) -> AsyncIterator[list[tuple[PublicEvent, int]]]:
        """The events of a source with their positions, from after one position up to and including another."""
        ...


@dataclass(frozen=True, slots=True)
class Rebuilt:
    """What a rebuild did: facts projected, rows per table (before, after), and how many rows differ."""

    projection: str
    version: int
    facts: int
    rows: dict[str, tuple[int, int]]
    different: int


async def bring_up_projections(
    engine: AsyncEngine, model: ServiceModel, history: ForeignHistory | None = None
) -> list[str]:
    """Make the tables of new projections and rebuild those whose version was raised. Returns their names."""
    outdated = await outdated_projections(engine, model)
    await rebuild_all(engine, model, outdated, history)
    return [projection.name for projection in outdated]


async def rebuild_all(
    engine: AsyncEngine, model: ServiceModel, projections: Iterable[Projection], history: ForeignHistory | None = None
) -> None:
    """Rebuild these, two at the same time: the database writes for one while events are read into rows for the other.

    Raises the first error; what is finished by then stays.
    """
    waiting, one_flips = iter(projections), asyncio.Lock()

    async def work() -> None:
        for projection in waiting:
            await rebuild(engine, model, projection, history, one_flips)

    try:
        async with asyncio.TaskGroup() as group:
            for _ in range(AT_ONCE):
                group.create_task(work())
    except ExceptionGroup as errors:
        raise errors.exceptions[0] from errors


async def outdated_projections(engine: AsyncEngine, model: ServiceModel) -> list[Projection]:
    """Those whose tables are missing, or of an older version than the code."""
    async with engine.connect() as connection:
        rows = (await connection.execute(text("SELECT name, version FROM projections"))).all()
    live = {name: version // _REBUILDS for name, version in rows}
    return [p for p in model.projections if live.get(p.name, -1) < p.version]


_REBUILDS = 1000
"""The stored number is version * 1000 + rebuilds of that version, so that a table name is never used twice."""


async def rebuild(
    engine: AsyncEngine,
    model: ServiceModel,
    projection: Projection,
    history: ForeignHistory | None = None,
    one_flips: asyncio.Lock | None = None,
) -> Rebuilt:
    """Build the projection's tables anew and flip to them. Raises `Unavailable` when foreign history is needed and
    cannot be read. A rebuild that fails leaves the old tables serving.

    `one_flips`: shared by rebuilds that run at the same time, so that writers never wait for two of them.
    """
    tables = {name: model.views.tables[name] for name in projection.tables}
    async with engine.begin() as connection:
        number = await _next_number(connection, projection)
        shadow = {name: f"{name}_v{number}" for name in tables}
        await _drop_leftovers(connection, shadow)
        shadows = {name: _copy(table, shadow[name]) for name, table in tables.items()}
        for table in shadows.values():
            await connection.execute(CreateTable(table))
            for index in table.indexes:
                await connection.execute(CreateIndex(index))
    copier = _Copier(engine, model, projection, shadows, history)
    await copier.catch_up()
    async with one_flips or asyncio.Lock(), engine.begin() as connection:
        # SHARE stops appends, not reads; consumers stop at their cursors' rows.
        await connection.execute(text("LOCK TABLE events IN SHARE MODE"))
        await connection.execute(text("SELECT 1 FROM cursors ORDER BY consumer, source, partition FOR UPDATE"))
        await copier.own(connection, await _max_seq(connection))
        await copier.foreign(connection)
        report = await _compare(connection, projection, shadow, number, copier.count)
        await _flip(connection, projection, shadow, number)
    log.info("projection.rebuilt", name=projection.name, version=number, facts=report.facts, different=report.different)
    return report


class _Copier:
    """Feeds stored facts to a projection and writes the changes into the new tables."""

    def __init__(
        self,
        engine: AsyncEngine,
        model: ServiceModel,
        projection: Projection,
        shadows: dict[str, Table],
        history: ForeignHistory | None,
    ) -> None:
        self._engine = engine
        self._model = model
        self._projection = projection
        self._writer = ViewWriter(shadows)
        self._history = history
        self._seq = 0
        self._positions: dict[str, int] = {}
        self.count = 0

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
                await self.own(connection, horizon)
                await self.foreign(connection)
            if left <= CLOSE_ENOUGH:
                return

    async def own(self, connection: AsyncConnection, up_to: int) -> None:
        """Project our own events with numbers up to this one; others are not even read."""
        types = [event.type for event in self._projection.own]
        while types and self._seq < up_to:
            asked = {"after": self._seq, "up_to": up_to, "chunk": CHUNK, "types": types}
            rows = await connection.execute(_OWN, asked)
            stored = rows.all()
            if not stored:
                break
            changes: list[RowChange] = []
            for _, stream_id, version, type_, schema_version, data, recorded_at in stored:
                event = self._model.decode_text(type_, schema_version, data, stream_id)
                changes.extend(self._projection.of_own(Fact(event, stream_id, version, recorded_at)))
            await self._writer.write(connection, changes)
            self._seq = stored[-1][0]
            self.count += len(stored)
        self._seq = max(self._seq, up_to)

    async def foreign(self, connection: AsyncConnection) -> None:
        """Project what the service has consumed of others so far."""
        if not self._projection.foreign:
            return
        wanted = {f"OUT_{event.service.upper()}" for event in self._projection.foreign}
        query = text("SELECT source, max(position) FROM cursors WHERE consumer = :consumer GROUP BY source")
        for source, position in (await connection.execute(query, {"consumer": self._model.name})).all():
            after = self._positions.get(source, 0)
            if source not in wanted or position <= after:
                continue
            if self._history is None:
                raise Unavailable(
                    "no-history", f"rebuilding {self._projection.name} needs {source}, and no broker is at hand"
                )
            async for chunk in self._history(source, after, position):
                now = (await connection.execute(text("SELECT clock_timestamp()"))).scalar_one()
                facts = [Fact(event, source, at, now) for event, at in chunk]
                changes = [change for fact in facts for change in self._projection.of_foreign(fact)]
                await self._writer.write(connection, changes)
                self.count += len(chunk)
            self._positions[source] = position


_OWN = text(
    "SELECT seq, stream_id, version, type, schema_version, CAST(data AS text), recorded_at FROM events"
    " WHERE seq > :after AND seq <= :up_to AND type = ANY(CAST(:types AS text[])) ORDER BY seq LIMIT :chunk"
)


def _copy(table: Table, name: str) -> Table:
    copy = table.to_metadata(MetaData(), name=name)
    for index in copy.indexes:  # names are the schema's, not the table's: the old table still has the old one
        index.name = quoted_name(f"{name}_by_{'_'.join(c.name for c in index.columns)}"[:63], quote=None)
    return copy


async def _max_seq(connection: AsyncConnection) -> int:
    return int((await connection.execute(text("SELECT coalesce(max(seq), 0) FROM events"))).scalar_one())


async def _next_number(connection: AsyncConnection, projection: Projection) -> int:
    query = text("SELECT version FROM projections WHERE name = :name FOR UPDATE")
    live = (await connection.execute(query, {"name": projection.name})).scalar() or 0
    return int(max(projection.version * _REBUILDS, live + 1))


async def _drop_leftovers(connection: AsyncConnection, shadow: dict[str, str]) -> None:
    for name in shadow.values():  # of a rebuild that did not finish
        await connection.execute(text(f"DROP TABLE IF EXISTS {name}"))


async def _compare(
    connection: AsyncConnection, projection: Projection, shadow: dict[str, str], number: int, facts: int
) -> Rebuilt:
    rows: dict[str, tuple[int, int]] = {}
    different = 0
    for name, new in shadow.items():
        exists = (await connection.execute(text("SELECT to_regclass(:name)"), {"name": name})).scalar()
        after = int((await connection.execute(text(f"SELECT count(*) FROM {new}"))).scalar_one())  # noqa: S608
        before = 0
        if exists:
            before = int((await connection.execute(text(f"SELECT count(*) FROM {name}"))).scalar_one())  # noqa: S608
            if await _same_columns(connection, name, new):
                query = text(
                    f"SELECT count(*) FROM ((TABLE {name} EXCEPT TABLE {new}) UNION ALL (TABLE {new} EXCEPT TABLE {name})) AS d"  # noqa: S608
                )
                different += int((await connection.execute(query)).scalar_one())
        rows[name] = (before, after)
    return Rebuilt(projection.name, number, facts, rows, different)


async def _same_columns(connection: AsyncConnection, one: str, other: str) -> bool:
    query = text(
        "SELECT count(DISTINCT names) = 1 FROM (SELECT array_agg(column_name ORDER BY ordinal_position) AS names"
        " FROM information_schema.columns WHERE table_name IN (:one, :other) GROUP BY table_name) AS n"
    )
    return bool((await connection.execute(query, {"one": one, "other": other})).scalar())


async def _flip(connection: AsyncConnection, projection: Projection, shadow: dict[str, str], number: int) -> None:
    for name, new in shadow.items():
        old = await connection.execute(
            text("SELECT view_definition FROM information_schema.views WHERE table_name = :name"), {"name": name}
        )
        definition = old.scalar()
        # DROP and CREATE instead of CREATE OR REPLACE: a new version may have other columns. Both are one transaction.
        await connection.execute(text(f"DROP VIEW IF EXISTS {name}"))
        await connection.execute(text(f"CREATE VIEW {name} AS SELECT * FROM {new}"))  # noqa: S608
        if definition:
            before = definition.rstrip().rstrip(";").rpartition("FROM ")[2].strip()
            await connection.execute(text(f"DROP TABLE {before}"))
    await allow_views(connection, shadow)
    await connection.execute(
        text(
            "INSERT INTO projections (name, version) VALUES (:name, :version)"
            " ON CONFLICT (name) DO UPDATE SET version = excluded.version, built_at = clock_timestamp()"
        ),
        {"name": projection.name, "version": number},
    )
