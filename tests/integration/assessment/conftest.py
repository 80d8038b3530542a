"""Assessment in memory, and on PostgreSQL where the store matters."""

from collections.abc import AsyncIterator

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from services.assessment.model import MODEL
from shared.eventstore.memory import MemoryStore
from shared.eventstore.migrate import migrate
from shared.eventstore.postgres.store import PostgresStore
from tests.integration.assessment.world import World


@pytest.fixture
async def world() -> AsyncIterator[World]:
    world = await World(MemoryStore(MODEL.views)).settle_in()
    async with world.http:
        yield world


@pytest.fixture
async def stored(engine: AsyncEngine) -> AsyncIterator[World]:
    """The same on a database."""
    await migrate(engine, MODEL)
    world = await World(PostgresStore(engine, MODEL.views)).settle_in()
    async with world.http:
        yield world
