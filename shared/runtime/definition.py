"""A service as a value: what it decides, follows, serves and takes from outside. `run` makes a process of it."""

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from fastapi import APIRouter
from nats.aio.client import Client
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from shared.contracts.base import PublicEvent
from shared.eventstore.executor import Executor
from shared.eventstore.model import ServiceModel
from shared.eventstore.postgres.store import telling
from shared.eventstore.store import Store
from shared.kernel.clock import ShiftedClock
from shared.kernel.ids import IdSource
from shared.messaging.bus import Bus, stream_of
from shared.messaging.handlers import On
from shared.messaging.inbound import Inbound, Refusal
from shared.observability.metrics import Metrics
from shared.privacy.blind_index import BlindIndex
from shared.privacy.keyring import Keyring
from shared.privacy.sealer import Sealer
from shared.runtime.measures import Measure, Notices
from shared.runtime.settings import ServiceSettings
from shared.security.directory import Directory

Loop = Callable[[], Awaitable[None]]


@dataclass
class Running:
    """What a service's own code can use while it runs."""

    settings: ServiceSettings
    model: ServiceModel
    engine: AsyncEngine
    store: Store
    executor: Executor
    bus: Bus
    client: Client
    clock: ShiftedClock
    ids: IdSource
    metrics: Metrics
    sealer: Sealer | None = None
    blind_index: BlindIndex | None = None
    keyring: Keyring | None = None
    after_commit: list[Callable[[], None]] = field(default_factory=list)
    """Rung after every commit of this process with messages or timers in it: for loops that wait for work."""
    extra: dict[str, Any] = field(default_factory=dict)
    directory: Directory = field(init=False)
    """Where organisations and stations hang."""

    def __post_init__(self) -> None:
        self.directory = Directory(self.store)

    @asynccontextmanager
    async def reading(self) -> AsyncIterator[AsyncConnection]:
        """A connection for a query. Raises `Unavailable` when the database is away, as its store does."""
        with telling():
            async with self.engine.connect() as connection:
                yield connection


@dataclass(frozen=True)
class ServiceDefinition:
    """One of the four services.

    `follows` maps the name of a source service to the reactions to its events. `loops` are further tasks that run as
    long as the process (a message sender, say); one that ends, ends the process. `uploads` are the paths to which files are
    posted, with the bytes of the largest.
    """

    model: ServiceModel
    title: str
    settings: type[ServiceSettings] = ServiceSettings
    follows: Mapping[str, Mapping[type[PublicEvent], On]] = field(default_factory=dict)
    routers: Callable[[Running], Sequence[APIRouter]] = lambda _: ()
    inbound: Sequence[Inbound] = ()
    refusal: Refusal | None = None
    loops: Callable[[Running], Mapping[str, Loop]] = lambda _: {}
    migrations: Path | None = None
    personal: bool = False
    uploads: Mapping[str, int] = field(default_factory=dict)
    measures: Sequence[Measure] = ()
    notices: Notices = lambda _: {}

    @property
    def name(self) -> str:
        return self.model.name

    @property
    def stream(self) -> str:
        """The stream that only this service's relay writes."""
        return stream_of(self.name)
