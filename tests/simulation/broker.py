"""The broker on simulated time: messages delayed, repeated, dropped and turned round; acks, tails and all of it lost."""

import asyncio
import random
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass

from shared.eventstore.records import SequencedMessage
from shared.kernel.json import from_json
from shared.messaging.bus import BusUnavailable, Reader, ReaderClosed
from shared.messaging.envelope import Envelope, received
from shared.messaging.memory_bus import BATCH, MemoryBus
from tests.simulation.history import History
from tests.simulation.machine import Machine, machine_here
from tests.simulation.tally import Tally


@dataclass
class BrokerTrouble:
    """Chances per call or message."""

    ack_lost: float = 0.0
    dropped: float = 0.0
    repeated: float = 0.0
    turned: float = 0.0
    delayed: float = 0.0
    bells_lost: float = 0.0


class SimulatedBus(MemoryBus):
    """Durable streams, unreliable everything else."""

    def __init__(self, streams: Sequence[str], rng: random.Random, history: History, met: Tally) -> None:
        super().__init__(streams)
        self.trouble = BrokerTrouble()
        self._rng = rng
        self._history = history
        self.met = met
        self._parsed: dict[str, dict[int, tuple[SequencedMessage, Envelope]]] = {}
        self._listeners: dict[str, list[tuple[Machine | None, Callable[[], None]]]] = {}
        self.on_publish: Callable[[str], None] = lambda _: None

    async def last_sequence(self, stream: str) -> int:
        await self._travel()
        return await super().last_sequence(stream)

    async def publish(self, stream: str, messages: Sequence[SequencedMessage]) -> None:
        await self._travel()
        lost = self._rng.random() < self.trouble.ack_lost
        stored = messages[: self._rng.randint(0, len(messages))] if lost else messages
        try:
            await super().publish(stream, stored)
        finally:
            self.on_publish(stream)
        self._history.add(
            "broker", f"{stream} now ends at {len(self.streams[stream])}{', the ack is lost' if lost else ''}"
        )
        await self._travel()
        if lost:
            self.met["ack lost"] += 1
            raise BusUnavailable(f"no answer from {stream}")

    @asynccontextmanager
    async def reader(self, stream: str, start: int, partitions: Sequence[int]) -> AsyncIterator[Reader]:
        await self._travel()
        self._require(stream)
        yield _SimulatedReader(self, stream, start, frozenset(partitions), self._rng)

    def envelopes(self, stream: str, start: int, partitions: frozenset[int]) -> list[Envelope]:
        """The next messages from a sequence on, a batch at most. Parsed once: whoever loses a race reads much again."""
        stored, parsed = self.streams[stream], self._parsed.setdefault(stream, {})
        batch = []
        for message in stored[start - 1 : start - 1 + BATCH]:
            if message.partition in partitions:
                known = parsed.get(message.position)
                if known is None or known[0] is not message:
                    known = parsed[message.position] = (message, _envelope(stream, message))
                batch.append(known[1])
        return batch

    @property
    def generation(self) -> int:
        return self._generation

    def news(self, stream: str) -> asyncio.Event:
        """Set when the stream changes."""
        return self._news[stream]

    async def ring(self, bell: str) -> None:
        await asyncio.sleep(0)
        self._listeners[bell] = [(m, wake) for m, wake in self._listeners.get(bell, []) if m is None or m.alive]
        for _, wake in self._listeners[bell]:
            if self._rng.random() >= self.trouble.bells_lost:
                wake()
            else:
                self.met["bell lost"] += 1

    async def on_ring(self, bell: str, wake: Callable[[], None]) -> None:
        self._listeners.setdefault(bell, []).append((machine_here(), wake))

    def lose_tail(self, stream: str, keep: int) -> None:
        if keep < len(self.streams[stream]):
            self.met["tail lost" if keep else "stream lost"] += 1
        super().lose_tail(stream, keep)

    def _require(self, stream: str) -> None:
        if self.down:
            self.met["broker away"] += 1
        super()._require(stream)

    async def _travel(self) -> None:
        drawn = self._rng.random()
        await asyncio.sleep(0.0002 + drawn * 0.01 if drawn < 0.4 else 0)


class _SimulatedReader:
    def __init__(
        self, bus: SimulatedBus, stream: str, start: int, partitions: frozenset[int], rng: random.Random
    ) -> None:
        self._bus = bus
        self._stream = stream
        self._next = start
        self._partitions = partitions
        self._generation = bus.generation
        self._rng = rng

    async def read(self) -> list[Envelope]:
        await asyncio.sleep(0)
        while True:
            if self._generation != self._bus.generation or self._bus.down:
                raise ReaderClosed(self._stream)
            batch = self._bus.envelopes(self._stream, self._next, self._partitions)
            end = len(self._bus.streams[self._stream]) + 1
            if not batch and self._next + BATCH >= end:
                await self._bus.news(self._stream).wait()
                continue
            self._next = min(self._next + BATCH, end)
            batch = batch and await self._troubled(batch)
            if batch:
                return batch

    async def _troubled(self, batch: list[Envelope]) -> list[Envelope]:
        trouble, rng, met = self._bus.trouble, self._rng, self._bus.met
        if trouble.delayed and rng.random() < trouble.delayed:
            met["delayed"] += 1
            await asyncio.sleep(rng.uniform(0.1, 20.0))
        if trouble.repeated and rng.random() < trouble.repeated:
            before = batch[0].position
            again = self._bus.envelopes(self._stream, max(1, before - rng.randint(1, 5)), self._partitions)
            again = [one for one in again if one.position < before]
            met["repeated"] += len(again)
            batch = again + batch
        if trouble.dropped and rng.random() < trouble.dropped:
            met["dropped"] += 1
            del batch[rng.randrange(len(batch))]
        if len(batch) > 1 and trouble.turned and rng.random() < trouble.turned:
            met["turned"] += 1
            at = rng.randrange(len(batch) - 1)
            batch[at], batch[at + 1] = batch[at + 1], batch[at]
        return batch


def _envelope(stream: str, message: SequencedMessage) -> Envelope:
    headers = from_json(message.headers) | {"ce-position": str(message.position), "ce-prev": str(message.prev)}
    return received(stream, message.position, headers, message.data)
