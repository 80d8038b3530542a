"""Reading a service's tables for its API: one row, the rows of a query, and a listing page by page."""

from collections.abc import Callable, Iterator
from typing import Any

from sqlalchemy import Column, ColumnElement, FromClause, Select, Table, select, tuple_
from sqlalchemy.sql.elements import KeyedColumnElement

from shared.kernel.errors import unknown
from shared.runtime.definition import Running
from shared.web.paging import Page, PageRequest

Row = dict[str, Any]


async def one(running: Running, table: Table, key: ColumnElement[bool], what: str) -> Row:
    """The only row with that key. Raises `NotFound`, naming what was asked for."""
    rows = await many(running, select(table).where(key).limit(1))
    if not rows:
        raise unknown(what)
    return rows[0]


async def many(running: Running, query: Select[Any]) -> list[Row]:
    """The rows of a query."""
    async with running.reading() as connection:
        return [dict(row) for row in (await connection.execute(query)).mappings()]


async def page_of(
    running: Running,
    paging: PageRequest,
    listing: str,
    query: Select[Any],
    *order: KeyedColumnElement[Any],
    item: Callable[[Row], Row] = dict,
) -> Page[Row]:
    """A page of the query in the order of these columns, which say together which row it is; `item` is what is shown."""
    if after := paging.after(listing, *(column.type.python_type for column in order)):
        query = query.where(tuple_(*order) > tuple_(*after))
    rows = await many(running, query.order_by(*order).limit(paging.limit + 1))
    return paging.page(listing, rows, lambda row: tuple(row[str(column.key)] for column in order), item)


def given(table: FromClause, **wanted: Any) -> Iterator[ColumnElement[bool]]:
    """The conditions of those filters that were given: the column of that name has that value."""
    return (table.c[name] == value for name, value in wanted.items() if value is not None)


def is_set(column: Column[Any], wanted: bool | None) -> Iterator[ColumnElement[bool]]:
    """The condition of a yes-or-no filter on whether the column has a value; none when it was not given."""
    if wanted is not None:
        yield column.is_not(None) if wanted else column.is_(None)
