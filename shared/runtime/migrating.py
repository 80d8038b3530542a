"""Bringing a service's database up to date, as its owner: a step of its own before the service starts.

Apart from the service, so that no process that listens to the network holds a password that may change tables, and none
keeps Alembic in memory.
"""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import dataclass
from pathlib import Path

from shared.contracts.base import PublicEvent
from shared.eventstore.migrate import migrate
from shared.messaging.history import NatsHistory
from shared.messaging.nats_bus import NatsBus
from shared.runtime.connect import client_of, make_broker, make_engine
from shared.runtime.definition import ServiceDefinition
from shared.security.broker import inbox_of


@dataclass(frozen=True, slots=True)
class BrokerAccess:
    """Where other services' events can be read, and as whom. Any identity that may follow streams will do."""

    url: str
    seed_file: Path | None
    role: str


async def migrate_service(definition: ServiceDefinition, owner_url: str, broker: BrokerAccess) -> list[str]:
    """Run what is missing; returns the read models that were (re)built. Safe to repeat.

    The broker is asked only when a read model has to be built anew from what others have published. Raises the
    database's errors, `BusUnavailable`, `ReaderClosed`.
    """
    engine = make_engine(owner_url, pool_size=2)
    async with AsyncExitStack() as closing:
        closing.push_async_callback(engine.dispose)
        history = _HistoryWhenAsked(broker, closing)
        return await migrate(engine, definition.model, definition.migrations, history)


class _HistoryWhenAsked:
    def __init__(self, access: BrokerAccess, closing: AsyncExitStack) -> None:
        self._access = access
        self._closing = closing
        self._history: NatsHistory | None = None

    async def __call__(self, source: str, after: int, up_to: int) -> AsyncIterator[list[tuple[PublicEvent, int]]]:
        if self._history is None:
            inbox = inbox_of(self._access.role)
            broker = make_broker(
                self._access.url, name=f"{self._access.role}-migrate", seed_file=self._access.seed_file, inbox=inbox
            )
            await broker.connect()
            self._closing.push_async_callback(broker.stop)
            self._history = NatsHistory(NatsBus(client_of(broker), inbox_prefix=inbox))
        async for chunk in self._history(source, after, up_to):
            yield chunk
