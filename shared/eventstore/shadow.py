"""The tables of a read model that is built beside the running one: made, compared with it, and put in its place."""

from dataclasses import dataclass
from typing import Final

from sqlalchemy import MetaData, Table, text
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlalchemy.schema import CreateIndex, CreateTable
from sqlalchemy.sql.elements import quoted_name

from shared.eventstore.model import ServiceModel
from shared.eventstore.postgres.grants import allow_views
from shared.eventstore.projection import Projection

REBUILDS: Final = 1000
"""The stored number is version * 1000 + rebuilds of that version, so that a table name is never used twice."""


@dataclass(frozen=True, slots=True)
class Shadow:
    """A projection's new tables, by the names of the views that will show them."""

    projection: Projection
    number: int
    tables: dict[str, Table]

    @classmethod
    async def make(cls, connection: AsyncConnection, model: ServiceModel, projection: Projection) -> "Shadow":
        """Make the tables, empty, under the next number."""
        number = await _next_number(connection, projection)
        tables = {name: _copy(model.views.tables[name], f"{name}_v{number}") for name in projection.tables}
        for table in tables.values():
            await connection.execute(text(f"DROP TABLE IF EXISTS {table.name}"))  # of a rebuild that did not finish
            await connection.execute(CreateTable(table))
        return cls(projection, number, tables)

    async def make_indexes(self, connection: AsyncConnection) -> None:
        """Make the indexes that the tables declare: of all rows in one go at a fraction of what keeping them costs."""
        for table in self.tables.values():
            for index in table.indexes:
                await connection.execute(CreateIndex(index))

    async def compare(self, connection: AsyncConnection) -> tuple[dict[str, tuple[int, int]], int]:
        """Rows per table (before, after), and how many rows differ between tables of the same columns."""
        rows: dict[str, tuple[int, int]] = {}
        different = 0
        for name, table in self.tables.items():
            if await _same_columns(connection, name, table.name):
                before, after, differ = await _differences(connection, name, table)
                rows[name], different = (before, after), different + differ
            else:
                exists = (await connection.execute(text("SELECT to_regclass(:name)"), {"name": name})).scalar()
                rows[name] = (await _rows(connection, name) if exists else 0, await _rows(connection, table.name))
        return rows, different

    async def flip(self, connection: AsyncConnection) -> None:
        """Let the views show the new tables, and drop the old ones."""
        for name, table in self.tables.items():
            old = await connection.execute(
                text("SELECT view_definition FROM information_schema.views WHERE table_name = :name"), {"name": name}
            )
            definition = old.scalar()
            # DROP and CREATE instead of CREATE OR REPLACE: a new version may have other columns. Both are one transaction.
            await connection.execute(text(f"DROP VIEW IF EXISTS {name}"))
            await connection.execute(text(f"CREATE VIEW {name} AS SELECT * FROM {table.name}"))  # noqa: S608
            if definition:
                before = definition.rstrip().rstrip(";").rpartition("FROM ")[2].strip()
                await connection.execute(text(f"DROP TABLE {before}"))
        await allow_views(connection, self.tables)
        await connection.execute(
            text(
                "INSERT INTO projections (name, version) VALUES (:name, :version)"
                " ON CONFLICT (name) DO UPDATE SET version = excluded.version, built_at = clock_timestamp()"
            ),
            {"name": self.projection.name, "version": self.number},
        )


def _copy(table: Table, name: str) -> Table:
    copy = table.to_metadata(MetaData(), name=name)
    for index in copy.indexes:  # names are the schema's, not the table's: the old table still has the old one
        index.name = quoted_name(f"{name}_by_{'_'.join(c.name for c in index.columns)}"[:63], quote=None)
    return copy


async def _next_number(connection: AsyncConnection, projection: Projection) -> int:
    query = text("SELECT version FROM projections WHERE name = :name FOR UPDATE")
    live = (await connection.execute(query, {"name": projection.name})).scalar() or 0
    return int(max(projection.version * REBUILDS, live + 1))


async def _same_columns(connection: AsyncConnection, one: str, other: str) -> bool:
    query = text(
        "SELECT count(*) = 2 AND count(DISTINCT columns) = 1 FROM (SELECT array_agg(column_name || ' ' || data_type"
        " ORDER BY ordinal_position) AS columns FROM information_schema.columns"
        " WHERE table_name IN (:one, :other) GROUP BY table_name) AS n"
    )
    return bool((await connection.execute(query, {"one": one, "other": other})).scalar())


async def _rows(connection: AsyncConnection, table: str) -> int:
    return int((await connection.execute(text(f"SELECT count(*) FROM {table}"))).scalar_one())  # noqa: S608


async def _differences(connection: AsyncConnection, name: str, table: Table) -> tuple[int, int, int]:
    """Rows of the one, of the other, and how many are not the same: in one pass, since writers wait for it."""
    keys = [column.name for column in table.primary_key.columns]
    query = text(
        f"SELECT count(old.{keys[0]}), count(new.{keys[0]}), count(*) FILTER (WHERE old IS DISTINCT FROM new)"  # noqa: S608
        f" FROM {name} AS old FULL JOIN {table.name} AS new USING ({', '.join(keys)})"
    )
    before, after, differ = (await connection.execute(query)).one()
    return before, after, differ
