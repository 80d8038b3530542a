"""Tells the world, every few minutes, how far this service's audit trail reaches.

What is cut off before it was told (`audit_anchor_seconds`) may stay unnoticed; each round with news costs one event.

The trail and a database administrator live in the same place; the stream is another one, and others read it. So a trail
that was cut off or written anew no longer fits what was told, and `yanzhen audit verify` says where.
"""

import asyncio

from shared.contracts.audit import Anchored
from shared.contracts.base import event_class
from shared.eventstore.context import Cause
from shared.eventstore.postgres import audit_trail
from shared.eventstore.unit_of_work import UnitOfWork
from shared.runtime.definition import Running
from shared.runtime.rounds import rounds


def anchor_of(service: str) -> type[Anchored] | None:
    """The event in which that service tells it."""
    found = event_class(f"yanzhen.{service}.audit-anchored.v1")
    return found if found is not None and issubclass(found, Anchored) else None


class Anchoring:
    """Until cancelled. Two replicas may tell the same twice, which does no harm."""

    def __init__(self, running: Running, event: type[Anchored]) -> None:
        self._running = running
        self._event = event
        self._told = 0

    async def run(self) -> None:
        """One round at the start, which tells what happened until the last stop, and then one every so often."""
        await rounds("audit-anchor", self.tell, lambda: asyncio.sleep(self._running.settings.audit_anchor_seconds))

    async def tell(self) -> None:
        """Publish where the trail ends, if that is news."""
        async with self._running.reading() as connection:
            tip = await audit_trail.tip(connection)
        number, hash_ = tip or (0, "")
        self._running.metrics.audit_records.set(number)
        if number <= self._told:
            return

        async def job(unit: UnitOfWork) -> None:
            unit.announce(
                self._event(
                    chain=f"{self._running.model.name}/audit", number=number, hash=hash_, anchored_at=unit.clock.now()
                )
            )

        await self._running.executor.run(job, Cause("audit"))
        self._told = number
