"""Lists, page by page: one piece of code for all of them."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import ColumnElement, FromClause, select

from shared.runtime.definition import Running
from shared.runtime.reading import given, page_of
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
    query = select(rows).where(*where, *given(rows, **(equal or {})))
    return await page_of(running, paging, f"{name}-{'-'.join(key)}", query, *(rows.c[one] for one in key))
