"""Notify on PostgreSQL, with the providers' stand-ins as real processes and their receipts over real HTTP."""

import asyncio
import tempfile
import threading
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import httpx
import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from services.notify.model import MODEL
from shared.embedded.stack import EmbeddedStack
from shared.eventstore.migrate import migrate
from shared.web.server import HttpServer
from tests.integration.notify.world import Sinks, World


@pytest.fixture(scope="session")
def sink_processes() -> Iterator[EmbeddedStack]:
    """The mail sink and the SMS gateway, once for the whole run."""
    with tempfile.TemporaryDirectory(prefix="yanzhen-sinks-", ignore_cleanup_errors=True) as directory:
        loop = asyncio.new_event_loop()
        thread = threading.Thread(target=loop.run_forever, daemon=True)
        thread.start()
        stack = EmbeddedStack(Path(directory), nats=False, postgres=False, receipt_unit_seconds=0.1)
        asyncio.run_coroutine_threadsafe(stack.start(), loop).result(60)
        try:
            yield stack
        finally:
            asyncio.run_coroutine_threadsafe(stack.stop(), loop).result(60)
            loop.call_soon_threadsafe(loop.stop)
            thread.join(10)


@pytest.fixture
async def sinks(sink_processes: EmbeddedStack) -> AsyncIterator[Sinks]:
    """Without faults and without mails; receipts go nowhere until a test serves them."""
    async with httpx.AsyncClient(trust_env=False) as client:
        sinks = Sinks(sink_processes, client)
        await sinks.reset()
        yield sinks
        await sinks.reset()


@pytest.fixture
async def world(engine: AsyncEngine, sinks: Sinks) -> AsyncIterator[World]:
    """The service with the registry's news taken in."""
    await migrate(engine, MODEL)
    world = World(engine, sinks)
    await world.settle_in()
    yield world
    await world.close()


@pytest.fixture
async def http(world: World) -> AsyncIterator[httpx.AsyncClient]:
    """Its API, in process."""
    transport = httpx.ASGITransport(world.app(), raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url="http://notify") as client:
        yield client


@pytest.fixture
async def served(world: World, sinks: Sinks) -> AsyncIterator[str]:
    """Its API on a port, and the stand-ins told to post receipts there."""
    server = HttpServer(world.app(), host="127.0.0.1", port=0, grace_seconds=1)
    port = server.bind()
    running = asyncio.create_task(server.run())
    await sinks.post_receipts_to(f"http://127.0.0.1:{port}/receipts")
    yield f"http://127.0.0.1:{port}"
    await sinks.reset()
    server.stop()
    await running
