"""Bringing a service's database up to date, and nothing else: a step of its own where several replicas start at once."""

import structlog

from shared.eventstore.migrate import migrate
from shared.messaging.history import NatsHistory
from shared.messaging.nats_bus import NatsBus
from shared.runtime.connect import client_of, make_engine
from shared.runtime.definition import ServiceDefinition
from shared.runtime.process import broker_of
from shared.runtime.settings import ServiceSettings

log = structlog.get_logger("service")


async def migrate_service(definition: ServiceDefinition, settings: ServiceSettings) -> None:
    """Read models over other services' facts are built from the streams, so the broker has to be there."""
    broker = broker_of(definition, settings)
    engine = make_engine(settings.database_url, pool_size=2)
    try:
        await broker.connect()
        bus = NatsBus(client_of(broker), inbox_prefix=f"_INBOX_{definition.name}")
        built = await migrate(engine, definition.model, definition.migrations, NatsHistory(bus))
        log.info("service.migrated", service=definition.name, read_models_built=built)
    finally:
        await broker.stop()
        await engine.dispose()
