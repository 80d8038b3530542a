"""Collects what one command, timer or batch of messages brings about, as one `Work`.

Decisions are made on states held here; nothing is written until the work is committed. A fork collects one message of a
batch apart, so that a message that fails leaves no trace in the batch.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from shared.contracts.base import PublicEvent
from shared.eventstore.audit import AuditEntry
from shared.eventstore.context import Cause
from shared.eventstore.model import ServiceModel
from shared.eventstore.projection import Fact
from shared.eventstore.records import IndexEntry, NewEvent, OutgoingMessage, StreamAppend, TimerRow, Work
from shared.eventstore.repository import Held, Repository
from shared.eventstore.rows import RowChange
from shared.kernel.clock import Clock
from shared.kernel.decider import Decider
from shared.kernel.errors import PreconditionFailed
from shared.kernel.event import Command, DomainEvent
from shared.kernel.ids import IdSource
from shared.kernel.timer import ArmTimer

Enveloper = Callable[[PublicEvent, str, int, Cause, Any], OutgoingMessage]
"""(event, event id, stream version, cause, time) → the message for the outbox."""


class UnitOfWork:
    """Everything decided so far, and the states it was decided on."""

    def __init__(
        self,
        repository: Repository,
        envelope: Enveloper,
        clock: Clock,
        ids: IdSource,
        cause: Cause,
        *,
        cautious: bool = False,
        from_store: bool = False,
        _parent: "UnitOfWork | None" = None,
    ) -> None:
        self._repository = repository
        self._model: ServiceModel = repository.model
        self._envelope = envelope
        self._clock = clock
        self._ids = ids
        self._cautious = cautious
        self._from_store = from_store
        self._parent = _parent
        self._states: dict[str, Held] = {}
        self._origin: dict[str, Held] = {}
        self.cause = cause
        self.work = Work()

    @property
    def clock(self) -> Clock:
        return self._clock

    @property
    def ids(self) -> IdSource:
        return self._ids

    # -- states -------------------------------------------------------------------------------------------------

    async def prefetch(self, wanted: Iterable[tuple[Decider[Any, Any], str]]) -> None:
        """Load many states with one query. `wanted` pairs a decider with the identity of its instance."""
        pairs = [(decider, decider.stream(identity)) for decider, identity in wanted]
        unknown = [pair for pair in pairs if self._known(pair[1]) is None]
        loaded = await self._repository.load(unknown, from_store=self._from_store)
        self._states |= loaded
        self._origin |= loaded

    def presume_new(self, decider: Decider[Any, Any], *identities: str) -> None:
        """Take it that these have no history, and spare the reading: for identities that were drawn just now, or that hardly
        anybody has used. A guess like a remembered state: the commit checks it, a refusal is not believed, and the
        second try reads.
        """
        for stream_id in map(decider.stream, identities):
            if not self._cautious and self._known(stream_id) is None and not self._repository.remembers(stream_id):
                self._states[stream_id] = self._origin[stream_id] = Held(0, decider.initial, warm=True)

    async def state(self, decider: Decider[Any, Any], identity: str) -> Any:
        """The present state of one instance, what was decided here included.

        Whatever is decided on it holds only if it is still so at the commit: its version is checked there.
        """
        stream_id = decider.stream(identity)
        held = await self._held(decider, stream_id)
        self._note_read(stream_id, always=True)
        return held.state

    async def peek(self, decider: Decider[Any, Any], identity: str) -> Any:
        """The state as far as it is known here, unchecked at the commit: only for what stays true once it is true."""
        return (await self._held(decider, decider.stream(identity))).state

    async def version(self, decider: Decider[Any, Any], identity: str) -> int:
        """The version of one instance's stream, what was decided here included."""
        return (await self._held(decider, decider.stream(identity))).version

    def _known(self, stream_id: str) -> Held | None:
        unit: UnitOfWork | None = self
        while unit is not None:
            held = unit._states.get(stream_id)  # noqa: SLF001 - its own kind
            if held is not None:
                return held
            unit = unit._parent  # noqa: SLF001
        return None

    async def _held(self, decider: Decider[Any, Any], stream_id: str) -> Held:
        held = self._known(stream_id)
        if held is None:
            found = await self._repository.load([(decider, stream_id)], from_store=self._from_store)
            held = found[stream_id]
            self._states[stream_id] = self._origin[stream_id] = held
        return held

    # -- decisions ----------------------------------------------------------------------------------------------

    async def handle(
        self, decider: Decider[Any, Any], identity: str, command: Command, *, expected: int | None = None
    ) -> list[DomainEvent]:
        """Decide a command and keep the events. Raises what the decider raises, and `PreconditionFailed` when
        `expected` (from If-Match) is not the version of the stream.
        """
        stream_id = decider.stream(identity)
        held = await self._held(decider, stream_id)
        if expected is not None and held.version != expected:
            raise PreconditionFailed(
                "stale-version",
                f"{stream_id} is at version {held.version}, not {expected}",
                remedy="read it again, look at what changed, and repeat the request with the new ETag",
            )
        events = list(decider.decide(command, held.state))
        self._note_read(stream_id)
        if events:
            self._append(decider, stream_id, held, events)
        return events

    def _note_read(self, stream_id: str, *, always: bool = False) -> None:
        # A repeated command that found nothing to do needs no check if it looked in the store itself just now.
        origin = self._origin_of(stream_id)
        if origin is not None and (origin.warm or always):
            self.work.reads[stream_id] = origin.version

    def _origin_of(self, stream_id: str) -> Held | None:
        unit: UnitOfWork | None = self
        while unit is not None:
            origin = unit._origin.get(stream_id)  # noqa: SLF001 - its own kind
            if origin is not None:
                return origin
            unit = unit._parent  # noqa: SLF001
        return None

    def _append(self, decider: Decider[Any, Any], stream_id: str, held: Held, events: list[DomainEvent]) -> None:
        now = self._clock.now()
        new: list[NewEvent] = []
        version = held.version
        for event in events:
            version += 1
            event_id = self._ids()
            new.append(NewEvent(event_id, event.type, event.schema_version, event.model_dump_json()))
            public = self._model.publish(event)
            if public is not None:
                self.work.messages.append(self._envelope(public, event_id, version, self.cause, now))
            self.work.rows.extend(self._model.changes(Fact(event, stream_id, version, now)))
            self._time(decider, stream_id, event)
        self.work.appends.append(
            StreamAppend(
                stream_id,
                decider.stream_type,
                held.version,
                tuple(new),
                self.cause.meta(),
                self.cause.correlation_id,
                now,
            )
        )
        self._states[stream_id] = Held(version, decider.fold(events, held.state), held.warm)

    def _time(self, decider: Decider[Any, Any], stream_id: str, event: DomainEvent) -> None:
        for change in decider.timers(event):
            # The last word on a name wins, as it does when the two events are committed apart.
            self.work.armed = [t for t in self.work.armed if (t.stream_id, t.name) != (stream_id, change.name)]
            if isinstance(change, ArmTimer):
                row = TimerRow(stream_id, decider.stream_type, change.name, change.due_at, self.cause.correlation_id)
                self.work.armed.append(row)
            else:
                self.work.cancelled.append((stream_id, change.name))

    def announce(self, event: PublicEvent) -> None:
        """Publish a fact that belongs to no stream of ours, such as the refusal of an outside message."""
        self.work.messages.append(self._envelope(event, self._ids(), 0, self.cause, self._clock.now()))

    # -- who did what to whom, and whom a number leads to --------------------------------------------------------

    def audit(self, action: str, subject: str = "", *, purpose: str = "", outcome: str = "done", **detail: Any) -> None:
        """Record it in the audit trail, with the effects or not at all. `detail` holds codes, ids and counts only."""
        trace = (self.cause.traceparent or "").split("-")
        trace_id = trace[1] if len(trace) == 4 else ""
        now = self._clock.now()
        self.work.audit.append(AuditEntry(now, self.cause.actor, action, purpose, subject, outcome, trace_id, detail))

    async def owners(self, kind: str, entries: Sequence[str], *, presume_none: bool = False) -> list[str]:
        """Whom these entries of the blind index lead to. Changes collected here are not seen.

        `presume_none` spares the reading, for entries with `one_owner` that are put in here: as with `presume_new`, the
        commit checks it and the second try reads.
        """
        if presume_none and not self._cautious:
            return []
        return await self._repository.store.owners(kind, entries)

    def index(self, kind: str, entry: str, owner: str, *, one_owner: bool = False) -> None:
        """Let an entry lead to a person, in place of what is taken out here; a conflict at the commit when it leads to
        another one and may lead to one only.
        """
        self.work.indexed.append(IndexEntry(kind, entry, owner, one_owner))

    def unindex(self, owner: str, kind: str = "") -> None:
        """Let no entry (of that kind) lead to the person any more."""
        self.work.unindexed.append((kind, owner))

    # -- read models --------------------------------------------------------------------------------------------

    def change(self, *changes: RowChange) -> None:
        """Change rows of a read model directly."""
        self.work.rows.extend(changes)

    async def row(self, table: str, *key: Any) -> dict[str, Any] | None:
        """A committed row of a read model. Changes collected here are not seen."""
        return (await self._repository.store.get_rows(table, [key])).get(key)

    async def rows_of(self, table: str, keys: Iterable[Any]) -> dict[Any, dict[str, Any]]:
        """The committed rows with these keys (of one column), as many as there are."""
        found = await self._repository.store.get_rows(table, [(key,) for key in keys])
        return {key: row for (key,), row in found.items()}

    async def rows(self, table: str, **equal: Any) -> list[dict[str, Any]]:
        """The committed rows in which these columns have these values."""
        return await self._repository.store.find_rows(table, equal)

    async def rows_with_any(self, table: str, equal: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
        """The committed rows in which the columns have the values of one of these; all name the same columns."""
        return await self._repository.store.find_rows(table, *equal)

    # -- forks --------------------------------------------------------------------------------------------------

    def fork(self, cause: Cause) -> "UnitOfWork":
        """A unit that sees what is decided here and collects apart."""
        return UnitOfWork(
            self._repository, self._envelope, self._clock, self._ids, cause, from_store=self._from_store, _parent=self
        )

    def merge(self, fork: "UnitOfWork") -> None:
        """Take over what a fork collected."""
        mine, theirs = self.work, fork.work
        cancelled = set(theirs.cancelled)
        rearmed = {(t.stream_id, t.name) for t in theirs.armed}
        mine.armed = [t for t in mine.armed if (t.stream_id, t.name) not in cancelled | rearmed]
        for name in ("appends", "messages", "rows", "armed", "cancelled", "fired", "inbox", "dead", "parked",
                     "indexed", "unindexed", "audit"):  # fmt: skip
            getattr(mine, name).extend(getattr(theirs, name))
        mine.reads |= theirs.reads
        self._states |= fork._states  # noqa: SLF001 - its own kind
        for stream_id, held in fork._origin.items():  # noqa: SLF001
            self._origin.setdefault(stream_id, held)

    # -- after the commit ---------------------------------------------------------------------------------------

    def committed(self) -> None:
        """The work is durable: its states are worth remembering."""
        for append in self.work.appends:
            held = self._states[append.stream_id]
            self._repository.keep(append.stream_id, held.version, held.state)

    def forget(self) -> None:
        """Read every state this was decided on from the store next time."""
        self._repository.forget(self._origin)

    def warm(self) -> bool:
        """Whether anything was decided on a remembered state."""
        return any(held.warm for held in self._origin.values()) or (self._parent is not None and self._parent.warm())
