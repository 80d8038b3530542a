"""Lists, page by page: one piece of code for all of them."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import ColumnElement, FromClause, select, tuple_

from services.registry.api.queries import many
from shared.runtime.definition import Running
from shared.web.paging import Page, PageRequest


async def listed(
    running: Running,
    paging: PageRequest,
    name: str,
    rows: FromClause,
    key: Sequence[str],
    *where: ColumnElement[bool],
    equal: Mapping[str, Any] | None = None,
) -> Page[dict[str, Any]]:
    """A page of these rows in order of the key, which names each row once and no person. Of `equal`, what is None is not
    asked for. Cursors belong to the name and the key.
    """
    columns = [rows.c[one] for one in key]
    query = select(rows).where(*where).order_by(*columns).limit(paging.limit + 1)
    for column, value in (equal or {}).items():
        if value is not None:
            query = query.where(rows.c[column] == value)
    listing = f"{name}-{'-'.join(key)}"
    if after := paging.after(listing, *(column.type.python_type for column in columns)):
        query = query.where(tuple_(*columns) > tuple_(*after))
    return paging.page(listing, await many(running, query), lambda row: tuple(row[one] for one in key), dict)
