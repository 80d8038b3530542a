"""Mobility behind its HTTP door, on PostgreSQL."""

from collections.abc import AsyncIterator
from typing import Any, cast

import httpx
import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from services.mobility.model import MODEL
from services.mobility.service import SERVICE
from shared.eventstore.migrate import migrate
from shared.eventstore.postgres.store import PostgresStore
from shared.kernel.clock import ShiftedClock
from shared.observability.metrics import Metrics
from shared.privacy.memory_keyring import InMemoryKeyring
from shared.privacy.sealer import Sealer
from shared.runtime.definition import Running
from shared.web.app import create_app
from tests.integration.mobility.world import SETTINGS, World
from tests.support.documented import as_documented
from tests.support.door import DoorKnocks
from tests.support.identity import department, guard


@pytest.fixture
async def served(engine: AsyncEngine) -> World:
    """The service on a database of its own, with the roll settled in."""
    await migrate(engine, MODEL)
    return await World(PostgresStore(engine, MODEL.views), ShiftedClock()).settle_in()


@pytest.fixture
def keyring() -> InMemoryKeyring:
    """The registry's keys."""
    return InMemoryKeyring()


@pytest.fixture
def sealer(keyring: InMemoryKeyring) -> Sealer:
    """The registry's."""
    return Sealer(keyring)


@pytest.fixture
async def http(engine: AsyncEngine, served: World, sealer: Sealer) -> AsyncIterator[httpx.AsyncClient]:
    nothing = cast("Any", None)
    kernel = served.kernel
    door = DoorKnocks(sealer, kernel.executor)
    running = Running(
        SETTINGS, MODEL, engine, served.store, kernel.executor, nothing, cast("Any", door),
        cast("ShiftedClock", served.clock), kernel.executor.ids, Metrics(),
    )  # fmt: skip
    app = create_app(
        title="mobility", version="0", routers=list(SERVICE.routers(running)), guard=guard(running), access_log=False
    )
    transport = httpx.ASGITransport(app)
    async with httpx.AsyncClient(
        transport=transport, base_url="http://mobility", headers=department("city"), event_hooks=as_documented(app)
    ) as client:
        yield client
