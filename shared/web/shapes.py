"""What answers look like, for whoever reads `/openapi.json`.

Described, and not put between: a `response_model` is run over every answer, row by row, and turns a row that is not as
described into a 500 for a client who could have used it. The tests hold every answer they get against its description
(`tests/support/documented.py`), and schemathesis those it brings about.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from pydantic import AwareDatetime, BaseModel, ConfigDict, create_model
from sqlalchemy import BigInteger, Boolean, Column, Date, DateTime, Integer, SmallInteger, Table, Text

from shared.web.paging import Page

_TYPES: Final[Mapping[type, Any]] = {
    Text: str, Boolean: bool, Integer: int, BigInteger: int, SmallInteger: int, Date: date, DateTime: AwareDatetime,
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class _Optional:
    kind: Any


def optional(kind: Any) -> Any:
    """A field that may be left out."""
    return _Optional(kind)


def several(item: Any) -> Any:
    """A list of these."""
    return list[item]


def by_name(item: Any) -> Any:
    """These by their names."""
    return dict[str, item]


def shape(name: str, /, **fields: Any) -> type[BaseModel]:
    """An object with these fields and no others; all of them are always there, but for those that are `optional`.

    `name` is its name in the document.
    """
    given: Any = {name: (one.kind, None) if isinstance(one, _Optional) else (one, ...) for name, one in fields.items()}
    made: type[BaseModel] = create_model(name, __config__=ConfigDict(extra="forbid"), **given)
    return made


def row(name: str, table: Table, /, *, without: frozenset[str] = frozenset(), **described: Any) -> type[BaseModel]:
    """A row of a read model as it is shown. `described` says what its JSON columns hold, and what is shown besides.

    Raises `LookupError` for a column whose type says nothing and that is not described.
    """
    columns = {one.name: _type(one) for one in table.c if one.name not in described and one.name not in without}
    return shape(name, **columns, **described)


def done(name: str, /, **fields: Any) -> type[BaseModel]:
    """What a command answers: what it was about, and the version it left behind (which is the ETag)."""
    return shape(name, **fields, version=int)


def answers(status: int, model: Any) -> dict[int | str, dict[str, Any]]:
    """`responses=` of a route: what it answers when all is well."""
    return {status: {"model": model}}


def page(item: type[BaseModel]) -> type[BaseModel]:
    """A page of a listing of these."""
    made: type[BaseModel] = Page[item]  # type: ignore[valid-type]
    return made


def _type(column: "Column[Any]") -> Any:
    kind = _TYPES.get(type(column.type))
    if kind is None:
        raise LookupError(f"say what {column.table.name}.{column.name} holds")
    return kind if column.primary_key else kind | None
