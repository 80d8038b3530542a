"""A bus of either kind with one stream, and the stream's service name."""

import uuid
from collections.abc import AsyncIterator
from dataclasses import dataclass

import pytest
from nats.aio.client import Client

from shared.messaging.bus import Bus
from shared.messaging.memory_bus import MemoryBus
from shared.messaging.nats_bus import NatsBus
from shared.messaging.provisioning import StreamSpec, ensure_stream


@dataclass
class BusUnderTest:
    bus: Bus
    stream: str
    service: str
    client: Client | None = None


@pytest.fixture(params=["memory", "nats"])
async def under_test(request: pytest.FixtureRequest, nats_client: Client) -> AsyncIterator[BusUnderTest]:
    service = f"t{uuid.uuid4().hex[:8]}"
    stream = f"OUT_{service.upper()}"
    if request.param == "memory":
        yield BusUnderTest(MemoryBus([stream]), stream, service)
        return
    await ensure_stream(nats_client.jetstream(), StreamSpec(stream, (f"{service}.evt.>",)))
    yield BusUnderTest(NatsBus(nats_client), stream, service, nats_client)
    await nats_client.jetstream().delete_stream(stream)
