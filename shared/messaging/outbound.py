"""The outgoing queue of a service, and the leadership over it.

Writers put messages into a queue (`outbox`) in their own transactions. One leader at a time takes them out in the order
of the queue and writes them into `outbound` with gapless positions. A cursor over the queue itself would skip rows,
because a number is taken at INSERT and seen at COMMIT; a position given after the commit cannot.
"""

from collections.abc import Sequence
from contextlib import AbstractAsyncContextManager
from typing import Protocol

from shared.eventstore.records import SequencedMessage


class NotLeader(Exception):
    """Somebody else leads, or this leader's lock is gone."""


class Leadership(Protocol):
    """What only the leader may do. Everything runs on the connection that holds the lock, so a lost lock is noticed by
    the very statement that would have done harm.
    """

    async def last_position(self) -> int:
        """The newest position given out; 0 for none."""
        ...

    async def sequence(self, limit: int) -> Sequence[SequencedMessage]:
        """Give positions to the next messages of the queue, durably. Raises `NotLeader`."""
        ...

    async def sequenced(self, after: int, limit: int) -> Sequence[SequencedMessage]:
        """Messages with positions after this one, in order: for publishing again what the broker does not have."""
        ...


class OutboundQueue(Protocol):
    """One service's outgoing messages."""

    def lead(self) -> AbstractAsyncContextManager[Leadership]:
        """Become the leader, or raise `NotLeader` at once."""
        ...

    async def waiting(self) -> tuple[int, float]:
        """How many messages have no position yet, and the age of the oldest in seconds."""
        ...


def heads_after(heads: list[int], messages: Sequence[SequencedMessage]) -> None:
    """Move the last position of each partition past these messages."""
    for message in messages:
        heads[message.partition] = message.position
