"""The peer of the transfers: a saga of three steps in `natsaga`, each answered by a worker over JetStream, its states in
PostgreSQL.
"""

import asyncio
import json
import logging
import time
import uuid
from typing import Any

from nats_outbox.core.models import Base as OutboxBase
from nats_outbox.publishers.nats_publisher import NatsPublisher
from nats_outbox.relay.polling import PollingRelay
from nats_outbox.settings import OutboxSettings
from natsaga.core.models import Base as SagaBase
from natsaga.core.saga import Saga
from natsaga.core.step import Step
from natsaga.listener import SagaListener
from natsaga.orchestrator import SagaOrchestrator
from sqlalchemy import text
from sqlalchemy.ext.asyncio import async_sessionmaker

from benchmarks.rig import create_databases, engine_of, nats_client
from shared.embedded.stack import EmbeddedStack
from shared.messaging.provisioning import StreamSpec, ensure_stream


class Relocation(Saga):
    """Three steps, as the peer's own example has them."""

    saga_type = "relocation"

    @classmethod
    def steps(cls) -> list[Step]:
        return [Step(name, f"saga.{name}", f"saga.{name}.undo", 60) for name in ("move", "roster", "tell")]


async def saga_rate(stack: EmbeddedStack, sagas: int) -> float:
    """Sagas per second until the last one is completed."""
    logging.getLogger("nats_outbox").setLevel(logging.ERROR)
    logging.getLogger("natsaga").setLevel(logging.ERROR)
    await create_databases(stack, ("peer",))
    engine = engine_of(stack.database_url("peer"))
    async with engine.begin() as connection:
        await connection.run_sync(OutboxBase.metadata.create_all)
        await connection.run_sync(SagaBase.metadata.create_all)
    sessions = async_sessionmaker(engine, expire_on_commit=False)
    client = await nats_client(stack.nats_url)
    await ensure_stream(client.jetstream(), StreamSpec("SAGA", ("saga.>",)))
    orchestrator = SagaOrchestrator(sessions)
    orchestrator.register(Relocation)
    publisher = NatsPublisher(client.jetstream())
    settings = OutboxSettings(
        database_url=engine.url.render_as_string(hide_password=False), batch_size=500, polling_interval=0.01
    )
    relay = PollingRelay(sessions, publisher, settings)
    listener = SagaListener(client.jetstream(), orchestrator, "SAGA")
    await listener.subscribe_all()

    async def work(message: Any) -> None:
        said = json.loads(message.data)
        said = said.get("payload", said)
        subject = f"{message.subject}.response.{said['saga_id']}.{said['step_index']}"
        await client.jetstream().publish(subject, json.dumps({"outcome": "success", "result": {}}).encode())

    for step in Relocation.steps():
        await client.subscribe(step.action_subject, cb=work)
    running = asyncio.create_task(relay.start())
    began = time.perf_counter()
    await asyncio.gather(*(orchestrator.start(Relocation, {"n": n}, saga_id=uuid.uuid4()) for n in range(sagas)))
    query = text("SELECT count(*) FROM saga_state WHERE status = 'completed'")
    try:
        async with asyncio.timeout(60):
            while True:
                async with engine.connect() as connection:
                    if int((await connection.execute(query)).scalar_one()) == sagas:
                        return sagas / (time.perf_counter() - began)
                await asyncio.sleep(0.02)
    finally:
        running.cancel()
        await client.close()
        await engine.dispose()
