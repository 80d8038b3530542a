"""Read models in PostgreSQL: row changes to bulk statements.

Every read model is a table `<name>_v<version>` behind a view `<name>`. All writing and reading goes through the view
(simple views are updatable, ON CONFLICT included), so a rebuild only has to flip the view and no process need know.
"""

from collections.abc import Iterator, Mapping, Sequence
from operator import attrgetter

from sqlalchemy import Table, TextClause, text
from sqlalchemy.ext.asyncio import AsyncConnection

from shared.eventstore.postgres.row_shapes import Columns, Kind, RowShape, Values, alike
from shared.eventstore.rows import RowChange, rounds


class ViewWriter:
    """Writes the row changes of a group; knows the tables it may write."""

    def __init__(self, tables: Mapping[str, Table]) -> None:
        self._shapes = {name: RowShape(table) for name, table in tables.items()}
        self._statements: dict[tuple[str, Kind, Columns], TextClause] = {}

    async def write(self, connection: AsyncConnection, changes: Sequence[RowChange]) -> None:
        """Apply the changes in order per row. Raises the database's error when a row breaks a constraint."""
        for one_round in rounds(changes):
            for statement, values in self._bound(one_round):
                await connection.execute(statement, values)

    def in_any_order(self, changes: Sequence[RowChange]) -> list[tuple[TextClause, Values]] | None:
        """The changes as statements that may run in any order; None when a row has to be changed more than once."""
        all_rounds = rounds(changes)
        if len(all_rounds) > 1:
            return None
        return [bound for one_round in all_rounds for bound in self._bound(one_round)]

    def _bound(self, one_round: Sequence[RowChange]) -> Iterator[tuple[TextClause, Values]]:
        for table, kind, columns, changes in alike(one_round):
            # In order of their keys: two groups that write the same rows lock them in the same order.
            changes.sort(key=attrgetter("key"))
            shape = self._shapes[table]
            statement = self._statements.get((table, kind, columns))
            if statement is None:
                rows = _arrays(shape, shape.source(kind, columns))
                statement = self._statements[(table, kind, columns)] = text(shape.statement(kind, columns, rows))
            yield statement, shape.values(kind, columns, changes)


def _arrays(shape: RowShape, columns: Columns) -> str:
    types = ("text" if shape.is_json(column) else shape.types[column] for column in columns)
    arrays = ", ".join(f"CAST(:{column} AS {kind}[])" for column, kind in zip(columns, types, strict=True))
    return f"unnest({arrays}) AS w ({', '.join(columns)})"
