"""Versions of rows. Whoever changes a thing names the version that was read with it, so a fact of its stream that shows nothing
new moves the row's version all the same.
"""

from typing import Any

from services.registry.domain.closing import Closable, ClosingGivenUp, MarkedForClosing
from shared.eventstore.projection import Fact, OwnProjector
from shared.eventstore.rows import Put, RowChange


def version_of(table: str, key: str, names: str | None = None) -> OwnProjector:
    """The projector of an event that names the row in its field `names`, which is called `key` unless said."""

    def project(event: Any, fact: Fact) -> list[RowChange]:
        return _moved(table, key, getattr(event, names or key), fact)

    return project


def mark_of(scope: Closable) -> OwnProjector:
    """The projector of marks on what is of that kind."""

    def project(event: MarkedForClosing | ClosingGivenUp, fact: Fact) -> list[RowChange]:
        return _moved(f"{scope}s", f"{scope}_id", event.scope_id, fact) if event.scope == scope else []

    return project


def _moved(table: str, key: str, identity: str, fact: Fact) -> list[RowChange]:
    return [Put(table, (identity,), {key: identity, "version": fact.version})]
