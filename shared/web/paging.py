"""Keyset paging: a page begins after the last row of the one before, so rows that come and go shift nothing.

The cursor is opaque to clients. It is not secret, and it travels in URLs: sort by ids, times and codes, never by names.
"""

import base64
import binascii
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Annotated, Final, Generic, TypeVar

from fastapi import Depends, Query
from pydantic import BaseModel

from shared.web.errors import BadRequest

T = TypeVar("T")
R = TypeVar("R")

Sortable = str | int | date | datetime

DEFAULT_LIMIT: Final = 50
MAX_LIMIT: Final = 200
_MAX_CURSOR: Final = 1024
_BIGINT: Final = 2**63


class Page(BaseModel, Generic[T]):
    """One page of a listing."""

    items: list[T]
    next: str | None = None
    """Cursor of the page after this one; absent on the last."""


@dataclass(frozen=True, slots=True)
class PageRequest:
    """Which page is asked for. Query one row more than `limit`: that row tells whether there is another page."""

    limit: int
    cursor: str | None

    def after(self, listing: str, *shape: type[Sortable]) -> tuple[Sortable, ...] | None:
        """The sort key to begin after, of these types; None for the first page. `BadRequest` for a foreign cursor."""
        return None if self.cursor is None else decode_cursor(self.cursor, listing, shape)

    def page(
        self, listing: str, rows: Sequence[R], key: Callable[[R], tuple[Sortable, ...]], item: Callable[[R], T]
    ) -> Page[T]:
        """A page of up to `limit + 1` rows: `key` gives a row's sort key, `item` what the client sees of it."""
        shown = rows[: self.limit]
        more = len(rows) > self.limit
        return Page(
            items=[item(row) for row in shown], next=encode_cursor(listing, key(shown[-1])) if more and shown else None
        )


def encode_cursor(listing: str, key: Sequence[Sortable]) -> str:
    """A cursor after the row with that sort key. `listing` names the query: a cursor of another one is refused."""
    values = [value.isoformat() if isinstance(value, date) else value for value in key]
    text = json.dumps([listing, *values], separators=(",", ":"), ensure_ascii=False)
    return base64.urlsafe_b64encode(text.encode()).rstrip(b"=").decode("ascii")


def decode_cursor(cursor: str, listing: str, shape: Sequence[type[Sortable]]) -> tuple[Sortable, ...]:
    """The sort key in a cursor, checked down to the types: clients do make cursors up."""
    try:
        if len(cursor) > _MAX_CURSOR:
            raise ValueError("too long")
        raw = base64.b64decode(cursor + "=" * (-len(cursor) % 4), altchars=b"-_", validate=True)
        found = json.loads(raw)
        if not isinstance(found, list) or len(found) != len(shape) + 1 or found[0] != listing:
            raise ValueError("not of this listing")
        return tuple(_read(value, kind) for value, kind in zip(found[1:], shape, strict=True))
    except (ValueError, TypeError, binascii.Error, RecursionError):
        raise BadRequest(
            "bad-cursor", "the cursor is not one of this listing", remedy="start again without `after`"
        ) from None


def _read(value: object, kind: type[Sortable]) -> Sortable:
    if kind is datetime and isinstance(value, str):
        instant = datetime.fromisoformat(value)
        if instant.tzinfo is None:
            raise ValueError("naive time")
        return instant
    if kind is date and isinstance(value, str):
        return date.fromisoformat(value)
    if kind is int and isinstance(value, int) and not isinstance(value, bool) and -_BIGINT <= value < _BIGINT:
        return value
    if kind is str and isinstance(value, str) and "\x00" not in value:
        value.encode()  # a lone surrogate raises, and no column could hold it
        return value
    raise ValueError("another type")


async def _page_request(
    limit: Annotated[int, Query(ge=1, le=MAX_LIMIT, description="items per page")] = DEFAULT_LIMIT,
    after: Annotated[
        str | None, Query(max_length=_MAX_CURSOR, description="`next` of the page before, as it came")
    ] = None,
) -> PageRequest:
    return PageRequest(limit, after)


Paging = Annotated[PageRequest, Depends(_page_request)]
"""A route parameter: `?limit=` and `?after=`."""
