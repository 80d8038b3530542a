"""The leader's lock on simulated time: lost with its machine, taken away unnoticed, cut before or after a statement."""

import asyncio
import random
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

from shared.eventstore.memory import MemoryStore
from shared.eventstore.records import SequencedMessage
from shared.messaging.memory_outbound import MemoryOutboundQueue
from shared.messaging.outbound import Leadership, NotLeader
from tests.simulation.machine import machine_here
from tests.simulation.tally import Tally


class SimulatedQueue(MemoryOutboundQueue):
    """The lock of the leader is lost with its machine, or taken from it without its noticing.

    A standby asks every second whether the lock is free. Here it waits until it is, and for the rest of that second: the
    same moments, without the questions in between that change nothing.
    """

    def __init__(self, store: MemoryStore, rng: random.Random, met: Tally) -> None:
        super().__init__(store)
        self.met = met
        self._rng = rng
        self._free = asyncio.Event()
        self.trouble = 0.0
        self.to_depose = False

    @asynccontextmanager
    async def lead(self) -> AsyncIterator[Leadership]:
        while self._leader is not None:
            self._free.clear()
            await self._free.wait()
            await asyncio.sleep(self._rng.random())
        async with super().lead() as leadership:
            machine = machine_here()
            assert machine is not None
            machine.on_death.append(lambda: self._lost(leadership))
            try:
                yield _TroubledLeadership(leadership, self, self._rng)
            finally:
                self._free.set()

    def _lost(self, leadership: Leadership) -> None:
        if self._leader is leadership:
            self.depose()

    def depose_unnoticed(self) -> None:
        """Two lead for a while."""
        self.met["two leaders"] += self._leader is not None
        self.depose()

    def depose(self) -> None:
        super().depose()
        self._free.set()


class _TroubledLeadership:
    def __init__(self, inner: Leadership, queue: SimulatedQueue, rng: random.Random) -> None:
        self._inner = inner
        self._queue = queue
        self._rng = rng

    async def last_position(self) -> int:
        await asyncio.sleep(0)
        return await self._inner.last_position()

    async def sequence(self, limit: int) -> Sequence[SequencedMessage]:
        await asyncio.sleep(0)
        fate = self._rng.random()
        if fate < self._queue.trouble:
            self._queue.met["leader cut"] += 1
            raise NotLeader("the leader's connection is gone, before it gave positions")
        placed = await self._inner.sequence(limit)
        if placed and self._queue.to_depose:
            self._queue.to_depose = False
            self._queue.depose_unnoticed()
        await asyncio.sleep(0.0002 + fate * 0.003 if placed else 0)
        if fate < 2 * self._queue.trouble:
            self._queue.met["leader cut"] += 1
            raise NotLeader("the leader's connection is gone, after it gave positions")
        return placed

    async def sequenced(self, after: int, limit: int) -> Sequence[SequencedMessage]:
        await asyncio.sleep(0)
        return await self._inner.sequenced(after, limit)
