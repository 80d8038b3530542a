"""Gauges that somebody has to go and read: depths, lags and overdue things, every few seconds."""

import asyncio
from collections import defaultdict
from datetime import datetime
from typing import TYPE_CHECKING

from prometheus_client import Gauge
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from shared.kernel.clock import monotonic
from shared.messaging.bus import stream_of
from shared.messaging.consumer import Consumer
from shared.runtime.definition import Running
from shared.runtime.disk import disk_of
from shared.runtime.measures import Measure
from shared.runtime.metered_bus import MeteredBus
from shared.runtime.rounds import rounds

if TYPE_CHECKING:
    from shared.runtime.process import ServiceProcess

_COUNTS = text(
    """
    SELECT (SELECT count(*) FROM outbox),
           (SELECT coalesce(extract(epoch FROM clock_timestamp() - min(queued_at)), 0) FROM outbox),
           (SELECT coalesce(max(position), 0) FROM outbound),
           (SELECT count(*) FROM dead_letters WHERE status IN ('dead', 'replay', 'discard')),
           (SELECT count(DISTINCT key) FROM parked),
           (SELECT count(*) FROM timers WHERE due_at < :now),
           (SELECT coalesce(extract(epoch FROM CAST(:now AS timestamptz) - min(due_at)), 0)
            FROM timers WHERE due_at < :now),
           pg_database_size(current_database())
    """
)
_TIME = text("SELECT clock_timestamp()")


class Gauges:
    """Reads them until cancelled; a failure is a gap in the graph, never the end of the service."""

    def __init__(self, process: "ServiceProcess", running: Running, bus: MeteredBus) -> None:
        self._process = process
        self._running = running
        self._bus = bus
        self._level: dict[str, float] = {}
        self._seen: defaultdict[str, set[tuple[str, ...]]] = defaultdict(set)
        metrics = running.metrics
        self._measures: list[tuple[Measure, Gauge]] = [
            (one, metrics.gauge(one.name, one.meaning, *one.labels)) for one in process.definition.measures
        ]
        metrics.build_info.labels(process.definition.name, process.version).set(1)

    async def run(self) -> None:
        """Read, set, wait."""
        await rounds("gauges", self.read, lambda: asyncio.sleep(self._running.settings.gauges_every))

    async def read(self) -> None:
        """One round. What the broker has to be asked for comes last: the rest must not be old when it is away."""
        results = await self._process.health.results()
        self._running.metrics.ready.set(all(result.ok for result in results))
        self._read_disk()
        async with self._running.reading() as connection:
            position = await self._read_kernel(connection)
            await self._read_measures(connection)
        await self._read_bus(position)

    async def _read_kernel(self, connection: AsyncConnection) -> int:
        metrics, name, clock = self._running.metrics, self._process.definition.name, self._running.clock
        before = clock.now()
        there = (await connection.execute(_TIME)).scalar_one()
        metrics.clock_skew_seconds.labels("database").set(_ahead(before, clock.now(), there))
        row = (await connection.execute(_COUNTS, {"now": clock.now()})).one()
        metrics.outbox_depth.set(row[0])
        metrics.outbox_oldest_seconds.set(float(row[1]))
        metrics.dead_letters.labels(name).set(row[3])
        metrics.parked_keys.labels(name).set(row[4])
        metrics.timers_overdue.set(row[5])
        metrics.timers_overdue_seconds.set(float(row[6]))
        metrics.database_size_bytes.set(row[7])
        metrics.relay_leading.set(self._process.relay is not None and self._process.relay.leading)
        return int(row[2])

    async def _read_measures(self, connection: AsyncConnection) -> None:
        for measure, gauge in self._measures:
            query = text(measure.query)
            given = {"now": self._running.clock.now()} if ":now" in measure.query else {}
            rows = (await connection.execute(query, given)).all()
            if not measure.labels:
                gauge.set(float(rows[0][0] or 0))
                continue
            found = {tuple(str(label) for label in labels): float(number or 0) for *labels, number in rows}
            # What is in no row any more is none, not unknown: a curve that ends looks like a service that died.
            self._seen[measure.name] |= found.keys()
            for labels in self._seen[measure.name]:
                gauge.labels(*labels).set(found.get(labels, 0.0))

    async def _read_bus(self, position: int) -> None:
        metrics, clock = self._running.metrics, self._running.clock
        before = clock.now()
        own = await self._bus.end_of(self._process.definition.stream)
        if own.at is not None:
            metrics.clock_skew_seconds.labels("broker").set(_ahead(before, clock.now(), own.at))
        metrics.relay_unpublished.set(
            max(0, position - own.sequence)
        )  # it may have gone on since the database was asked
        metrics.stream_size_bytes.set(own.size)
        metrics.stream_missing.labels("broker").set(own.missing)
        for consumer in self._process.consumers:
            self._set_lag(consumer.source, await self._lag_of(consumer))
            metrics.consumer_partitions.labels(self._process.definition.name, consumer.source).set(
                len(consumer.cursors)
            )

    async def _lag_of(self, consumer: Consumer) -> int:
        """Of the partition that is furthest behind, among those that this replica reads; 0 when it reads none."""
        behind = [
            await self._bus.end_of_partition(consumer.source, partition) - at
            for partition, at in consumer.cursors.items()
        ]
        return max(0, *behind) if behind else 0

    def _set_lag(self, source: str, lag: int) -> None:
        metrics, definition = self._running.metrics, self._process.definition
        metrics.consumer_lag.labels(definition.name, source).set(lag)
        now = monotonic()
        level = self._level.setdefault(source, now)
        if not lag:
            level = self._level[source] = now
        for projection in definition.model.projections:
            if any(stream_of(event.service) == source for event in projection.foreign):
                metrics.read_model_lag_seconds.labels(projection.name, source).set(now - level)

    def _read_disk(self) -> None:
        directory = self._running.settings.watched_directory
        if directory is not None:
            found = disk_of(directory)
            self._running.metrics.disk_free_bytes.set(found.free)
            self._running.metrics.disk_size_bytes.set(found.size)


def _ahead(before: datetime, after: datetime, there: datetime) -> float:
    """Seconds by which we are ahead of them, asked between `before` and `after` of our own clock."""
    return ((before - there).total_seconds() + (after - there).total_seconds()) / 2
