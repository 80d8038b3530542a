"""The bus in memory, for tests and the simulator: streams are lists, a sequence is an index plus one."""

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager

from shared.eventstore.records import SequencedMessage
from shared.kernel.json import from_json
from shared.messaging.bus import BusUnavailable, Fenced, Reader, ReaderClosed
from shared.messaging.envelope import Envelope, received

BATCH = 200


class MemoryBus:
    """Streams that behave like JetStream's: fenced appends, readers that can be cut off, a tail that can be lost."""

    def __init__(self, streams: Sequence[str]) -> None:
        self.streams: dict[str, list[SequencedMessage]] = {name: [] for name in streams}
        self._news: dict[str, asyncio.Event] = {name: asyncio.Event() for name in streams}
        self._bells: dict[str, list[Callable[[], None]]] = {}
        self._generation = 0
        self.down = False

    async def last_sequence(self, stream: str) -> int:
        self._require(stream)
        return len(self.streams[stream])

    async def publish(self, stream: str, messages: Sequence[SequencedMessage]) -> None:
        self._require(stream)
        stored = self.streams[stream]
        refused: int | None = None
        for message in messages:
            if message.position == len(stored) + 1:
                stored.append(message)
            elif refused is None:
                refused = message.position
        self._wake(stream)
        if refused is not None:
            raise Fenced(f"{stream} does not end right before {refused}")

    @asynccontextmanager
    async def reader(self, stream: str, start: int, partitions: Sequence[int]) -> AsyncIterator[Reader]:
        self._require(stream)
        yield _MemoryReader(self, stream, start, frozenset(partitions))

    async def ring(self, bell: str) -> None:
        for wake in self._bells.get(bell, []):
            wake()

    async def on_ring(self, bell: str, wake: Callable[[], None]) -> None:
        self._bells.setdefault(bell, []).append(wake)

    def lose_tail(self, stream: str, keep: int) -> None:
        """Forget what came after `keep` messages, as a broker does that lost power before it synced."""
        del self.streams[stream][keep:]
        self.cut_readers()

    def cut_readers(self) -> None:
        """Close every open reader, as a restart of the broker does."""
        self._generation += 1
        for stream in self.streams:
            self._wake(stream)

    def _wake(self, stream: str) -> None:
        self._news[stream].set()
        self._news[stream] = asyncio.Event()

    def _require(self, stream: str) -> None:
        if self.down or stream not in self.streams:
            raise BusUnavailable(f"{stream} does not answer")


class _MemoryReader:
    def __init__(self, bus: MemoryBus, stream: str, start: int, partitions: frozenset[int]) -> None:
        self._bus = bus
        self._stream = stream
        self._next = start
        self._partitions = partitions
        self._generation = bus._generation  # noqa: SLF001 - two halves of one thing

    async def read(self) -> list[Envelope]:
        while True:
            if self._generation != self._bus._generation or self._bus.down:  # noqa: SLF001
                raise ReaderClosed(self._stream)
            stored = self._bus.streams[self._stream]
            batch: list[Envelope] = []
            while self._next <= len(stored) and len(batch) < BATCH:
                message = stored[self._next - 1]
                self._next += 1
                if message.partition in self._partitions:
                    batch.append(self._envelope(message))
            if batch:
                return batch
            await self._bus._news[self._stream].wait()  # noqa: SLF001

    def _envelope(self, message: SequencedMessage) -> Envelope:
        headers = from_json(message.headers) | {"ce-position": str(message.position), "ce-prev": str(message.prev)}
        return received(self._stream, message.position, headers, message.data)
