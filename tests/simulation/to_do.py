"""The sender's list in memory: the two tables of `SqlToDo`, joined by hand."""

from collections.abc import Collection
from typing import Any

from services.notify.domain.message.decider import MESSAGE
from services.notify.domain.vocabulary import Channel
from services.notify.sending.to_do import Task, task_of
from tests.simulation.store import SimulatedStore


class MemoryToDo:
    """The list of one channel, oldest first."""

    def __init__(self, store: SimulatedStore, channel: Channel) -> None:
        self._store = store
        self._channel = channel

    async def next(self, busy: Collection[str], limit: int) -> list[Task]:
        waiting = await self._store.find_rows("sends", {"channel": self._channel})
        waiting = [row for row in waiting if row["message_id"] not in busy]
        if not waiting:
            return []
        waiting.sort(key=lambda row: (row["due_since"], row["message_id"]))
        messages = await self._store.get_rows("messages", [(row["message_id"],) for row in waiting[:limit]])
        tasks = []
        for row in waiting[:limit]:
            stream = self._store.data.streams[MESSAGE.stream(row["message_id"])]
            joined = messages[(row["message_id"],)] | {"step": row["step"]}
            tasks.append(task_of(joined, self._channel, stream[0].meta.get("traceparent")))
        return tasks

    async def attempting(self) -> list[dict[str, Any]]:
        return await self._store.find_rows("messages", {"channel": self._channel, "status": "attempting"})
