"""Read models in PostgreSQL: row changes to bulk statements.

Every read model is a table `<name>_v<version>` behind a view `<name>`. All writing and reading goes through the view
(simple views are updatable, ON CONFLICT included), so a rebuild only has to flip the view and no process need know.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from sqlalchemy import Table, TextClause, text
from sqlalchemy.dialects import postgresql
from sqlalchemy.ext.asyncio import AsyncConnection

from shared.eventstore.rows import Add, Put, Remove, RowChange, rounds
from shared.kernel.json import to_json

Values = dict[str, list[Any]]


class ViewWriter:
    """Writes the row changes of a group; knows the tables it may write."""

    def __init__(self, tables: Mapping[str, Table]) -> None:
        self._shapes = {name: _Shape(table) for name, table in tables.items()}

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
        groups: dict[tuple[type[RowChange], str, tuple[str, ...]], list[RowChange]] = {}
        for change in one_round:
            named = () if isinstance(change, Remove) else tuple(change.values)
            groups.setdefault((type(change), change.table, named), []).append(change)
        merged: dict[tuple[str, str, tuple[str, ...]], list[RowChange]] = {}
        for (kind, table, named), group in groups.items():  # the same columns, in whatever order they were named
            merged.setdefault((kind.__name__, table, tuple(sorted(named))), []).extend(group)
        for (_, table, columns), group in sorted(merged.items(), key=lambda one: one[0]):
            yield self._shapes[table].bind(group, columns)


class _Shape:
    """Prepared statements of one table."""

    def __init__(self, table: Table) -> None:
        self.name = table.name
        self.key = tuple(column.name for column in table.primary_key.columns)
        dialect = postgresql.dialect()  # type: ignore[no-untyped-call]
        self.types = {c.name: str(c.type.compile(dialect=dialect)).lower() for c in table.columns}
        self._statements: dict[tuple[str, tuple[str, ...]], TextClause] = {}

    def bind(self, changes: list[RowChange], columns: tuple[str, ...]) -> tuple[TextClause, Values]:
        """One statement for changes of one kind to the same columns, and its values."""
        # In order of their keys: two groups that write the same rows lock them in the same order.
        changes.sort(key=lambda change: tuple(map(str, change.key)))
        shape = (type(changes[0]).__name__, columns)
        statement = self._statements.get(shape)
        if statement is None:
            statement = self._statements[shape] = self._build(type(changes[0]), columns)
        if isinstance(changes[0], Put):
            values = {c: self._bound(c, [change.values[c] for change in changes]) for c in columns}  # type: ignore[union-attr]
        else:
            values = {f"k{i}": self._bound(c, [change.key[i] for change in changes]) for i, c in enumerate(self.key)}
            if isinstance(changes[0], Add):
                values |= {c: [change.values[c] for change in changes] for c in columns}  # type: ignore[union-attr]
        return statement, values

    def _bound(self, column: str, values: list[Any]) -> list[Any]:
        if self.types[column] not in ("jsonb", "json"):
            return values
        return [None if value is None else to_json(value) for value in values]

    def _array(self, parameter: str, column: str) -> str:
        kind = self.types[column]
        return f"CAST(:{parameter} AS {'text' if kind in ('jsonb', 'json') else kind}[])"

    def _value(self, column: str) -> str:
        return f"CAST(w.{column} AS jsonb)" if self.types[column] in ("jsonb", "json") else f"w.{column}"

    def _build(self, kind: type[RowChange], columns: tuple[str, ...]) -> TextClause:
        # Only names of declared columns are put into the text; values are always bound.
        keys = ", ".join(self.key)
        if kind is Put:
            source = ", ".join(self._array(c, c) for c in columns)
            settable = [c for c in columns if c not in self.key]
            update = ", ".join(f"{c} = excluded.{c}" for c in settable)
            return text(
                f"INSERT INTO {self.name} ({', '.join(columns)})"  # noqa: S608
                f" SELECT {', '.join(self._value(c) for c in columns)} FROM unnest({source}) AS w ({', '.join(columns)})"
                f" ON CONFLICT ({keys}) DO {f'UPDATE SET {update}' if settable else 'NOTHING'}"
            )
        key_arrays = ", ".join(self._array(f"k{i}", c) for i, c in enumerate(self.key))
        if kind is Add:
            source = ", ".join([key_arrays, *(self._array(c, c) for c in columns)])
            names = ", ".join([*self.key, *columns])
            update = ", ".join(f"{c} = coalesce({self.name}.{c}, 0) + excluded.{c}" for c in columns)
            return text(
                f"INSERT INTO {self.name} ({names}) SELECT * FROM unnest({source}) AS w ({names})"  # noqa: S608
                f" ON CONFLICT ({keys}) DO UPDATE SET {update}"
            )
        match = " AND ".join(f"t.{c} = w.{c}" for c in self.key)
        return text(f"DELETE FROM {self.name} AS t USING unnest({key_arrays}) AS w ({keys}) WHERE {match}")  # noqa: S608
