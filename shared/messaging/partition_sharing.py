"""Shares the partitions between the replicas of a service: each reads some, and all of them together read all.

Nothing rests on it but speed. Two who read the same partition lose their work to each other, by the compare-and-set of the
cursor; one that nobody reads waits until somebody notices, which takes a round after its reader was missed.
"""

from collections.abc import Sequence
from typing import Protocol

import structlog

from shared.kernel.clock import Clock
from shared.messaging.replicas import Absent, Presence, Replicas, share_of

EVERY = 2.0
"""Seconds between two looks; a replica that dies is missed for so long."""

log = structlog.get_logger("sharing")


class Assignable(Protocol):
    """A consumer."""

    def assign(self, partitions: Sequence[int]) -> None:
        """Read these partitions and no others."""
        ...


class PartitionSharing:
    """As long as nobody can be asked, everybody goes on with what they have."""

    def __init__(self, replicas: Replicas, consumers: Sequence[Assignable], clock: Clock) -> None:
        self._replicas = replicas
        self._consumers = consumers
        self._clock = clock

    async def run(self) -> None:
        """Until cancelled."""
        while True:
            try:
                async with self._replicas.join() as presence:
                    while True:
                        await self._share(presence)
                        await self._clock.sleep(EVERY)
            except Absent as error:
                log.warning("sharing.absent", reason=str(error))
            await self._clock.sleep(EVERY)

    async def _share(self, presence: Presence) -> None:
        mine = share_of(presence.number, await presence.all())
        for consumer in self._consumers:
            consumer.assign(mine)
