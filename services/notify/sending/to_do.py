"""What a lane has to do next, read from the list that the facts of messages keep."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncEngine

from services.notify.domain.message.decider import MESSAGE
from services.notify.domain.vocabulary import Channel
from services.notify.projections.tables import MESSAGES, SENDS
from shared.eventstore.context import Cause
from shared.eventstore.postgres.store import telling
from shared.eventstore.store import Store


@dataclass(frozen=True, slots=True)
class Task:
    """One thing to do about one message. `cause` ties it to the relocation and its trace."""

    message_id: str
    step: str
    channel: Channel
    template: str
    recipient_kind: str
    recipient_ref: str
    about: Mapping[str, str]
    cause: Cause


class ToDo(Protocol):
    """The list of one channel, oldest first. Reading takes nothing off it: what is done does.

    Raises `Unavailable` while the list cannot be read.
    """

    async def next(self, busy: Collection[str], limit: int) -> list[Task]:
        """Up to `limit` things to do about messages that are not busy."""
        ...

    async def attempting(self) -> list[dict[str, Any]]:
        """The messages with an attempt that has no result."""
        ...


class SqlToDo:
    """The list as two joined tables of the read model."""

    def __init__(self, engine: AsyncEngine, store: Store, channel: Channel) -> None:
        self._engine = engine
        self._store = store
        self._channel = channel

    async def next(self, busy: Collection[str], limit: int) -> list[Task]:
        query = (
            select(SENDS.c.step, MESSAGES)
            .join(MESSAGES, MESSAGES.c.message_id == SENDS.c.message_id)
            .where(SENDS.c.channel == self._channel, SENDS.c.message_id.not_in(list(busy)))
            .order_by(SENDS.c.due_since, SENDS.c.message_id)
            .limit(limit)
        )
        rows = await self._rows(query)
        traces = await self._traces([row["message_id"] for row in rows])
        return [task_of(row, self._channel, traces.get(row["message_id"])) for row in rows]

    async def attempting(self) -> list[dict[str, Any]]:
        query = select(MESSAGES).where(MESSAGES.c.channel == self._channel, MESSAGES.c.status == "attempting")
        return await self._rows(query)

    async def _rows(self, query: Any) -> list[dict[str, Any]]:
        with telling():
            async with self._engine.connect() as connection:
                return [dict(row) for row in (await connection.execute(query)).mappings()]

    async def _traces(self, message_ids: list[str]) -> dict[str, str]:
        """The trace in which each message was queued: the call to the provider belongs to it."""
        streams = {MESSAGE.stream(message_id): message_id for message_id in message_ids}
        found = await self._store.read_streams(dict.fromkeys(streams, 0))
        return {
            streams[stream]: str(events[0].meta["traceparent"])
            for stream, events in found.items()
            if events and events[0].meta.get("traceparent")
        }


def task_of(row: Mapping[str, Any], channel: Channel, traceparent: str | None) -> Task:
    """What a joined row of the list means."""
    return Task(
        message_id=row["message_id"],
        step=row["step"],
        channel=channel,
        template=row["template"],
        recipient_kind=row["recipient_kind"],
        recipient_ref=row["recipient_ref"],
        about=row["about"],
        cause=Cause(row["relocation_id"], actor=f"sender:{channel}", traceparent=traceparent),
    )
