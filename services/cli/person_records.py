"""Everything an installation holds about a person, whichever service, table and column it is in.

Not a list of places that somebody keeps by hand: every table of every service is searched for the person's id, so a table
that is added later is in it too. Copies are left out: the public order and its queue hold what the events hold.
"""

from typing import Any, Final

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from services.cli.installation import Installation, KnownService
from services.cli.service_reading import database_of
from shared.kernel.json import from_json

COPIES: Final = frozenset({"outbound", "outbox", "snapshots", "alembic_version", "streams", "projections", "cursors"})
_TABLES: Final = text(
    """
    SELECT c.relname FROM pg_class AS c JOIN pg_namespace AS n ON n.oid = c.relnamespace
    WHERE n.nspname = 'public' AND (c.relkind = 'v' OR (c.relkind = 'r' AND c.relname !~ '_v[0-9]+$'))
    ORDER BY c.relname
    """
)

Records = dict[str, list[dict[str, Any]]]
"""Rows by table, as plain JSON."""


async def records_of(installation: Installation, person_id: str) -> dict[str, Records]:
    """By service. Raises `Unavailable` when one of them cannot be asked: half an answer would look like a whole one."""
    return {service.name: await _of_service(service, person_id) for service in installation.services.values()}


async def _of_service(service: KnownService, person_id: str) -> Records:
    found: Records = {}
    async with database_of(service) as engine, engine.connect() as connection:
        for name in (await connection.execute(_TABLES)).scalars().all():
            if name not in COPIES and (rows := await _of_table(connection, name, person_id)):
                found[name] = rows
    return found


async def _of_table(connection: AsyncConnection, table: str, person_id: str) -> list[dict[str, Any]]:
    quoted = '"' + table.replace('"', '""') + '"'
    # Bodies of held messages are bytes; as text they would be hexadecimal digits, in which no id is found.
    query = text(
        f"SELECT to_jsonb(t)::text FROM {quoted} AS t"  # noqa: S608 - a name from the catalogue
        " WHERE position(:person IN to_jsonb(t)::text) > 0 OR position(:hex IN to_jsonb(t)::text) > 0"
    )
    values = {"person": person_id, "hex": person_id.encode().hex()}
    rows = (await connection.execute(query, values)).scalars().all()
    return [_readable(from_json(row)) for row in rows]


def _readable(row: dict[str, Any]) -> dict[str, Any]:
    return {name: _text(value) for name, value in row.items()}


def _text(value: Any) -> Any:
    if isinstance(value, str) and value.startswith("\\x"):
        try:
            return from_json(bytes.fromhex(value[2:]))
        except ValueError:
            return value
    return value
