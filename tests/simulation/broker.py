"""The broker on simulated time: messages delayed, repeated, dropped and turned round; acks, tails and all of it lost."""

import asyncio
import random
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from shared.eventstore.memory import MemoryStore
from shared.eventstore.records import SequencedMessage
from shared.kernel.json import from_json
from shared.messaging.bus import BusUnavailable, Reader, ReaderClosed
from shared.messaging.envelope import Envelope, received
from shared.messaging.memory_bus import BATCH, MemoryBus
from shared.messaging.memory_outbound import MemoryOutboundQueue
from shared.messaging.outbound import Leadership, NotLeader
from tests.simulation.history import History
from tests.simulation.loop import Machine, machine_here

ACK_WAIT = 30.0
"""Seconds after which an inbound message that nobody acknowledged is delivered again."""


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

    def __init__(self, streams: Sequence[str], rng: random.Random, history: History) -> None:
        super().__init__(streams)
        self.trouble = BrokerTrouble()
        self._rng = rng
        self._history = history
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

    async def on_ring(self, bell: str, wake: Callable[[], None]) -> None:
        self._listeners.setdefault(bell, []).append((machine_here(), wake))

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
            if not batch:
                await self._bus.news(self._stream).wait()
                continue
            self._next = min(self._next + BATCH, len(self._bus.streams[self._stream]) + 1)
            batch = await self._troubled(batch)
            if batch:
                return batch

    async def _troubled(self, batch: list[Envelope]) -> list[Envelope]:
        trouble, rng = self._bus.trouble, self._rng
        if trouble.delayed and rng.random() < trouble.delayed:
            await asyncio.sleep(rng.uniform(0.1, 20.0))
        if trouble.repeated and rng.random() < trouble.repeated:
            before = batch[0].position
            again = self._bus.envelopes(self._stream, max(1, before - rng.randint(1, 5)), self._partitions)
            batch = [one for one in again if one.position < before] + batch
        if trouble.dropped and rng.random() < trouble.dropped:
            del batch[rng.randrange(len(batch))]
        if len(batch) > 1 and trouble.turned and rng.random() < trouble.turned:
            at = rng.randrange(len(batch) - 1)
            batch[at], batch[at + 1] = batch[at + 1], batch[at]
        return batch


def _envelope(stream: str, message: SequencedMessage) -> Envelope:
    headers = from_json(message.headers) | {"ce-position": str(message.position), "ce-prev": str(message.prev)}
    return received(stream, message.position, headers, message.data)


class SimulatedQueue(MemoryOutboundQueue):
    """The lock of the leader is lost with its machine, or taken from it without its noticing.

    A standby asks every second whether the lock is free. Here it waits until it is, and for the rest of that second: the
    same moments, without the questions in between that change nothing.
    """

    def __init__(self, store: MemoryStore, rng: random.Random) -> None:
        super().__init__(store)
        self._rng = rng
        self._free = asyncio.Event()
        self.trouble = 0.0

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
            raise NotLeader("the leader's connection is gone, before it gave positions")
        placed = await self._inner.sequence(limit)
        await asyncio.sleep(0.0002 + fate * 0.003 if placed else 0)
        if fate < 2 * self._queue.trouble:
            raise NotLeader("the leader's connection is gone, after it gave positions")
        return placed

    async def sequenced(self, after: int, limit: int) -> Sequence[SequencedMessage]:
        await asyncio.sleep(0)
        return await self._inner.sequenced(after, limit)


@dataclass
class InboundMessage:
    """A message of an outside system as the broker keeps it."""

    sequence: int
    subject: str
    headers: Mapping[str, str]
    data: bytes


@dataclass
class InboundStream:
    """The stream of outside messages, and what each durable consumer has acknowledged."""

    rng: random.Random
    messages: list[InboundMessage] = field(default_factory=list)
    open: dict[str, dict[int, float]] = field(default_factory=dict)
    ack_lost: float = 0.0

    def __post_init__(self) -> None:
        self._news = asyncio.Event()

    def publish(self, subject: str, headers: Mapping[str, str], data: bytes) -> None:
        """Take a message of an outside system."""
        message = InboundMessage(len(self.messages) + 1, subject, headers, data)
        self.messages.append(message)
        for pending in self.open.values():
            pending[message.sequence] = 0.0
        self._news.set()
        self._news = asyncio.Event()

    def unsettled(self) -> int:
        """Deliveries that nobody has acknowledged."""
        return sum(map(len, self.open.values()))

    def due(self, durable: str) -> InboundMessage | float | None:
        """The next message to deliver, or when there will be one again."""
        now = asyncio.get_running_loop().time()
        pending = self.open[durable]
        for sequence, again in pending.items():
            if again <= now:
                pending[sequence] = now + ACK_WAIT
                return self.messages[sequence - 1]
        return min(pending.values(), default=None)

    async def news(self) -> None:
        await self._news.wait()


class SimulatedInbound:
    """One machine's view of its service's durable consumer."""

    def __init__(self, stream: InboundStream, durable: str) -> None:
        self._stream = stream
        self._durable = durable
        stream.open.setdefault(durable, {})

    async def fetch(self) -> "list[SimulatedDelivery]":
        await asyncio.sleep(0)
        due = self._stream.due(self._durable)
        if isinstance(due, InboundMessage):
            return [SimulatedDelivery(due, self._stream, self._durable)]
        wait = 3600.0 if due is None else due - asyncio.get_running_loop().time()
        try:
            async with asyncio.timeout(wait):
                await self._stream.news()
        except TimeoutError:
            pass
        return []

    async def close(self) -> None:
        return


class SimulatedDelivery:
    """A message in a machine's hands."""

    def __init__(self, message: InboundMessage, stream: InboundStream, durable: str) -> None:
        self.subject = message.subject
        self.headers = message.headers
        self.data = message.data
        self.sequence = message.sequence
        self._stream = stream
        self._durable = durable

    async def ack(self) -> None:
        await asyncio.sleep(0)
        if self._stream.rng.random() < self._stream.ack_lost:
            raise BusUnavailable("the acknowledgement did not arrive")
        self._stream.open[self._durable].pop(self.sequence, None)

    async def in_progress(self) -> None:
        self._stream.open[self._durable][self.sequence] = asyncio.get_running_loop().time() + ACK_WAIT
