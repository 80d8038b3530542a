"""The outgoing queue in memory: the outbox and outbound of a `MemoryStore`."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

from shared.contracts.base import PARTITIONS
from shared.eventstore.memory import MemoryStore
from shared.eventstore.records import SequencedMessage
from shared.messaging.outbound import Leadership, NotLeader, heads_after


class MemoryOutboundQueue:
    """One leader at a time; a second one can be forced in, to see that it does no harm."""

    def __init__(self, store: MemoryStore) -> None:
        self._store = store
        self._leader: _MemoryLeadership | None = None

    @asynccontextmanager
    async def lead(self) -> AsyncIterator[Leadership]:
        if self._leader is not None:
            raise NotLeader
        leadership = _MemoryLeadership(self, self._store)
        self._leader = leadership
        try:
            yield leadership
        finally:
            if self._leader is leadership:
                self._leader = None

    async def waiting(self) -> tuple[int, float]:
        return len(self._store.data.outbox), 0.0

    def depose(self) -> None:
        """Take the lock from the leader without its noticing, as a frozen process experiences it."""
        self._leader = None

    def is_leader(self, leadership: "_MemoryLeadership") -> bool:
        return self._leader is leadership


class _MemoryLeadership:
    def __init__(self, queue: MemoryOutboundQueue, store: MemoryStore) -> None:
        self._queue = queue
        self._store = store
        self._heads = [0] * PARTITIONS
        heads_after(self._heads, store.data.outbound)

    async def last_position(self) -> int:
        return len(self._store.data.outbound)

    async def sequence(self, limit: int) -> Sequence[SequencedMessage]:
        if not self._queue.is_leader(self):
            raise NotLeader
        data = self._store.data
        taken, data.outbox = data.outbox[:limit], data.outbox[limit:]
        result: list[SequencedMessage] = []
        for message in taken:
            placed = SequencedMessage(
                len(data.outbound) + 1, self._heads[message.partition], message.partition, message.message_id,
                message.subject, message.headers, message.data,
            )  # fmt: skip
            heads_after(self._heads, [placed])
            data.outbound.append(placed)
            result.append(placed)
        return result

    async def sequenced(self, after: int, limit: int) -> Sequence[SequencedMessage]:
        return self._store.data.outbound[after : after + limit]
