"""Counts once a day what has served its time, for a metric: deleting it is a person's decision."""

import asyncio
from typing import Final

import structlog

from shared.privacy.retention import classes_of, due
from shared.runtime.definition import Running
from shared.runtime.rounds import rounds

DAY: Final = 86_400.0
log = structlog.get_logger("retention")


class RetentionWatch:
    """Until cancelled; a failure is a gap in the graph."""

    def __init__(self, running: Running) -> None:
        self._running = running

    async def run(self) -> None:
        """One round at the start and one a day."""
        await rounds("retention", self.look, lambda: asyncio.sleep(DAY))

    async def look(self) -> dict[str, int]:
        """One round."""
        now = self._running.clock.now()
        found: dict[str, int] = {}
        async with self._running.reading() as connection:
            for one in classes_of(self._running.model.name):
                found[one.code] = await due(connection, one, now)
                self._running.metrics.retention_due.labels(one.code).set(found[one.code])
        if any(found.values()):
            log.info("retention.due", **found)
        return found
