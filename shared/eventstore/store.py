"""The store as a port: read streams and rows, commit works. PostgreSQL behind it in life, memory in the simulator.

There is no open transaction in this interface on purpose. A work is decided first and committed whole; what it read is
guarded by the versions and positions it expects. So many works can share one transaction and one fsync, and no code can
hold a transaction open while it waits for something else.
"""

from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, Protocol

from shared.eventstore.records import (
    HeldMessage,
    IdempotencyRecord,
    Snapshot,
    StoredEvent,
    TimerRow,
    Work,
)
from shared.eventstore.rows import Key, Row

Outcome = Exception | None
"""What became of one work of a group: None when it is committed, else why it is not."""


class LostCursor(Exception):
    """The cursor was not where the batch expected it: another instance has handled these messages."""


class TimerGone(Exception):
    """The timer was fired or cancelled by somebody else in the meantime."""


class KeyTaken(Exception):
    """Somebody else has done this already: the idempotency key or the inbox entry exists, or the held message is gone."""


class Store(Protocol):
    """One service's durable state."""

    async def commit(self, works: Sequence[Work]) -> list[Outcome]:
        """Make each work true, or tell why not: `ConcurrencyConflict`, `LostCursor`, `TimerGone`, `KeyTaken`, or the
        database's own error. Works do not affect each other's outcome, except that of two that want the same version
        the first wins.

        Raises `Unavailable` when the database cannot be reached; then the outcome of every work is unknown, and the
        versions, positions and keys in it make trying again safe.
        """
        ...

    async def read_streams(self, after: Mapping[str, int]) -> dict[str, list[StoredEvent]]:
        """The events of each stream after the given version, in order. A stream without any gives an empty list."""
        ...

    def read_all(self, after_seq: int = 0, *, chunk: int = 2000) -> AsyncIterator[list[StoredEvent]]:
        """Every event in order of `seq`. For rebuilds only: while writers are at work it may miss the newest."""
        ...

    async def snapshots(self, stream_ids: Sequence[str], fingerprint: str) -> dict[str, Snapshot]:
        """The cached states that this very code has written."""
        ...

    async def save_snapshots(self, snapshots: Iterable[Snapshot]) -> None:
        """Keep these states, replacing older ones."""
        ...

    async def get_rows(self, table: str, keys: Sequence[Key]) -> dict[Key, Row]:
        """The rows of a read model with these keys; missing ones are left out."""
        ...

    async def find_rows(self, table: str, *equal: Mapping[str, Any]) -> list[Row]:
        """The rows in which every column of one of the mappings equals its value, in order of their keys. All mappings
        name the same columns.
        """
        ...

    async def owners(self, kind: str, entries: Sequence[str]) -> list[str]:
        """Whom these entries of the blind index lead to."""
        ...

    async def idempotent_answer(self, key: str) -> IdempotencyRecord | None:
        """The answer kept under an idempotency key."""
        ...

    async def known_in_inbox(self, source: str, message_ids: Sequence[str]) -> set[str]:
        """Which of these outside messages have taken effect already."""
        ...

    async def due_timers(self, now: datetime, limit: int) -> list[TimerRow]:
        """Timers due at `now`, the earliest first."""
        ...

    async def next_timer(self) -> datetime | None:
        """When the next timer falls due, whether past or future."""
        ...

    async def cursors(self, consumer: str, source: str) -> dict[int, int]:
        """The position in each partition that has one."""
        ...

    async def parked_keys(self, consumer: str, source: str) -> set[str]:
        """Keys whose messages wait behind a dead letter."""
        ...

    async def released_keys(self, consumer: str, source: str) -> set[str]:
        """Keys whose messages wait although no dead letter is open before them any more: somebody has to let them go."""
        ...

    async def dead_letters(
        self, consumer: str | None = None, *, requested: bool = False
    ) -> list[tuple[int, str, HeldMessage]]:
        """Dead letters as (id, status, message), oldest first; with `requested` those to be replayed or discarded."""
        ...

    async def request_dead_letter(self, dead_letter_id: int, status: str) -> bool:
        """Ask for a dead letter to be replayed or discarded; False when there is no open one with that id."""
        ...

    async def parked_messages(self, consumer: str, source: str, key: str, limit: int = 500) -> list[HeldMessage]:
        """The messages that wait for a key, in order."""
        ...

    async def begin_cursors(self, consumer: str, source: str, partitions: Iterable[int]) -> None:
        """Make the cursors that do not exist yet, at zero: the compare-and-set of a batch can only move what is there."""
        ...

    async def note_opening(self, consumer: str, source: str, positions: Mapping[int, int]) -> int:
        """Record that the consumer starts reading at these positions; returns how often in a row it did so without
        getting further. A message that kills its process is noticed by this.
        """
        ...
