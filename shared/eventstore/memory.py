"""The store in memory, for tests and the simulator: the same port, the same outcomes, no I/O."""

import copy
from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from sqlalchemy import MetaData

from shared.eventstore.audit import AuditRecord, chained
from shared.eventstore.records import (
    HeldMessage,
    IdempotencyRecord,
    IndexEntry,
    OutgoingMessage,
    SequencedMessage,
    Snapshot,
    StoredEvent,
    TimerRow,
    Work,
)
from shared.eventstore.rows import Add, Key, Put, Remove, Row, RowChange
from shared.eventstore.store import KeyTaken, LostCursor, Outcome, TimerGone
from shared.kernel.errors import ConcurrencyConflict
from shared.kernel.json import from_json


@dataclass
class _Data:
    streams: dict[str, list[StoredEvent]] = field(default_factory=dict)
    events: list[StoredEvent] = field(default_factory=list)
    outbox: list[OutgoingMessage] = field(default_factory=list)
    outbound: list[SequencedMessage] = field(default_factory=list)
    rows: dict[str, dict[Key, Row]] = field(default_factory=dict)
    timers: dict[tuple[str, str], TimerRow] = field(default_factory=dict)
    cursors: dict[tuple[str, str, int], int] = field(default_factory=dict)
    inbox: set[tuple[str, str]] = field(default_factory=set)
    answers: dict[str, IdempotencyRecord] = field(default_factory=dict)
    dead: dict[int, tuple[str, HeldMessage]] = field(default_factory=dict)
    parked: list[HeldMessage] = field(default_factory=list)
    snapshots: dict[str, Snapshot] = field(default_factory=dict)
    index: set[IndexEntry] = field(default_factory=set)
    audit: list[AuditRecord] = field(default_factory=list)
    openings: dict[tuple[str, str], tuple[dict[int, int], int]] = field(default_factory=dict)


class MemoryStore:
    """Everything a service keeps, in dictionaries. What survives a simulated crash is exactly this object."""

    def __init__(self, views: MetaData | None = None) -> None:
        self.data = _Data()
        self._views = views or MetaData()

    async def commit(self, works: Sequence[Work]) -> list[Outcome]:
        outcomes: list[Outcome] = []
        for work in works:
            refusal = self._refusal(work)
            if refusal is None:
                self._apply(work)
            outcomes.append(refusal)
        return outcomes

    def _refusal(self, work: Work) -> Outcome:
        data = self.data
        expected = work.reads | {stream_id: claim.expected_version for stream_id, claim in work.claims().items()}
        for stream_id, version in expected.items():
            if len(data.streams.get(stream_id, ())) != version:
                return ConcurrencyConflict(stream_id, version)
        for move in work.cursors:
            if data.cursors.get((move.consumer, move.source, move.partition), 0) != move.expected:
                return LostCursor(f"{move.consumer} {move.source}.{move.partition} is not at {move.expected}")
        for timer in work.fired:
            held = data.timers.get((timer.stream_id, timer.name))
            if held is None or held.due_at != timer.due_at:
                return TimerGone(f"{timer.stream_id} {timer.name}")
        if work.idempotency and work.idempotency.key in data.answers:
            return KeyTaken(work.idempotency.key)
        for entry in work.inbox:
            if (entry.source, entry.message_id) in data.inbox:
                return KeyTaken(f"{entry.source} {entry.message_id}")
        for resolution in work.resolved:
            if data.dead[resolution.dead_letter_id][0] not in REQUESTED:
                return KeyTaken(f"dead letter {resolution.dead_letter_id}")
        waiting = {(m.consumer, m.source, m.position) for m in data.parked} if work.unparked else set()
        for message in work.unparked:
            if (message.consumer, message.source, message.position) not in waiting:
                return KeyTaken(f"parked message {message.position} of {message.source}")
        for wanted in work.indexed:
            if wanted.one_owner and any(
                (one.kind, one.entry) == (wanted.kind, wanted.entry) and one.owner != wanted.owner for one in data.index
            ):
                return ConcurrencyConflict("blind-index", 0)
        return None

    def _apply(self, work: Work) -> None:
        data = self.data
        for append in work.appends:
            stream = data.streams.setdefault(append.stream_id, [])
            for event in append.events:
                stored = StoredEvent(
                    len(data.events) + 1, append.stream_id, len(stream) + 1, event.event_id, event.type,
                    event.schema_version, from_json(event.data), from_json(append.meta), append.recorded_at,
                )  # fmt: skip
                stream.append(stored)
                data.events.append(stored)
        data.outbox.extend(work.messages)
        for change in work.rows:
            self._change(change)
        for timer in work.fired:
            del data.timers[(timer.stream_id, timer.name)]
        for address in work.cancelled:
            data.timers.pop(address, None)
        for timer in work.armed:
            data.timers[(timer.stream_id, timer.name)] = timer
        for move in work.cursors:
            data.cursors[(move.consumer, move.source, move.partition)] = move.to
        data.inbox.update((entry.source, entry.message_id) for entry in work.inbox)
        if work.idempotency:
            data.answers[work.idempotency.key] = work.idempotency
        for message in work.dead:
            data.dead[len(data.dead) + 1] = ("dead", message)
        data.parked.extend(work.parked)
        for resolution in work.resolved:
            message = data.dead[resolution.dead_letter_id][1]
            if resolution.code:
                message = replace(message, code=resolution.code, detail=resolution.detail)
            data.dead[resolution.dead_letter_id] = (resolution.status, message)
        gone = {(m.consumer, m.source, m.position) for m in work.unparked}
        if gone:
            data.parked = [m for m in data.parked if (m.consumer, m.source, m.position) not in gone]
        for kind, owner in work.unindexed:
            data.index = {one for one in data.index if one.owner != owner or kind not in ("", one.kind)}
        data.index.update(work.indexed)
        data.audit += chained(work.audit, (data.audit[-1].number, data.audit[-1].hash) if data.audit else None)

    def _change(self, change: RowChange) -> None:
        table = self.data.rows.setdefault(change.table, {})
        match change:
            case Put():
                table.setdefault(change.key, self._empty(change.table)).update(change.values)
            case Add():
                row = table.setdefault(change.key, self._empty(change.table) | self._keyed(change.table, change.key))
                for column, amount in change.values.items():
                    row[column] = (row.get(column) or 0) + amount
            case Remove():
                table.pop(change.key, None)

    def _empty(self, table: str) -> Row:
        known = self._views.tables.get(table)
        return {} if known is None else {column.name: None for column in known.columns}

    def _keyed(self, table: str, key: Key) -> Row:
        known = self._views.tables.get(table)
        return {} if known is None else {c.name: v for c, v in zip(known.primary_key.columns, key, strict=True)}

    async def read_streams(self, after: Mapping[str, int]) -> dict[str, list[StoredEvent]]:
        return {stream_id: self.data.streams.get(stream_id, [])[version:] for stream_id, version in after.items()}

    async def read_all(self, after_seq: int = 0, *, chunk: int = 2000) -> AsyncIterator[list[StoredEvent]]:
        for start in range(after_seq, len(self.data.events), chunk):
            yield self.data.events[start : start + chunk]

    async def snapshots(self, stream_ids: Sequence[str], fingerprint: str) -> dict[str, Snapshot]:
        kept = (self.data.snapshots.get(stream_id) for stream_id in stream_ids)
        return {s.stream_id: s for s in kept if s is not None and s.fingerprint == fingerprint}

    async def save_snapshots(self, snapshots: Iterable[Snapshot]) -> None:
        self.data.snapshots.update({s.stream_id: s for s in snapshots})

    async def get_rows(self, table: str, keys: Sequence[Key]) -> dict[Key, Row]:
        rows = self.data.rows.get(table, {})
        return {key: copy.deepcopy(rows[key]) for key in keys if key in rows}

    async def find_rows(self, table: str, *equal: Mapping[str, Any]) -> list[Row]:
        rows = self.data.rows.get(table, {})
        found = [
            (key, row)
            for key, row in rows.items()
            if any(all(row.get(c) == v for c, v in one.items()) for one in equal)
        ]
        return [copy.deepcopy(row) for _, row in sorted(found, key=lambda pair: pair[0])]

    async def owners(self, kind: str, entries: Sequence[str]) -> list[str]:
        return sorted({one.owner for one in self.data.index if one.kind == kind and one.entry in entries})

    async def idempotent_answer(self, key: str) -> IdempotencyRecord | None:
        return self.data.answers.get(key)

    async def known_in_inbox(self, source: str, message_ids: Sequence[str]) -> set[str]:
        return {message_id for message_id in message_ids if (source, message_id) in self.data.inbox}

    async def due_timers(self, now: datetime, limit: int) -> list[TimerRow]:
        due = [timer for timer in self.data.timers.values() if timer.due_at <= now]
        return sorted(due, key=lambda timer: (timer.due_at, timer.stream_id, timer.name))[:limit]

    async def next_timer(self) -> datetime | None:
        return min((timer.due_at for timer in self.data.timers.values()), default=None)

    async def cursors(self, consumer: str, source: str) -> dict[int, int]:
        return {p: at for (c, s, p), at in self.data.cursors.items() if (c, s) == (consumer, source)}

    async def parked_keys(self, consumer: str, source: str) -> set[str]:
        dead = {
            m.key
            for status, m in self.data.dead.values()
            if status in OPEN and (m.consumer, m.source) == (consumer, source)
        }
        return dead | {m.key for m in self.data.parked if (m.consumer, m.source) == (consumer, source)}

    async def released_keys(self, consumer: str, source: str) -> set[str]:
        mine = (consumer, source)
        held = {m.key for status, m in self.data.dead.values() if status in OPEN and (m.consumer, m.source) == mine}
        return {m.key for m in self.data.parked if (m.consumer, m.source) == mine} - held

    async def dead_letters(
        self, consumer: str | None = None, *, requested: bool = False
    ) -> list[tuple[int, str, HeldMessage]]:
        return [
            (number, status, message)
            for number, (status, message) in sorted(self.data.dead.items())
            if consumer in (None, message.consumer) and (not requested or status in REQUESTED)
        ]

    async def request_dead_letter(self, dead_letter_id: int, status: str) -> bool:
        held = self.data.dead.get(dead_letter_id)
        if held is None or held[0] not in OPEN:
            return False
        self.data.dead[dead_letter_id] = (status, held[1])
        return True

    async def parked_messages(self, consumer: str, source: str, key: str, limit: int = 500) -> list[HeldMessage]:
        mine = [m for m in self.data.parked if (m.consumer, m.source, m.key) == (consumer, source, key)]
        return sorted(mine, key=lambda m: m.position)[:limit]

    async def begin_cursors(self, consumer: str, source: str, partitions: Iterable[int]) -> None:
        """Nothing to do: here a cursor that was never moved is zero."""

    async def note_opening(self, consumer: str, source: str, positions: Mapping[int, int]) -> int:
        before, times = self.data.openings.get((consumer, source), ({}, 0))
        times = times + 1 if before == dict(positions) else 1
        self.data.openings[(consumer, source)] = (dict(positions), times)
        return times


REQUESTED = ("replay", "discard")
OPEN = ("dead", *REQUESTED)
