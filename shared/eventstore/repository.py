"""States of streams: folded from events, shortened by snapshots, kept warm in memory.

The memory is only ever a guess. Whoever decided from it names the version it had, the commit checks that version, and a
wrong guess is a conflict like any other (`Work.reads`, `StreamAppend.expected_version`).
"""

import hashlib
import inspect
from collections import OrderedDict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from pydantic import TypeAdapter

from shared.eventstore.model import ServiceModel
from shared.eventstore.records import Snapshot, StoredEvent
from shared.eventstore.sharing import SharedReading
from shared.eventstore.store import Store
from shared.kernel.decider import Decider
from shared.kernel.json import to_json

SNAPSHOT_EVERY = 100
"""A long stream is snapshotted when this many events have been folded since the last one."""


@dataclass(frozen=True, slots=True)
class Held:
    """A state with the version it belongs to; `warm` when it came from memory and not from the store."""

    version: int
    state: Any
    warm: bool = False


class Repository:
    """Loads states for one service's deciders."""

    def __init__(self, model: ServiceModel, store: Store, *, cache: int = 10_000) -> None:
        self.model = model
        self.store = store
        self._cache: OrderedDict[str, Held] = OrderedDict()
        self._size = cache
        self._reading = SharedReading[str, Decider[Any, Any], Held](self._read)
        self._fingerprints: dict[str, str] = {}

    async def load(
        self, wanted: Iterable[tuple[Decider[Any, Any], str]], *, from_store: bool = False
    ) -> dict[str, Held]:
        """The states of these (decider, stream id) pairs, with one query for all that are not in memory, or for all."""
        result: dict[str, Held] = {}
        missing: dict[str, Decider[Any, Any]] = {}
        for decider, stream_id in wanted:
            held = None if from_store else self._cache.get(stream_id)
            if held is None:
                missing[stream_id] = decider
            else:
                self._cache.move_to_end(stream_id)
                result[stream_id] = held
        if missing:
            result |= await self._reading.get(missing)
        return result

    async def _read(self, missing: Mapping[str, Decider[Any, Any]]) -> dict[str, Held]:
        start = {stream_id: Held(0, decider.initial) for stream_id, decider in missing.items()}
        for decider in {d.stream_type: d for d in missing.values() if d.long_streams}.values():
            ids = [stream_id for stream_id, d in missing.items() if d.stream_type == decider.stream_type]
            start |= await self._from_snapshots(decider, ids)
        events = await self.store.read_streams({stream_id: held.version for stream_id, held in start.items()})
        result: dict[str, Held] = {}
        snapshots: list[Snapshot] = []
        for stream_id, decider in missing.items():
            held = self._fold(decider, start[stream_id], events[stream_id])
            result[stream_id] = held
            self.keep(stream_id, held.version, held.state)
            if decider.long_streams and held.version - start[stream_id].version >= SNAPSHOT_EVERY:
                snapshots.append(self._snapshot(decider, stream_id, held))
        if snapshots:
            await self.store.save_snapshots(snapshots)
        return result

    def _fold(self, decider: Decider[Any, Any], held: Held, events: Sequence[StoredEvent]) -> Held:
        state = decider.fold((self.model.decode(stored) for stored in events), held.state)
        return Held(events[-1].version if events else held.version, state)

    def keep(self, stream_id: str, version: int, state: Any) -> None:
        """Remember a committed state."""
        self._cache[stream_id] = Held(version, state, warm=True)
        self._cache.move_to_end(stream_id)
        while len(self._cache) > self._size:
            self._cache.popitem(last=False)

    def remembers(self, stream_id: str) -> bool:
        """Whether the memory holds a state of that stream."""
        return stream_id in self._cache

    def forget(self, stream_ids: Iterable[str]) -> None:
        """Read these from the store next time: the guess was wrong."""
        for stream_id in stream_ids:
            self._cache.pop(stream_id, None)

    # -- snapshots ----------------------------------------------------------------------------------------------

    async def _from_snapshots(self, decider: Decider[Any, Any], ids: list[str]) -> dict[str, Held]:
        found = await self.store.snapshots(ids, self._fingerprint(decider))
        adapter = _adapter(type(decider.initial))
        return {
            stream_id: Held(snapshot.version, adapter.validate_json(snapshot.state))
            for stream_id, snapshot in found.items()
        }

    def _snapshot(self, decider: Decider[Any, Any], stream_id: str, held: Held) -> Snapshot:
        state = _adapter(type(decider.initial)).dump_json(held.state).decode()
        return Snapshot(stream_id, self._fingerprint(decider), held.version, state)

    def _fingerprint(self, decider: Decider[Any, Any]) -> str:
        """A digest of the package that folds and of the shape of its state: changed code makes old snapshots unusable."""
        known = self._fingerprints.get(decider.stream_type)
        if known is None:
            package = Path(inspect.getfile(decider.evolve)).parent
            sources = [path.read_text() for path in sorted(package.glob("*.py"))]
            sources.append(inspect.getsource(type(decider.initial)))
            sources += [to_json(event.model_json_schema()) for event in decider.events]
            known = hashlib.sha256("\x1f".join(sources).encode()).hexdigest()[:16]
            self._fingerprints[decider.stream_type] = known
        return known


_ADAPTERS: Final[dict[type, TypeAdapter[Any]]] = {}


def _adapter(state: type) -> TypeAdapter[Any]:
    """How states of that type are read and written. Made once: making one takes 6 ms, which every reading of a long stream
    would pay.
    """
    if state not in _ADAPTERS:
        _ADAPTERS[state] = TypeAdapter(state)
    return _ADAPTERS[state]
