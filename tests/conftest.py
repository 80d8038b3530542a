"""The servers that tests run against: real NATS and PostgreSQL, started once per test process."""

import asyncio
import os
import tempfile
import threading
import uuid
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from pathlib import Path

import asyncpg
import pytest
from nats.aio.client import Client
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

from services.cli.service_databases import create_database
from shared.embedded.stack import EmbeddedStack
from shared.security.database_roles import DatabaseRoles


@dataclass(frozen=True)
class Owned:
    """Addresses of one database: of the role that migrates, and of the one that works."""

    owner: str
    application: str


@pytest.fixture(scope="session")
def stack() -> Iterator[EmbeddedStack]:
    """One embedded NATS and PostgreSQL for the whole run, in a directory that is thrown away."""
    with tempfile.TemporaryDirectory(prefix="yanzhen-test-", ignore_cleanup_errors=True) as directory:
        os.chmod(directory, 0o711)  # PostgreSQL runs as another user when we are root
        # Its own loop in its own thread: the supervisor restarts what a test kills, while the tests' loops come and go.
        loop = asyncio.new_event_loop()
        thread = threading.Thread(target=loop.run_forever, daemon=True)
        thread.start()
        stack = EmbeddedStack(Path(directory), sinks=False)
        asyncio.run_coroutine_threadsafe(stack.start(), loop).result(60)
        try:
            yield stack
        finally:
            asyncio.run_coroutine_threadsafe(stack.stop(), loop).result(60)
            loop.call_soon_threadsafe(loop.stop)
            thread.join(10)


@pytest.fixture
async def database_url(stack: EmbeddedStack) -> AsyncIterator[str]:
    """A fresh, empty database."""
    name = f"t_{uuid.uuid4().hex}"
    admin = await asyncpg.connect(stack.admin_url)
    await admin.execute(f"CREATE DATABASE {name}")
    try:
        yield stack.database_url(name).replace("postgresql://", "postgresql+asyncpg://")
    finally:
        await admin.execute(f"DROP DATABASE {name} WITH (FORCE)")
        await admin.close()


@pytest.fixture
async def owned(stack: EmbeddedStack) -> AsyncIterator[Owned]:
    """A fresh, empty database with an owner and an application role, as an installation has them."""
    name = f"t_{uuid.uuid4().hex[:16]}"
    roles = DatabaseRoles(name, f"{name}_owner", {name: None})
    await create_database(stack.admin_url, lambda role: f"password-of-{role}", roles)
    at = stack.admin_url.rpartition("@")[2].rpartition("/")[0]
    owned = Owned(*(f"postgresql+asyncpg://{role}:password-of-{role}@{at}/{name}" for role in (roles.owner, name)))
    yield owned
    admin = await asyncpg.connect(stack.admin_url)
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
async def nats_client(stack: EmbeddedStack) -> AsyncIterator[Client]:
    """A connection to the broker."""

    async def quiet(_: Exception) -> None:
        return

    client = Client()
    await client.connect(stack.nats_url, error_cb=quiet)
    yield client
    await client.close()
