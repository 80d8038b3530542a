"""Who is counted among the replicas of a service, on simulated time: a view that is late, and sometimes without oneself."""

import asyncio
import random
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

from shared.messaging.replicas import Presence
from tests.simulation.machine import machine_here


class SimulatedReplicas:
    """The locks of the replicas. In life everybody looks every two seconds; here a look waits until something has changed,
    and for the rest of those seconds: the same moments, without the looks in between that show nothing new.
    """

    def __init__(self, rng: random.Random) -> None:
        self._rng = rng
        self._counted: set[int] = set()
        self._changed = asyncio.Event()

    @asynccontextmanager
    async def join(self) -> AsyncIterator[Presence]:
        number = self._rng.randrange(1, 2**31)
        machine = machine_here()
        assert machine is not None
        machine.on_death.append(lambda: self.lose(number))
        self._counted.add(number)
        self._tell()
        try:
            yield _SimulatedPresence(self, number)
        finally:
            self.lose(number)

    def lose(self, number: int | None = None) -> None:
        """A session ends: of a dead machine, or of one that was silent for too long."""
        if number is None:
            number = self._rng.choice(sorted(self._counted)) if self._counted else 0
        if number in self._counted:
            self._counted.discard(number)
            self._tell()

    def _tell(self) -> None:
        self._changed.set()
        self._changed = asyncio.Event()

    async def look(self, seen: Sequence[int] | None) -> Sequence[int]:
        """What is counted, once it is something else than was seen."""
        while seen is not None and sorted(self._counted) == list(seen):
            await self._changed.wait()
            await asyncio.sleep(self._rng.random() * 2)
        return sorted(self._counted)


class _SimulatedPresence:
    def __init__(self, replicas: SimulatedReplicas, number: int) -> None:
        self.number = number
        self._replicas = replicas
        self._seen: Sequence[int] | None = None

    async def all(self) -> Sequence[int]:
        self._seen = await self._replicas.look(self._seen)
        return self._seen
