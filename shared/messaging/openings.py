"""How often a consumer began with a message and was never heard of again (ADR 5).

Counted per partition, since replicas share the partitions between them, and written once per start and partition, before
its first message is handled: nothing is written per batch.
"""

import contextlib
from collections.abc import Iterable, Mapping

from shared.eventstore.store import Store
from shared.kernel.errors import Unavailable

CAREFUL_AFTER = 3
"""Beginnings in a row without progress after which messages are handled one at a time: one of them kills us."""


class Openings:
    """The beginnings of one consumer in this process."""

    def __init__(self, store: Store, consumer: str, source: str) -> None:
        self._store = store
        self._consumer = consumer
        self._source = source
        self._times: dict[int, int] = {}

    async def note(self, cursors: Mapping[int, int], partitions: Iterable[int]) -> None:
        """Before messages of these partitions are handled for the first time. Raises `Unavailable`."""
        new = sorted(set(partitions) - self._times.keys())
        if new:
            await self._store.begin_cursors(self._consumer, self._source, cursors)
        for partition in new:
            positions = {partition: cursors[partition]}
            self._times[partition] = await self._store.note_opening(self._consumer, self._mark(partition), positions)

    def careful(self, partitions: Iterable[int]) -> bool:
        """Whether one of these partitions was begun with too often to handle more than one message at a time."""
        return any(self._times[partition] >= CAREFUL_AFTER for partition in partitions)

    def condemned(self, partition: int) -> bool:
        """Whether its first message, coming first and alone, has ended the process again and again: this is the one."""
        return self._times[partition] >= 2 * CAREFUL_AFTER

    def times(self, partition: int) -> int:
        """How often it was begun with from where it stands."""
        return self._times[partition]

    def survived(self, partitions: Iterable[int]) -> None:
        """What was begun with is handled."""
        self._times.update(dict.fromkeys(partitions, 1))

    async def write_off(self) -> None:
        """We are waiting for something, not dying of a message: restarts from here on must not condemn it."""
        with contextlib.suppress(Unavailable):
            for partition in [one for one, times in self._times.items() if times > 1]:
                await self._store.note_opening(self._consumer, self._mark(partition), {})

    def _mark(self, partition: int) -> str:
        return f"{self._source}.p{partition:02d}"
