"""Reading mobility's tables for the API."""

from typing import Any

from sqlalchemy import ColumnElement, Select, Table, select

from services.mobility.settings import MobilitySettings
from shared.kernel.errors import unknown
from shared.runtime.definition import Running


async def one(running: Running, table: Table, key: ColumnElement[bool], what: str) -> dict[str, Any]:
    """The only row with that key. Raises `NotFound`, naming what was asked for."""
    rows = await many(running, select(table).where(key).limit(1))
    if not rows:
        raise unknown(what)
    return rows[0]


async def many(running: Running, query: Select[Any]) -> list[dict[str, Any]]:
    """The rows of a query."""
    async with running.reading() as connection:
        return [dict(row) for row in (await connection.execute(query)).mappings()]


def settings_of(running: Running) -> MobilitySettings:
    """Mobility's own settings."""
    if not isinstance(running.settings, MobilitySettings):
        raise TypeError("mobility runs with MobilitySettings")
    return running.settings
