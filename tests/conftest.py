"""The servers that tests run against: real NATS and PostgreSQL, started once per test process."""

import logging
import uuid
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass

import asyncpg
import pytest
import structlog
from hypothesis import settings
from nats.aio.client import Client
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

from services.cli.service_databases import create_database
from shared.security.database_roles import DatabaseRoles
from tests.support.servers import Servers, started
from tests.support.tests_on import TestsOn

settings.register_profile("default", deadline=None)
"""No test depends on speed: an example that took long on a busy machine says nothing about the rule that it is one of."""


@dataclass(frozen=True)
class Owned:
    """Addresses of one database: of the role that migrates, and of the one that works."""

    owner: str
    application: str


@pytest.fixture(autouse=True)
def logging_is_nobodys() -> Iterator[None]:
    """A command that a test runs in this process logs to streams that are closed after it: the next test must not."""
    root = logging.getLogger()
    handlers, level = list(root.handlers), root.level
    yield
    structlog.reset_defaults()
    root.handlers[:], root.level = handlers, level


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
async def owned(servers: Servers) -> AsyncIterator[Owned]:
    """A fresh, empty database with an owner and an application role, as an installation has them."""
    name = f"t_{uuid.uuid4().hex[:16]}"
    roles = DatabaseRoles(name, f"{name}_owner", {name: None})
    await create_database(servers.admin_url, lambda role: f"password-of-{role}", roles)
    at = servers.admin_url.rpartition("@")[2].rpartition("/")[0]
    owned = Owned(*(f"postgresql+asyncpg://{role}:password-of-{role}@{at}/{name}" for role in (roles.owner, name)))
    yield owned
    admin = await asyncpg.connect(servers.admin_url)
    await admin.execute(f"DROP DATABASE {name} WITH (FORCE)")
    await admin.execute(f"DROP ROLE {name}, {roles.owner}")
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
