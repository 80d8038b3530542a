"""The store of one service on simulated time: it takes a while, it fails before or after a commit, and it is watched."""

import asyncio
import copy
import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from shared.eventstore.memory import MemoryStore
from shared.eventstore.records import HeldMessage, StoredEvent, TimerRow, Work
from shared.eventstore.rows import Key, Row
from shared.eventstore.store import Outcome
from shared.kernel.errors import ConcurrencyConflict, Unavailable
from tests.simulation.machine import machine_here
from tests.simulation.tally import Tally


@dataclass
class DatabaseTrouble:
    """Chances per call. After a commit: it is done, and the caller is told that the database is away."""

    before: float = 0.0
    after: float = 0.0
    conflict: float = 0.0
    reading: float = 0.0
    down: bool = False


QUIET = "rows only"
"""A work without a fact: that a provider was asked, say."""


class Watcher(Protocol):
    """Sees every work at the moment it becomes true."""

    def committed(self, service: str, machine: str, work: Work, events: Sequence[StoredEvent]) -> None: ...


class SimulatedStore(MemoryStore):
    """Shared by the replicas of a service; what survives their deaths."""

    def __init__(self, service: str, views: Any, rng: random.Random, watcher: Watcher, met: Tally) -> None:
        super().__init__(views)
        self.service = service
        self.trouble = DatabaseTrouble()
        self._rng = rng
        self._watcher = watcher
        self._met = met

    async def commit(self, works: Sequence[Work]) -> list[Outcome]:
        await self.travel()
        trouble = self.trouble
        if self._rng.random() < trouble.before:
            self._met["database before"] += 1
            raise Unavailable("database-away", "the connection broke before the commit")
        outcomes: list[Outcome] = []
        for work in works:
            refusal = self._refusal(work)
            if refusal is None and work.appends and self._rng.random() < trouble.conflict:
                self._met["database conflict"] += 1
                refusal = ConcurrencyConflict(work.appends[0].stream_id, work.appends[0].expected_version)
            if refusal is None:
                self.make_true(work)
            outcomes.append(refusal)
        fails = self._rng.random() < trouble.after
        await self.travel(out=False)
        if fails:
            self._met["database after"] += 1
            raise Unavailable("database-away", "the connection broke after the commit")
        return outcomes

    def make_true(self, work: Work) -> None:
        """Apply a work and show it to who watches."""
        before = len(self.data.events)
        self._apply(work)
        machine = machine_here()
        self._watcher.committed(self.service, machine.name if machine else "world", work, self.data.events[before:])

    async def travel(self, *, out: bool = True) -> None:
        """To the database and back: some turns of others, or some milliseconds."""
        drawn = self._rng.random()
        if drawn < 0.3:
            await asyncio.sleep(0.0002 + drawn * 0.02)
        else:
            await asyncio.sleep(0)
        if out and self.trouble.down:
            self._met["database away"] += 1
            raise Unavailable("database-away", "the database does not answer")

    async def _read(self) -> None:
        await self.travel()
        if self.trouble.reading and self._rng.random() < self.trouble.reading:
            self._met["database reading"] += 1
            raise Unavailable("database-away", "the connection broke while reading")

    async def read_streams(self, after: Mapping[str, int]) -> dict[str, list[StoredEvent]]:
        await self._read()
        return await super().read_streams(after)

    async def get_rows(self, table: str, keys: Sequence[Key]) -> dict[Key, Row]:
        await self._read()
        rows = self.data.rows.get(table, {})
        return {key: _copied(rows[key]) for key in keys if key in rows}

    async def find_rows(self, table: str, *equal: Mapping[str, Any]) -> list[Row]:
        await self._read()
        wanted = [one.items() for one in equal]
        found = [
            (key, row)
            for key, row in self.data.rows.get(table, {}).items()
            if any(all(row.get(c) == v for c, v in one) for one in wanted)
        ]
        return [_copied(row) for _, row in sorted(found, key=lambda pair: pair[0])]

    async def known_in_inbox(self, source: str, message_ids: Sequence[str]) -> set[str]:
        await self._read()
        return await super().known_in_inbox(source, message_ids)

    async def due_timers(self, now: datetime, limit: int) -> list[TimerRow]:
        await self._read()
        return await super().due_timers(now, limit)

    async def next_timer(self) -> datetime | None:
        await self._read()
        return await super().next_timer()

    async def cursors(self, consumer: str, source: str) -> dict[int, int]:
        await self._read()
        return await super().cursors(consumer, source)

    async def parked_keys(self, consumer: str, source: str) -> set[str]:
        await self._read()
        return await super().parked_keys(consumer, source)

    async def released_keys(self, consumer: str, source: str) -> set[str]:
        await self._read()
        return await super().released_keys(consumer, source)

    async def parked_messages(self, consumer: str, source: str, key: str, limit: int = 500) -> list[HeldMessage]:
        await self._read()
        return await super().parked_messages(consumer, source, key, limit)

    async def note_opening(self, consumer: str, source: str, positions: Mapping[int, int]) -> int:
        await self._read()
        return await super().note_opening(consumer, source, positions)


def _copied(row: Row) -> Row:
    """Nobody may change what is stored; values that cannot be changed are shared (`deepcopy` was a tenth of the run)."""
    return {
        name: copy.deepcopy(value) if isinstance(value, (dict, list, tuple)) else value for name, value in row.items()
    }


def short(name: str) -> str:
    """A stream or id as a timeline shows it: its kind and the end of its id."""
    kind, _, identity = name.rpartition("-") if name.count("-") < 5 else (name[:-37], "", name[-36:])
    return f"{kind}…{identity[-6:]}" if len(identity) > 8 else name


def told(work: Work, events: Sequence[StoredEvent]) -> str:
    """A work in one line."""
    parts = [f"{event.type} {short(event.stream_id)}@{event.version}" for event in events]
    parts += [f"{move.source[4:].lower()}.{move.partition}→{move.to}" for move in work.cursors]
    parts += [f"timer {timer.name} fired" for timer in work.fired]
    parts += [f"dead letter {held.type} at {held.position}: {held.code}" for held in work.dead]
    parts += [f"parked {held.position}" for held in work.parked]
    parts += [f"dead letter {one.dead_letter_id} {one.status}" for one in work.resolved]
    parts += [f"let go {held.position}" for held in work.unparked]
    return ", ".join(parts) or QUIET
