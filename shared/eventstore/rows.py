"""Changes to read models as values: a projection is a pure function from events to these.

That keeps a projection free of I/O, lets it run on PostgreSQL and in memory alike, and lets a whole batch of changes be
written by a few statements.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

Key = tuple[Any, ...]
Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Put:
    """Insert the row, or set just these columns of it. `values` holds the key columns as well."""

    table: str
    key: Key
    values: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Add:
    """Add numbers to columns (missing row: start from zero).

    Commutative, so the one kind of change that two partitions may make to the same row.
    """

    table: str
    key: Key
    values: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Remove:
    """Delete the row; nothing happens when there is none."""

    table: str
    key: Key


RowChange = Put | Add | Remove


def rounds(changes: Iterable[RowChange]) -> list[list[RowChange]]:
    """The same changes in as few rounds as keep their order per row, each row at most once per round.

    One INSERT … ON CONFLICT may not touch a row twice, so changes that meet on a row are merged where that gives the
    same result (Put after Put, Add after Add) and otherwise wait for the next round.
    """
    result: list[dict[tuple[str, Key], RowChange]] = []
    latest: dict[tuple[str, Key], int] = {}
    for change in changes:
        address = (change.table, change.key)
        at = latest.get(address)
        if at is None:
            at = 0
        else:
            merged = _merged(result[at][address], change)
            if merged is not None:
                result[at][address] = merged
                continue
            at += 1
        if at == len(result):
            result.append({})
        result[at][address] = change
        latest[address] = at
    return [list(one.values()) for one in result]


def _merged(first: RowChange, second: RowChange) -> RowChange | None:
    match first, second:
        case Put(), Put():
            return Put(second.table, second.key, {**first.values, **second.values})
        case Add(), Add():
            sums = dict(first.values)
            for column, amount in second.values.items():
                sums[column] = sums.get(column, 0) + amount
            return Add(second.table, second.key, sums)
        case _, Remove():
            return second
        case _:
            return None
