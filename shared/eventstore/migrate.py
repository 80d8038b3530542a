"""Brings a service's database up to date: the kernel's migrations, the service's own, and its read models."""

from pathlib import Path

from alembic import command
from alembic.config import Config
from sqlalchemy import Connection
from sqlalchemy.ext.asyncio import AsyncEngine

from shared.eventstore.filling import ForeignHistory
from shared.eventstore.model import ServiceModel
from shared.eventstore.postgres.grants import allow_by_default, allow_kernel, allow_views
from shared.eventstore.rebuild import bring_up_projections

_KERNEL = Path(__file__).parent / "migrations"
_LOCK = 0x79616E7B  # two processes that start together migrate one after the other


async def migrate(
    engine: AsyncEngine,
    model: ServiceModel,
    service_versions: Path | None = None,
    history: ForeignHistory | None = None,
) -> list[str]:
    """Run what is missing and grant what the application needs. Returns the read models that were (re)built.

    The engine is the migrator's, who owns the tables; the application's role may do none of this. Safe to repeat.
    """
    async with engine.connect() as connection:
        await connection.exec_driver_sql(f"SELECT pg_advisory_lock({_LOCK})")
        await connection.commit()
        try:
            await allow_by_default(connection)
            await connection.commit()
            await connection.run_sync(_upgrade, service_versions)
            await allow_kernel(connection)
            await connection.commit()
        finally:
            await connection.exec_driver_sql(f"SELECT pg_advisory_unlock({_LOCK})")
            await connection.commit()
    built = await bring_up_projections(engine, model, history)
    async with engine.begin() as connection:
        await allow_views(connection, model.views.tables)
    return built


def _upgrade(connection: Connection, service_versions: Path | None) -> None:
    config = Config()
    config.set_main_option("script_location", str(_KERNEL))
    config.set_main_option("path_separator", "newline")
    locations = [_KERNEL / "versions", *([service_versions] if service_versions else [])]
    config.set_main_option("version_locations", "\n".join(map(str, locations)))
    config.attributes["connection"] = connection
    command.upgrade(config, "heads")
