"""The servers that tests run against: real NATS and PostgreSQL, started once per test process."""

import uuid
from collections.abc import AsyncIterator, Iterator

import asyncpg
import pytest
from nats.aio.client import Client
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

from tests.support.servers import Servers, started
from tests.support.tests_on import TestsOn


@pytest.fixture(scope="session")
def servers(tests_on: TestsOn) -> Iterator[Servers]:
    """One NATS and one PostgreSQL for the whole run, thrown away afterwards."""
    with started() as servers:
        yield servers


@pytest.fixture
async def database_url(servers: Servers) -> AsyncIterator[str]:
    """A fresh, empty database."""
    name = f"t_{uuid.uuid4().hex}"
    admin = await asyncpg.connect(servers.admin_url)
    await admin.execute(f"CREATE DATABASE {name}")
    try:
        yield servers.database_url(name).replace("postgresql://", "postgresql+asyncpg://")
    finally:
        await admin.execute(f"DROP DATABASE {name} WITH (FORCE)")
        await admin.close()


@pytest.fixture
async def engine(database_url: str) -> AsyncIterator[AsyncEngine]:
    """An engine on a fresh database."""
    engine = create_async_engine(database_url)
    yield engine
    await engine.dispose()


@pytest.fixture
async def nats_client(servers: Servers) -> AsyncIterator[Client]:
    """A connection to the broker."""

    async def quiet(_: Exception) -> None:
        return

    client = Client()
    await client.connect(servers.nats_url, error_cb=quiet)
    yield client
    await client.close()
