"""Gauges that somebody has to go and read: depths, lags and overdue things, every few seconds."""

import asyncio
from typing import TYPE_CHECKING

import structlog
from sqlalchemy import text

from shared.messaging.bus import BusUnavailable
from shared.runtime.definition import Running

if TYPE_CHECKING:
    from shared.runtime.process import ServiceProcess

EVERY = 15.0
"""Seconds; each round is a query and a request per consumer, and an idle installation should cost next to nothing."""
log = structlog.get_logger(__name__)

_COUNTS = text(
    """
    SELECT (SELECT count(*) FROM outbox),
           (SELECT coalesce(extract(epoch FROM clock_timestamp() - min(queued_at)), 0) FROM outbox),
           (SELECT coalesce(max(position), 0) FROM outbound),
           (SELECT count(*) FROM dead_letters WHERE status IN ('dead', 'replay', 'discard')),
           (SELECT count(DISTINCT key) FROM parked),
           (SELECT count(*) FROM timers WHERE due_at < :now)
    """
)


class Gauges:
    """Reads them until cancelled; a failure is a gap in the graph, never the end of the service."""

    def __init__(self, process: "ServiceProcess", running: Running) -> None:
        self._process = process
        self._running = running

    async def run(self) -> None:
        """Read, set, wait."""
        while True:
            try:
                await self.read()
            except (BusUnavailable, OSError) as error:
                log.debug("gauges.skipped", reason=type(error).__name__)
            except Exception as error:
                log.warning("gauges.failed", reason=f"{type(error).__name__}: {error}")
            await asyncio.sleep(EVERY)

    async def read(self) -> None:
        """One round."""
        metrics, name = self._running.metrics, self._process.definition.name
        async with self._running.engine.connect() as connection:
            row = (await connection.execute(_COUNTS, {"now": self._running.clock.now()})).one()
        metrics.outbox_depth.set(row[0])
        metrics.outbox_oldest_seconds.set(float(row[1]))
        metrics.dead_letters.labels(name).set(row[3])
        metrics.parked_keys.labels(name).set(row[4])
        metrics.timers_overdue.set(row[5])
        last = await self._running.bus.last_sequence(self._process.definition.stream)
        metrics.relay_unpublished.set(row[2] - last)
        for consumer in self._process.consumers:
            end = await self._running.bus.last_sequence(consumer.source)
            metrics.consumer_lag.labels(name, consumer.source).set(max(0, end - consumer.position))
