"""Row changes by the thousand, into tables that nobody else writes yet."""

from collections.abc import Mapping, Sequence

import asyncpg
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from shared.eventstore.postgres.lanes import DRIVER_ERRORS, as_sqlalchemy
from shared.eventstore.postgres.row_shapes import Columns, Kind, RowShape, alike
from shared.eventstore.rows import RowChange, rounds


class Loader:
    """Writes row changes by way of COPY into a copy of each table that ends with the transaction: a fifth of the
    client's CPU time of binding arrays, and no more of the server's (ADR 0053).
    """

    def __init__(self, connection: AsyncConnection, shapes: Mapping[str, RowShape]) -> None:
        """`shapes` by the names that changes use; the connection has to be in a transaction."""
        self._connection = connection
        self._shapes = shapes
        self._copies: dict[str, str] = {}

    async def write(self, changes: Sequence[RowChange]) -> None:
        """Apply the changes in order per row. Raises the database's error when a row breaks a constraint."""
        for one_round in rounds(changes):
            for table, kind, columns, group in alike(one_round):
                await self._load(self._shapes[table], kind, columns, group)

    async def _load(self, shape: RowShape, kind: Kind, columns: Columns, changes: Sequence[RowChange]) -> None:
        copy = await self._copy_of(shape)
        values = shape.values(kind, columns, changes)
        lane: asyncpg.Connection = (await self._connection.get_raw_connection()).driver_connection
        try:
            rows = zip(*values.values(), strict=True)
            await lane.copy_records_to_table(copy, records=rows, columns=list(values))
            await lane.execute(f"{shape.statement(kind, columns, f'{copy} AS w')}; TRUNCATE {copy}")
        except DRIVER_ERRORS as error:
            raise as_sqlalchemy(error, lane) from error

    async def _copy_of(self, shape: RowShape) -> str:
        if shape.name not in self._copies:
            name = f"loading_{len(self._copies)}"
            await self._connection.execute(text(f"CREATE TEMPORARY TABLE {name} (LIKE {shape.name}) ON COMMIT DROP"))
            self._copies[shape.name] = name
        return self._copies[shape.name]
