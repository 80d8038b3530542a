"""The way into the store, timed and traced: one span and one observation per work, one size per transaction."""

import time
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from opentelemetry.trace import SpanKind
from sqlalchemy import MetaData
from sqlalchemy.ext.asyncio import AsyncEngine

from shared.eventstore.committer import GroupCommitter, OnCommit
from shared.eventstore.postgres.store import PostgresStore
from shared.eventstore.records import Work
from shared.eventstore.store import Outcome
from shared.kernel.json import from_json
from shared.observability.metrics import Metrics, exemplar
from shared.observability.tracing import span

Notice = Callable[[Mapping[str, Any]], None]
"""What is counted about an event once it is committed, given its fields."""


class MeteredStore(PostgresStore):
    """Notes how many works share a transaction."""

    def __init__(self, engine: AsyncEngine, views: MetaData | None, metrics: Metrics) -> None:
        super().__init__(engine, views)
        self._metrics = metrics

    async def commit(self, works: Sequence[Work]) -> list[Outcome]:
        self._metrics.append_group_size.observe(len(works))
        return await super().commit(works)


class MeteredCommitter(GroupCommitter):
    """Times every work from call to commit, its wait for the group included: that is what whoever asked waits for.

    `notices` names what a service counts about its own events, by type: only what is committed is counted, and once.
    """

    def __init__(
        self,
        service: str,
        store: MeteredStore,
        metrics: Metrics,
        notices: Mapping[str, Notice],
        *,
        on_commit: OnCommit,
    ) -> None:
        super().__init__(store, on_commit=on_commit)
        self._metrics = metrics
        self._notices = notices
        self._name = f"append {service}"
        url = store.engine.url
        # The stable names of the semantic conventions. No statement: it is always the same, and its values are nobody's.
        self._attributes: dict[str, str | int] = {
            "db.system.name": "postgresql",
            "db.namespace": url.database or "",
            "db.operation.name": "append",
            "db.collection.name": "events",
            "server.address": url.host or "",
            "server.port": url.port or 5432,
        }

    async def commit(self, work: Work) -> None:
        began = time.perf_counter()
        with span(self._name, kind=SpanKind.CLIENT, attributes=self._attributes) as current:
            if current.is_recording():
                current.set_attribute("db.operation.batch.size", sum(len(one.events) for one in work.appends))
            await super().commit(work)
            self._metrics.append_seconds.observe(time.perf_counter() - began, exemplar())
            if self._notices:
                self._notice(work)

    def _notice(self, work: Work) -> None:
        for append in work.appends:
            for event in append.events:
                if notice := self._notices.get(event.type):
                    notice(from_json(event.data))
