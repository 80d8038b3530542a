"""Notify on PostgreSQL, with the providers' stand-ins as real processes and their receipts over real HTTP."""

import asyncio
import tempfile
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import httpx
import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from services.notify.model import MODEL
from shared.embedded.issuer import IssuerServer
from shared.embedded.ports import Ports
from shared.embedded.stack import EmbeddedStack, ReceiptUrls
from shared.eventstore.migrate import migrate
from shared.security.client_credentials import ClientCredentials
from shared.security.development_issuer import MESSAGE_CLIENTS
from shared.web.server import HttpServer
from tests.integration.notify.world import Sinks, World, everybody
from tests.support.background import Background
from tests.support.documented import as_documented
from tests.support.identity import issuer


@pytest.fixture(scope="session")
def sink_processes() -> Iterator[EmbeddedStack]:
    """The mail sink and the SMS gateway, once for the whole run."""
    with tempfile.TemporaryDirectory(prefix="yanzhen-sinks-", ignore_cleanup_errors=True) as directory:
        ports = Ports()
        issuing = IssuerServer(issuer(), ports.take("issuer"))
        mail, sms = (ClientCredentials(f"{issuing.url}/token", one, issuer().secret(one)) for one in MESSAGE_CLIENTS)
        stack = EmbeddedStack(
            Path(directory), nats=False, postgres=False, receipt_unit_seconds=0.1,
            receipt_urls=ReceiptUrls(email_client=mail, sms_client=sms),
        )  # fmt: skip

        async def start() -> None:
            issuing.start()
            await stack.start()

        with Background() as background:
            background.do(start())
            try:
                yield stack
            finally:
                background.do(stack.stop())
                background.do(issuing.stop(), 10)
                ports.release()


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
    app = world.app()
    transport = httpx.ASGITransport(app, raise_app_exceptions=False)
    async with httpx.AsyncClient(
        transport=transport, base_url="http://notify", headers=everybody(), event_hooks=as_documented(app)
    ) as client:
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
