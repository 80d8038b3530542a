"""The values that go into and come out of the store. Plain data; what they mean is decided elsewhere."""

from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from datetime import datetime
from typing import Any

from shared.eventstore.audit import AuditEntry
from shared.eventstore.rows import RowChange


@dataclass(frozen=True, slots=True)
class NewEvent:
    """An event about to be appended; `data` is JSON text."""

    event_id: str
    type: str
    schema_version: int
    data: str


@dataclass(frozen=True, slots=True)
class StreamAppend:
    """Events for one stream, valid only if it is still at `expected_version` (0: it must not exist yet)."""

    stream_id: str
    stream_type: str
    expected_version: int
    events: tuple[NewEvent, ...]
    meta: str
    correlation_id: str
    recorded_at: datetime

    @property
    def next_version(self) -> int:
        return self.expected_version + len(self.events)


@dataclass(frozen=True, slots=True)
class StoredEvent:
    """An event as it was stored, before upcasting. `seq` orders a rebuild; it is never a cursor (ADR 0003)."""

    seq: int
    stream_id: str
    version: int
    event_id: str
    type: str
    schema_version: int
    data: dict[str, Any]
    meta: dict[str, Any]
    recorded_at: datetime


@dataclass(frozen=True, slots=True)
class OutgoingMessage:
    """A message for the service's own stream, in the queue until the sequencer gives it a position."""

    message_id: str
    subject: str
    partition: int
    headers: str
    data: bytes


@dataclass(frozen=True, slots=True)
class SequencedMessage:
    """A message with its place in the gapless public order; `prev` is the position before it in its partition."""

    position: int
    prev: int
    partition: int
    message_id: str
    subject: str
    headers: str
    data: bytes


@dataclass(frozen=True, slots=True)
class TimerRow:
    """A deadline of a stream."""

    stream_id: str
    stream_type: str
    name: str
    due_at: datetime
    correlation_id: str


@dataclass(frozen=True, slots=True)
class CursorMove:
    """A consumer's position in one partition of a source, moved from `expected` to `to` or not at all."""

    consumer: str
    source: str
    partition: int
    expected: int
    to: int


@dataclass(frozen=True, slots=True)
class IdempotencyRecord:
    """The answer to a request, kept with its effects so that a repeated request gets the same answer."""

    key: str
    fingerprint: str
    status: int
    body: str


@dataclass(frozen=True, slots=True)
class InboxEntry:
    """A message of an outside system that has taken effect."""

    source: str
    message_id: str


@dataclass(frozen=True, slots=True)
class HeldMessage:
    """A message that a consumer could not handle (dead letter), or that waits behind one (parked)."""

    consumer: str
    source: str
    partition: int
    position: int
    key: str
    type: str
    headers: Mapping[str, str]
    data: bytes
    code: str = ""
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Resolution:
    """What became of a dead letter; with the new reason when a replay failed again."""

    dead_letter_id: int
    status: str
    code: str = ""
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Snapshot:
    """A cached state. Thrown away when the fingerprint of the code that folded it differs."""

    stream_id: str
    fingerprint: str
    version: int
    state: str


@dataclass(frozen=True, slots=True)
class IndexEntry:
    """A blind index entry that leads to a person; with `one_owner` it may lead to nobody else."""

    kind: str
    entry: str
    owner: str
    one_owner: bool


@dataclass(slots=True)
class Work:
    """All effects of one command, timer or batch of messages: they become true together, or none does."""

    appends: list[StreamAppend] = field(default_factory=list)
    reads: dict[str, int] = field(default_factory=dict)  # streams decided on from a cache, and the version it had
    messages: list[OutgoingMessage] = field(default_factory=list)
    rows: list[RowChange] = field(default_factory=list)
    armed: list[TimerRow] = field(default_factory=list)
    cancelled: list[tuple[str, str]] = field(default_factory=list)
    fired: list[TimerRow] = field(default_factory=list)
    cursors: list[CursorMove] = field(default_factory=list)
    inbox: list[InboxEntry] = field(default_factory=list)
    dead: list[HeldMessage] = field(default_factory=list)
    parked: list[HeldMessage] = field(default_factory=list)
    resolved: list[Resolution] = field(default_factory=list)
    unparked: list[HeldMessage] = field(default_factory=list)
    indexed: list[IndexEntry] = field(default_factory=list)
    unindexed: list[tuple[str, str]] = field(default_factory=list)  # kind ("" for all) and owner; before `indexed`
    audit: list[AuditEntry] = field(default_factory=list)
    idempotency: IdempotencyRecord | None = None

    def claims(self) -> dict[str, StreamAppend]:
        """One claim per stream: from the version its first append expects to the one its last append makes."""
        by_stream: dict[str, list[StreamAppend]] = {}
        for append in self.appends:
            by_stream.setdefault(append.stream_id, []).append(append)
        return {
            stream_id: appends[0]
            if len(appends) == 1
            else replace(appends[0], events=tuple(event for append in appends for event in append.events))
            for stream_id, appends in by_stream.items()
        }

    def unclaimed_reads(self) -> list[tuple[str, int]]:
        """The streams that were only read, with the version that has to hold: a claim checks its own."""
        moved = {append.stream_id for append in self.appends}
        return [read for read in self.reads.items() if read[0] not in moved]

    def is_empty(self) -> bool:
        """Whether committing it would change nothing."""
        return not any(getattr(self, one.name) for one in fields(self))
