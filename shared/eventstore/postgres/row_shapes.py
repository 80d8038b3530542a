"""Changes of one kind to the same columns of a table: their values, and the statement that makes them, wherever the rows
with these values come from.
"""

from collections.abc import Iterator, Sequence
from typing import Any

from sqlalchemy import Table
from sqlalchemy.dialects import postgresql

from shared.eventstore.rows import Add, Put, Remove, RowChange
from shared.kernel.json import to_json

Kind = type[RowChange]
Columns = tuple[str, ...]
Values = dict[str, list[Any]]
"""A list per column, all of the same length."""


def alike(one_round: Sequence[RowChange]) -> Iterator[tuple[str, Kind, Columns, list[RowChange]]]:
    """The changes of a round by table, kind and the columns that they name, in the same order each time."""
    groups: dict[tuple[Kind, str, Columns], list[RowChange]] = {}
    for change in one_round:
        named = () if isinstance(change, Remove) else tuple(change.values)
        groups.setdefault((type(change), change.table, named), []).append(change)
    merged: dict[tuple[str, str, Columns], list[RowChange]] = {}
    for (kind, table, named), group in groups.items():  # the same columns, in whatever order they were named
        merged.setdefault((kind.__name__, table, tuple(sorted(named))), []).extend(group)
    for (_, table, columns), group in sorted(merged.items(), key=lambda one: one[0]):
        yield table, type(group[0]), columns, group


class RowShape:
    """A table's name, key and types. Only names of declared columns are put into statements; values never are."""

    def __init__(self, table: Table) -> None:
        self.name = table.name
        self.key = tuple(column.name for column in table.primary_key.columns)
        dialect = postgresql.dialect()  # type: ignore[no-untyped-call]
        self.types = {c.name: str(c.type.compile(dialect=dialect)).lower() for c in table.columns}

    def is_json(self, column: str) -> bool:
        """Whether its values travel as JSON text."""
        return self.types[column] in ("jsonb", "json")

    def source(self, kind: Kind, columns: Columns) -> Columns:
        """The columns that rows for the statement need: the key and what is changed."""
        return columns if kind is Put else (*self.key, *columns)

    def values(self, kind: Kind, columns: Columns, changes: Sequence[RowChange]) -> Values:
        """The values of the changes for these columns of the statement's rows."""
        found: Values = {}
        if kind is not Put:
            found |= {column: [change.key[at] for change in changes] for at, column in enumerate(self.key)}
        # A removal has no values, and names no columns either.
        found |= {column: [change.values[column] for change in changes] for column in columns}  # type: ignore[union-attr]
        for column in filter(self.is_json, found):
            found[column] = [None if value is None else to_json(value) for value in found[column]]
        return found

    def statement(self, kind: Kind, columns: Columns, rows: str) -> str:
        """The change from rows `w`: `rows` is what stands behind FROM."""
        if kind is Remove:
            match = " AND ".join(f"t.{c} = w.{c}" for c in self.key)
            return f"DELETE FROM {self.name} AS t USING {rows} WHERE {match}"  # noqa: S608
        source = self.source(kind, columns)
        settable = [c for c in columns if c not in self.key]
        # What is added to may be missing or empty so far.
        before = f"coalesce({self.name}.{{0}}, 0) + " if kind is Add else ""
        update = ", ".join(f"{c} = {before.format(c)}excluded.{c}" for c in settable)
        return (
            f"INSERT INTO {self.name} ({', '.join(source)}) SELECT {', '.join(map(self._value, source))} FROM {rows}"  # noqa: S608
            f" ON CONFLICT ({', '.join(self.key)}) DO {f'UPDATE SET {update}' if settable else 'NOTHING'}"
        )

    def _value(self, column: str) -> str:
        return f"CAST(w.{column} AS jsonb)" if self.is_json(column) else f"w.{column}"
