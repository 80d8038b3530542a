"""Rows of read models by the values of some columns, for everybody who asks at the same time with one query per shape."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any

from sqlalchemy import Table
from sqlalchemy.dialects import postgresql

from shared.eventstore.rows import Key, Row
from shared.eventstore.sharing import SharedReading

Fetch = Callable[[str, Mapping[str, Any]], Awaitable[Sequence[Any]]]
_Shape = tuple[str, tuple[str, ...], tuple[str, ...]]
"""A table, the columns that have a value in the question, and those that have to be empty."""


class RowReader:
    """Reads through the views `tables` are named after."""

    def __init__(self, tables: Mapping[str, Table], fetch: Fetch) -> None:
        self._tables = tables
        self._fetch = fetch
        self._shared: dict[_Shape, SharedReading[Key, None, list[Row]]] = {}

    async def by_key(self, table: str, keys: Sequence[Key]) -> dict[Key, Row]:
        """The rows with these keys; missing ones are left out."""
        if not keys:
            return {}
        found = await self._of((table, self._key(table), ())).get(dict.fromkeys(keys))
        return {key: rows[0] for key, rows in found.items() if rows}

    async def with_any(self, table: str, equal: Sequence[Mapping[str, Any]]) -> list[Row]:
        """The rows in which every column of one of the mappings equals its value, in order of their keys."""
        asked: dict[_Shape, dict[Key, None]] = {}
        for one in equal:
            given = tuple(sorted(column for column, value in one.items() if value is not None))
            empty = tuple(sorted(one.keys() - set(given)))
            asked.setdefault((table, given, empty), {})[tuple(one[column] for column in given)] = None
        rows = [
            row
            for shape, keys in asked.items()
            for found in (await self._of(shape).get(keys)).values()
            for row in found
        ]
        key = self._key(table)
        return sorted(rows, key=lambda row: tuple(row[column] for column in key))

    def _key(self, table: str) -> tuple[str, ...]:
        return tuple(column.name for column in self._tables[table].primary_key.columns)

    def _of(self, shape: _Shape) -> SharedReading[Key, None, list[Row]]:
        shared = self._shared.get(shape)
        if shared is None:
            table, given, empty = shape
            columns = self._tables[table].columns
            names = tuple(column.name for column in columns)
            for name in (*given, *empty):
                _ = columns[name]  # a name that is no column's must not get into the text
            dialect = postgresql.dialect()  # type: ignore[no-untyped-call]
            types = {name: str(columns[name].type.compile(dialect=dialect)).lower() for name in given}
            statement = _statement(table, names, types, empty)

            async def read(wanted: Mapping[Key, None]) -> Mapping[Key, list[Row]]:
                keys = list(wanted)
                values = {f"k{i}": [key[i] for key in keys] for i in range(len(given))}
                found: dict[Key, list[Row]] = {key: [] for key in keys}
                for asked, *row in await self._fetch(statement, values):
                    found[keys[asked - 1]].append(dict(zip(names, row, strict=True)))
                return found

            shared = self._shared[shape] = SharedReading(read)
        return shared


def _statement(table: str, names: Sequence[str], types: Mapping[str, str], empty: Sequence[str]) -> str:
    """Only names of declared columns are put into the text; values are always bound."""
    columns = ", ".join(f"t.{name}" for name in names)
    arrays = ", ".join(f"CAST(:k{i} AS {kind}[])" for i, kind in enumerate(types.values()))
    conditions = [*(f"t.{name} = w.{name}" for name in types), *(f"t.{name} IS NULL" for name in empty)]
    match = " AND ".join(conditions) or "true"
    if not types:
        return f"SELECT 1, {columns} FROM {table} AS t WHERE {match}"  # noqa: S608
    source = f"unnest({arrays}) WITH ORDINALITY AS w ({', '.join(types)}, asked)"
    return f"SELECT w.asked, {columns} FROM {source} JOIN {table} AS t ON {match}"  # noqa: S608
