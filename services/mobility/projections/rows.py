"""What most projections do: set columns of the row that an event is about, with the version of its stream."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Table

from shared.eventstore.projection import Fact, OwnProjector
from shared.eventstore.rows import Put, RowChange
from shared.kernel.event import DomainEvent


class RowOf:
    """The row of a table whose key are the fields of the event that are called like the columns of the key."""

    def __init__(self, table: Table) -> None:
        self._table = table.name
        self._key = tuple(column.name for column in table.primary_key.columns)

    def put(self, event: DomainEvent, fact: Fact, **columns: Any) -> Put:
        """These columns, and the version."""
        key = {name: getattr(event, name) for name in self._key}
        return Put(self._table, tuple(key.values()), key | {"version": fact.version} | columns)

    def sets(self, fixed: Mapping[str, Any] | None = None, /, **columns: str) -> OwnProjector:
        """A projector: constant columns, and columns named after the field of the event that fills them."""

        def project(event: DomainEvent, fact: Fact) -> list[RowChange]:
            fields = event.model_dump(include=set(columns.values()))
            filled = {column: fields[field] for column, field in columns.items()}
            return [self.put(event, fact, **(fixed or {}), **filled)]

        return project
