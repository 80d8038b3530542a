"""A real nats-server with our identities, provisioned as declared."""

import asyncio
import tempfile
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import nats
import pytest
from nats.aio.client import Client

from services.cli.broker_connection import connected
from services.cli.catalogue import NAMES
from shared.messaging.topology import load, provision
from shared.security.broker import OPERATOR, identities, inbox_of
from shared.security.broker_conf import authorization_conf
from shared.security.nkey_seeds import ensure_seed, public_key
from tests.support.servers import started
from tests.support.tests_on import TestsOn


@dataclass(frozen=True)
class Broker:
    url: str
    seeds: Path

    def seed(self, role: str) -> Path:
        return self.seeds / f"{role}.nk"


@dataclass
class Connection:
    """A client and what the server refused it: nats-py says so nowhere else."""

    client: Client
    refused: list[str] = field(default_factory=list)

    async def settled(self) -> list[str]:
        await self.client.flush()
        await asyncio.sleep(0.15)
        return self.refused


Connect = Callable[[str], Awaitable[Connection]]


@pytest.fixture(scope="session")
def broker(tests_on: TestsOn) -> Iterator[Broker]:
    with tempfile.TemporaryDirectory(prefix="yanzhen-seeds-") as directory:
        seeds = Path(directory)
        topology = load()
        found = identities(topology, NAMES)
        conf = authorization_conf((i, public_key(ensure_seed(seeds, i.role))) for i in found)
        with started(postgres=False, authorization_conf=conf) as servers:

            async def provide() -> None:
                async with connected(servers.nats_url, seeds / f"{OPERATOR}.nk") as client:
                    await provision(client, topology)

            asyncio.run(provide())
            yield Broker(servers.nats_url, seeds)


@pytest.fixture
async def connect(broker: Broker) -> AsyncIterator[Connect]:
    open_: list[Client] = []

    async def as_role(role: str) -> Connection:
        refused: list[str] = []

        async def on_error(error: Exception) -> None:
            refused.append(str(error))

        client = await nats.connect(
            broker.url, nkeys_seed=str(broker.seed(role)), inbox_prefix=inbox_of(role), error_cb=on_error
        )
        open_.append(client)
        return Connection(client, refused)

    yield as_role
    for client in open_:
        await client.close()
