"""Keys kept in memory for a short while: a page of fifty members must not cost fifty unwraps every time."""

from collections import OrderedDict
from collections.abc import Awaitable, Callable, Collection, Mapping
from typing import Final

from shared.kernel.clock import monotonic
from shared.kernel.sealed import ERASED, Erased
from shared.privacy.keyring import Keyring, PersonKey

MAX_TTL_SECONDS: Final = 60.0
"""An erasure done by another process takes effect here after this long at the latest; we promise it within a minute."""


class CachedKeyring:
    """An LRU cache, bounded in size and time, before another keyring. An erasure made here takes effect at once."""

    def __init__(
        self,
        inner: Keyring,
        *,
        max_entries: int = 20_000,
        ttl_seconds: float = 30.0,
        time: Callable[[], float] = monotonic,
    ) -> None:
        if not 0 <= ttl_seconds <= MAX_TTL_SECONDS:
            raise ValueError(f"ttl_seconds must be between 0 and {MAX_TTL_SECONDS:.0f}, or erasure comes too late")
        self._inner = inner
        self._max = max_entries
        self._ttl = ttl_seconds
        self._time = time
        self._entries: OrderedDict[str, tuple[float, PersonKey | Erased]] = OrderedDict()

    async def ensure(self, person_ids: Collection[str]) -> Mapping[str, PersonKey | Erased]:
        return await self._through(person_ids, self._inner.ensure)

    async def keys(self, person_ids: Collection[str]) -> Mapping[str, PersonKey | Erased]:
        return await self._through(person_ids, self._inner.keys)

    async def destroy(self, person_id: str) -> bool:
        existed = await self._inner.destroy(person_id)
        # Remembered, not merely evicted: a read that began before the destruction may return after it with the old
        # key, and must find that it comes too late.
        self._keep(person_id, ERASED)
        return existed

    async def _through(
        self,
        person_ids: Collection[str],
        fetch: Callable[[Collection[str]], Awaitable[Mapping[str, PersonKey | Erased]]],
    ) -> Mapping[str, PersonKey | Erased]:
        now = self._time()
        found: dict[str, PersonKey | Erased] = {}
        missing: set[str] = set()
        for person_id in person_ids:
            entry = self._entries.get(person_id)
            if entry is not None and (entry[1] is ERASED or now < entry[0]):
                self._entries.move_to_end(person_id)
                found[person_id] = entry[1]
            else:
                missing.add(person_id)
        if missing:
            for person_id, key in (await fetch(missing)).items():
                # The life of an entry runs from before the query: what it read may be that old.
                found[person_id] = self._keep(person_id, key, until=now + self._ttl)
        return found

    def _keep(self, person_id: str, key: PersonKey | Erased, until: float = 0.0) -> PersonKey | Erased:
        present = self._entries.get(person_id)
        if present is not None and present[1] is ERASED:
            key = ERASED
        self._entries[person_id] = (until, key)
        self._entries.move_to_end(person_id)
        while len(self._entries) > self._max:
            self._entries.popitem(last=False)
        return key
